"""Rendered people with exact joints: MakeHuman's body, moved by mocap.

Axes everywhere in this folder: x to the person's left, y up, z forward;
decimetres. Angles are radians.
"""

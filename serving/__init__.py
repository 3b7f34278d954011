"""What serves an exported detector, and what asks it; no tf_landmarks inside.

The signatures of the SavedModel are the whole contract between the two sides.
"""

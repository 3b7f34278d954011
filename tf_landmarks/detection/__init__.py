"""Landmarks in a user's own images and videos."""

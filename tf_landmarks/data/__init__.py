"""From raw videos and poses to batches."""

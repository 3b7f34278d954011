"""From a run's checkpoint to files that serve without this project."""

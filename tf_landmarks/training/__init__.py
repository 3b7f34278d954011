"""The two stages and how they are run."""

"""The tables of the paper: what each row needs, and how it is run."""

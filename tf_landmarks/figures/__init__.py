"""The paper's figures, drawn for a run; `catalogue` says which is which."""

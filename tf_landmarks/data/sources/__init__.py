"""One file per kind of source: where clips and poses come from."""

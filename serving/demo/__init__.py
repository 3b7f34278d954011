"""The demo page: its files, and what serves them and passes its calls on."""

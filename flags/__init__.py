"""Every absl flag, by concern. Only mains read them, as `FLAG.value`."""

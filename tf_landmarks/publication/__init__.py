"""Detectors to be passed on: small folders, each with a model card."""

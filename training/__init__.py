"""Trains the networks that the backend runs: data, networks, objectives, trainer, evaluation, export."""

"""Optimisation: how fast a loss goes down."""

"""Dimensionality reduction: principal components."""

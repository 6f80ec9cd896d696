"""Regression: linear models with squared loss."""

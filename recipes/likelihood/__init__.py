"""Likelihood: scores and maximum-likelihood estimates."""

"""Latent variables and EM."""

"""Kernels and Gaussian processes."""

"""Calculus: the derivatives on which everything else stands."""

"""Displays cut into sides and relation signs, before anything is read."""

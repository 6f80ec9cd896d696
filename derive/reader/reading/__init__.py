"""Passes through a document: definitions take effect, sides are read, each relation gets its role."""

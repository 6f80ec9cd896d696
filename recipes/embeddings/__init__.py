"""Embeddings: points placed by their neighbours."""

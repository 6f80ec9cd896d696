"""Linear algebra: identities of matrices."""

"""The built-in catalogue: one derivation a file, chapters as folders."""

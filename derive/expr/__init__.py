"""The language of derive: typed expressions with symbolic sizes that keep what the author wrote."""

"""Texts with places: files to tokens, groups, macros and blocks. Knows no mathematics."""

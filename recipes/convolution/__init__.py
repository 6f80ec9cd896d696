"""Convolutions and the layouts of tensors."""

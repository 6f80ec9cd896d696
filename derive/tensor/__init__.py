"""The derivative machine: index form, reverse accumulation, canonical form, textbook notation, generated code."""

from derive.tensor.api import Entries, derivative, entries, equal, gradients, lowered, normalise

__all__ = ["Entries", "derivative", "entries", "equal", "gradients", "lowered", "normalise"]

"""The derivative machine: index form, reverse accumulation, canonical form, textbook notation, generated code."""

from derive.tensor.api import (
    Entries,
    derivative,
    entries,
    equal,
    gradients,
    lowered,
    normalise,
    textbook,
)
from derive.tensor.code import Structure, generate, size_arguments, structure
from derive.tensor.names import parameter_names, parameter_of

__all__ = [
    "Entries",
    "Structure",
    "derivative",
    "entries",
    "equal",
    "generate",
    "gradients",
    "lowered",
    "normalise",
    "parameter_names",
    "parameter_of",
    "size_arguments",
    "structure",
    "textbook",
]

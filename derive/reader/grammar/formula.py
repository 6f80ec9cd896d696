r"""Formulas to expressions: the grammar with all its words, one formula or a chain at a time, with other readings.

`read_sides` reads the sides of one chain together, so that a size that one side leaves open is found on another, and an
index that is free in it is one index. A side that cannot be read is its ReadError, with the position.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.errors import DeriveError, ReadError, ShapeError
from derive.expr.nodes import Expr
from derive.expr.walk import free_indices
from derive.reader.grammar.brackets import read_angle, read_bracket, rounded
from derive.reader.grammar.calculus import read_d, read_fraction
from derive.reader.grammar.calls import read_call, read_named_function
from derive.reader.grammar.cases import read_cases
from derive.reader.grammar.conditions import one
from derive.reader.grammar.constants import read_delta, read_digit, read_identity, read_unit_vector
from derive.reader.grammar.core import Formula
from derive.reader.grammar.derivative_signs import slash_derivative_follows
from derive.reader.grammar.divergences import read_divergence, read_letters_kl
from derive.reader.grammar.entropies import read_entropy
from derive.reader.grammar.entrywise import matrix_function_doubt
from derive.reader.grammar.expectations import read_expectation
from derive.reader.grammar.extrema import (
    extremum,
    positive_part,
    read_arg,
    read_arg_word,
    read_under,
)
from derive.reader.grammar.functions import read_function_word, word_handler
from derive.reader.grammar.guesses import assume, shape_by_facts
from derive.reader.grammar.indices import read_entries
from derive.reader.grammar.integrals import read_integral, read_limit
from derive.reader.grammar.known_densities import DENSITIES, density_word, read_normal
from derive.reader.grammar.matrices import read_matrix
from derive.reader.grammar.nabla import read_nabla, read_partial
from derive.reader.grammar.names import read_name
from derive.reader.grammar.norms import read_bars, read_norm
from derive.reader.grammar.roots import read_binomial, read_constant, read_overset, read_root
from derive.reader.grammar.shapes import FLEXIBLE
from derive.reader.grammar.special import all_words
from derive.reader.grammar.state import DEPTH, Handler, Options, State
from derive.reader.grammar.sums import reduction
from derive.reader.grammar.table import Table
from derive.reader.grammar.undeclared import read_bare_word, read_undeclared
from derive.reader.grammar.values import Binding, Misfit, Value
from derive.reader.grammar.values_at import read_at
from derive.reader.source.groups import Group, Node, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

GROUP_DEPTH = 3 * DEPTH


def _words() -> dict[str, Handler]:
    """Every word of the grammar and its handler."""
    found: dict[str, object] = {
        r"\frac": read_fraction, r"\sqrt": read_root, r"\binom": read_binomial, r"\infty": read_constant,
        "(": read_bracket, "[": read_bracket, r"\{": read_bracket, "|": read_bars, r"\lvert": read_bars,
        "||": read_norm, r"\|": read_norm, r"\lVert": read_norm, r"\langle": read_angle,
        r"\lfloor": rounded("floor", r"\rfloor"), r"\lceil": rounded("ceil", r"\rceil"),
        r"\sum": reduction("sum"), r"\prod": reduction("prod"), r"\max": extremum("max"), r"\min": extremum("min"),
        r"\sup": extremum("max"), r"\inf": extremum("min"), r"\argmin": extremum("argmin"),
        r"\argmax": extremum("argmax"),
        r"\arg": read_arg, r"\underset": read_under, r"\overset": read_overset, r"\nabla": read_nabla,
        r"\partial": read_partial, r"\int": read_integral, r"\lim": read_limit,
        "entries": read_entries, "call": read_call, "undeclared": read_undeclared, "function word": read_function_word,
        "assume": assume, "one": one, "shape by facts": shape_by_facts,
        "at point": read_at, "positive part": positive_part,
        "slash follows": slash_derivative_follows, "begin:cases": read_cases,
        "name:1": read_digit, "name:0": read_digit, "name:I": read_identity, "name:e": read_unit_vector,
        r"name:\delta": read_delta, "name:d": read_d, "name:N": read_normal, "name:D": read_divergence,
        "name:K": read_letters_kl, "entropy of laws": read_entropy,
        "name:E": read_expectation("E"), "name:V": read_expectation("Var"),
    }  # fmt: skip
    for name in (
        "bmatrix",
        "pmatrix",
        "matrix",
        "smallmatrix",
        "Bmatrix",
        "vmatrix",
        "array",
        "bmatrix*",
        "pmatrix*",
    ):
        found[f"begin:{name}"] = read_matrix
    for name in (r"\sigma", r"\Gamma", r"\Phi", r"\lambda", "B"):
        found[f"name:{name}"] = read_named_function
    for word in all_words():
        if len(word) > 1 and word not in ("max", "min", "beta", "sum", "sqrt", "abs", "vec"):
            found[f"\\{word}"] = word_handler(word)
        found[word] = word_handler(word)
    found[r"\Tr"] = found[r"\tr"] = word_handler("tr")
    found[r"\sqrt"] = read_root
    found.update(_names_of_operators())
    return found  # type: ignore[return-value]


def _names_of_operators() -> dict[str, object]:
    """Words of letters that take more than arguments: optima, divergences, expectations, densities."""
    found: dict[str, object] = {}
    for name, kind in (("argmin", "argmin"), ("argmax", "argmax"), ("min", "min"), ("max", "max")):
        found[f"word:{name}"] = read_arg_word(kind)
        found[name] = found[f"word:{name}"]
    for name in ("kl", "KL", "dkl"):
        found[f"word:{name}"] = found[name] = read_divergence
    for name, kind in (("var", "Var"), ("cov", "Cov"), ("e", "E"), ("expectation", "E")):
        found[f"word:{name}"] = read_expectation(kind)
        if name != "e":
            found[name] = read_expectation(kind)
    for name in (r"\E", r"\EE", r"\Var", r"\Cov", r"\KL"):
        found[name] = read_bare_word
    for name in DENSITIES:
        if len(name) > 1:
            found[f"word:{name}"] = found[name] = density_word(name)
    return found


WORDS: Mapping[str, Handler] = _words()


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression, what was accepted by convention to read it, the options that would read it differently, and
    what nobody could tell without the text around it."""

    expr: Expr
    notes: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    unclear: tuple[ReadError, ...] = ()


Side = Reading | ReadError


BY_CHAIN = {
    "rows_lie": "rows of a matrix are read as rows",
    "otimes_outer": "\\otimes of two vectors is read as their outer product",
}
"""Options that the shapes of a whole chain decide, and what is noted then."""


def read_sides(
    sides: Sequence[Sequence[Token]],
    table: Table,
    source: Source,
    options: Options | None = None,
    state: State | None = None,
) -> list[Side]:
    """The sides of one chain, each an expression or the reason why it cannot be read.

    Notation whose usual reading does not fit in the chain is read in its other way (`BY_CHAIN`)
    where all shapes fit so.
    """
    shared = state or State()
    before, free = table.sizes.snapshot(), dict(shared.free)
    found, fits = _read_sides(sides, table, source, options, shared)
    if fits:
        return found
    after = table.sizes.snapshot()
    for name in [n for n in BY_CHAIN if n in shared.ambiguous]:
        other = State(dict(free))
        table.sizes.restore(before)
        changed: Any = {name: True}
        turned = replace(options or Options(), **changed)
        second, fits = _read_sides(sides, table, source, turned, other)
        if fits:
            shared.free, shared.notes, shared.ambiguous = other.free, other.notes, other.ambiguous
            shared.notes[BY_CHAIN[name]] = None
            return second
    table.sizes.restore(after)
    return found


def _read_sides(
    sides: Sequence[Sequence[Token]],
    table: Table,
    source: Source,
    options: Options | None,
    shared: State,
) -> tuple[list[Side], bool]:
    """The sides, and whether all shapes fit."""
    values: list[tuple[Formula, Value] | ReadError] = []
    for tokens in sides:
        values.append(read_value(tokens, table, source, options, shared))
    _refuse_unwritten_sums(values, shared, table)
    differ = join_shapes([v for v in values if not isinstance(v, ReadError)], table)
    built = [v if isinstance(v, ReadError) else _built(v, source) for v in values]
    clash = differ or any(isinstance(side, ReadError) and side.ill_typed for side in built)
    return built, not clash


def _refuse_unwritten_sums(
    values: list[tuple[Formula, Value] | ReadError], state: State, table: Table
) -> None:
    """An undeclared index that is repeated in a product and missing on another side may be summed over: refused.

    Where one index is, so are all others that are repeated: the chain leaves out its signs.
    """
    free = [(n, b) for n, b in state.free.items() if b.fallback is None and not b.explicit]
    if not any(_is_missing(values, name, binding) for name, binding in free):
        return
    for name, binding in free:
        for position, found in enumerate(values):
            if isinstance(found, ReadError) or not binding.use & found[1].uses:
                continue
            reader, value = found
            if id(binding) in reader.arithmetic.repeated:
                message = f"the index {name} is repeated but not bound; write \\sum_{name} if it is summed over"
                values[position] = reader.error(message, value.start)


def _is_missing(
    values: Sequence[tuple[Formula, Value] | ReadError], name: str, binding: Binding
) -> bool:
    """Whether an index is repeated on one side and does not stand on another one that is no number."""
    read = [v for v in values if not isinstance(v, ReadError)]
    repeated = any(
        id(binding) in reader.arithmetic.repeated and binding.use & value.uses
        for reader, value in read
    )
    without = [v for _, v in read if not binding.use & v.uses and v.kind != "number"]
    return repeated and not all(_defined_with(name, v) for v in without)


def _defined_with(name: str, value: Value) -> bool:
    """Whether an index stands in the definition of what is written: `\\ell` is the loss of one `r_{ui}`."""
    try:
        return any(index.name == name for index in free_indices(value.build()))
    except (DeriveError, Misfit):
        return False


def read_value(
    tokens: Sequence[Token], table: Table, source: Source, options: Options | None, state: State
) -> tuple[Formula, Value] | ReadError:
    """One side with its shape, not yet built: sizes may still be open."""
    before = table.sizes.snapshot()
    try:
        nodes = tree(list(tokens), source)
        _check_depth(nodes, source)
        reader = Formula(table, source, WORDS, read_name, state, options)
        if not nodes:
            raise source.error("the formula is empty", tokens[0].start if tokens else 0)
        return reader, reader.whole(nodes)
    except ReadError as error:
        table.sizes.restore(before)
        return error
    except (Misfit, ShapeError) as error:
        table.sizes.restore(before)
        refused = source.error(str(error), tokens[0].start if tokens else 0)
        refused.ill_typed = True
        return refused
    except RecursionError:
        table.sizes.restore(before)
        return source.error("the formula is nested too deeply", tokens[0].start if tokens else 0)
    except FAULTS as error:
        table.sizes.restore(before)
        return _fault(error, source, tokens[0].start if tokens else 0)


FAULTS = (AttributeError, AssertionError, LookupError, TypeError, ValueError, ArithmeticError)
"""What only a fault of the reader raises: one side is then refused, the rest of the document is still read."""


def _fault(error: Exception, source: Source, start: int) -> ReadError:
    if os.environ.get("DERIVE_TRACEBACK"):
        raise error
    return source.error(
        f"a fault of derive, please report it ({type(error).__name__}: {error})", start
    )


def _check_depth(nodes: Sequence[Node], source: Source) -> None:
    stack = [(node, 1) for node in nodes if isinstance(node, Group)]
    while stack:
        group, depth = stack.pop()
        if depth > GROUP_DEPTH:
            raise source.error(f"groups are nested more than {GROUP_DEPTH} deep", group.open.start)
        stack.extend((node, depth + 1) for node in group.items if isinstance(node, Group))


def join_shapes(values: Sequence[tuple[Formula, Value]], table: Table) -> int:
    """Sides of one chain have one shape: open sizes of one are found on another. Returns how many neighbours differ.

    Disagreement is no refusal here: it is for the judge to say.
    """
    differ = 0
    fixed = [v for _, v in values if v.shape and v.kind not in FLEXIBLE]
    for (_, a), (_, b) in itertools.pairwise(values):
        if a.kind not in FLEXIBLE and b.kind not in FLEXIBLE:
            differ += not table.sizes.unify_shapes(a.shape, b.shape) and "number" not in (
                a.kind,
                b.kind,
            )
    for reader, value in values:
        if value.kind in FLEXIBLE and fixed:
            filled = reader.arithmetic.filled(value, table.sizes.shape(fixed[0].shape))
            value.shape, value.build = filled.shape, filled.build
    return differ


def _built(found: tuple[Formula, Value], source: Source) -> Side:
    reader, value = found
    try:
        expr = value.build()
    except ReadError as error:
        return error
    except ShapeError as error:
        refused = source.error(str(error), value.start)
        refused.ill_typed = True
        return refused
    except RecursionError:
        return source.error("the formula is nested too deeply", value.start)
    except DeriveError as error:
        return source.error(str(error), value.start)
    except FAULTS as error:
        return _fault(error, source, value.start)
    state = reader.state
    doubt = matrix_function_doubt(expr) if state.entrywise else ""
    if doubt:
        return source.error(doubt, value.start)
    return Reading(expr, tuple(state.notes), tuple(state.ambiguous), tuple(state.unclear.values()))


def read_formula(
    tokens: Sequence[Token], table: Table, source: Source, options: Options | None = None
) -> Reading:
    """One formula. ReadError with its position when it cannot be read."""
    side = read_sides([tokens], table, source, options)[0]
    if isinstance(side, ReadError):
        raise side
    return side


def readings(
    tokens: Sequence[Token], table: Table, source: Source, limit: int = 6
) -> list[Reading]:
    """Every reading of a formula whose notation has more than one, the conventional one first; no two are equal."""
    found: dict[Expr, Reading] = {}
    queue = [Options()]
    tried = 0
    while queue and tried < 2 * limit:
        options = queue.pop(0)
        tried += 1
        side = read_sides([tokens], table.copy(), source, options)[0]
        if isinstance(side, ReadError):
            continue
        found.setdefault(side.expr, side)
        for name in side.ambiguous:
            other = replace(options, **{name: not getattr(Options(), name)})  # type: ignore[arg-type]
            if other != options and other not in queue:
                queue.append(other)
    return list(found.values())[:limit]


OPTION_NAMES = tuple(f.name for f in fields(Options))

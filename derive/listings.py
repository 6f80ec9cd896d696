"""Programs of a derivation: each function, its derivative as the last step has it, and a check at one point.

The derivative in the program is the one that was derived by hand, not one that a library takes; the check compares it
with central differences (NumPy) or automatic differentiation (JAX, PyTorch) at a point that satisfies what is declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from derive.derivation import Derivation
from derive.errors import DeriveError, UsageError
from derive.expr.build import hadamard
from derive.expr.facts import declared
from derive.expr.nodes import Apply, Call, Derivative, Expr, Function, Symbol, as_expr
from derive.expr.walk import free_indices, free_symbols, size_names, transform

if TYPE_CHECKING:
    from derive.writer.page import Listing

#: target -> its name as people write it
TARGETS: dict[str, str] = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch"}
KINDS = {1: "gradient", 2: "hessian"}


@dataclass(frozen=True)
class Claim:
    """A derivative and what the derivation found for it: body, variable, order 1 or 2, result, parameters of both."""

    body: Expr
    variable: Symbol
    order: int
    result: Expr
    parameters: tuple[Symbol, ...]

    @property
    def kind(self) -> str:
        """gradient, jacobian or hessian."""
        return "jacobian" if self.body.shape else KINDS[self.order]


def claims_of(derivation: Derivation) -> list[Claim]:
    """The derivatives by a given symbol that the derivation works out, the last result for each."""
    found: dict[tuple[Expr, Symbol, int], Claim] = {}
    for chain in derivation.chains:
        left, right = chain.lhs, chain.steps[-1].rhs if chain.steps else None
        if not isinstance(left, Derivative) or not isinstance(right, Expr) or chain.premises:
            continue
        if any(step.op != "=" for step in chain.steps) or free_indices(left):
            continue
        variable, order = left.wrt[0], len(left.wrt)
        if not isinstance(variable, Symbol) or any(v != variable for v in left.wrt) or order > 2:
            continue
        if variable.definition is not None or declared(variable.facts, "symmetric_entries"):
            continue
        symbols = tuple(dict.fromkeys((*free_symbols(left.body), *free_symbols(right))))
        if variable not in symbols or any(_bound_by_a_law(s) for s in symbols):
            continue
        body, result = with_activation(left.body), with_activation(right)
        found[body, variable, order] = Claim(body, variable, order, result, symbols)
    return list(found.values())


def with_activation(expr: Expr) -> Expr:
    """The expression with tanh for each elementwise function that stands for any smooth one, and its derivative."""

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Call) or node.function.body is not None or node.order > 1:
            return None
        if not node.function.elementwise or len(node.args) != 1:
            return None
        value = Apply("tanh", node.args)
        return value if node.order == 0 else as_expr(1) - hadamard(value, value)

    return transform(expr, change, into_definitions=True)


def activations(derivation: Derivation) -> list[str]:
    """The names of the functions for which `with_activation` takes tanh."""
    return [
        given.symbol.name
        for given in derivation.givens
        if isinstance(given.symbol, Function)
        and given.symbol.body is None
        and given.symbol.elementwise
    ]


def _bound_by_a_law(symbol: Symbol) -> bool:
    return symbol.law is not None and symbol.law.kind != "random"


def listings_of(derivation: Derivation, target: str = "numpy") -> tuple[Listing, ...]:
    """Two programs: the functions with their derivatives, and the check of each at one point.

    `UsageError` when the derivation has no derivative by a given symbol, or none of them can be written in `target`,
    with the reasons.
    """
    from derive.writer.page import Listing

    if target not in TARGETS:
        raise UsageError(f"code is written for {', '.join(TARGETS)}, not {target!r}")
    taken = [f"# {name.lstrip(chr(92))} is taken as tanh" for name in activations(derivation)]
    writer = _Program(target, tuple(taken))
    refused: list[str] = []
    for claim in claims_of(derivation):
        try:
            writer.add(claim)
        except DeriveError as error:
            refused.append(f"{claim.kind} by {claim.variable.name}: {error}")
    if not writer.functions:
        why = (
            "; ".join(refused) or "it works out no gradient, Jacobian or Hessian by a given symbol"
        )
        name = derivation.slug or derivation.title or "the derivation"
        raise UsageError(f"{name} has no program in {TARGETS[target]}: {why}")
    title = f"Function and gradient in {TARGETS[target]}"
    return (
        Listing(title, writer.source(), target),
        Listing("Checks of every result at one point", writer.checks(), target),
    )


def program(derivation: Derivation, target: str = "numpy") -> str:
    """Both programs as one text that runs by itself."""
    first, second = listings_of(derivation, target)
    return f"{first.code}\n\n{second.code}"


# ------------------------------------------------------------------------------------------ writing

HEADS: dict[str, str] = {
    "numpy": "import numpy as np\n",
    "jax": 'import jax\nimport jax.numpy as jnp\n\njax.config.update("jax_enable_x64", True)\n',
    "torch": "import torch\n\ntorch.set_default_dtype(torch.float64)\n",
}
SLOPE = '''\
def slope(function, x, h=1e-5):
    """Central differences: one axis of the function, then one of x, as in the Jacobian."""
    parts = []
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = h
        parts.append((np.asarray(function(x + step)) - np.asarray(function(x - step))) / (2 * h))
    table = np.reshape(parts, x.shape + parts[0].shape)
    return np.moveaxis(table, range(x.ndim), range(-x.ndim, 0))
'''
#: relative difference that the check allows, by target and order
TOLERANCE = {("numpy", 1): 1e-6, ("numpy", 2): 1e-3}


class _Program:
    """Collects functions by name, and the checks that go with them."""

    def __init__(self, target: str, comments: tuple[str, ...] = ()) -> None:
        self.target, self.comments = target, comments
        self.functions: dict[str, str] = {}
        self.bodies: dict[tuple[Expr, tuple[Symbol, ...]], str] = {}
        self.claims: list[tuple[Claim, str, str]] = []
        self.given: dict[str, str] = {}

    def add(self, claim: Claim) -> None:
        """The function of the claim (once) and its derivative."""
        from derive import tensor

        known = tensor.parameter_names(claim.parameters)
        key = (claim.body, claim.parameters)
        base = claim.body.name if isinstance(claim.body, Symbol) else "f"
        first = next(iter(tensor.parameter_names([_renamed(base)]).values()))
        name = self.bodies.get(key) or self._free(first, known.values())
        derived = self._free(
            f"{claim.kind}_{name}_{tensor.parameter_of(known, claim.variable)}",
            [*known.values(), name],
        )
        self._point(claim)  # a point must exist
        codes = (
            self._function(claim.body, claim, name),
            self._function(claim.result, claim, derived),
        )
        self.functions.setdefault(name, codes[0])
        self.functions[derived] = codes[1]
        self.bodies[key] = name
        self.claims.append((claim, name, derived))

    def _free(self, name: str, taken: Any) -> str:
        count, free = 2, name
        while free in self.functions or free in taken:
            free, count = f"{name}{count}", count + 1
        return free

    def _function(self, expr: Expr, claim: Claim, name: str) -> str:
        from derive import tensor

        return tensor.generate(expr, claim.parameters, self.target, name)

    def source(self) -> str:
        """The program of the functions."""
        head = HEADS[self.target] + "".join(f"{line}\n" for line in self.comments)
        codes = list(self.functions.values())
        if self.target == "torch" and any("math." in code for code in codes):
            head = f"import math\n\n{head}"
        return "\n\n".join([head, *codes]).rstrip() + "\n"

    def checks(self) -> str:
        """The program of the checks, which stands below the functions."""
        parts = [SLOPE] if self.target == "numpy" else []
        self.given = {}
        parts += [self._check(*entry) for entry in self.claims]
        return "\n\n".join(parts)

    # ------------------------------------------------------------------------------------- one check

    def _point(self, claim: Claim) -> dict[str, str]:
        """Parameter -> its value in code, at sizes and a point that fit what is declared."""
        from derive import tensor
        from derive.checker.sampling import choose_sizes, fits, sample

        names = sorted({*size_names(claim.body), *size_names(claim.result)})
        sizes = choose_sizes(names, fits(claim.parameters), 1)[0]
        drawn = sample(claim.parameters, sizes, 1, seed=0).values
        known = tensor.parameter_names(claim.parameters)
        point = {
            tensor.parameter_of(known, s) or "": _literal(drawn[s][:1], not s.facts)
            for s in claim.parameters
        }
        return point | {name: str(value) for name, value in sizes.items()}

    def _check(self, claim: Claim, name: str, derived: str) -> str:
        from derive import tensor

        point = self._point(claim)
        known = tensor.parameter_names(claim.parameters)
        variable = tensor.parameter_of(known, claim.variable) or ""
        lines = [f"# {claim.kind} of {name} by {variable}"]
        arrays = [tensor.parameter_of(known, s) or "" for s in claim.parameters]
        for p in arrays:
            if self.given.get(p) != point[p]:  # what the last check left as it is needs no line
                lines.append(f"{p} = {self._array(point[p])}")
                self.given[p] = point[p]
        calls = {}
        for function, expr in ((name, claim.body), (derived, claim.result)):
            sizes = tensor.size_arguments(expr, claim.parameters)
            calls[function] = ", ".join([*arrays, *(point[size] for size in sizes)])
        inner = f"lambda {variable}: {name}({calls[name]})"
        lines.append(f"expected = {self._expected(inner, variable, claim.order)}")
        lines.append(f"found = {derived}({calls[derived]})")
        lines += self._compared(claim, name, variable)
        return "\n".join(lines) + "\n"

    def _array(self, literal: str) -> str:
        return {
            "numpy": f"np.array({literal})",
            "jax": f"jnp.array({literal})",
            "torch": f"torch.tensor({literal})",
        }[self.target]

    def _expected(self, inner: str, variable: str, order: int) -> str:
        if self.target == "numpy":
            if order == 1:
                return f"slope({inner}, {variable})"
            return f"slope(lambda at: slope({inner}, at, 1e-4), {variable}, 1e-4)"
        if self.target == "jax":
            return f"jax.{'jacobian' if order == 1 else 'hessian'}({inner})({variable})"
        module = "torch.autograd.functional"
        return f"{module}.{'jacobian' if order == 1 else 'hessian'}({inner}, {variable})"

    def _compared(self, claim: Claim, name: str, variable: str) -> list[str]:
        tolerance = TOLERANCE.get((self.target, claim.order), 1e-9)
        module = {"numpy": "np", "jax": "jnp", "torch": "torch"}[self.target]
        shown = f"{claim.kind} of {name} by {variable}"
        return [
            f"error = float({module}.max({module}.abs(found - expected)))",
            f'print(f"{shown}: largest difference {{error:.1e}}")',
            f"assert error <= {tolerance:g} * (1 + float({module}.max({module}.abs(expected))))",
        ]


def _renamed(name: str) -> Symbol:
    return Symbol(name, ())


def _literal(values: Any, plain: bool) -> str:
    """Nested lists of numbers; values without facts are rounded, so that a reader can follow."""
    shape, flat = values.shape[1:], [float(value) for value in values.reshape(-1)]
    return repr(_nested([round(value, 2) for value in flat] if plain else flat, shape))


def _nested(flat: list[float], shape: Sequence[int]) -> Any:
    if not shape:
        return flat[0]
    size = len(flat) // shape[0] if shape[0] else 0
    return [_nested(flat[k * size : (k + 1) * size], shape[1:]) for k in range(shape[0])]


def programs(
    derivations: Sequence[Derivation], target: str = "numpy"
) -> dict[str, tuple[Listing, ...]]:
    """The programs of each derivation that has one, by slug."""
    found: dict[str, tuple[Listing, ...]] = {}
    for derivation in derivations:
        try:
            found[derivation.slug] = listings_of(derivation, target)
        except DeriveError:
            continue  # nothing to differentiate: the notes show none
    return found

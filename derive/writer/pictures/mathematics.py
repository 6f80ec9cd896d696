"""What a picture takes its numbers from: the symbols, definitions and results of its derivation.

A builder states which symbols have which values and asks for the values of others. Nothing here knows a formula: the
expressions come from the derivation, and their values from the evaluator that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from derive.derivation import Definition, Derivation
from derive.errors import UsageError
from derive.expr.nodes import Derivative, Expr, Function, Symbol

#: values of an expression at points:
#: (expression, array (points, *dims) for each free symbol, sizes) -> array (points, *shape)
Evaluate = Callable[[Expr, Mapping[Symbol, Any], Mapping[str, int]], Any]


@dataclass(frozen=True)
class Mathematics:
    """The expressions of a derivation by the names that its author gave them, and their values."""

    derivation: Derivation
    evaluate: Evaluate

    def named(self, name: str) -> Symbol | Function:
        """The declared or defined symbol or function; raises `UsageError` when the derivation has none."""
        for given in self.derivation.givens:
            if given.symbol.name == name:
                return given.symbol
        for block in self.derivation.blocks:
            if isinstance(block, Definition) and block.symbol.name == name:
                return block.symbol
        raise UsageError(f"{self.derivation.slug} has no symbol {name!r}")

    def symbol(self, name: str) -> Symbol:
        """The symbol of a name."""
        found = self.named(name)
        if not isinstance(found, Symbol):
            raise UsageError(f"{name} is a function in {self.derivation.slug}, not a symbol")
        return found

    def call(self, name: str, *arguments: Expr) -> Expr:
        """A function that the derivation defines, of arguments."""
        found = self.named(name)
        if not isinstance(found, Function):
            raise UsageError(f"{name} is a symbol in {self.derivation.slug}, not a function")
        return found(*arguments)

    def result(self, lhs: Expr) -> Expr:
        """The last side of the first chain that begins with `lhs`; of those marked as results, if any is."""
        chains = [chain for chain in self.derivation.chains if chain.lhs == lhs]
        chains.sort(key=lambda chain: not chain.result)
        last = chains[0].steps[-1].rhs if chains else None
        if not isinstance(last, Expr):
            raise UsageError(f"{self.derivation.slug} does not work out {lhs!r}")
        return last

    def derived(self, body: Expr | str, wrt: Expr | str) -> Expr:
        """The gradient or Jacobian of `body` by `wrt` as the derivation found it."""
        left = self.symbol(body) if isinstance(body, str) else body
        variable = self.symbol(wrt) if isinstance(wrt, str) else wrt
        for chain in sorted(self.derivation.chains, key=lambda chain: not chain.result):
            if isinstance(chain.lhs, Derivative) and chain.lhs.key()[:2] == (left, (variable,)):
                return self.result(chain.lhs)
        raise UsageError(f"{self.derivation.slug} does not derive {left!r} by {variable!r}")

    def at(self, expr: Expr | str, values: Mapping[str, Any], **sizes: int) -> Any:
        """The value of an expression. A symbol's array has the symbol's axes, or one more in front, which then counts
        points; the value has that axis too. Sizes are read off the arrays; others are given by name."""
        import numpy as np

        node = self.symbol(expr) if isinstance(expr, str) else expr
        arrays = {self.symbol(n): np.asarray(v, dtype=np.float64) for n, v in values.items()}
        counts = [len(a) for s, a in arrays.items() if a.ndim > len(s.dims)]
        points = max(counts, default=1)
        spread = {}
        for symbol, array in arrays.items():
            core = array.shape[array.ndim - len(symbol.dims) :]
            sizes = self._sizes(symbol, core, sizes)
            spread[symbol] = np.broadcast_to(array, (points, *core))
        found = np.asarray(self.evaluate(node, spread, sizes), dtype=np.float64)
        if not np.isfinite(found).all():
            raise UsageError(f"{self.derivation.slug}: {node!r} is not finite at every point drawn")
        return found if counts else found[0]

    def _sizes(
        self, symbol: Symbol, core: tuple[int, ...], known: Mapping[str, int]
    ) -> dict[str, int]:
        sizes = dict(known)
        for size, length in zip(symbol.dims, core, strict=True):
            if len(size.names) == 1 and size.terms == (((size.names[0],), 1),):
                name = size.names[0]
                if sizes.setdefault(name, length) != length:
                    raise UsageError(f"{name} is {sizes[name]}, but {symbol.name} has {length}")
        return sizes

"""NumPy functions as functions of PyTorch.

The code is translated as a syntax tree: what PyTorch has with the same meaning is renamed, what is a plain number stays
one (`math`), and what has no counterpart is refused by its name.
"""

from __future__ import annotations

import ast
import re

from derive.errors import UsageError

#: functions of NumPy that PyTorch has with the same meaning -> their name there
NAMES: dict[str, str] = {
    **{name: name for name in ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan")},
    **{name: name for name in ("sinh", "cosh", "tanh", "abs", "sign", "floor", "where", "outer")},
    **{name: name for name in ("einsum", "eye", "arange", "reshape", "broadcast_to", "sum")},
    **{name: name for name in ("diag", "trace", "kron", "prod", "concatenate", "logical_not")},
    **{name: name for name in ("logical_or", "zeros", "ones", "full", "stack", "tril", "triu")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"linalg.{name}": f"linalg.{name}" for name in ("inv", "det", "slogdet", "solve", "norm")},
    "linalg.eigvalsh": "linalg.eigvalsh",
    "transpose": "permute",
    "max": "amax",
    "min": "amin",
    "asarray": "as_tensor",
}
#: functions of scipy.special -> those of PyTorch
SPECIAL: dict[str, str] = {
    "expit": "sigmoid",
    "gammaln": "special.gammaln",
    "digamma": "special.digamma",
    "polygamma": "special.polygamma",
    "ndtr": "special.ndtr",
    "erf": "special.erf",
    "i0": "special.i0",
    "i1": "special.i1",
    "softmax": "softmax",
    "logsumexp": "logsumexp",
}
#: functions of numbers alone
PLAIN = ("sqrt", "log", "exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "floor")


def in_torch(code: str) -> str:
    """A NumPy function as one of PyTorch; `UsageError` for a function that PyTorch has not with the same meaning."""
    code = re.sub(r"^ +from scipy import special\n", "", code, flags=re.M)
    tree = ast.fix_missing_locations(_Translation().visit(ast.parse(code)))
    text = ast.unparse(tree)
    return re.sub(r"einsum\('([^']*)'", r'einsum("\1"', text) + (
        "\n" if code.endswith("\n") else ""
    )


class _Translation(ast.NodeTransformer):
    """Rewrites the calls of one function; knows which of its names are plain numbers (sizes)."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        node.value = self.visit(node.value)
        name = node.targets[0]
        if isinstance(name, ast.Name) and (self.is_number(node.value) or _is_size(node.value)):
            self.numbers.add(name.id)
        return node

    def is_number(self, node: ast.expr) -> bool:
        """Whether a value is a number of Python rather than a tensor."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int | float)
        if isinstance(node, ast.Name):
            return node.id in self.numbers
        if isinstance(node, ast.BinOp):
            return self.is_number(node.left) and self.is_number(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_number(node.operand)
        return _dotted(node).startswith("math.") or (
            isinstance(node, ast.Call) and _dotted(node.func).startswith("math.")
        )

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = _dotted(node)
        if name in ("np.pi", "np.e"):
            return _name(name.replace("np.", "math."))
        if name == "np.euler_gamma":
            return ast.Constant(0.5772156649015329)
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node).endswith("[..., ::-1]"):  # PyTorch has no negative steps
            return ast.Call(_name("torch.flip"), [node.value, ast.Tuple([ast.Constant(-1)])], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _dotted(node.func)
        module, _, function = name.partition(".")
        if module == "special":
            return self._special(node, function)
        if module != "np":
            return node
        if function in PLAIN and self.is_number(node.args[0]):
            node.func = _name(f"math.{function}")
            return node
        special = getattr(self, f"_np_{function}", None)
        if special is not None:
            return _as_node(special(node))
        if function not in NAMES:
            raise UsageError(f"no PyTorch program for {function}")
        node.func = _name(f"torch.{NAMES[function]}")
        node.keywords = [_axis(word) for word in node.keywords if word.arg != "optimize"]
        return node

    def _special(self, node: ast.Call, function: str) -> ast.AST:
        if function not in SPECIAL:
            raise UsageError(f"no PyTorch program for special.{function}")
        node.func = _name(f"torch.{SPECIAL[function]}")
        node.keywords = [_axis(word) for word in node.keywords]
        if function in ("softmax", "logsumexp") and not node.keywords:
            node.keywords = [ast.keyword("dim", ast.Constant(-1))]
        return node

    def _np_take(self, node: ast.Call) -> ast.AST:
        """`x[index]` along the first axis, `x[:, index]` along the second, ..."""
        axis = next((w.value for w in node.keywords if w.arg == "axis"), None)
        if not isinstance(axis, ast.Constant) or not isinstance(axis.value, int) or axis.value < 0:
            raise UsageError("no PyTorch program for take")
        before: list[ast.expr] = [ast.Slice() for _ in range(axis.value)]
        index = ast.Tuple([*before, node.args[1]]) if before else node.args[1]
        return ast.Subscript(node.args[0], index)

    def _np_maximum(self, node: ast.Call) -> ast.AST:
        return self._extreme(node, "maximum", "min")

    def _np_minimum(self, node: ast.Call) -> ast.AST:
        return self._extreme(node, "minimum", "max")

    def _extreme(self, node: ast.Call, function: str, bound: str) -> ast.AST:
        """`maximum` of tensors, `clamp` of a tensor by a number."""
        first, second = node.args
        if self.is_number(second):
            return ast.Call(_name("torch.clamp"), [first], [ast.keyword(bound, second)])
        if self.is_number(first):
            return ast.Call(_name("torch.clamp"), [second], [ast.keyword(bound, first)])
        return ast.Call(_name(f"torch.{function}"), [first, second], [])

    def _np_logaddexp(self, node: ast.Call) -> ast.AST:
        """`softplus` where one side is zero: then PyTorch has no number to add to."""
        first, second = node.args
        if ast.unparse(first) in ("0", "0.0"):
            zero = ast.Call(_name("torch.zeros_like"), [second], [])
            return ast.Call(_name("torch.logaddexp"), [zero, second], [])
        return ast.Call(_name("torch.logaddexp"), [first, second], [])


def _axis(word: ast.keyword) -> ast.keyword:
    return ast.keyword("dim", word.value) if word.arg == "axis" else word


def _as_node(made: object) -> ast.AST:
    assert isinstance(made, ast.AST), made
    return made


def _is_size(node: ast.expr) -> bool:
    """`X.shape[0]`."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
    )


def _dotted(node: ast.AST) -> str:
    """`np.linalg.inv` of the tree of a dotted name, nothing for other trees."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _name(dotted: str) -> ast.expr:
    parsed = ast.parse(dotted, mode="eval")
    return parsed.body

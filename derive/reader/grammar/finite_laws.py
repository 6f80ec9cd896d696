r"""Laws of finite variables: `p(x, z)`, `p(x \mid z)`, `q(z)` where z takes finitely many values.

All laws that share a letter come from one joint table: `p(x)` is a sum over it and `p(x \mid z)` a quotient, so that
the rules of probability hold by construction and a claim is checked for every law. A value of a variable is an index;
a variable is finite when it is declared so (`declare_finite`), or, with inference, when nothing else is known of it.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.expr.build import as_facts
from derive.expr.nodes import (
    Add,
    Apply,
    Dim,
    Expr,
    Index,
    Item,
    Number,
    Product,
    Quotient,
    Reduce,
    Relation,
    Symbol,
)
from derive.expr.sizes import Size
from derive.expr.walk import symbols
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.indices import free_index, index_node, index_value
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Name, Table, data_index
from derive.reader.grammar.values import Binding, Misfit, Value, uses_of
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token

MOST_VARIABLES = 3
LAWS = frozenset([*"pqPQbr", r"\pi", r"\rho", r"\mu", r"\nu"])
BARS = frozenset(["|", r"\mid", r"\vert"])


def declare_finite(table: Table, variable: str) -> None:
    """Say that a variable takes finitely many values."""
    table.declare_finite(variable)


def small(variable: str, known: Container[str]) -> str:
    """The letter of the values of a random variable: x for X where x is a finite variable; else the name itself."""
    lower = variable.lower() if len(variable) == 1 else variable
    return lower if lower in known else variable


def read_density(reader: Formula, request: Unknown) -> Value | None:
    """`p(x \\mid z)` of finite variables; None when the name is no such law. The cursor is at the opening bracket."""
    signature = signature_at(reader, request.cursor)
    if signature is None:
        return None
    values, given = signature
    if _bare(request.name) in reader.table.several_laws:
        raise reader.error(
            f"{request.name.latex} is several laws of one variable here; give them letters of their own",
            request.written.start,
        )
    if not is_law(request.name) or _bare(request.name) in reader.table.tables:
        return tabulated(
            reader, request.name, request.written.sup, request.cursor, request.written.start
        )
    name = _bare(request.name)
    if any(b.name == name.sub for b in (*reader.outer, *reader.scope)):
        raise reader.error(
            f"{name.latex} is another law for each {name.sub}, which is not supported here",
            request.written.start,
        )
    variables = reader.table.joints.setdefault(name, [])
    start = request.written.start
    if variables and not given and any("_" in v and v not in variables for v in values):
        raise reader.error(f"{name.latex} at a member: laws of members are not read here", start)
    for variable in (*values, *given):
        declare_finite(reader.table, variable)
        if variable not in variables:
            variables.append(variable)
    start = request.written.start
    if len(variables) > MOST_VARIABLES:
        raise reader.error(f"a law of more than {MOST_VARIABLES} variables is not supported", start)
    nodes = enclosed(request.cursor, "(", ")")
    assert nodes is not None
    request.cursor.pos += len(nodes) + 2
    found = law_value(reader, name, values, given, start)
    return (
        reader.raised(found, request.written.sup, start)
        if request.written.sup is not None
        else found
    )


def _bare(name: Name) -> Name:
    return Name(name.base, name.font, name.accents, name.sub)


def is_law(name: Name) -> bool:
    """Whether a letter usually stands for a law, not for any function of a finite variable."""
    return name.base in LAWS or name.font == "word"


def law_alone(reader: Formula, request: Unknown) -> Value | None:
    """A law that stands without its variables: the array of its probabilities."""
    name = Name(request.name.base, request.name.font, request.name.accents, request.name.sub)
    if name not in reader.table.joints or request.written.sup is not None:
        return None
    symbol = joint_density(reader.table, name)
    return Value(
        symbol.shape, lambda: joint_density(reader.table, name), start=request.written.start
    )


def tabulated(
    reader: Formula, name: Name, above: Sequence[Node] | None, cursor: Cursor, start: int
) -> Value | None:
    """`f(x)` of finite variables as the entry of a table of any numbers, or of vectors where that is declared."""
    signature = signature_at(reader, cursor)
    if signature is None:
        return None
    variables = [*signature[0], *signature[1]]
    bound = {
        b.name: None for b in (*reader.scope, *reader.outer) if not b.explicit and b.lower is None
    }
    if not all(variable in reader.table.finite or variable in bound for variable in variables):
        return None
    for variable in variables:
        declare_finite(reader.table, variable)
    name = Name(name.base, name.font, name.accents, name.sub)
    nodes = enclosed(cursor, "(", ")")
    assert nodes is not None
    cursor.pos += len(nodes) + 2
    said = reader.table.slots.get(name)
    if said is not None:
        _share_values(reader, name, variables, said, start)
    places = [_at(reader, v, start) for v in variables]
    own = reader.table.tables.get(name, ())

    def build() -> Expr:
        counts = [reader.table.sizes.resolve(reader.table.finite[v]) for v in variables]
        sizes = (*counts, *(reader.table.sizes.resolve(s) for s in own))
        body = parametrised(reader.table, name, sizes) if len(sizes) == 1 else None
        slots = [v.rstrip("'") for v in said or variables]
        slots = slots if len(set(slots)) == len(slots) else variables
        whole = Symbol(f"{name.latex}({', '.join(slots)})", sizes, (), None, body)
        return Item(whole, (*(place.build() for place in places), *(None for _ in own)))

    value = Value(own, build, uses_of(places), start=start)
    return reader.raised(value, above, start) if above is not None else value


def signature_at(reader: Formula, cursor: Cursor) -> tuple[list[str], list[str]] | None:
    """The variables before and after the bar, when all of them are finite or may be."""
    nodes = enclosed(cursor, "(", ")") if cursor.at("(") else None
    if not nodes:
        return None
    parts: list[list[Node]] = [[]]
    bar = -1
    for node in nodes:
        if isinstance(node, Token) and node.text == ";" and parts[-1]:
            break  # p(x, z; \theta): parameters that are the same throughout
        if isinstance(node, Token) and node.text in (",", *BARS):
            if node.text != ",":
                if bar >= 0:
                    return None
                bar = len(parts)
            parts.append([])
        else:
            parts[-1].append(node)
    names = [index_name(part) if part else None for part in parts]
    if bar >= 0:
        names = [n for i, n in enumerate(names) if i < bar or n not in reader.table.held]
        bar = bar if bar < len(names) else -1
    known = [small(n, reader.table.finite) for n in names if n is not None]
    if len(known) < len(names) or not all(_may_be_finite(reader, n) for n in known):
        return None
    if len(set(known)) != len(known):
        return None
    return (known, []) if bar < 0 else (known[:bar], known[bar:])


def _may_be_finite(reader: Formula, name: str) -> bool:
    if name in reader.table.finite:
        return True
    if reader.table.inference is None or any(name == law.latex for law in reader.table.called):
        return False
    taken = any(
        e.latex == name for e in (*reader.table.entries.values(), *reader.table.families.values())
    )
    return not taken


def _at(reader: Formula, variable: str, start: int) -> Value:
    """The value of a finite variable here: the index that a sum binds, else a free one."""
    size = reader.table.finite[variable]
    member = variable if data_index(variable) else ""
    variable = data_index(variable) or variable
    given = reader.bound.get(variable)
    inside = any(binding.name == variable for binding in reader.scope)
    if given and given[-1].kind == "index" and not inside:
        return given[-1]  # in a formula that is read at the values of its variables
    for binding in reversed([*reader.outer, *reader.scope]):
        if binding.name == variable:
            if not reader.table.sizes.unify(binding.extent, size) and member:
                reader.table.finite[member] = binding.extent  # as many members as its sum says
            return index_value(reader, binding, start)
    label = variable.rpartition("_")[2].strip("{}")
    if label != variable and any(b.name == label for b in (*reader.outer, *reader.scope)):
        raise reader.error(
            f"{variable} is another value for each {label}: laws of members are not read here",
            start,
        )
    value = free_index(reader, variable, start)
    reader.table.sizes.unify(reader.state.free[variable].extent, size)
    return value


def law_value(
    reader: Formula, name: Name, values: list[str], given: list[str], start: int
) -> Value:
    """The value of a law at the indices of its variables, given others."""
    table = reader.table
    if name in table.law_rules:
        return _by_rule(reader, name, [*values, *given], start)
    places = {v: _at(reader, v, start) for v in (*values, *given)}

    def build() -> Expr:
        at = {v: place.build() for v, place in places.items()}
        joint = joint_density(table, name)
        top = marginal_density(table, name, joint, {v: at[v] for v in (*values, *given)})
        weights = [weight_of(table, v, at[v]) for v in values if v in table.measured]
        below = [marginal_density(table, name, joint, {v: at[v] for v in given})] if given else []
        for factor in (*below, *weights):
            top = Quotient(top, factor)
        return top

    return Value((), build, uses_of(places.values()), start=start)


def weight_of(table: Table, variable: str, place: Expr) -> Expr:
    """The weight of a value of a variable whose law is a density, which may exceed one: its mass is density times
    weight."""
    size = table.sizes.resolve(table.finite[variable])
    return Item(Symbol(f"w_{{{variable}}}", (size,), as_facts(("positive",))), (place,))


def _by_rule(reader: Formula, name: Name, variables: list[str], start: int) -> Value:
    """A law that a formula gives, at the values that are written."""
    parameters, rule = reader.table.law_rules[name]
    _share_values(reader, name, variables, parameters, start)
    found = rule(reader, [_at(reader, v, start) for v in variables], start)
    assert isinstance(found, Value)
    return found


def _share_values(
    reader: Formula, name: Name, variables: Sequence[str], said: Sequence[str], start: int
) -> None:
    """Let the variables of a call have the values of those with which a table or a law was declared."""
    if len(variables) != len(said):
        raise reader.error(f"{name.latex} is given for the variables {', '.join(said)}", start)
    table = reader.table
    bound = {b.name for b in (*reader.outer, *reader.scope)}
    laws = (listed for law, listed in table.joints.items() if law != name)
    others = {v for listed in laws if not set(said) & set(listed) for v in listed}
    one = name in table.slots or bool(name.sub) or name.base == r"\pi"  # p(x) and p(z) are two laws
    others |= {v for other in table.slots.values() for v in other} | set(said)
    for variable, slot in zip(variables, said, strict=True):
        if variable.rstrip("'") == slot.rstrip("'"):
            continue
        if not one or variable not in bound or variable in others:
            raise reader.error(
                f"{name.latex} is given for {', '.join(said)}, not {variable}", start
            )
        table.finite[variable] = table.finite[slot]


def joint_density(table: Table, name: Name) -> Symbol:
    """The table of a letter: one axis for each of its variables, positive, of total one."""
    if name in table.law_rules:
        raise Misfit(f"{name.latex} is given by a formula for its values; its table is not read")
    variables = table.joints[name]
    sizes = tuple(table.sizes.resolve(table.finite[v]) for v in variables)
    called = f"{name.latex}({', '.join(variables)})"
    body = table.law_bodies.get(name)
    if body is not None:
        return Symbol(called, body.shape, (), None, body)
    facts = ("simplex",) if len(sizes) == 1 else ("positive", "total_one")
    if replace(name, sub="") in table.unnormalised:
        return Symbol(called, sizes, as_facts(("positive",)))
    if (body := parametrised(table, name, sizes)) is not None:
        body = Apply("softmax", (body,)) if len(sizes) == 1 else body
        return Symbol(called, body.shape, (), None, body)
    return Symbol(called, sizes, as_facts(facts))


def define_law(
    reader: Formula, law: Name, variables: list[str], right: Sequence[Node], start: int
) -> None:
    r"""`p(x) = \tilde{p}(x) / Z`: the table of a law, unless the rules of probability say the same."""
    table = reader.table
    if variables != table.joints[law]:
        return
    bindings = finite_sum(reader, variables, start)
    with reader.binding(*bindings):
        node = reader.whole(right).build()
    if joint_density(table, law) not in symbols(node):
        indices = tuple(index_node(reader, b) for b in bindings)
        table.law_bodies[law] = Reduce("array", indices, node)


def marginal_density(table: Table, name: Name, joint: Symbol, at: dict[str, Expr]) -> Expr:
    """The joint summed over the variables that are not in `at`."""
    if any(data_index(v) for v in table.joints[name]):
        return observed_density(table, name, at)
    variables = table.joints[name]
    over: list[Index] = []
    places: list[Expr] = []
    for variable in variables:
        if variable in at:
            places.append(at[variable])
            continue
        bound = Index(
            variable + "'", Number(Fraction(1)), Dim(table.sizes.resolve(table.finite[variable]))
        )
        over.append(bound)
        places.append(bound)
    entry = Item(joint, tuple(places))
    return Reduce("sum", tuple(over), entry, (), "index") if over else entry


def observed_density(table: Table, name: Name, at: dict[str, Expr]) -> Expr:
    r"""A law of an observed member, `p(x^{(i)}, z)`: a law of z, times any positive number for each member and z;
    summed over what is not in `at`."""
    latent = [v for v in table.joints[name] if not data_index(v)]
    seen = [v for v in at if data_index(v)]
    if len({at[v] for v in seen}) > 1:
        raise Misfit(f"{name.latex} is asked for members of two indices")
    bound = {
        v: Index(v + "'", Number(Fraction(1)), Dim(_count(table, v))) for v in latent if v not in at
    }
    places = tuple(at.get(v) or bound[v] for v in latent)
    sizes = tuple(_count(table, v) for v in latent)
    factors: list[Expr] = []
    if latent:
        facts = as_facts(("simplex",) if len(latent) == 1 else ("positive", "total_one"))
        factors.append(Item(Symbol(f"{name.latex}({', '.join(latent)})", sizes, facts), places))
    if seen:
        given = rf" \mid {', '.join(latent)}" if latent else ""
        called = f"{name.latex}({', '.join(sorted(seen))}{given})"
        likely = Symbol(called, (_count(table, seen[0]), *sizes), as_facts(("positive",)))
        factors.append(Item(likely, (at[seen[0]], *places)))
    entry = Product(tuple(factors)) if len(factors) > 1 else factors[0]
    return Reduce("sum", tuple(bound.values()), entry, (), "index") if bound else entry


def _count(table: Table, variable: str) -> Size:
    return table.sizes.resolve(table.finite[variable])


def parametrised(table: Table, name: Name, counts: tuple[Size, ...]) -> Expr | None:
    r"""The table of `E_\theta(x)` for derivatives by theta: any numbers, slopes and some curvature; else None. Of
    several variables it is that of a law, positive and of total one.

    For statements about first derivatives at a point this is as good as any smooth function.
    """
    match = next(
        (e for e in table.variables() if e.latex == name.sub and e.name in table.varied), None
    )
    if match is None or match.sizes is None or match.family or len(match.sizes) > 1:
        return None
    theta = table.symbol(match)
    if theta.definition is not None or any(is_open(size) for size in (*theta.dims, *counts)):
        return None
    slopes, bends = (Symbol(rf"{m}_{{{name.latex}}}", (*counts, *theta.dims)) for m in "MN")
    level = Symbol(rf"c_{{{name.latex}}}", counts)
    if len(counts) == 1:
        bent = Product((bends, theta))
        return Add((Product((slopes, theta)), level, Apply("hadamard", (bent, bent))))

    def weight(mark: str) -> tuple[tuple[Index, ...], Expr]:
        at = tuple(Index(f"k{mark}_{n}", Number(Fraction(1)), Dim(c)) for n, c in enumerate(counts))
        own = (None,) * len(theta.dims)
        sloped, bent = (
            Apply("inner", (Item(m, (*at, *own)), theta)) if own else Product((Item(m, at), theta))
            for m in (slopes, bends)
        )
        return at, Apply("exp", (Add((sloped, Item(level, at), Product((bent, bent)))),))

    (at, top), (over, term) = weight(""), weight("'")
    return Reduce("array", at, Quotient(top, Reduce("sum", over, term, (), "index")))


def is_total(relation: Expr) -> bool:
    """Whether an equation says of a law of finite variables what holds of every one: that it sums to one."""
    if (
        not isinstance(relation, Relation)
        or relation.op != "="
        or not isinstance(relation.lhs, Reduce)
    ):
        return False
    one = isinstance(relation.rhs, Number) and relation.rhs.value == 1
    body = relation.lhs.body
    if not one or relation.lhs.kind != "sum" or relation.lhs.where:
        return False
    if isinstance(body, Quotient) and isinstance(body.numerator, Item):
        below = body.denominator.body if isinstance(body.denominator, Reduce) else body.denominator
        return isinstance(below, Item) and below.base == body.numerator.base
    if not isinstance(body, Item) or not isinstance(body.base, Symbol):
        return False
    every = len(relation.lhs.indices) == len(body.base.dims)
    return every and any(fact.name in ("simplex", "total_one") for fact in body.base.facts)


def finite_sum(reader: Formula, variables: Sequence[str], start: int) -> list[Binding]:
    """Bindings for a sum over finite variables."""
    return [Binding(v, reader.table.finite[v], start=start) for v in variables]

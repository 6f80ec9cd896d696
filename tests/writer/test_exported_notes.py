"""The exported notes of every recipe pass the check as they stand, and say what the recipe says.

By default a slice of the catalogue is read (`DERIVE_SLICE` names another one); `DERIVE_SLOW_TESTS` reads
all of it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from derive import checker, registry
from derive.derivation import Chain, Derivation
from derive.reader import read


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"writer_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


exported = _load("exported")

SLUGS = tuple(registry.catalogue().recipes)
#: slices of the catalogue; one is read by default, each in another format than the next
SLICES = 30


#: recipe -> what its page leaves open: the derivative of one variable by another, which notes mean as a dependence, and
#: the inverse of the layer, of which balls cannot separate the sides
OPEN = {
    "flow-affine-coupling": (
        "x_1 is not given as a function of x_2",
        "the sides could not be told apart",
    ),
}
#: recipe -> the symbol that is read with more facts than the recipe declares, each implied by the words of its row
IMPLIED = {
    "eckart-young": ("V has the facts",),  # orthonormal eigenvectors, as many as rows
    "eigenvalue-derivative": ("v has the facts",),  # a unit vector
    "linear-autoencoder": ("V_k has the facts",),  # orthonormal columns
    "natural-gradient": ("s has the facts",),  # a length
    "perplexity-bandwidth": ("x has the facts",),  # squared distances
    "ppca-mle": ("U_q has the facts",),  # orthonormal columns
    "spectral-decomposition": ("P has the facts", "Q has the facts"),  # orthonormal eigenvectors
    "svd-from-eigen": ("V has the facts",),  # orthonormal eigenvectors, as many as rows
}
#: recipe -> definitions that cannot be compared: `l_i = \\lambda_i` for the first q, with an index of the recipe's own
UNLIKE = {"ppca-mle": ("l_i = lambda_i",), "ddpm-forward-marginal": ("bar alpha_t = prod",)}


def chosen() -> list[tuple[str, str]]:
    """The recipes of this run, each with a format."""
    if os.environ.get("DERIVE_SLOW_TESTS"):
        return [(slug, to) for slug in SLUGS for to in ("tex", "md")]
    part = int(os.environ.get("DERIVE_SLICE", "0"))
    return [(s, "md" if k % 2 else "tex") for k, s in enumerate(SLUGS[part % SLICES :: SLICES])]


@pytest.mark.parametrize(("slug", "to"), chosen())
def test_an_exported_recipe_passes_and_says_the_same(slug: str, to: str) -> None:
    derivation = exported.recipe(slug)
    found = exported.read_back(slug, to)
    own = exported.names_of(derivation)
    verdicts = iter(checker.judge(found, time_limit=20).relations)
    for row, other in exported.paired(derivation, found):
        verdict = next(verdicts).verdict
        where = f"{row.kind} {row.number}: {row.lhs!r} {row.op} {row.rhs!r}"
        # what prose has defined before is a claim where it is displayed
        wanted = ("definition", "holds") if row.kind == "definition" else ("holds",)
        left_open = verdict.kind == "unchecked" and any(
            reason in verdict.why for reason in OPEN.get(slug, ())
        )
        accepted = verdict.kind in wanted or left_open
        assert accepted, f"{where}: {verdict.kind} {verdict.why}"
        sides = [(row.rhs, other.rhs)] + (
            [(row.lhs, other.lhs)] if row.kind != "definition" else []
        )
        for side, read_side in sides:
            same = exported.says_the_same(side, read_side, own)
            unlike = any(name in where for name in UNLIKE.get(slug, ()))
            assert same != "differs" or unlike, f"{where} is read as {read_side!r}"
    known = IMPLIED.get(slug, ())
    assert [m for m in exported.misread(derivation, found) if not m.startswith(known)] == []


#: recipe, what is printed, and what is planted in its place
PLANTED = [
    ("mse-gradient", r"L & = \frac{2}{n} X^\top r", r"L & = \frac{1}{n} X^\top r"),
    ("mse-gradient", r"& = \frac{2}{n} X^\top X &", r"& = \frac{2}{n} X X^\top &"),
    ("softmax-jacobian", r"p_i\,(1 - p_i)", r"p_i\,(1 + p_i)"),
    ("rayleigh-quotient", r"& = \lambda_1 &", r"& = \lambda_n &"),
    ("dense-layer-backward", r"\nabla_W L = X^\top \bar{Y}", r"\nabla_W L = -X^\top \bar{Y}"),
    ("bias-variance", r"& \boxed{\;\mathbb{E}[(y", r"& \boxed{\;2 \mathbb{E}[(y"),
    ("newton-step", r"& = -H^{-1} g &", r"& = H^{-1} g &"),
    ("conv1d-toeplitz", r"k_u \bar{y}_{j - u} &", r"k_u \bar{y}_{j - u + 1} &"),
]


@pytest.mark.parametrize(("slug", "printed", "planted"), PLANTED)
def test_a_mistake_planted_in_an_exported_recipe_is_found(
    slug: str, printed: str, planted: str
) -> None:
    text = exported.exported(slug)
    assert printed in text
    line = text[: text.index(printed)].count("\n") + 1
    found = read(text.replace(printed, planted, 1), f"{slug}.tex")
    (relation,) = checker.judge(only(found, line), time_limit=20).relations
    assert relation.verdict.kind == "fails"


def only(derivation: Derivation, line: int) -> Derivation:
    """The derivation with the one relation whose right side stands in a line."""
    kept = tuple(block for block in derivation.blocks if not isinstance(block, Chain))
    for chain in derivation.chains:
        for place, step in enumerate(chain.steps):
            if step.place.line == line:
                alone = replace(chain, lhs=chain.sides()[place], steps=(step,))
                return replace(derivation, blocks=(*kept, alone))
    raise AssertionError(f"no relation stands in line {line}")

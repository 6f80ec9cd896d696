"""Undeclared capital letters with an index are no numbers where they are multiplied: the order of a product counts."""

from __future__ import annotations

import pytest

import derive

DEEP = r"A deep linear network has layers $h_l = W_l h_{l-1}$. Then \[ %s \]"
FLOW = r"Put $z_2 = A_2 z_1$ and $z_1 = A_1 z_0$. Then \[ %s \]"
PLAIN = r"Then \[ %s \]"


@pytest.mark.parametrize(
    ("note", "relation", "verdicts"),
    [
        (DEEP, r"\frac{\partial h_l}{\partial h_{l-2}} = W_l W_{l-1}", ("holds", "unchecked")),
        (DEEP, r"\frac{\partial h_l}{\partial h_{l-2}} = W_{l-1} W_l", ("fails", "unchecked")),
        (FLOW, r"\frac{\partial z_2}{\partial z_0} = A_2 A_1", ("holds", "unchecked")),
        (FLOW, r"\frac{\partial z_2}{\partial z_0} = A_1 A_2", ("fails", "unchecked")),
        (PLAIN, r"W_1 W_2 - W_2 W_1 = 0", ("fails", "unchecked")),
        (PLAIN, r"a_1 a_2 - a_2 a_1 = 0", ("holds",)),
    ],
)
def test_an_order_that_numbers_would_hide_is_not_accepted(
    note: str, relation: str, verdicts: tuple[str, ...]
) -> None:
    report = derive.check_text(note % relation, seed=0).to_json()
    assert report["files"][0]["relations"][0]["verdict"] in verdicts


LAYER = (
    r"Let $\mathbf{z} \in \mathbb{R}^{h}$, $\mathbf{V} \in \mathbb{R}^{q \times h}$, $\mathbf{h} = \phi(\mathbf{z})$"
    r" %s, $\mathbf{o} = \mathbf{V} \mathbf{h}$ and $L = l(\mathbf{o}, y)$. Then"
    r" \[ \frac{\partial L}{\partial \mathbf{V}} = \frac{\partial L}{\partial \mathbf{o}} \mathbf{h}%s \]"
)


@pytest.mark.parametrize(
    "words",
    [
        r"with $\phi$ applied elementwise",
        r"where $\phi$ acts entry by entry",
        r"where $\phi$ acts on each component",
    ],
)
def test_what_is_applied_to_each_entry_gives_no_number(words: str) -> None:
    for end, verdict in ((r"^\top", "holds"), ("", "fails")):
        report = derive.check_text(LAYER % (words, end), seed=0).to_json()
        assert report["files"][0]["relations"][0]["verdict"] == verdict


def test_a_letter_in_two_fonts_is_one_argument_of_a_density_or_two() -> None:
    note = (
        r"For a density $p(\mathbf{x}; \theta)$, smooth in $\theta$, \[ \mathbb{E}_{p(x; \lambda)}"
        r"[\nabla_\theta \log p(\mathbf{x}; \theta)] = \mathbb{E}_{p(x; \theta)}\left[\frac{"
        r"\nabla_\theta p(\mathbf{x}; \theta)}{p(\mathbf{x}; \theta)}\right] \]"
    )
    report = derive.check_text(note, seed=0).to_json()
    assert report["files"][0]["relations"][0]["verdict"] == "unchecked"

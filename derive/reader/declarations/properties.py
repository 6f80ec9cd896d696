"""Properties in words, as authors write them after a symbol: `symmetric positive definite`, `has orthonormal
columns`."""

from __future__ import annotations

import re

#: pattern -> facts; the first match of each row counts, and what it covers is not read again
WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"(the )?entries on and above the diagonal( are)?( the)?( free( variables)?)?",
        ("symmetric_entries",),
    ),
    (r"(strictly |all )?(positive|non-?zero|unit) diagonals?( entries| elements)?", ()),
    (r"zero where (an|its|the) ind(ex|ices) leaves? (its|their|the) range", ("zero_outside",)),
    (
        r"positive entries,? (and |with )?(all )?rows (that )?(sum|summing) to (one|1)",
        ("stochastic_rows",),
    ),
    (r"positive entries (that|which) sum to (one|1)(?! in)", ("simplex",)),
    (r"(entries )?sum to (one|1) in (total|all)", ("total_one",)),
    (r"positive integers?", ("natural",)),
    (r"pairwise (different|distinct) eigenvalues", ("distinct_eigenvalues",)),
    (r"columns (that )?sum to (zero|0)", ("centred",)),
    (r"one entry (is )?(1|one),? (and )?(all )?the others (0|zero)", ("one_hot",)),
    (r"euclidean norm (one|1)", ("unit_norm",)),
    (r"(entries|integers?|numbers?),? (are )?at least (zero|0)", ("nonnegative",)),
    (r"entries (that are|are|is)? ?not (zero|0)|\bnot zero\b", ("nonzero",)),
    (r"symmetric (and )?positive[ -]semi[ -]?definite", ("psd",)),
    (r"symmetric (and )?positive[ -]definite|\bspd\b", ("pd",)),
    (r"positive[ -]semi[ -]?definite|\bpsd\b", ("psd",)),
    (r"positive[ -]definite", ("pd",)),
    (r"(anti|skew)[- ]?symmetric", ("antisymmetric",)),
    (r"symmetric", ("symmetric",)),
    (
        r"^\W*(the )?(exact |true |full |inverse |local )?hessian( matrix)?(?= (of|at)\b|\W*$)",
        ("symmetric",),
    ),
    (r"orthonormal columns|columns (are|form) (an )?orthonormal", ("orthonormal_columns",)),
    (r"orthogonal matri|is orthogonal|\borthogonal\b", ("orthogonal",)),
    (r"invertible|non-?singular|regular matrix|full rank square", ("invertible",)),
    (r"full column rank|linearly independent columns", ("full_column_rank",)),
    (r"full row rank|linearly independent rows", ("full_row_rank",)),
    (r"zero diagonal", ("zero_diagonal",)),
    (
        r"\bdiagonal matri|(?<!the )(?<!on )(?<!its )(?<!with )\bdiagonal\b(?! (are|entries|elements|is|of))",
        ("diagonal",),
    ),
    (r"lower[- ]triangular", ("lower_triangular",)),
    (r"upper[- ]triangular", ("upper_triangular",)),
    (r"one-?hot rows|rows (are|is) one-?hot|each row (is )?one-?hot", ("one_hot_rows",)),
    (r"one-?hot|1-of-k", ("one_hot",)),
    (r"row-?stochastic|rows (are|is) (probability|distributions)", ("stochastic_rows",)),
    (r"rows (that )?sum to (one|1)", ("rows_sum_to_one",)),
    (r"total sum one|(entries )?sum to one in (total|all)", ("total_one",)),
    (
        r"probability (vector|distribution)|on the (probability )?simplex|(in|from) the (probability )?simplex",
        ("simplex",),
    ),
    (r"\bprobabilit(y|ies)\b(?! vector)", ("probability",)),
    (r"sums? to (one|1)|sum one", ("sums_to_one",)),
    (r"unit (vector|norm|length)|norm (one|1)|normali[sz]ed to length", ("unit_norm",)),
    (r"non-?negative", ("nonnegative",)),
    (r"(strictly )?positive(?! (semi|definite))", ("positive",)),
    (r"negative(?! (semi|definite))", ("negative",)),
    (r"non-?zero|nonvanishing", ("nonzero",)),
    (r"\bintegers?\b", ("integer",)),
    (r"natural numbers?", ("natural",)),
    (r"\bbinary\b", ("binary",)),
    (r"distinct eigenvalues", ("distinct_eigenvalues",)),
    (r"centred|centered|mean[- ]zero columns|zero[- ]mean columns", ("centred",)),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), facts) for pattern, facts in WORDS)

#: facts of vectors and of matrices alone
OF_VECTORS = frozenset(["unit_norm", "sums_to_one", "simplex", "one_hot"])
OF_MATRICES = frozenset(
    [
        "symmetric", "antisymmetric", "psd", "pd", "invertible", "orthogonal", "orthonormal_columns", "diagonal",
        "lower_triangular", "upper_triangular", "zero_diagonal", "full_column_rank", "full_row_rank", "centred",
        "one_hot_rows", "stochastic_rows", "distinct_eigenvalues",
    ]
)  # fmt: skip

#: functions that are declared in words
FUNCTIONS: tuple[tuple[str, str], ...] = (
    (r"digamma", "digamma"),
    (r"trigamma", "trigamma"),
    (r"log-?gamma", "lgamma"),
    (r"gamma function", "gamma"),
    (r"sigmoid|logistic function", "sigmoid"),
    (r"soft-?plus", "softplus"),
    (r"leaky relu", ""),
    (r"relu|rectifie", "relu"),
    (r"gelu", "gelu"),
    (r"silu|swish", "silu"),
    (r"hyperbolic tangent|\btanh\b", "tanh"),
    (r"softmax", "softmax"),
    (r"error function", "erf"),
    (
        r"(standard )?(normal|gaussian) (cdf|distribution function|cumulative)|cdf of (the|a) standard normal",
        "normal_cdf",
    ),
    (
        r"(standard )?(normal|gaussian) (pdf|density)|density of (the|a) standard normal",
        "normal_pdf",
    ),
)


def facts_in(text: str) -> list[str]:
    """The facts that a phrase states, in order; what one pattern has read, a later one does not read again."""
    found: dict[str, None] = {}
    left = re.sub(r"\s+", " ", text)
    for pattern, facts in _COMPILED:
        if pattern.search(left):
            found.update(dict.fromkeys(facts))
            left = pattern.sub(" ", left)
    return list(found)


def facts_of_all(words: str) -> list[str]:
    """Facts that words behind the last of several names give all of them: `(both symmetric positive definite)`."""
    found = re.search(r"[(,]\s*(?:both|all|each)(?: of (?:which|them))? ([^()$]*)", words, re.I)
    return facts_in(found[1]) if found is not None and not re.search(r"\bnot\b", found[1]) else []


def without_facts(text: str) -> str:
    """What a phrase says beside facts."""
    left = re.sub(r"\s+", " ", text)
    for pattern, _ in _COMPILED:
        left = pattern.sub(" ", left)
    return left


def function_in(text: str) -> str:
    """The function of the table that a phrase names (`the digamma function`), empty when it names none."""
    for pattern, name in FUNCTIONS:
        if re.search(pattern, text, re.IGNORECASE):
            return name
    return ""

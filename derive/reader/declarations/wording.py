"""What the words around a formula say: facts, shapes, functions, roles of equations."""

from __future__ import annotations

import re

from derive.expr.facts import FACTS
from derive.reader.declarations.properties import facts_in, function_in
from derive.reader.declarations.suppositions import without_suppositions

_NEGATED = re.compile(
    r"\bnot\b|\bnon-?symmetric|\bneed not|\basymmetric|\bno longer|\bneither\b", re.I
)
_SIGNS = frozenset(
    [
        "positive",
        "negative",
        "nonnegative",
        "nonzero",
        "integer",
        "probability",
        "natural",
        "binary",
        "unit_norm",
    ]
)
_NOUNS = (
    r"(?:real |given |fixed |known |unknown )*(?:scalars?|constants?|numbers?|reals?|parameters?|vectors?|weights?|"
    r"integers?|hyper-?parameters?|coefficients?|multipliers?|variances?|entries|variables?|rates?"
    r"|matrix|matrices|factor|"
    r"definite matrix|probabilit(?:y|ies)|targets?|labels?)?"
)
ADJECTIVES = re.compile(
    r"(?=.*[a-z])\s*\(?\s*(?:(?:symmetric|positive|definite|semi-?definite|invertible|diagonal|orthogonal|square|real|and|,)\s*)+",
    re.I,
)
_ADJACENT = re.compile(
    rf"(?:strictly |non-?)?(?:positive|negative|zero|integers?|natural|binary|unit|probabilit(?:y|ies)) ?{_NOUNS}\s*$",
    re.I,
)
_SAID = re.compile(
    r"\s*[,(]?\s*(?:both |all |each |also )?(?:(?:which|that) )?(?:be|is|are|has|have|being|with"
    r"|denotes?|takes?|lies?|lie)\b|\s*\(",
    re.I,
)
_LEADS_ON = re.compile(
    r"\bwith (?!(?:[\w-]+ )*(?:entries|components?|elements|coordinates|values|numbers|rows|columns|diagonals?|norms?|"
    r"lengths?)\b)[\w -]+$",
    re.I,
)
"""The words before the next formula that speak of it alone: `with success probability`, `with positive weight`."""
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|unless|otherwise|in (?:the )?case|whether|for which)\b", re.I
)
_ABOUT = re.compile(
    r"(?<=\w)\s+(?:if|when|whenever)\s+(?:any|\w+(?:ive|ed|zero|ible|able|ent))\s+(?:is|are|reads|equals)\b",
    re.I,
)
"""`the loss when active is`: the words in between speak of the loss, and what follows is a formula for it."""
_OF_SOME = re.compile(
    r"\b(?:an?|any|each|every|those|these|all|only|the)\s+(?:[\w-]+\s+){0,2}?"
    r"(?:examples?|points?|samples?|observations?|instances?|ind(?:ex|ices)|terms?|components?"
    r"|coordinates?|units?|nodes?|pairs?|states?)\s+(?:with|having|whose)\s*$",
    re.I,
)
_INTRODUCING = re.compile(
    r"\b(?:let|suppose|assum\w+|consider|given|be|take|we (?:have|are)|there (?:is|are))\b", re.I
)
_STATING = re.compile(
    r"\b(?:suppose|assum\w+|provided|given|let|with|where|for|such that|satisf\w+|subject to"
    r"|constraints?|and|under|hence|so that"
    r"|because|since|recall|note|active|as)\b",
    re.I,
)
_RESULT = re.compile(
    r"\b(?:gives?|giving|yields?|yielding|obtain\w*|we get|follows|find|found|solution|implies"
    r"|leads? to|becomes?|equals?)\b",
    re.I,
)
_SOLVING = re.compile(
    r"\bset(?:ting|s)?\b[^.]{0,80}\b(?:zero|0|equal)\b|\bsetting\b|\bequat\w+\b[^.]{0,60}\bzero\b"
    r"|\bstationar\w+|\bvanish\w*\b"
    r"|\bfirst[- ]order (?:optimality )?condition|\boptimality condition|\bsolv(?:e|ing|es)\b"
    r"|\bminimi[sz]er\b|\bmaximi[sz]er\b"
    r"|\bat (?:the |an? )?(?:optimum|minimum|maximum|optimal)|\bnormal equations?\b|\bto zero\b"
    r"|\brequires?\b|\bmust be zero\b",
    re.I,
)
_CONDITION = re.compile(
    r"\beigen(?:value|vector|pair|problem|equation)s?\b|\bsatisf\w+|\bsubject to\b|\bconstraints?\b"
    r"|\bsuch that\b|\bassum\w+"
    r"|\bsuppose\b|\brequires?\b|\bmust\b|\bsolv(?:e|es|ing)\b|\bconditions?\b|\bsetting\b"
    r"|(?<!finite )(?<!training )(?<!data )(?<!index )(?<!same )(?<!\ba )(?<!the )\bset\b(?! of\b)"
    r"|\bnormal equations?\b"
    r"|\bimpos\w+|\bequat(?:e|es|ing)\b|\bmatch(?:es|ing)?\b[^.]*\bmoments?\b"
    r"|\bwe want\b|\b(?:maxi|mini)mi[sz]\w*\b[^.]*\bunder\b",
    re.I,
)
_CLAIMED = re.compile(
    r"\borthogonal\b|\bsums? to (?:zero|0)\b|\bsums? to\b|\bindeed\b|\bcheck\b|\bverif\w+"
    r"|\bas expected\b|\bis zero\b|\bvanish\w*\b"
    r"|\bidentity\b|\bidentically\b|\bcentr?e[rd]+\b",
    re.I,
)
_REDEFINES = re.compile(
    r"\b(?:define|let|denote|write|now|set|redefine|put|introduce|call|new|instead|where|with)\b",
    re.I,
)


_PRESENTS = re.compile(
    r"\b(?:is|are|has|have|by|as|through|via|reads?|to)\s*:?\s*$"
    r"|\b(?:computes?|calculates?|produces?|outputs?|performs?|consider)\b[^.;,]{0,60},?\s*$"
    r"|\b(?:be|is|are|denotes?) (?:the|an?)\b[^.;]*,\s*(?:i\.e\.,?|that is,?|namely,?)?\s*$",
    re.I,
)


def presents(words: str) -> bool:
    """Whether words lead to what something is: `the hidden state is`, `S be the covariance of the data,`."""
    return bool(_PRESENTS.search(words))


_SLICES = re.compile(
    r"\b(?:row|column)\s+of|^\s*,?\s*(?:be|being|are|as|denot\w+)?\s*the (?:row|column)s of\b", re.I
)


def slices(words: str) -> bool:
    """Whether the names before these words are rows or columns of what follows: `be the rows of`."""
    return bool(_SLICES.search(words))


_MAGNITUDE = re.compile(
    r"(?<!unit )(?<!unit-)\b(?:lengths?|radius|radii|distances?|magnitude|modulus)\s*$", re.I
)
_COUNTED = re.compile(
    r"\b(?:sequence|list|string|word|text|sentence|document|array|vector|code)s?\b[^,;.]*$", re.I
)


def facts_before(words: str) -> list[str]:
    """Facts of the noun phrase in front of a formula: `a symmetric positive definite covariance`."""
    if _NEGATED.search(words):
        return []
    phrase = re.split(r"[,;(]|\b(?:and|of|where|for|by|whose)\b", words)[-1]
    if _MAGNITUDE.search(words) and not _COUNTED.search(words):
        return ["nonnegative"]
    found = facts_in(phrase)
    if any(fact in _SIGNS for fact in found) and not _ADJACENT.search(phrase):
        found = [fact for fact in found if fact not in _SIGNS]
    if "with" in phrase.split()[:1] and not phrase.rstrip().endswith(("matrix", "vector")):
        return [
            fact
            for fact in found
            if fact not in ("orthonormal_columns", "zero_diagonal", "centred")
        ]
    return found


def facts_after(words: str) -> list[str]:
    """Facts that are said of a formula after it: `be symmetric with zero diagonal`, `(symmetric)`, `symmetric and`."""
    if _NEGATED.search(words) or not words.strip():
        return []
    if _SAID.match(words) or re.match(r"\s*for (?:the|an?|its)\b", words):
        lead = _LEADS_ON.search(words)
        if lead is None:
            return facts_in(words)
        own = facts_in(words[: lead.start()])  # `be draws with success probability $p$`: that of p
        return [fact for fact in facts_in(words) if fact in own or fact not in _SIGNS]
    first = re.match(r"\s*,?\s*(?:an? )?(?:real |square )*([a-z-]+(?: [a-z-]+){0,3})", words, re.I)
    if first is None:
        return []
    found = facts_in(first[1])
    starts = re.match(
        r"(?:symmetric|positive|diagonal|orthogonal|invertible|non|spd|psd|lower|upper|unit|one-?hot"
        r"|centr?ed|centered|one hot)",
        first[1],
        re.I,
    )
    return found if starts and found else []


def any_number(before: str) -> bool:
    """Whether words that end here speak of any number: `for any constant $c$`; it is no constant of integration."""
    pattern = r"\b(?:any|every|all|arbitrary) (?:real |fixed |given )?(?:constant|scalar|(?:real )?number)s?\s*$"
    return re.search(pattern, before, re.I) is not None


def rank_said(before: str, after: str, indexed: bool, bold: bool) -> int | None:
    """How many axes the noun says that a symbol has; None when it says nothing."""
    phrase = re.split(r"[,;(]|\b(?:and|of|where|whose|by)\b", before)[-1]
    if _SAID.match(after):
        phrase += " " + re.split(r"[,;(]|\b(?:and|of|where|whose|by)\b", after)[0]
    if re.search(r"\bvectors?\b", phrase, re.I):
        return 1
    if re.search(r"\bmatri(?:x|ces)\b", phrase, re.I):
        return 2
    if re.search(
        r"\b(?:scalars?|constant|(?:real )?numbers?|step ?size|learning rate|temperature|multiplier"
        r"|coefficient|hyper-?parameter|"
        r"variance|threshold|margin|regulari[sz]ation (?:parameter|strength))\b",
        phrase,
        re.I,
    ):
        return 0
    if not bold and re.search(r"\b(?:is|are|be|all) real(?:[- ]valued)?\s*$", phrase, re.I):
        return 0
    if (
        re.search(r"\b(?:label|bias|intercept|response|output label|count)\b", phrase, re.I)
        and not bold
    ):
        return 0
    if (
        re.search(
            r"\b(?:labels|targets|responses|biases|counts|intercepts|weights)\b", phrase, re.I
        )
        and not bold
    ):
        return 0 if indexed else None
    return None


def names_number(before: str) -> bool:
    """Whether the noun in front of a formula is that of one number: `item bias $b_j$ and $v_j \\in \\mathbb{R}^k$`."""
    pattern = (
        r"\b(?:scalar|number|bias|intercept|offset|(?:step ?|sample ?)size|rate|temperature|bandwidth|threshold"
        r"|margin|variance|length[- ]?scale|(?:noise|regulari[sz]ation|discount|weighting) \w+|multiplier"
        r"|hyper-?parameter)\s*$"
    )
    return re.search(pattern, before, re.I) is not None


def names_targets(before: str) -> bool:
    """Whether the noun in front of a formula is that of one number for each example: `with targets $y^{(i)}$`."""
    pattern = r"\b(?:labels?|targets?|responses?|outcomes?|observations?|counts?|weights?|biases|intercepts?)\s*$"
    return re.search(pattern, before, re.I) is not None


def finite_said(before: str) -> bool:
    """Whether the noun in front of a formula is one of finitely many: `finitely many actions $a$`, `a discrete $x$`."""
    pattern = (
        r"\b(?:finitely many|(?:a )?finite (?:sets?|numbers?|spaces?|collections?) of|discrete|finite)"
        r"(?: (?!random|variables?|time|set\b)\w+){1,3}\s*$"
    )
    return re.search(pattern, before, re.I) is not None


def says_variance(before: str, after: str = "") -> bool:
    """Whether the noun in front of a formula is a variance, or what is said of it: `$\\sigma^2$ the noise variance`."""
    told = r"\s*,?\s*(?:is|are|be|denotes?)?\s*(?:the|an?|its)\s+(?:[\w-]+\s+){0,2}?variance\b(?!-)"
    return bool(re.search(r"\bvariances?\s*$", before, re.I) or re.match(told, after, re.I))


def function_said(before: str, after: str) -> str:
    """The function of the table that a letter is said to be (`the sigmoid $\\sigma$`), empty when none."""
    ends = re.search(
        r"((?:log-?gamma|digamma|trigamma|gamma|sigmoid|logistic|soft-?plus|relu|gelu|silu|softmax"
        r"|error(?= function)|tanh|hyperbolic tangent|"
        r"(?:standard )?(?:normal|gaussian) (?:cdf|pdf|density|distribution function)))(?: function"
        r"| activation| nonlinearity)?\s*$",
        before,
        re.I,
    )
    if ends:
        return function_in(ends[1]) or function_in(ends[1] + " function")
    said = re.match(r"\s*,?\s*(?:is|be|denotes?|being)\s+(?:the\s+)?([^,;.]*)", after, re.I)
    if said and re.search(
        r"function|sigmoid|relu|softmax|tanh|cdf|density|softplus", said[1], re.I
    ):
        return function_in(said[1])
    return ""


def own_density(letter: str, after: str) -> str:
    """The normal density for a phi that is said to be `its density`, behind a distribution function; else empty."""
    said = re.match(
        r"\s*(?:is |denotes )?(?:its|the (?:corresponding|standard normal)) (?:density|pdf|derivative)",
        after,
    )
    return "normal_pdf" if said and letter in (r"\phi", r"\varphi") else ""


def names_unit_vector(letter: str, index: str, before: str) -> bool:
    """Whether `the one-hot vector $e_y$` speaks of the unit vector of an index."""
    one = letter == "e" and len(index) == 1 and index.isalpha()
    return one and re.search(r"one-?hot|unit|basis", before, re.I) is not None


def is_activation(letter: str, before: str, after: str) -> bool:
    """Whether a letter is said to act entry by entry; the activation h is what a unit puts out, no function."""
    value = letter in ("a", "h", "x", "z") and not re.search(
        r"function|linearit", before + after[:20], re.I
    )
    return is_elementwise(before, after) and not value


_APPLIED = re.compile(
    r"\s*,?\s*(?:(?:which|that|being|is|are|be)\s+)*(?:applied|act(?:s|ing)?|work(?:s|ing)?|operat(?:es?|ing)|taken)?\s*"
    r"(?:(?:element|entry|component|coordinate)-?wise|(?:entry|element|component) by (?:entry|element|component)"
    r"|(?:separately |independently )?(?:to|on) (?:each|every) (?:entry|element|component|coordinate))\b(?!\s+product)",
    re.IGNORECASE,
)
"""What is said behind a function that acts on each entry: `applied elementwise`, `acts on each component`."""


def is_elementwise(before: str, after: str) -> bool:
    """Whether a letter is said to be an unspecified function that acts on each entry."""
    text = f"{before[-60:]} {after[:60]}"
    return _APPLIED.match(after) is not None or (
        bool(
            re.search(
                r"activation|nonlinearity|non-linearity|element-?wise|entry-?wise|component-?wise",
                text,
                re.I,
            )
        )
        and bool(re.search(r"function|activation|nonlinearity|non-linearity", text, re.I))
    )


def counts(before: str, after: str) -> bool:
    """Whether a noun says that the values are counts."""
    return bool(
        re.search(r"\bcounts?\s*$", before, re.I)
        or re.match(r"\s*(?:is|are|be) (?:a |the )?counts?\b", after, re.I)
    )


_DECOMPOSITIONS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (r"cholesky", (("lower_triangular", "invertible"),)),
    (
        r"eigen-?(?:value )?decomposition|spectral (?:decomposition|theorem)|diagonali[sz]",
        (("orthogonal",), ("diagonal",)),
    ),
    (
        r"singular value decomposition|\bsvd\b",
        (("orthonormal_columns",), ("diagonal", "positive_diagonal"), ("orthonormal_columns",)),
    ),
    (r"\bqr\b", (("orthonormal_columns",), ("upper_triangular", "invertible"))),
)


def decomposition(words: str) -> tuple[tuple[str, ...], ...]:
    """The facts of the factors of a decomposition that words name, empty when they name none."""
    for pattern, facts in _DECOMPOSITIONS:
        if re.search(pattern, words, re.I):
            return tuple(tuple(fact for fact in listed if fact in FACTS) for listed in facts)
    return ()


def is_conditional(words: str) -> bool:
    """Whether what follows holds in one case only: `if`, or of some: `an example with $a_i > 0$ is called ...`."""
    some = _OF_SOME.search(words) and not _INTRODUCING.search(words)
    return bool(_CONDITIONAL.search(_ABOUT.sub(" is ", words)[-40:]) or some)


def specifies(words: str) -> bool:
    """Whether a conditional says of what form a named thing is: `if the forget gate is`, not `if` alone."""
    return bool(_SPECIFYING.search(words))


_SPECIFYING = re.compile(
    r"\b(?:if|when|suppose)\s+(?:the|our|an?|each|every)\s+(?:[\w-]+\s+){1,4}?"
    r"(?:is|are|has\s+the\s+form|takes\s+the\s+form|reads|uses|(?:is|are)\s+(?:given|computed|produced|formed)\s+by)\s*$",
    re.I,
)


def states(words: str) -> bool:
    """Whether words introduce an assumption or a convention rather than a result."""
    return bool(_STATING.search(words)) and not _RESULT.search(words)


def gives(words: str) -> bool:
    """Whether words give a name its value: `let`, `set`, `with`."""
    return bool(
        re.search(r"\b(?:let|sets?|put|takes?|fix|define|where|with|choose|write)\b", words, re.I)
    )


def gives_entries(words: str) -> bool:
    """Whether words lead to what each entry of a vector is: `have the components`, `has entries`."""
    named = r"\bha(?:ve|s|ving) (?:the )?(?:components?|entries|elements|coordinates)\s*$"
    return re.search(named, words) is not None and not is_result(words)


def is_result(words: str) -> bool:
    """Whether words introduce something that follows."""
    return bool(_RESULT.search(words))


def solves(words: str) -> bool:
    """Whether words say that a gradient is set to zero."""
    return bool(_SOLVING.search(words))


def imposes(words: str) -> bool:
    """Whether the last sentence introduces an equation that is demanded, not claimed."""
    return bool(_CONDITION.search(without_suppositions(last_sentence(words))))


_EQUATED = re.compile(
    r"\bequat(?:e|es|ing)\b|\bmatch(?:es|ing)?\b[^.]*\bmoments?\b|\bmethod of moments\b|^\s*(?:we )?set\b",
    re.I,
)


def equates(words: str) -> bool:
    """Whether a sentence leads to equations that are demanded one and all, such as those of the method of moments."""
    return bool(_EQUATED.search(last_sentence(words))) and not solves(words)


_CONSTRAINED = re.compile(
    r"\b(?:subject to|(?:under|with|given|impos\w+|on) (?:(?:the|an?) )?(?:[\w-]+ ){0,2}(?:constraints?|conditions?))"
    r"(?: that)?\s*:?\s*$",
    re.I,
)


def constrains(words: str) -> bool:
    """Whether a sentence leads to a display that is a constraint: `subject to`, `under the norm constraint`."""
    return bool(_CONSTRAINED.search(last_sentence(words)))


_POSTULATED = re.compile(
    r"\b(?:there (?:exists?|is|are)|(?:can|could) (?:choose|find|pick)|exists?)\b.*\b(?:such that|so that|with"
    r"|satisfying|for which)\s*:?\s*$"
    r"|(?:\b(?:if|iff|whenever|when|provided(?: that)?|only if|satisf(?:y|ies|ying))|condition)\s*:?\s*$",
    re.I | re.S,
)


def postulates(words: str) -> bool:
    """Whether a sentence leads to a display that says which things are meant: `f is convex if`."""
    return bool(_POSTULATED.search(last_sentence(words)))


def last_sentence(words: str) -> str:
    """The sentence that leads up to a display."""
    parts = [part for part in re.split(r"(?<=[\w$)])[.;!?](?=\s|$)", words) if part.strip()]
    return parts[-1] if parts else ""


def claims(words: str) -> bool:
    """Whether words present `... = 0` as something that is true."""
    return bool(_CLAIMED.search(words)) and not _SOLVING.search(words)


def redefines(words: str) -> bool:
    """Whether words give a name another meaning."""
    return bool(_REDEFINES.search(words[-60:]))


def defines(words: str) -> bool:
    """Whether a sentence leads up to a definition: `define`, with no equation behind it that it would define."""
    end = last_sentence(words)
    _, verb, rest = end.lower().rpartition("define")
    return bool(verb) and "=" not in rest and redefines(words)


def several(words: str) -> bool:
    """Whether words speak of more than one derivative (`setting both to zero`), or of one among several."""
    return bool(
        re.search(
            r"\b(?:both|these|all|each|them|derivatives|gradients|partials|equations|conditions"
            r"|first|second|third|former|latter|respectively)\b(?![- ]order)",
            words,
            re.I,
        )
    )


def explains(words: str) -> bool:
    """Whether a sentence after a display says what stands in it."""
    return bool(re.match(r"\s*,?\s*(?:and )?(?:where|with|here|in which)\b", words, re.I))


def models(words: str) -> bool:
    """Whether words name the form of a fit, which relates the data and defines nothing."""
    return bool(
        re.search(
            r"\b(?:fit\w*|line|curve|plane|model\w*|relation\w*|equation|form)\b[^.,]*$",
            words,
            re.I,
        )
    )

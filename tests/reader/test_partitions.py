r"""Partitioned matrices: the blocks of a matrix and of its inverse, by labels, letters and words; systems that
sentences work on; what something with a value of its own satisfies.
"""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


LABELLED = r"""Let $\Sigma$ be symmetric positive definite with
$$\Sigma = \begin{pmatrix} \Sigma_{aa} & \Sigma_{ab} \\ \Sigma_{ba} & \Sigma_{bb} \end{pmatrix}, \quad
\Lambda = \Sigma^{-1} = \begin{pmatrix} \Lambda_{aa} & \Lambda_{ab} \\ \Lambda_{ba} & \Lambda_{bb}
\end{pmatrix}.$$
Then
$$\Lambda_{aa} = (\Sigma_{aa} - \Sigma_{ab}\Sigma_{bb}^{-1}\Sigma_{ba})^{-1}$$
$$\Lambda_{ab} = (\Sigma_{aa} - \Sigma_{ab}\Sigma_{bb}^{-1}\Sigma_{ba})^{-1}\Sigma_{ab}\Sigma_{bb}^{-1}$$"""
IN_WORDS = r"""Let $\Sigma \in \mathbb{R}^{n \times n}$ be a covariance matrix, positive definite,
partitioned into $\Sigma_{11} \in \mathbb{R}^{p \times p}$, $\Sigma_{12}$, $\Sigma_{21}$ and $\Sigma_{22}$. Then
$$ \det \Sigma = \det \Sigma_{11} \det(\Sigma_{22} - \Sigma_{21} \Sigma_{11}^{-1} \Sigma_{12}) $$
$$ \operatorname{tr} \Sigma = \operatorname{tr}\Sigma_{11} + \operatorname{tr}\Sigma_{22} $$
$$ \operatorname{tr} \Sigma = \operatorname{tr}\Sigma_{11} + 2\operatorname{tr}\Sigma_{22} $$"""
DIGITS = r"""Let the random vector $\mathbf{x} = \begin{pmatrix} \mathbf{x}_1 \\ \mathbf{x}_2 \end{pmatrix}$
be Gaussian with mean $\boldsymbol\mu = \begin{pmatrix} \boldsymbol\mu_1 \\ \boldsymbol\mu_2 \end{pmatrix}$
and covariance
$$ \boldsymbol\Sigma = \begin{pmatrix} \boldsymbol\Sigma_{11} & \boldsymbol\Sigma_{12} \\
\boldsymbol\Sigma_{21} & \boldsymbol\Sigma_{22} \end{pmatrix}.$$
Its inverse $\boldsymbol\Omega = \boldsymbol\Sigma^{-1}$ has blocks $\boldsymbol\Omega_{11},
\boldsymbol\Omega_{12}, \boldsymbol\Omega_{21}, \boldsymbol\Omega_{22}$. Then
$$ (\mathbf{x}-\boldsymbol\mu)^T \boldsymbol\Omega (\mathbf{x}-\boldsymbol\mu) =
(\mathbf{x}_1-\boldsymbol\mu_1)^T \boldsymbol\Omega_{11} (\mathbf{x}_1-\boldsymbol\mu_1) + 2
(\mathbf{x}_1-\boldsymbol\mu_1)^T \boldsymbol\Omega_{12} (\mathbf{x}_2-\boldsymbol\mu_2) +
(\mathbf{x}_2-\boldsymbol\mu_2)^T \boldsymbol\Omega_{22} (\mathbf{x}_2-\boldsymbol\mu_2)$$
$$ \boldsymbol\Omega_{12} = - \boldsymbol\Sigma_{11}^{-1} \boldsymbol\Sigma_{12} \boldsymbol\Omega_{22} $$
$$ \boldsymbol\Omega_{12} = - \boldsymbol\Sigma_{12}\boldsymbol\Sigma_{11}^{-1} \boldsymbol\Omega_{22} $$"""
SCHUR = r"""Let $$M = \begin{bmatrix} A & B \\ C & D \end{bmatrix}$$ with $A$ and $D$ invertible. The Schur
complement of $D$ is $S = A - B D^{-1} C$. Then
$$ \det(M) = \det(D)\det(A - B D^{-1} C) $$
$$ \det(M) = \det(A)\det(A - B D^{-1} C) $$
$$ M \begin{bmatrix} I \\ -D^{-1}C \end{bmatrix} = \begin{bmatrix} S \\ 0 \end{bmatrix} $$"""
LETTERS = r"""Partition the symmetric positive definite matrix $A$ as
$$ A = \begin{pmatrix} P & Q \\ Q^T & R \end{pmatrix}, \qquad A^{-1} = \begin{pmatrix} E & F \\ F^T & G
\end{pmatrix}. $$
Then
\begin{align}
E &= (P - Q R^{-1} Q^T)^{-1} \\
F &= -E Q R^{-1} \\
G &= R^{-1} + R^{-1} Q^T E Q R^{-1} \\
G &= R^{-1} - R^{-1} Q^T E Q R^{-1}
\end{align}"""
OTHER_NAME = r"""The joint covariance of latent and observed values, with $\Sigma_{xx} \in
\mathbb{R}^{m\times m}$ and $\Sigma_{yy} \in \mathbb{R}^{k \times k}$, is the positive definite matrix
$$ \Sigma = \begin{bmatrix} \Sigma_{xx} & \Sigma_{xy} \\ \Sigma_{yx} & \Sigma_{yy} \end{bmatrix} $$
and the precision matrix is
$$ \Sigma^{-1} = \begin{bmatrix} \Lambda_{xx} & \Lambda_{xy} \\ \Lambda_{yx} & \Lambda_{yy} \end{bmatrix} $$
so that
$$ -\Lambda_{xx}^{-1}\Lambda_{xy} = \Sigma_{xy}\Sigma_{yy}^{-1} $$
$$ \Sigma_{xx} = (\Lambda_{xx} - \Lambda_{xy}\Lambda_{yy}^{-1}\Lambda_{yx})^{-1} $$
$$ \log\det\Sigma = \log\det \Sigma_{yy} - \log\det\Lambda_{xx} $$
$$ \log\det\Sigma = \log\det \Sigma_{yy} + \log\det\Lambda_{xx} $$"""
DATA = r"""Write the data as $X = \begin{pmatrix} X_1 \\ X_2 \end{pmatrix}$ and $y = \begin{pmatrix} y_1 \\
y_2 \end{pmatrix}$ with $X_1 \in \mathbb{R}^{n_1 \times d}$, $X_2 \in \mathbb{R}^{n_2 \times d}$. Then
$$ X^T X = X_1^T X_1 + X_2^T X_2 $$
$$ X^T y = X_1^T y_1 + X_2^T y_2 $$
$$ X^T y = X_1^T y_1 - X_2^T y_2 $$"""
KERNEL = r"""Let $K_{XX}$ be positive definite and
$$ K = \begin{pmatrix} K_{XX} & K_{X*} \\ K_{*X} & K_{**} \end{pmatrix} $$
the joint kernel matrix, a symmetric positive definite matrix. The Schur complement is $S = K_{**} - K_{*X}
K_{XX}^{-1} K_{X*}$ and
$$ \log\det K = \log\det K_{XX} + \log\det S $$
$$ \log\det K = \log\det K_{XX} - \log\det S $$"""
TRIANGULAR = r"""Let $Z = \begin{pmatrix} X & Y \\ 0 & W \end{pmatrix}$ be block triangular with invertible
$X \in \mathbb{R}^{n \times n}$ and $W \in \mathbb{R}^{m \times m}$. Then
$$ Z^{-1} = \begin{pmatrix} X^{-1} & -X^{-1} Y W^{-1} \\ 0 & W^{-1} \end{pmatrix} $$
$$ \det Z = \det X \det W $$
$$ Z^{-1} = \begin{pmatrix} X^{-1} & -Y X^{-1} W^{-1} \\ 0 & W^{-1} \end{pmatrix} $$"""
NUMBERS = r"""Consider the $2\times 2$ matrix
$$ K = \begin{pmatrix} K_{11} & K_{12} \\ K_{21} & K_{22} \end{pmatrix}. $$
Its determinant is
$$ \det K = K_{11} K_{22} - K_{12} K_{21} $$"""
ENTRIES = r"""Let $A = \begin{pmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{pmatrix}$ be invertible. Then
$$ A^{-1} = \frac{1}{a_{11}a_{22} - a_{12}a_{21}} \begin{pmatrix} a_{22} & -a_{12} \\ -a_{21} & a_{11}
\end{pmatrix} $$"""
BELOW = r"""Let $Q \in \mathbb{R}^{m \times m}$ be orthogonal, $R \in \mathbb{R}^{n \times n}$ upper
triangular and invertible, and
$$ A = Q \begin{pmatrix} R \\ 0 \end{pmatrix} $$
Then
$$ A^T A = R^T R $$
$$ A^T A = R R^T $$"""
DIAGONAL = r"""The Hessian has the block form
$$ H = \begin{pmatrix} U & W \\ W^T & V \end{pmatrix} $$
with $V$ diagonal and invertible. Eliminating the second block of $\begin{pmatrix} U & W \\ W^T &
V\end{pmatrix}\begin{pmatrix} a \\ b\end{pmatrix} = \begin{pmatrix} r \\ s\end{pmatrix}$ gives
$$ (U - W V^{-1} W^T) a = r - W V^{-1} s $$
$$ b = V^{-1}(s - W^T a) $$"""
ROBOT = r"""Suppose the prior covariance is
$$ P = \begin{bmatrix} P_{rr} & P_{rm} \\ P_{mr} & P_{mm} \end{bmatrix}, $$
where $r$ stands for the robot and $m$ for the map. After marginalising the robot the information matrix
$\Omega = P^{-1}$, partitioned likewise into $\Omega_{rr}, \Omega_{rm}, \Omega_{mr}, \Omega_{mm}$, satisfies
$$ P_{mm}^{-1} = \Omega_{mm} - \Omega_{mr}\Omega_{rr}^{-1}\Omega_{rm} $$
$$ P_{mm}^{-1} = \Omega_{mm} $$"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (LABELLED, ["holds", "holds", "holds", "holds", "fails"]),
        (IN_WORDS, ["holds", "holds", "fails"]),
        (DIGITS, ["holds", "holds", "holds", "fails"]),
        (SCHUR, ["holds", "holds", "fails", "holds"]),
        (LETTERS, ["holds", "holds", "holds", "holds", "holds", "fails"]),
        (OTHER_NAME, ["holds", "holds", "holds", "holds", "holds", "fails"]),
        (DATA, ["holds", "holds", "fails"]),
        (KERNEL, ["holds", "holds", "fails"]),
        (TRIANGULAR, ["holds", "holds", "fails"]),
        (NUMBERS, ["definition", "holds"]),
        (ENTRIES, ["holds"]),
        (BELOW, ["definition", "holds", "fails"]),
        (DIAGONAL, ["holds", "holds", "holds"]),
        (ROBOT, ["holds", "holds", "fails"]),
    ],
)
def test_blocks_are_those_of_the_whole(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


OBTAINED = r"""Let $A \in \mathbb{R}^{n\times n}$ be invertible, $x, b, c \in \mathbb{R}^n$ and $\lambda >
0$. From $A x + \lambda c = b$ we obtain
$$ x = A^{-1}(b - \lambda c) $$"""
MULTIPLIED = r"""Let $A \in \mathbb{R}^{n\times n}$ be invertible, $x, b, c \in \mathbb{R}^n$ and $\lambda >
0$. Multiplying $A x + \lambda c = b$ by $A^{-1}$ from the left and taking the inner product with $c$ gives
$$ c^T x + \lambda c^T A^{-1} c = c^T A^{-1} b $$
$$ c^T x - \lambda c^T A^{-1} c = c^T A^{-1} b $$"""
ELIMINATED = r"""Let $P \in \mathbb{R}^{n \times n}$ be symmetric positive definite and $B \in \mathbb{R}^{m
\times n}$ of full row rank. Eliminating $u$ from the system $P u + B^T v = f$, $B u = g$ we get the Schur
complement equation
$$ B P^{-1} B^T v = B P^{-1} f - g $$
$$ B P^{-1} B^T v = B P^{-1} f + g $$"""
WRONG_SIGN = r"""Let $A \in \mathbb{R}^{n\times n}$ be invertible, $x, b, c \in \mathbb{R}^n$ and $\lambda >
0$. From $A x + \lambda c = b$ we obtain
$$ x = A^{-1}(b + \lambda c) $$"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (OBTAINED, ["holds"]),
        (MULTIPLIED, ["holds", "fails"]),
        (ELIMINATED, ["holds", "fails"]),
        (WRONG_SIGN, ["fails"]),
    ],
)
def test_an_equation_that_a_sentence_works_on_is_given(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


EIGENPAIR = r"""Let $A \in \mathbb{R}^{n \times n}$ be symmetric. A unit vector $v$ and a number $\lambda$
satisfy
$$ A v = \lambda v $$
Then
$$ v^T A v = \lambda $$"""
PROJECTION = r"""Let $X \in \mathbb{R}^{n\times d}$ have full column rank. The projection $P = X (X^T X)^{-1}
X^T$ satisfies
$$ P^2 = P $$
and the matrix $M = I - P$ satisfies
$$ M X = X $$"""
SQUARE = r"""Let $S \in \mathbb{R}^{n \times n}$ be symmetric positive definite. Its square $G = S^2$ satisfies
$$ G^{-1} = S^{-3} $$"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (EIGENPAIR, ["definition", "holds"]),
        (PROJECTION, ["holds", "fails"]),
        (SQUARE, ["fails"]),
    ],
)
def test_what_has_a_value_satisfies_a_claim(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts

r"""Abstract densities and laws: averages under laws that are named, said once, or the only ones; their
parameters."""

from __future__ import annotations

import os

import pytest

from derive.api import check_text

TEXTS = {
    "bounds of densities, which may exceed one": (
        r"""Let $p(x, z)$ be a joint density and $q(z)$ a positive density.
\[ \mathbb{E}_q[\log p(x \mid z)] \le 0 \]
\[ \mathbb{E}_{q(z)}[\log q(z)] \le 0 \]
\[ \log p(x) \ge \mathbb{E}_q[\log p(x, z)] - \mathbb{E}_q[\log q(z)] \]
\[ \log p(x) = \log \int p(x, z) dz = \log \int q(z) \frac{p(x, z)}{q(z)} dz \ge \int q(z) \log \frac{p(x,
z)}{q(z)} dz \]""",
        "ffhhhh",
    ),
    "evidence lower bound by integrals and expectations": (
        r"""Let $p(x, z)$ be a joint density and $q_\phi(z \mid x)$ a variational density. The evidence lower
bound follows:
\begin{align}
\log p(x) &= \log \int p(x, z)\, dz \\
&= \log \int q_\phi(z \mid x) \frac{p(x, z)}{q_\phi(z \mid x)} dz \\
&= \log \mathbb{E}_{q_\phi(z|x)}\left[ \frac{p(x, z)}{q_\phi(z \mid x)} \right] \\
&\ge \mathbb{E}_{z \sim q_\phi(\cdot \mid x)}\left[ \log \frac{p(x, z)}{q_\phi(z \mid x)} \right] \\
&= \mathbb{E}_{q_\phi}[\log p(x \mid z)] - D_{KL}(q_\phi(z \mid x) \| p(z)) \\
&= \mathbb{E}_{q_\phi}[\log p(x \mid z)] + D_{KL}(q_\phi(z \mid x) \| p(z))
\end{align}
\[ \int q_\phi(z|x) dz = 1, \qquad \int p(z \mid x) \log p(x) dz = \log p(x) \]
\[ \int q_\phi(z|x) \log q_\phi(z|x) dz \le 0 \]""",
        "hhhhhfhhf",
    ),
    "importance sampling": (
        r"""Importance sampling. Let $p(x)$ and $q(x)$ be positive densities of $x \in \mathbb{R}^d$ and
$f(x)$ a function with real values.
\[ \mathbb{E}_{p}[f(x)] = \int f(x) p(x) dx = \int f(x) \frac{p(x)}{q(x)} q(x) dx = \mathbb{E}_{q}\left[f(x)
\frac{p(x)}{q(x)}\right] \]
\[ \mathbb{E}_{x \sim q}\left[ \frac{p(x)}{q(x)} \right] = 1, \quad \mathbb{E}_{x \sim q}\left[
\frac{q(x)}{p(x)} \right] = 1 \]""",
        "hhhhf",
    ),
    "evidence of data by Bayes' rule": (
        r"""Let $\mathbf{w}$ be parameters with prior density $p(\mathbf{w})$ and let $\mathcal{D}$ be the
data. By Bayes' rule
\[ p(\mathbf{w} \mid \mathcal{D}) = \frac{p(\mathcal{D} \mid \mathbf{w}) p(\mathbf{w})}{p(\mathcal{D})},
\qquad p(\mathcal{D}) = \int p(\mathcal{D} \mid \mathbf{w}) p(\mathbf{w})\, d\mathbf{w} \]
\[ \log p(\mathcal{D}) = \mathbb{E}_{q(\mathbf{w})}[\log p(\mathcal{D} \mid \mathbf{w})] -
\mathrm{KL}(q(\mathbf{w}) \| p(\mathbf{w})) + \mathrm{KL}(q(\mathbf{w}) \| p(\mathbf{w} \mid \mathcal{D})) \]
\[ \log p(\mathcal{D}) = \mathbb{E}_{q(\mathbf{w})}[\log p(\mathcal{D} \mid \mathbf{w})] -
\mathrm{KL}(q(\mathbf{w}) \| p(\mathbf{w} \mid \mathcal{D})) \]""",
        "hhhf",
    ),
    "expectation maximisation with two parameters": (
        r"""Let $z$ take finitely many values. With $\theta^{(t)}$ the current parameters, $\mathcal{Q}$ is
\[ \sum_z p(z \mid x; \theta^{(t)}) \log p(x, z; \theta) = \log p(x; \theta) + \sum_z p(z \mid x;
\theta^{(t)}) \log p(z \mid x; \theta) \]
\[ \log p(x; \theta) - \log p(x; \theta^{(t)}) \ge \sum_z p(z | x; \theta^{(t)}) \log \frac{p(x, z;
\theta)}{p(x, z; \theta^{(t)})} \]
\[ \log p(x; \theta) - \log p(x; \theta^{(t)}) \ge \sum_z p(z | x; \theta) \log \frac{p(x, z; \theta)}{p(x,
z; \theta^{(t)})} \]""",
        "hhf",
    ),
    "another parameter is another law": (
        r"""Let $z$ take finitely many values and let $p(x, z; \theta) > 0$ be a joint distribution.
\[ \sum_z p(z \mid x; \theta') \log p(x, z; \theta) = \sum_z p(z \mid x; \theta) \log p(x, z; \theta) \]
\[ \sum_z p(z \mid x; \theta') \log p(x, z; \theta) = \sum_z p(z \mid x; \theta') \log p(z \mid x; \theta) +
\log p(x; \theta) \]""",
        "fh",
    ),
    "Fisher's identity of a marginal": (
        r"""Let $x$ and $z$ take finitely many values, $p(x, z \mid \theta) > 0$ with $\theta \in
\mathbb{R}^d$. Then Fisher's identity holds,
\[ \nabla_\theta \log p(x \mid \theta) = \nabla_\theta \log \sum_z p(x, z \mid \theta) = \sum_z p(z \mid x,
\theta) \nabla_\theta \log p(x, z \mid \theta) \]
\[ \nabla_\theta \log p(x \mid \theta) = \sum_z p(z \mid \theta) \nabla_\theta \log p(x, z \mid \theta) \]
\[ \sum_z p(z \mid x, \theta) \nabla_\theta \log p(z \mid x, \theta) = 0 \]""",
        "hhfh",
    ),
    "policy gradient with a baseline": (
        r"""Let $a$ range over finitely many actions and $\pi_\theta(a \mid s) > 0$ be a policy with $\theta
\in \mathbb{R}^d$.
\begin{align}
\nabla_\theta \mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}[Q(s, a)] &= \nabla_\theta \sum_a \pi_\theta(a \mid
s) Q(s, a) \\
&= \sum_a Q(s, a) \nabla_\theta \pi_\theta(a \mid s) \\
&= \mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}[Q(s, a) \nabla_\theta \log \pi_\theta(a \mid s)] \\
&= \mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}[(Q(s, a) - b(s)) \nabla_\theta \log \pi_\theta(a \mid s)] \\
&= \mathbb{E}_{a \sim \pi_\theta(\cdot \mid s)}[(Q(s, a) - b(a)) \nabla_\theta \log \pi_\theta(a \mid s)]
\end{align}""",
        "hhhhf",
    ),
    "score function of a density": (
        r"""Let $p_\theta(x)$ be a density of $x$ with parameters $\theta \in \mathbb{R}^k$ and $f(x)$ a
reward. Then
\[ \nabla_\theta \mathbb{E}_{x \sim p_\theta}[f(x)] = \int f(x) \nabla_\theta p_\theta(x)\, dx = \int f(x)
p_\theta(x) \nabla_\theta \log p_\theta(x)\, dx = \mathbb{E}_{x \sim p_\theta}[f(x) \nabla_\theta \log
p_\theta(x)] \]
The score has mean zero,
\[ \mathbb{E}_{p_\theta}[\nabla_\theta \log p_\theta(x)] = \int \nabla_\theta p_\theta(x) dx = \nabla_\theta
\int p_\theta(x) dx = 0 . \]
\[ \mathbb{E}_{x \sim p_\theta}[f(x) \nabla_\theta \log p_\theta(x)] = \mathbb{E}_{x \sim p_\theta}[(f(x) -
b) \nabla_\theta \log p_\theta(x)] = \mathbb{E}_{x \sim p_\theta}[(f(x) - b) \nabla_\theta p_\theta(x)] \]""",
        "hhhhhhhu",
    ),
    "the law of the data is not the model": (
        r"""Let $p(x)$ be the data distribution and $p(x; \theta)$ the model, both over finitely many values,
$\theta \in \mathbb{R}^d$.
\[ \nabla_\theta \sum_x p(x) \log p(x; \theta) = \sum_x p(x) \nabla_\theta \log p(x; \theta) \]
\[ \sum_x p(x) \nabla_\theta \log p(x; \theta) = 0 \]""",
        "hd",
    ),
    "all expectations under one law, said in a sentence": (
        r"""Let $p(\mathbf{h}, \mathbf{v}) = p(\mathbf{h})\,p(\mathbf{v} \mid \mathbf{h})$ be a joint density
and $r(\mathbf{h})$ a
positive density. Expectations are taken under $r(\mathbf{h})$.
\[ \mathcal{L}(r) = \mathbb{E}[\log p(\mathbf{h}, \mathbf{v})] - \mathbb{E}[\log r(\mathbf{h})] \]
\[ \log p(\mathbf{v}) = \mathcal{L}(r) + \mathrm{KL}(r(\mathbf{h}) \| p(\mathbf{h} \mid \mathbf{v})) \ge
\mathcal{L}(r) \]
\[ \mathcal{L}(r) = \mathbb{E}[\log p(\mathbf{v} \mid \mathbf{h})] + \mathrm{KL}(r(\mathbf{h}) \|
p(\mathbf{h})) \]""",
        "dhhf",
    ),
    "a functional of a law that cannot be read is no law": (
        r"""Let $p(z, x)$ be a joint density and $q(z)$ a positive density.
\[ \log p(x) = \mathrm{ELBO}(q) + \mathrm{KL}(q(z) \| p(z \mid x)) \]""",
        "u",
    ),
    "a bound of each member of a data set": (
        r"""For data $x_1, \dots, x_n$ with latent variables $z_n$ let $p(x, z)$ be a joint distribution and let
$q_n(z_n) > 0$ be distributions of the latent variables.
\begin{align}
\sum_n \log p(x_n) &= \sum_n \log \sum_{z_n} p(x_n \mid z_n) p(z_n) \\
&\ge \sum_n \sum_{z_n} q_n(z_n) \log \frac{p(x_n, z_n)}{q_n(z_n)} \\
&= \sum_n \log p(x_n) - \sum_n \sum_{z_n} q_n(z_n) \log \frac{q_n(z_n)}{p(z_n \mid x_n)} \\
&= \sum_n \log p(x_n) - \sum_n \sum_{z_n} q_n(z_n) \log \frac{q_n(z_n)}{p(z_n)}
\end{align}""",
        "hhhf",
    ),
    "one law for each member": (
        r"""Let $z$ have finitely many values and let $Q_i(z) > 0$ be distributions, $\sum_z Q_i(z) = 1$ for each $i$.
\[ \sum_{i=1}^n \sum_z Q_i(z) = n \]
\[ \sum_{i=1}^n \sum_z Q_i(z) \log Q_i(z) \le 0 \]
\[ \sum_{i=1}^n Q_i(z) = 1 \]
\[ -\sum_z Q_i(z) \log p(z) \ge -\sum_z Q_i(z) \log Q_i(z) \]""",
        "hhfh",
    ),
    "members in bold with a range, and what is no law of total one": (
        r"""Let $\mathbf{x}^{(i)}$, $i = 1, \dots, m$, be observed and let
$\mathbf{z}^{(i)}$ be latent with finitely many values.
\[ \sum_{i=1}^m \log p(\mathbf{x}^{(i)}; \theta) = \sum_{i=1}^m \sum_{\mathbf{z}^{(i)}} Q_i(\mathbf{z}^{(i)}) \log
\frac{p(\mathbf{x}^{(i)}, \mathbf{z}^{(i)}; \theta)}{p(\mathbf{z}^{(i)} \mid \mathbf{x}^{(i)}; \theta)} \]
\[ \sum_{i=1}^m \sum_{\mathbf{z}^{(i)}} p(\mathbf{z}^{(i)} \mid \mathbf{x}^{(i)}; \theta) = m \]
\[ \sum_{i=1}^m p(\mathbf{x}^{(i)}; \theta) = 1 \]""",
        "hhf",
    ),
    "latent members outside their sums are not one value": (
        r"""Let $z_i$ take finitely many values and let $q_i(z_i) > 0$ be distributions of them.
\[ \sum_{i=1}^n \log p(x_i, z_i) = n \log p(x_i, z_i) \]
\[ \sum_{i=1}^n \sum_{z_i} q_i(z_i) = n \]""",
        "uu",
    ),
    "entropy, cross entropy and Jensen": (
        r"""Let $p$ and $q$ be probability mass functions on a finite set, $p(x) > 0$, $q(x) > 0$.
By Jensen's inequality
\[ -\mathrm{KL}(p \| q) = \mathbb{E}_{x \sim p}\left[\log \frac{q(x)}{p(x)}\right] \le \log \mathbb{E}_{x
\sim p}\left[\frac{q(x)}{p(x)}\right] = \log \sum_x q(x) = 0 \]
\[ \mathbb{E}_p[-\log q(x)] = H(p) + \mathrm{KL}(p \| q) \]
\[ \mathbb{E}_p[-\log q(x)] = H(q) + \mathrm{KL}(p \| q) \]""",
        "hhhhhf",
    ),
    "a prior without the parameter of its joint law": (
        r"""The ELBO is defined for a latent variable $z \in \mathbb{R}^k$, data $x \in \mathbb{R}^d$, a model
$p_\theta(x, z) = p(z) p_\theta(x \mid z)$ and an encoder $q_\phi(z \mid x)$, all positive densities.
\begin{align*}
\mathcal{L}(\theta, \phi; x) &= \mathbb{E}_{q_\phi(z \mid x)}[\log p_\theta(x, z) - \log q_\phi(z \mid x)] \\
&= \mathbb{E}_{q_\phi(z \mid x)}[\log p_\theta(x \mid z)] - \mathrm{KL}(q_\phi(z \mid x) \,\|\, p(z)) \\
&= \log p_\theta(x) - \mathrm{KL}(q_\phi(z \mid x) \,\|\, p_\theta(z \mid x)) \\
&\le \log p_\theta(x)
\end{align*}""",
        "dhhh",
    ),
    "a return averaged over trajectories": (
        r"""Let $\tau$ be a trajectory with density $p_\theta(\tau)$, $\theta \in \mathbb{R}^d$, return $R(\tau)$ and
$J(\theta) = \mathbb{E}_{\tau \sim p_\theta}[R(\tau)]$.
\begin{align}
\nabla_\theta J(\theta) &= \nabla_\theta \int p_\theta(\tau) R(\tau) d\tau \\
&= \int \nabla_\theta p_\theta(\tau) R(\tau) d\tau \\
&= \int p_\theta(\tau) \nabla_\theta \log p_\theta(\tau) R(\tau) d\tau \\
&= \mathbb{E}_{\tau \sim p_\theta}[ R(\tau) \nabla_\theta \log p_\theta(\tau) ]
\end{align}""",
        "hhhh",
    ),
}


#: every one by `DERIVE_SLOW_TESTS`, else some
CHOSEN = list(TEXTS) if os.environ.get("DERIVE_SLOW_TESTS") else list(TEXTS)[::3]


@pytest.mark.parametrize("name", CHOSEN)
def test_abstract_laws(name: str) -> None:
    text, expected = TEXTS[name]
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == expected

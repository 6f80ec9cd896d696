"""The problems of problems.jsonl as expressions: id -> (body, variable); used by tests and the benchmark."""

from derive.expr.build import (
    apply,
    broadcast,
    diag,
    dims,
    hadamard,
    identity,
    index,
    item,
    norm,
    norm2,
    ones,
    pi,
    product_over,
    sum_over,
    symbol,
)
from derive.expr.core import Expr, as_expr
from derive.expr.nodes import Constant

n, m, p, q, d, k, h, M, N, K = dims("n m p q d k h M N K")
half = as_expr(1) / 2


def tr(x: Expr) -> Expr:
    return apply("trace", x)


def inv(x: Expr) -> Expr:
    return apply("inverse", x)


def log(x: Expr) -> Expr:
    return apply("log", x)


def exp(x: Expr) -> Expr:
    return apply("exp", x)


def sig(x: Expr) -> Expr:
    return apply("sigmoid", x)


def one(*shape: Expr) -> Expr:
    return ones(*shape)


def power(base: Expr, exponent: Expr) -> Expr:
    return base**exponent


PROBLEMS: dict[str, tuple[Expr, Expr]] = {}


def problem(name: str, body: Expr, wrt: Expr) -> None:
    PROBLEMS[name] = (body, wrt)


# ------------------------------------------------------------------------------------ traces, determinants, inverses

X = symbol("X", n, n)
problem("tr-X", tr(X), X)
A, X = symbol("A", m, n), symbol("X", m, n)
problem("inner-frob", apply("inner", A, X), X)
X, B = symbol("X", n, m), symbol("B", m, m)
problem("tr-XBXt", tr(X @ B @ X.T), X)
B, C = symbol("B", m, p), symbol("C", n, n)
problem("tr-BtXtCXB", tr(B.T @ X.T @ C @ X @ B), X)
A, B, C = symbol("A", p, n), symbol("B", m, q), symbol("C", p, q)
problem("tr-affine-sq", tr((A @ X @ B + C) @ (A @ X @ B + C).T), X)
B, C = symbol("B", m, p), symbol("C", n, n)
problem("tr-quartic", tr(B.T @ X.T @ C @ X @ X.T @ C @ X @ B), X)
C, A = symbol("C", n, n, facts=["pd"]), symbol("A", m, m)
problem("tr-inv-XtCX-A", tr(inv(X.T @ C @ X) @ A), X)
B = symbol("B", n, n, facts=["pd"])
problem("tr-ratio", tr(inv(X.T @ C @ X) @ (X.T @ B @ X)), X)
A, Y = symbol("A", n, n, facts=["invertible"]), symbol("X", n, n, facts=["invertible"])
problem("det-XtAX-sq", apply("det", Y.T @ A @ Y), Y)
A = symbol("A", n, n)
problem("det-XtAX-gen", apply("det", X.T @ A @ X), X)
S = symbol(r"\Sigma", d, d, facts=["pd"])
problem("logdet-spd", apply("logdet", S), S)
A, B, t = symbol("A", n, n), symbol("B", n, n), symbol("t")
problem("inv-t", inv(A + t * B), t)
X = symbol("X", n, n, facts=["symmetric"])
i = index("i", n)
problem("eig-sum", sum_over(i, item(apply("eigenvalues", X), i)), X)

# ------------------------------------------------------------------------------------ linear and quadratic forms

a, b, X = symbol("a", m), symbol("b", n), symbol("X", n, m)
problem("aXtb", a.T @ X.T @ b, X)
b, c, D = symbol("b", m), symbol("c", n), symbol("D", n, n)
problem("affine-quad-X", (X @ b + c).T @ D @ (X @ b + c), X)
W, A = symbol("W", n, n, facts=["symmetric"]), symbol("A", n, m)
x, s = symbol("x", n), symbol("s", m)
problem("wls-A", (x - A @ s).T @ W @ (x - A @ s), A)
s = symbol("s", n)
problem("quad-centred", (x - s).T @ W @ (x - s), x)
A, b = symbol("A", n, n), symbol("b", n)
problem("quad-hess", x.T @ A @ x + b.T @ x, x)
problem("xxt-jac", x @ x.T, x)
pp = symbol("p", facts=["positive"])
problem("lp-power", sum_over(i, power(apply("abs", x[i]), pp)), x)
A, b = symbol("A", m, n), symbol("b", m)
problem("l2-of-affine", norm(A @ x - b), x)
problem("norm-scaled-jac", norm(x) * x, x)
X, A = symbol("X", n, n, facts=["symmetric_entries"]), symbol("A", n, n)
problem("sym-trAX", tr(A @ X), X)
problem("diag-vec", tr(A @ diag(x)), x)

# ------------------------------------------------------------------------------------ regression

X, y, w = symbol("X", n, d), symbol("y", n), symbol("w", d)
lam = symbol(r"\lambda", facts=["positive"])
problem("ols-half-mean", 1 / (2 * n) * norm2(y - X @ w), w)
problem("ridge", norm2(X @ w - y) + lam * norm2(w), w)
kernel, alpha = symbol("K", n, n, facts=["symmetric"]), symbol(r"\alpha", n)
problem("kernel-ridge", norm2(y - kernel @ alpha) + lam * (alpha.T @ kernel @ alpha), alpha)
problem("nonlinear-ls", half * norm2(exp(X @ w) - y), w)
phi, targets, v = (
    symbol(r"\phi_n", N, M, family=1),
    symbol("t_n", N, family=1, facts=["binary"]),
    symbol(r"\mathbf{w}", M),
)
nn = index("n", N)
prob = sig(v.T @ phi[nn])
problem(
    "logreg-prml",
    -sum_over(nn, targets[nn] * log(prob) + (1 - targets[nn]) * log(1 - prob)),
    v,
)
X, y, w = symbol("X", m, n), symbol("y", m, facts=["sign"]), symbol("w", n)
problem("logreg-vec", apply("sum", log(exp(-hadamard(y, X @ w)) + one(m))), w)
ws = symbol(r"\mathbf{w}_j", K, M, family=1)
t = symbol("t_{nk}", N, K, family=2, facts=["one_hot_rows"])
kk, jj = index("k", K), index("j", K)
posterior = exp(ws[kk].T @ phi[nn]) / sum_over(jj, exp(ws[jj].T @ phi[nn]))
problem("softmax-reg-prml", -sum_over(nn, sum_over(kk, t[nn, kk] * log(posterior))), ws[jj])
z, y = symbol("z", k), symbol("y", k, facts=["sums_to_one"])
prob = symbol("p", definition=apply("softmax", z))
ik = index("i", k)
problem("softmax-ce-hess", -sum_over(ik, y[ik] * log(prob[ik])), z)
xs, ys, w = (
    symbol("x_i", n, d, family=1),
    symbol("y_i", n, family=1, facts=["count"]),
    symbol("w", d),
)
problem(
    "poisson-reg",
    sum_over(i, ys[i] * (w.T @ xs[i]) - exp(w.T @ xs[i]) - log(apply("factorial", ys[i]))),
    w,
)

# ------------------------------------------------------------------------------------ likelihoods

mu = symbol(r"\mu", d)
problem(
    "gauss-Sigma",
    -n / 2 * apply("logdet", S) - half * sum_over(i, (xs[i] - mu).T @ inv(S) @ (xs[i] - mu)),
    S,
)
ts = symbol("t_i", n, family=1, facts=["positive"])
problem("exponential", log(product_over(i, lam * exp(-lam * ts[i]))), lam)
x1 = symbol("x_i", n, family=1, facts=["positive"])
al, be = symbol(r"\alpha", facts=["positive"]), symbol(r"\beta", facts=["positive"])
problem(
    "gamma-alpha",
    n * al * log(be)
    - n * apply("lgamma", al)
    + (al - 1) * sum_over(i, log(x1[i]))
    - be * sum_over(i, x1[i]),
    al,
)
ka, eta = symbol(r"\kappa", facts=["positive"]), symbol(r"\eta")
problem("vmf", ka * sum_over(i, mu.T @ xs[i]) + eta * (1 - mu.T @ mu), mu)
mus, ps = symbol(r"\mu_k", K, d, family=1), symbol(r"\pi_k", K, family=1, facts=["positive"])
Ss = symbol(r"\Sigma_k", K, d, d, family=1, facts=["pd"])
density = (
    power(2 * pi, -d / 2)
    * power(apply("det", Ss[kk]), -half)
    * exp(-half * ((xs[i] - mus[kk]).T @ inv(Ss[kk]) @ (xs[i] - mus[kk])))
)
problem("gmm-Sigma", sum_over(i, log(sum_over(kk, ps[kk] * density))), Ss[kk])
W, s2 = symbol("W", d, q), symbol(r"\sigma^2", facts=["positive"])
S2 = symbol("S", d, d, facts=["symmetric"])
C = symbol("C", definition=W @ W.T + s2 * identity(d))
problem(
    "ppca-sigma2",
    -n / 2 * (d * log(2 * pi) + log(apply("det", C)) + tr(inv(C) @ S2)),
    s2,
)
kernel, y = symbol("K", n, n, facts=["pd"]), symbol("y", n)
noisy = kernel + s2 * identity(n)
problem(
    "gp-noise",
    -half * (y.T @ inv(noisy) @ y) - half * log(apply("det", noisy)) - n / 2 * log(2 * pi),
    s2,
)
W, x = symbol("W", d, d, facts=["invertible"]), symbol("x", d)
j = index("j", d)
wx = item(W, j, None).T @ x
problem(
    "ica",
    sum_over(j, log(sig(wx) * (1 - sig(wx)))) + apply("logabsdet", W),
    W,
)

# ------------------------------------------------------------------------------------ entrywise functions, networks

A, x, y, c = symbol("A", n, n), symbol("x", n), symbol("y", n), symbol("c")
mixed = x.T @ A @ x + c * apply("sin", y).T @ x
problem("mc-default", mixed, x)
problem("mc-default-y", mixed, y)
T, U, V = symbol("T", m, n), symbol("U", m, k), symbol("V", n, k)
problem("mf-hess", norm2(T - U @ V.T), U)
Om = symbol(r"\Omega", m, n)
problem("mf-masked-hess", norm2(hadamard(Om, T - U @ V.T)), U)
A = symbol("A", m, n)
problem("elementwise-exp-jac", exp(A @ x), x)
problem("log-sum-exp", log(sum_over(i, exp(x[i]))), x)
W, b = symbol("W", m, n), symbol("b", m)
problem("dense-softplus", one(m).T @ log(broadcast(1, m) + exp(W @ x + b)), x)
g = symbol("g", n)
problem("dense-swish", g.T @ hadamard(x, sig(x)), x)
W1, b1, W2, b2 = symbol("W_1", m, n), symbol("b_1", m), symbol("W_2", k, m), symbol("b_2", k)
y = symbol("y", k)
problem("mlp-b1", half * norm2(W2 @ sig(W1 @ x + b1) + b2 - y), b1)
X, W1, W2, Y = symbol("X", n, d), symbol("W_1", d, h), symbol("W_2", h, k), symbol("Y", n, k)
problem("mlp-batch-W1", 1 / (2 * n) * norm2(apply("tanh", X @ W1) @ W2 - Y), W1)
v = symbol("v", m)
problem("mlp-input-hess", v.T @ apply("tanh", W @ x + b), x)
problem("softmax-jac", apply("softmax", z), z)
v = symbol("v", n)
problem("l2-normalise-jac", v / norm(v), v)
a, b = symbol("a", n), symbol("b", n)
problem("gate", hadamard(sig(hadamard(a, x)), apply("tanh", hadamard(b, x))), x)
xc, wc, yc = symbol("x", n + k - 1), symbol("w", k), symbol("y", n)
tt, jk = index("t", n), index("j", k)
problem("conv1d", half * sum_over(tt, (yc[tt] - sum_over(jk, wc[jk] * xc[tt + jk - 1])) ** 2), wc)
W, b = symbol("W", d, k), symbol("b", k)
problem("mse-batch-b", half * norm2(X @ W + one(n) @ b.T - Y), b)
xb, u = symbol(r"\bar{x}", d), symbol("u", d)
problem("pca-variance", 1 / n * sum_over(i, (u.T @ xs[i] - u.T @ xb) ** 2), u)
wi, wt = symbol("w_i", m, d, family=1), symbol(r"\tilde{w}_j", n, d, family=1)
bi, bt = symbol("b_i", m, family=1), symbol(r"\tilde{b}_j", n, family=1)
f, L = symbol("f", m, n), symbol("L", m, n)
im, jn = index("i", m), index("j", n)
error = wi[im].T @ wt[jn] + bi[im] + bt[jn] - L[im, jn]
problem("glove", sum_over(im, sum_over(jn, f[im, jn] * error**2)), wi[im])
x, z, ga = symbol("x", d), symbol("z", d), symbol(r"\gamma", facts=["positive"])
problem("rbf-kernel-x", exp(-ga * norm2(x - z)), x)
problem("rbf-kernel-gamma", power(Constant("e"), -ga * norm2(x - z)), ga)
w, mu1 = symbol("w", d), symbol(r"\mu", facts=["positive"])
problem("soft-threshold-huber", sum_over(j, apply("sqrt", w[j] ** 2 + mu1**2)), w)
x = symbol("x")
problem("sc-product", x**2 * apply("sin", x), x)
problem("sc-quotient", x / (1 + x**2), x)
problem("sc-arctan", x * apply("arctan", x) - half * log(1 + x**2), x)

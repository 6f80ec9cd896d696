"""Which derivation has a picture: the function that draws it, its caption, and what it shows in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A picture: module and function that draw it, caption (with `$...$`), and a text alternative (plain)."""

    module: str
    function: str
    caption: str
    alt: str


TABLE: dict[str, Row] = {
    "mse-gradient": Row(
        "surfaces",
        "loss_surface",
        "Level lines of the loss for two weights, the negative gradient, and gradient descent.",
        "Level lines of the mean squared error over two weights are nested ellipses. Arrows "
        "along the negative gradient stand across the lines and point inwards. The path of "
        "gradient descent starts outside, crosses the lines at right angles and ends at the "
        "minimum in the middle.",
    ),
    "gd-quadratic": Row(
        "surfaces",
        "step_sizes",
        "Gradient descent on one quadratic function: a small step, the best step "
        r"$\eta^\star$, and one close to the limit $2 / \lambda_{\max}$.",
        "Three paths of gradient descent over the same elliptic level lines. With a small "
        "step the path bends into the valley and creeps along it. With the best step it "
        "zigzags and gets close to the minimum. With a step near the limit it jumps from side"
        " to side and hardly comes closer.",
    ),
    "newton-step": Row(
        "surfaces",
        "newton_step",
        "Level lines of the quadratic model: the Newton step ends at its lowest point, the "
        "negative gradient misses it.",
        "Elliptic level lines of the quadratic model over two components of the step. The "
        "arrow of the Newton step goes from the origin straight to the centre of the "
        "ellipses. The arrow of the negative gradient, at right angles to the level line "
        "through the origin, points past the centre.",
    ),
    "ridge-regression": Row(
        "models",
        "ridge_path",
        r"The ridge weights as the penalty $\lambda$ grows.",
        "Four curves show the weights against the strength of the penalty on a logarithmic "
        "scale. For a small penalty they start at the least-squares weights, two of them "
        "large and of opposite sign because their features are nearly the same. These two "
        "approach each other quickly, and all four shrink to zero for a large penalty.",
    ),
    "logistic-regression": Row(
        "models",
        "probability_surface",
        "The probability $p$ over two features, and where it is one half.",
        "Points of two classes in a plane, circles at the lower left and crosses at the upper"
        " right, with a few of each on the other side. The shading grows smoothly from light "
        "to dark across a straight line, on which the probability is one half.",
    ),
    "softmax-regression": Row(
        "models",
        "class_regions",
        "The most probable of three classes over two features, with its probability.",
        "Points of three classes in a plane. Three straight borders meet in one point and "
        "divide the plane into a region for each class; the shading of a region is deepest "
        "far from its borders.",
    ),
    "gaussian-loglik-gradient": Row(
        "models",
        "gaussian_fit",
        r"The fitted Gaussian: the mean $\bar{x}$ and the ellipses of one and two standard "
        "deviations.",
        "A cloud of points, longer in one diagonal direction. A cross marks the mean. Two "
        "tilted ellipses around it, at one and two standard deviations of the estimated "
        "covariance, follow the shape of the cloud; most points lie inside the outer one.",
    ),
    "em-gmm": Row(
        "models",
        "mixture",
        "Density of a mixture of three Gaussians, with its components as ellipses.",
        "Level lines of a density with three hills, two of which overlap and share their "
        "outer level lines. An ellipse of one standard deviation marks each component; its "
        "line is thicker for a component of more weight.",
    ),
    "pca-max-variance": Row(
        "geometry",
        "principal_axes",
        "Centred data, the ellipse of its covariance $S$, and the eigenvectors, each as long "
        "as the standard deviation along it.",
        "A tilted cloud of points around the origin with an ellipse of the same shape. Two "
        "arrows at right angles start at the centre: the long one along the cloud is the "
        "first eigenvector, the short one across is the second.",
    ),
    "pca-min-reconstruction": Row(
        "geometry",
        "reconstruction",
        "Each point and its reconstruction from one direction.",
        "Points scattered about a tilted line through the origin. From each point a short "
        "segment leads to its reconstruction on the line and meets the line at a right angle.",
    ),
    "orthogonal-projection": Row(
        "geometry",
        "projection",
        "The projection $P b$ is the point of the column space nearest to $b$; the residual "
        "stands at a right angle on it.",
        "A line through the origin is the column space. The vector b leaves it; its "
        "projection lies on the line, and a dashed segment from b meets the line at a right "
        "angle there. Circles around b show that every other point of the line is farther "
        "away.",
    ),
    "softmax-jacobian": Row(
        "geometry",
        "simplex",
        "The softmax of $t z$ for growing $t$ in the simplex of three probabilities; arrows "
        "are columns of the Jacobian.",
        "A triangle whose corners are the three classes. Curves start at its centre, where "
        "all probabilities are equal, and bend towards the corner of the largest logit. At "
        "one point three arrows show how the probabilities move when one logit grows: each "
        "towards its own corner.",
    ),
    "activation-derivatives": Row(
        "functions",
        "activations",
        "Activation functions (solid) and their derivatives (dashed).",
        "Small panels, one for each activation function, with the function as a solid and its"
        " derivative as a dashed line. The derivatives of the saturating functions are bumps "
        "around zero; those of the rectifiers jump or rise from about zero to about one.",
    ),
    "dense-layer-backward": Row(
        "boxes",
        "dense_layer",
        "Shapes of the products of a dense layer: forward, and the three gradients backward.",
        "Four rows of boxes drawn to scale. Forward, an n by p box times a p by q box plus a "
        "thin column times a thin row is an n by q box. Backward, each gradient is a product "
        "whose inner sides agree, and has the shape of the variable it belongs to.",
    ),
    "mlp-backprop": Row(
        "graphs",
        "network_graph",
        "One example through a small network: each node with its value (blue) and the "
        "gradient of the loss in it (orange).",
        "A graph from left to right: the parameters and the input lead to A, then H, Z, P and"
        " the loss L. Each node shows its value and below it the gradient of the loss; the "
        "gradient of the loss in itself is one, and that of the logits is the probability "
        "minus the label.",
    ),
    "conv2d-backward": Row(
        "patterns",
        "convolution_pattern",
        "Which entry $u$ of the kernel joins pixel $h$ with output $i$, without a stride and "
        "with stride 2; empty where none does.",
        "Two tables with a row for each output and a column for each pixel. Without a stride "
        "the entries of the kernel stand in a band along the diagonal, one column further in "
        "each row, so that every pixel meets the reversed kernel downwards. With stride two "
        "the band moves two columns in each row and has half as many rows.",
    ),
    "tsne-gradient": Row(
        "patterns",
        "tsne_forces",
        "Springs between the points of a map: pairs that attract (solid) and repel (dashed), "
        "and the negative gradient (arrows).",
        "Points of a map in two mixed groups. Solid lines join pairs closer in the data than "
        "in the map, dashed lines pairs that are too close in the map; thicker lines are "
        "stronger springs. An arrow at each point, the negative gradient, leads to the others"
        " of its own group.",
    ),
    "attention-backward": Row(
        "patterns",
        "attention_map",
        "The weights $P$ of a small attention layer: each row sums to one.",
        "A table of squares with a row for each query and a column for each key; darker "
        "squares are larger weights. Most of the weight of a query lies on the keys that "
        "point in its direction, near the diagonal.",
    ),
}

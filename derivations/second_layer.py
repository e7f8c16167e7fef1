"""A trainable second layer: balance of the layers, and zero modes by homogeneity.

With weights alpha_i > 0 on the neurons the network depends on u_i = alpha_i w_i alone, so a critical point at alpha = 1
stays critical when alpha is trained too, and its Hessian there is J'HJ with J the derivative of u: the second
derivative of u meets the gradient, which is 0. J is onto and its kernel has one dimension for each neuron. With weights
of any sign the balance w_i . grad_i L = alpha_i dL/dalpha_i holds everywhere, and its derivative says what the Hessian
does to the directions (w_i, -alpha_i) of the scalings. Source: the setting of Safran & Shamir 2018 with the second
layer freed; derived here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import sympy

from derivations._show import show
from derivations.extra_neurons import kernel, latex_name, member, v1, v2, w1, w2
from symlandscape import backends
from symlandscape.evidence import Check, Claim, Verdict, certified, checked, proved

NAME = "second_layer"
THEME = "relu"
SOURCE = "safran_shamir_2018"
SIGNED = (5, 4)
LAYERED = (("F1", 6, 0), ("A0", 6, 0), ("A1", 8, 0), ("F1", 7, 1))


def euler_identity() -> bool:
    """w . f_w(w, v) = f(w, v), so w_i . grad_i L = alpha_i dL/dalpha_i for L = sum alpha_i alpha_j f(w_i, w_j)/2 - ...:
    each term with neuron i has the same degree in w_i and in alpha_i.
    """
    value = kernel((w1, w2), (v1, v2))
    return bool(sympy.cancel(sympy.together(w1 * value.diff(w1) + w2 * value.diff(w2) - value)) == 0)


def layers_balance() -> bool:
    """w_i . grad_i L - alpha_i dL/dalpha_i = 0 for two neurons of any number of inputs, written with Euler's identity:
    F_ij(c_i, c_j) = c_i c_j F_ij for the scalings c of the neurons.
    """
    c, a, b = sympy.symbols("c a b", positive=True)
    F11, F12, F22, T1, T2 = sympy.symbols("F11 F12 F22 T1 T2")
    loss = a**2 * c**2 * F11 / 2 + a * b * c * F12 + b**2 * F22 / 2 - a * c * T1 - b * T2
    return bool(sympy.expand(c * loss.diff(c) - a * loss.diff(a)) == 0)


def kernel_of_embedding() -> bool:
    """(xi_i, eta_i) -> xi_i + eta_i w_i is onto, with kernel (-eta_i w_i, eta_i): one dimension for each neuron."""
    eta = sympy.Symbol("eta")
    J = sympy.Matrix([[1, 0, w1], [0, 1, w2]])
    image = J * sympy.Matrix([-eta * w1, -eta * w2, eta])
    return bool(image.applyfunc(sympy.expand).is_zero_matrix and (J * J.T).det().expand() == 1 + w1**2 + w2**2)


def chain_rule() -> bool:
    """The Hessian of F(alpha_1 w_1, alpha_2 w_2) in (w, alpha) at alpha = 1 and a critical point of F is J'F''J.

    F counts to second order there, and has no first order: a quadratic form with any coefficients.
    """
    a, b = sympy.symbols("a b")
    w = sympy.symbols("x1:5")
    base = sympy.symbols("c1:5")
    Q = sympy.Matrix(4, 4, lambda i, j: sympy.Symbol(f"q{min(i, j)}{max(i, j)}"))
    u = sympy.Matrix([a * w[0], a * w[1], b * w[2], b * w[3]])
    gap = u - sympy.Matrix(base)
    here = {**dict(zip(w, base, strict=True)), a: 1, b: 1}
    J = u.jacobian([*w, a, b]).subs(here)
    hessian = sympy.hessian((gap.T * Q * gap)[0] / 2, [*w, a, b]).subs(here)
    return bool((hessian - J.T * Q * J).applyfunc(sympy.expand).is_zero_matrix)


def derivative_of_balance() -> bool:
    """The derivatives of w . L_w - alpha L_alpha are the entries of H (w, -alpha) + (L_w, -L_alpha), for any L."""
    alpha = sympy.Symbol("alpha")
    z = (w1, w2, alpha)
    loss = sympy.Function("L")(*z)
    scaling = sympy.Matrix([w1, w2, -alpha])
    balance = sum((s * loss.diff(x) for s, x in zip(scaling, z, strict=True)), sympy.Integer(0))
    left = sympy.Matrix([balance.diff(x) for x in z])
    right = sympy.hessian(loss, z) * scaling + sympy.Matrix([loss.diff(w1), loss.diff(w2), -loss.diff(alpha)])
    return bool((left - right).applyfunc(sympy.expand).is_zero_matrix)


def scaling_gap(k: int, d: int, seed: int) -> float:
    """The largest entry of H (w_i, -alpha_i) + (grad_i L, -dL/dalpha_i) at random weights, relative to H."""
    source = np.random.default_rng(seed)
    W, alpha = source.standard_normal((k, d)), source.standard_normal(k)
    _, in_W, in_alpha = backends.network_loss_gradient(W, alpha)
    H = backends.network_hessian(W, alpha)
    scalings, slopes = np.zeros((k, k * d + k)), np.zeros((k, k * d + k))
    for i in range(k):
        scalings[i, i * d : (i + 1) * d], scalings[i, k * d + i] = W[i], -alpha[i]
        slopes[i, i * d : (i + 1) * d], slopes[i, k * d + i] = in_W[i], -in_alpha[i]
    return float(np.max(np.abs(scalings @ H + slopes)) / np.max(np.abs(H)))


def two_layer_hessian(W: np.ndarray) -> np.ndarray:
    """The Hessian in (W, alpha) at alpha = 1 with targets e_j, second-layer parts from the kernel's closed form."""
    k, d = W.shape
    targets = np.eye(d)

    def f(w: np.ndarray, v: np.ndarray) -> tuple[float, np.ndarray]:
        a, b, r = float(np.linalg.norm(w)), float(np.linalg.norm(v)), float(w @ v)
        area = math.sqrt(max((a * b - r) * (a * b + r), 0.0))
        supplement = math.pi - math.atan2(area, r)
        return (area + supplement * r) / (2 * math.pi), (area / a**2 * w + supplement * v) / (2 * math.pi)

    full = np.zeros((k * d + k,) * 2)
    full[: k * d, : k * d] = backends.relu_hessian(W)
    for i in range(k):
        rows = slice(i * d, (i + 1) * d)
        own = W[i] + sum(f(W[i], W[j])[1] for j in range(k) if j != i) - sum(f(W[i], v)[1] for v in targets)
        for j in range(k):
            value, gradient = f(W[i], W[j])
            full[k * d + i, k * d + j] = W[i] @ W[i] / 2 if i == j else value
            full[rows, k * d + j] = own if i == j else gradient
            full[k * d + j, rows] = full[rows, k * d + j]
    return full


def layer_check(name: str, d: int, extra: int) -> tuple[Check, ...]:
    """J'HJ against the Hessian in both layers, and the number of zero modes."""
    W = member(name, d, extra).matrix()
    k = W.shape[0]
    H = backends.relu_hessian(W)
    J = np.hstack([np.eye(k * d), np.kron(np.eye(k), np.ones((d, 1))) * W.reshape(-1, 1)])
    full = two_layer_hessian(W)
    values = np.sort(np.abs(np.linalg.eigvalsh(full)))
    zero = int(np.sum(values < 1e-12 * values[-1]))
    predicted = np.sort(np.linalg.eigvals(H @ J @ J.T).real)
    signed = np.linalg.eigvalsh(full)
    others = np.sort(signed[np.abs(signed) >= 1e-12 * values[-1]])
    gap = float(np.max(np.abs(others - predicted))) if len(others) == len(predicted) else 1.0
    where = f"{name}{f'+{extra}' if extra else ''} at d = {d}"
    kernel_gap = float(np.max(np.abs(backends.network_hessian(W, np.ones(k)) - J.T @ H @ J)))
    return (
        checked(f"J'HJ, {where}", f"{float(np.max(np.abs(full - J.T @ H @ J))):.1e}", 0, 12, "largest difference"),
        checked(
            f"compiled Hessian, {where}", f"{kernel_gap:.1e}", 0, 12, "in both layers, largest difference from J'HJ"
        ),
        checked(f"zero modes, {where}", zero, k, 12, f"below 1e-12 of the largest; the next is {values[k]:.1e}"),
        checked(f"other eigenvalues, {where}", f"{gap:.1e}", 0, 10, "against those of H (I + w_i w_i')"),
    )


def regular(name: str, d: int, extra: int) -> Verdict:
    """Whether all eigenvalues of H have certified signs, so that J'HJ has exactly k zero modes."""
    return Verdict.of(all(b.negative is not None for b in member(name, d, extra).blocks) or None)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Critical points stay critical, with exactly k zero modes."""
    yield Claim(
        "relu.second-layer.balance",
        THEME,
        r"w_i \cdot \nabla_i L = \alpha_i\, \partial L / \partial \alpha_i",
        SOURCE,
        (
            proved("Euler's identity of the kernel", euler_identity(), "w . f_w = f"),
            proved("equal degrees in w_i and alpha_i", layers_balance(), "two neurons and their targets"),
        ),
    )
    signs = f"k = {SIGNED[0]}, d = {SIGNED[1]}, weights of both signs"
    yield Claim(
        "relu.second-layer.scalings",
        THEME,
        r"\nabla^2_{(W, \alpha)} L\, (w_i, -\alpha_i) = (-\nabla_i L,\ \partial L / \partial \alpha_i)",
        SOURCE,
        (
            proved("derivative of the balance", derivative_of_balance(), "in w_i and alpha_i; other entries alike"),
            checked("compiled gradient and Hessian", f"{scaling_gap(*SIGNED, seed):.1e}", 0, 12, signs),
        ),
    )
    where = r",\ ".join(f"{latex_name(name, extra)}\\,(d = {d})" for name, d, extra in LAYERED)
    checks: list[Check] = [
        proved("chain rule at a critical point", chain_rule(), "two neurons of two inputs, any quadratic form"),
        proved("kernel of the embedding", kernel_of_embedding(), "(xi, eta) -> xi + eta w is onto"),
    ]
    statement = (
        r"\nabla_W L = 0,\ \alpha = 1:\quad \nabla^2_{(W, \alpha)} L = J^{\top} \nabla^2_W L\, J,\quad \dim\ker J = k"
    )
    for name, d, extra in LAYERED:
        checks += layer_check(name, d, extra)
    yield Claim("relu.second-layer.hessian", THEME, statement, SOURCE, tuple(checks))
    verdict = Verdict.YES
    for case in LAYERED:
        verdict = verdict.and_(regular(*case))
    regularity = (certified("signs of every block of H", verdict, "no eigenvalue of H vanishes, and J is onto"),)
    statement = rf"\nabla^2_{{(W, \alpha)}} L \text{{ has exactly }} k \text{{ zero modes at }} {where}"
    yield Claim("relu.second-layer.zero-modes", THEME, statement, SOURCE, regularity)


if __name__ == "__main__":
    show(claims())

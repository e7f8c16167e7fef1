"""The formulas of spherical spin glasses as SymPy expressions in p, u and k, or nu', nu'', and as LaTeX."""

from __future__ import annotations

from fractions import Fraction

import sympy

from symlandscape.spinglass.models import Mixture

__all__ = [
    "complexity_latex",
    "count_latex",
    "e_inf",
    "levels_latex",
    "mixture_latex",
    "outlier_cost",
    "plateau",
    "theta_bulk",
    "theta_outside_bulk",
]

p, k = sympy.symbols("p k", positive=True)
u = sympy.Symbol("u", negative=True)
nu1, nu2 = sympy.symbols("nu_1 nu_2", positive=True)


def e_inf(degree: sympy.Expr = p) -> sympy.Expr:
    """E_inf = 2 sqrt((p-1)/p): at energy -E_inf the Hessian's bulk touches 0."""
    return 2 * sympy.sqrt((degree - 1) / degree)


def outlier_cost(degree: sympy.Expr = p, energy: sympy.Expr = u) -> sympy.Expr:
    """I_1(u) for u <= -E_inf: N I_1 is the cost of one more eigenvalue of the Hessian beyond the bulk."""
    E = e_inf(degree)
    root = sympy.sqrt(energy**2 - E**2)
    return -energy / E**2 * root - sympy.log((root - energy) / E)


def theta_bulk(degree: sympy.Expr = p, energy: sympy.Expr = u) -> sympy.Expr:
    """Theta_p(u) for -E_inf <= u <= 0."""
    return sympy.log(degree - 1) / 2 - (degree - 2) * energy**2 / (4 * (degree - 1))


def theta_outside_bulk(degree: sympy.Expr = p, energy: sympy.Expr = u, index: sympy.Expr | int = 0) -> sympy.Expr:
    """Theta_{k,p}(u) for u <= -E_inf; k = 0 is Theta_p(u) too."""
    return theta_bulk(degree, energy) - (index + 1) * outlier_cost(degree, energy)


def plateau(degree: sympy.Expr = p) -> sympy.Expr:
    """Theta_{k,p}(u) for u >= -E_inf."""
    return sympy.log(degree - 1) / 2 - (degree - 2) / degree


def latex_of_total() -> str:
    """Theta_p for general p, all regimes, as display mathematics."""
    return (
        r"\Theta_p(u) = \begin{cases} "
        + rf"{_half_log('p - 1')} - \frac{{p - 2}}{{4 (p - 1)}} u^2 - I_1(u), & u \le -E_\infty \\ "
        + rf"{_half_log('p - 1')} - \frac{{p - 2}}{{4 (p - 1)}} u^2, & -E_\infty \le u \le 0 \\ "
        + rf"{_half_log('p - 1')}, & u \ge 0 \end{{cases}}"
    )


def latex_of_index() -> str:
    """Theta_{k,p} for general p and k, as display mathematics."""
    return (
        r"\Theta_{k,p}(u) = \begin{cases} "
        + rf"{_half_log('p - 1')} - \frac{{p - 2}}{{4 (p - 1)}} u^2 - (k + 1) I_1(u), & u \le -E_\infty \\ "
        + rf"{_half_log('p - 1')} - \frac{{p - 2}}{{p}}, & u \ge -E_\infty \end{{cases}}"
    )


def latex_of_cost() -> str:
    """I_1 and E_inf for general p, as display mathematics."""
    return (
        r"I_1(u) = -\frac{u}{E_\infty^2} \sqrt{u^2 - E_\infty^2} "
        r"- \log\frac{-u + \sqrt{u^2 - E_\infty^2}}{E_\infty}, \quad E_\infty = 2 \sqrt{\frac{p - 1}{p}}"
    )


def latex_of_levels() -> str:
    """The equation of E_k = E_inf cosh(t) for general p and k, as display mathematics."""
    return (
        r"E_k = E_\infty \cosh t_k, \quad \tfrac{1}{2} \log(p - 1) - \frac{p - 2}{p} \cosh^2 t_k "
        r"- (k + 1) \left(\tfrac{1}{2} \sinh 2 t_k - t_k\right) = 0"
    )


def latex_of_sigma() -> str:
    """Sigma_k(u, r) of a mixed model, as display mathematics."""
    return (
        r"\Sigma_k(u, r) = \tfrac{1}{2} \log\frac{\nu''}{\nu'} - \frac{u^2}{2} "
        r"- \frac{(r - \nu' u)^2}{2 (\nu'' + \nu' - \nu'^2)} + \frac{r^2}{4 \nu''} "
        r"- (k + 1)\, J\!\left(\frac{|r|}{\sqrt{\nu''}}\right), \quad J(2 \cosh t) = \tfrac{1}{2} \sinh 2t - t"
    )


def latex_of_mixture_thresholds() -> str:
    """E'_inf, E_inf^+- and G of a mixed model, as display mathematics."""
    return (
        r"\begin{aligned} E'_\infty &= \frac{\nu'' - \nu' + \nu'^2}{\nu' \sqrt{\nu''}}, \quad "
        r"G = \log\frac{\nu''}{\nu'} - \frac{(\nu'' - \nu')(\nu'' - \nu' + \nu'^2)}{\nu'' \nu'^2} \\ "
        r"E_\infty^{\pm} &= \frac{2 \nu' \sqrt{\nu''} \pm \sqrt{\nu'' + \nu' - \nu'^2} "
        r"\sqrt{(\nu'' + \nu') \log\frac{\nu''}{\nu'} - 2 (\nu'' - \nu')}}{\nu' + \nu''} \end{aligned}"
    )


def latex_of_one_step() -> str:
    """The 1RSB ground state energy, as display mathematics."""
    return (
        r"E_{1RSB} = \frac{\sqrt{\nu'}\, s}{\sinh s}, \quad "
        r"\nu' \left(2 s - 1 + e^{-2 s}\right) = 4 \sinh^2 s"
    )


def complexity_latex(model: Mixture, index: int | None = None) -> str:
    """The complexity of this model as display mathematics."""
    if model.degree is None:
        return rf"\Theta(u) = \sup_{{r}} \Sigma_k(u, r), \quad {_nu(model)}, \quad {latex_of_sigma()}"
    text = latex_of_total() if index is None else latex_of_index()
    which = "" if index is None else rf"k = {index}, \quad "
    return rf"p = {model.degree}, \quad {which}{text}, \quad {latex_of_cost()}"


def levels_latex(model: Mixture) -> str:
    """The equation of the levels, with this model's parameters, as display mathematics."""
    if model.degree is None:
        return rf"\sup_{{r \le -2 \sqrt{{\nu''}}}} \Sigma_k(-E_k, r) = 0, \quad {_nu(model)}, \quad {latex_of_sigma()}"
    return rf"p = {model.degree}, \quad {latex_of_levels()}"


def count_latex(model: Mixture, spins: int, index: int | None, below: Fraction | None, exact: sympy.Expr | None) -> str:
    """A mean count in closed form, or as the integral that is evaluated: Phi is the normal distribution's, and the
    density p_k of the (k+1)-th smallest eigenvalue of GOE(N), or R_1 of them all, has the weight exp(-sum x_i^2/2).
    """
    place = "N" if index is None else f"N, {index}"
    energy = None if below is None else sympy.latex(sympy.Rational(below.numerator, below.denominator))
    cut = "" if energy is None else rf"\left(H/N \le {energy}\right)"
    left = rf"\mathbb E\, \mathrm{{Crt}}_{{{place}}}{cut}"
    name = rf"p = {model.degree}" if model.degree is not None else _nu(model)
    where = rf", \quad N = {spins}, \quad {name}"
    if exact is not None:
        return rf"{left} = {sympy.latex(exact)}{where}"
    density = "R_1(x)" if index is None else rf"p_{{{index}}}(x)"
    weight, end = "", r"\infty"
    if energy is not None and model.degree is not None:
        end = rf"{energy} \sqrt{{N p/(2 (p - 1))}}"
    elif energy is not None:
        mean = r"\frac{\nu' x}{\nu' + \nu''} \sqrt{\frac{2 \nu''}{N}}"
        deviation = r"\sqrt{\frac{\nu'' + \nu' - \nu'^2}{N (\nu' + \nu'')}}"
        weight = rf" \Phi\!\left(\frac{{{energy} - {mean}}}{{{deviation}}}\right)"
    integral = rf"\int_{{-\infty}}^{{{end}}} e^{{-\frac{{\rho - 1}}{{2 (\rho + 1)}} x^2}} {density}{weight}\, dx"
    ratio = sympy.latex(sympy.Rational(model.rho.numerator, model.rho.denominator))
    return rf"{left} = 2 \sqrt{{\tfrac{{2}}{{1 + \rho}}}}\, \rho^{{N/2}} {integral}, \quad \rho = {ratio}{where}"


def mixture_latex(model: Mixture) -> str:
    """The thresholds of a mixed model with its nu, as display mathematics."""
    return (
        rf"\begin{{gathered}} {_nu(model)} \\ {latex_of_mixture_thresholds()} \\ {latex_of_one_step()} \end{{gathered}}"
    )


def latex_of_nu(model: Mixture) -> str:
    """nu(x) of this model."""
    x = sympy.Symbol("x")
    parts = [sympy.latex(sympy.Rational(w.numerator, w.denominator) * x**d) for d, w in model.weights]
    return rf"\nu(x) = {' + '.join(parts)}"


def _nu(model: Mixture) -> str:
    a, b = (sympy.latex(sympy.Rational(q.numerator, q.denominator)) for q in (model.nu1, model.nu2))
    return rf"{latex_of_nu(model)}, \quad \nu' = {a}, \quad \nu'' = {b}"


def _half_log(inner: str) -> str:
    return rf"\tfrac{{1}}{{2}} \log({inner})"

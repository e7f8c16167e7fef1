"""Block patterns with real sizes, isotypic decompositions and bases, isotropy of a matrix, the lattice of types."""

from __future__ import annotations

from symlandscape.symmetry.canonical import canonical_form, equivalent
from symlandscape.symmetry.isotropy import Isotropy, isotropy
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.lattice import fixed_space_dimension, isotropy_lattice
from symlandscape.symmetry.pattern import Coordinate, Pattern

__all__ = [
    "Component",
    "Coordinate",
    "Isotropy",
    "Pattern",
    "canonical_form",
    "components",
    "equivalent",
    "fixed_space_dimension",
    "isotropy",
    "isotropy_lattice",
]

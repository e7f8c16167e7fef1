"""Activation regions: how much volume do sub-optimal minima take, against global ones?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.regions.arrangement import Cell, Cells, cell_of, cells
    from symlandscape.regions.bounds import Bound, bound
    from symlandscape.regions.census import Count, count
    from symlandscape.regions.classification import classify
    from symlandscape.regions.counting import characteristic_polynomial, cover, zaslavsky
    from symlandscape.regions.doubling import doubled_fit, doubling_width, outputs, paper_width
    from symlandscape.regions.drawn_minima import draw_minima
    from symlandscape.regions.glyphs import glyph_digits, glyph_image
    from symlandscape.regions.khatri_rao_product import khatri_rao, region_rows
    from symlandscape.regions.matroid import generic_rank, support_inequality
    from symlandscape.regions.minimum_volumes import Minima, RegionTable, minima, region_table, summarise
    from symlandscape.regions.points import Points, make_points, points_from_document
    from symlandscape.regions.rank_volume import FullRank, full_rank
    from symlandscape.regions.region_class import Obstruction, RegionClass, Witness, excluded, verify
    from symlandscape.regions.region_of_weights import class_of_weights, pattern_of, rounded_points
    from symlandscape.regions.sampling import balanced_labels, gaussian_points, gaussian_weights
    from symlandscape.regions.support import ResidualSupport, Visits, count_visits, residual_support, supports
    from symlandscape.regions.training import Ends, network_outputs, train_from, train_networks
    from symlandscape.regions.volume_decay import Decay, DecayRow, bound_exponent, decay
    from symlandscape.regions.volumes import CellCounts, cell_volumes, orthant_volume, sample_cells
    from symlandscape.regions.walls import least_subgradient, wall_distances

__all__ = [
    "Bound",
    "Cell",
    "CellCounts",
    "Cells",
    "Count",
    "Decay",
    "DecayRow",
    "Ends",
    "FullRank",
    "Minima",
    "Obstruction",
    "Points",
    "RegionClass",
    "RegionTable",
    "ResidualSupport",
    "Visits",
    "Witness",
    "balanced_labels",
    "bound",
    "bound_exponent",
    "cell_of",
    "cell_volumes",
    "cells",
    "characteristic_polynomial",
    "class_of_weights",
    "classify",
    "count",
    "count_visits",
    "cover",
    "decay",
    "doubled_fit",
    "doubling_width",
    "draw_minima",
    "excluded",
    "full_rank",
    "gaussian_points",
    "gaussian_weights",
    "generic_rank",
    "glyph_digits",
    "glyph_image",
    "khatri_rao",
    "least_subgradient",
    "make_points",
    "minima",
    "network_outputs",
    "orthant_volume",
    "outputs",
    "paper_width",
    "pattern_of",
    "points_from_document",
    "region_rows",
    "region_table",
    "residual_support",
    "rounded_points",
    "sample_cells",
    "summarise",
    "support_inequality",
    "supports",
    "train_from",
    "train_networks",
    "verify",
    "wall_distances",
    "zaslavsky",
]

_HOMES: dict[str, tuple[str, ...]] = {
    "arrangement": ("Cell", "Cells", "cell_of", "cells"),
    "bounds": ("Bound", "bound"),
    "classification": ("classify",),
    "census": ("Count", "count"),
    "counting": ("characteristic_polynomial", "cover", "zaslavsky"),
    "doubling": ("doubled_fit", "doubling_width", "outputs", "paper_width"),
    "drawn_minima": ("draw_minima",),
    "glyphs": ("glyph_digits", "glyph_image"),
    "khatri_rao_product": ("khatri_rao", "region_rows"),
    "matroid": ("generic_rank", "support_inequality"),
    "minimum_volumes": ("Minima", "RegionTable", "minima", "region_table", "summarise"),
    "points": ("Points", "make_points", "points_from_document"),
    "rank_volume": ("FullRank", "full_rank"),
    "region_class": ("Obstruction", "RegionClass", "Witness", "excluded", "verify"),
    "region_of_weights": ("class_of_weights", "pattern_of", "rounded_points"),
    "sampling": ("balanced_labels", "gaussian_points", "gaussian_weights"),
    "support": ("ResidualSupport", "Visits", "count_visits", "residual_support", "supports"),
    "training": ("Ends", "network_outputs", "train_from", "train_networks"),
    "volume_decay": ("Decay", "DecayRow", "bound_exponent", "decay"),
    "volumes": ("CellCounts", "cell_volumes", "orthant_volume", "sample_cells"),
    "walls": ("least_subgradient", "wall_distances"),
}


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: few users need all of SciPy, Numba and flint at once."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

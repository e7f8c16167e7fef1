"""One script per theorem: source, derivation, checks.

`python -m derivations.NAME` runs one; `make reproduce` runs all.
"""

from __future__ import annotations

PROVIDERS = (
    "population_loss",
    "hessian_blocks",
    "global_minimum",
    "families",
    "random_starts",
    "thresholds",
    "series",
    "for_all_d",
    "extra_neurons",
    "second_layer",
    "slopes",
    "dynamics",
    "atlas",
)

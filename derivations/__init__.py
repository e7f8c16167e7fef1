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
    "extra_row_series",
    "symbolic_series",
    "for_all_d",
    "extra_neurons",
    "one_more_neuron",
    "second_layer",
    "slopes",
    "weighted_targets",
    "dynamics",
    "atlas",
    "branches",
    "branch_ends",
    "new_minima",
    "spinglass_complexity",
    "spinglass_pairs",
    "spinglass_mixtures",
    "spinglass_counts",
    "spinglass_asymptotics",
    "spinglass_samples",
    "spinglass_descents",
    "network_layers",
    "regions_theory",
    "regions_exact",
    "regions_bounds",
    "regions_decay",
    "regions_training",
    "particles_kernels",
    "particles_loss",
    "particles_limits",
    "particles_training",
    "particles_scaling",
    "particles_students",
    "particles_features",
)

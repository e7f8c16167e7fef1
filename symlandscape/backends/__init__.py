"""The way to the compiled kernels: validation, device, threads. The only importer of `numba_kernels`.

Arrays are float64 and C-contiguous (others are converted). All results are floats: evidence level ESTIMATED unless
something else confirms them.
"""

from symlandscape.backends.common import (
    DEVICES,
    METHODS,
    Array,
    Method,
    MinimiseBatch,
    MinimiseStatus,
    available_threads,
    resolve_device,
)
from symlandscape.backends.regions import (
    RegionSample,
    RegionVerdict,
    TrainBatch,
    TrainStatus,
    classify_regions,
    train_two_layer,
    visited_regions,
)
from symlandscape.backends.relu import (
    minimise_relu,
    relu_hessian,
    relu_hessian_product,
    relu_loss,
    relu_loss_gradient,
    relu_losses_gradients,
)
from symlandscape.backends.relu_samples import SampledLoss, relu_inputs, sampled_relu_loss_gradient
from symlandscape.backends.second_layer import (
    NetworkBatch,
    minimise_network,
    network_hessian,
    network_hessian_product,
    network_loss,
    network_loss_gradient,
)
from symlandscape.backends.spinglass import (
    SPIN_METHODS,
    PackedCouplings,
    TrackedRoots,
    langevin_spins,
    minimise_spins,
    pack_couplings,
    spin_energies,
    spin_hessian,
    spin_hessian_product,
    spin_path_count,
    track_spin_roots,
)

__all__ = [
    "DEVICES",
    "METHODS",
    "SPIN_METHODS",
    "Array",
    "Method",
    "MinimiseBatch",
    "MinimiseStatus",
    "NetworkBatch",
    "PackedCouplings",
    "RegionSample",
    "RegionVerdict",
    "SampledLoss",
    "TrackedRoots",
    "TrainBatch",
    "TrainStatus",
    "available_threads",
    "classify_regions",
    "langevin_spins",
    "minimise_network",
    "minimise_relu",
    "minimise_spins",
    "network_hessian",
    "network_hessian_product",
    "network_loss",
    "network_loss_gradient",
    "pack_couplings",
    "relu_hessian",
    "relu_hessian_product",
    "relu_inputs",
    "relu_loss",
    "relu_loss_gradient",
    "relu_losses_gradients",
    "resolve_device",
    "sampled_relu_loss_gradient",
    "spin_energies",
    "spin_hessian",
    "spin_hessian_product",
    "spin_path_count",
    "track_spin_roots",
    "train_two_layer",
    "visited_regions",
]

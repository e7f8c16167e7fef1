"""Activation regions: least squares in the Khatri-Rao matrix for drawn patterns, training of two-layer networks."""

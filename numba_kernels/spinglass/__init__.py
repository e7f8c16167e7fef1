"""Kernels of spherical spin glasses: energies in packed symmetric storage, descent on the sphere, homotopy paths."""

"""Kernels of the two-layer ReLU student-target loss: value, gradient, Hessian, Hessian products."""

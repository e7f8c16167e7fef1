"""Neurons as particles: the exact population loss on a cubic target over the sphere, its gradient and Hessian."""

"""Minimisers written once as templates over a model's functions; `pipeline.make` binds them to a model."""

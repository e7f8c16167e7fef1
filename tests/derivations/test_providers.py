"""What every derivation offers to `reproduce`."""

from __future__ import annotations

from importlib import import_module

import pytest

import derivations
from symlandscape.export import bibliography


@pytest.mark.parametrize("name", derivations.PROVIDERS)
def test_a_provider_has_a_name_a_theme_claims_and_a_source_in_the_bibliography(name):
    module = import_module(f"derivations.{name}")
    assert name == module.NAME and callable(module.claims) and module.__doc__
    known = {entry.key for entry in bibliography(module.THEME)}
    assert {part.split(",")[0].strip() for part in module.SOURCE.split(";")} <= known

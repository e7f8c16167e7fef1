"""The ledger: all claims of a run with their evidence, the versions and the seed they rest on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from symlandscape.errors import InputError
from symlandscape.evidence.claim import Claim
from symlandscape.evidence.levels import Level
from symlandscape.files import write_atomic

SCHEMA = 1
PROFILES = ("quick", "full")
PACKAGES = ("symlandscape", "sympy", "mpmath", "numpy", "scipy", "networkx", "numba", "python-flint")


def installed_versions() -> dict[str, str]:
    """The versions of Python and of the packages that results rest on, as far as they are installed; nothing is
    imported.
    """
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


class Ledger:
    """The claims of one run, in the order in which they were added, each id once.

    versions: name -> version, by default `installed_versions()`. profile: `quick` or `full`. seed: the run's random
    seed.
    """

    __slots__ = ("_claims", "profile", "seed", "versions")

    def __init__(
        self,
        claims: Iterable[Claim] = (),
        *,
        versions: dict[str, str] | None = None,
        profile: str = "quick",
        seed: int = 0,
    ) -> None:
        if profile not in PROFILES:
            raise InputError(f"expected the profile quick or full, got {profile!r}; choose one of them")
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise InputError(f"expected a seed >= 0, got {seed!r}; pass an integer such as 0")
        self.versions = dict(installed_versions() if versions is None else versions)
        self.profile = profile
        self.seed = seed
        self._claims: dict[str, Claim] = {}
        for claim in claims:
            self.add(claim)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims in the order in which they were added."""
        return tuple(self._claims.values())

    def add(self, claim: Claim) -> None:
        """Enter a claim. Raises: `InputError` when its id stands already: evidence is never overwritten."""
        if claim.id in self._claims:
            raise InputError(
                f"expected a new claim, got the id {claim.id!r} a second time; give each statement its own id"
            )
        self._claims[claim.id] = claim

    def at_level(self, level: Level) -> tuple[Claim, ...]:
        """The claims whose computed level is `level`."""
        return tuple(claim for claim in self.claims if claim.level is level)

    def to_json(self) -> dict[str, Any]:
        """The document of ledger.json (schema 1), of plain JSON types."""
        return {
            "schema": SCHEMA,
            "claims": [_claim_document(claim) for claim in self.claims],
            "versions": dict(self.versions),
            "profile": self.profile,
            "seed": self.seed,
        }

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the document, indented, in one move. Raises: `InputError` when the file cannot be written."""
        return write_atomic(path, json.dumps(self.to_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _claim_document(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "theme": claim.theme,
        "statement": claim.latex,
        "source": claim.source,
        "level": claim.level.value,
        "checks": [{"name": check.name, "level": check.level.value, "detail": check.detail} for check in claim.checks],
        "seconds": round(float(claim.seconds), 3),
    }

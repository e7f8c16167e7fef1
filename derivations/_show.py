"""What `python -m derivations.NAME` prints: each claim with its level and checks."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from symlandscape.evidence import Claim


def show(claims: Iterable[Claim]) -> None:
    """Print claims as they come."""
    for claim in claims:
        sys.stdout.write(f"{claim.level.value:>10}  {claim.id}\n")
        for check in claim.checks:
            sys.stdout.write(f"{'':12}{check.level.value}: {check.name}; {check.detail}\n")
        sys.stdout.flush()

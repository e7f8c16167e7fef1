"""Task: what is to be computed, as data; its identity is the hash of everything that determines the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symlandscape.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One unit of work: a kind ("relu.minimise/1": name and version of the method) and its JSON-able parameters.

    The parameters must hold everything that the answer depends on (seed, sizes, tolerances), and nothing else (no
    thread counts, no paths). They are copied and normalised: tuples become lists. Tasks are equal when their
    identities are. Raises InputError for parameters that are not JSON (NaN and infinity included).
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            text = json.dumps(dict(self.parameters), sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(f"expected JSON-able task parameters for {self.kind!r}, got {error}") from error
        object.__setattr__(self, "parameters", json.loads(text))

    @property
    def canonical(self) -> str:
        """Canonical JSON of kind and parameters: sorted keys, no spaces, ASCII."""
        document = {"kind": self.kind, "parameters": self.parameters}
        return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @property
    def identity(self) -> str:
        """sha256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical.encode("ascii")).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Task) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)

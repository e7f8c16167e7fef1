"""What the checker answers: holds or rejected, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outcome", "Rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The checker's answer about one document: ``verdict`` is ``holds`` or ``rejected``, ``reason`` one sentence for a
    person.
    """

    kind: str
    verdict: str
    reason: str


class Rejected(Exception):
    """Raised inside a kind's verifier where a statement is not confirmed; becomes the outcome ``rejected`` with its
    message.
    """

"""The independent checker of certificates: it trusts ball arithmetic, the codec and nothing else of this library."""

from __future__ import annotations

from symlandscape.check.documents import check_document, check_file
from symlandscape.check.outcome import Outcome

__all__ = ["Outcome", "check_document", "check_file"]

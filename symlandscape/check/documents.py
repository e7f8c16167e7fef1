"""The door of the checker: digest first, then the verifier of the document's kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from symlandscape.check import (
    relu_atlas,
    relu_cover,
    relu_critical_point,
    relu_one_fold,
    relu_tail,
    relu_theorem,
    relu_threshold,
)
from symlandscape.check.outcome import Outcome, Rejected
from symlandscape.errors import InputError

__all__ = ["check_document", "check_file"]

VERIFIERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    relu_critical_point.KIND: relu_critical_point.verify,
    relu_threshold.KIND: relu_threshold.verify,
    relu_cover.KIND: relu_cover.verify,
    relu_tail.KIND: relu_tail.verify,
    relu_theorem.KIND: relu_theorem.verify,
    relu_atlas.KIND: relu_atlas.verify,
    relu_one_fold.KIND: relu_one_fold.verify,
}


def _digest(document: Mapping[str, Any]) -> str:
    body = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def check_document(document: Any) -> Outcome:
    """Whether a certificate's statement holds, re-verified from the document alone.

    Never raises for a bad document: whatever is missing, malformed, changed or not confirmed gives ``rejected`` with a
    reason. Evidence level of ``holds``: CERTIFIED (enclosures in ball arithmetic).
    """
    kind = document.get("kind") if isinstance(document, Mapping) else None
    if not isinstance(kind, str) or kind not in VERIFIERS:
        shown = kind if isinstance(kind, str) else "unknown"
        return Outcome(shown, "rejected", f"the kind must be one of {', '.join(VERIFIERS)}, but it is {shown!r:.80}")
    try:
        if document.get("sha256") != _digest(document):
            return Outcome(kind, "rejected", "the digest does not match the other fields")
        return Outcome(kind, "holds", VERIFIERS[kind](document))
    except Rejected as reason:
        return Outcome(kind, "rejected", str(reason))
    except RecursionError:
        return Outcome(kind, "rejected", "the document is malformed (it is nested too deeply)")
    except (
        InputError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        OverflowError,
        ZeroDivisionError,
    ) as error:
        return Outcome(kind, "rejected", f"the document is malformed ({error})")


def check_file(path: str | Path) -> Outcome:
    """:func:`check_document` for a JSON file. Raises InputError when the file cannot be read as JSON."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"expected a readable certificate, but {path} could not be read ({error.strerror}); check the path"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"expected a JSON certificate, but {path} is not JSON; write it again with --certify"
        ) from error
    return check_document(document)

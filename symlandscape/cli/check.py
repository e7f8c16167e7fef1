"""`symlandscape check`: certificates, verified from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from symlandscape.cli.files import read_document
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Json
from symlandscape.cli.output import print_json, show, table


def certificates(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The certificates in a document: itself, its field `certificate`, or those of its points."""
    carriers = [document, *document["points"]] if isinstance(document.get("points"), list) else [document]
    carried = [carrier["certificate"] for carrier in carriers if isinstance(carrier, dict) and "certificate" in carrier]
    found = [certificate for certificate in carried if isinstance(certificate, dict)]
    return found if found and "kind" not in document else [document]


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Certificates, or documents that carry one.")],
    as_json: Json = False,
) -> int:
    """Verify certificates with the independent checker: exit 0 when all hold, 1 when one is rejected.

    A document of `relu family` or `relu solve` with --certify --json may be given whole: what it carries is checked.
    """
    from symlandscape.check import check_document

    results: list[dict[str, Any]] = []
    for path in files:
        for certificate in certificates(read_document(path)):
            outcome = check_document(certificate)
            verdict = {"kind": outcome.kind, "verdict": outcome.verdict, "reason": outcome.reason}
            results.append({"file": str(path), **verdict})
    if as_json:
        print_json({"results": results})
    else:
        rows = [(row["file"], row["kind"], row["verdict"], row["reason"]) for row in results]
        show(table("Certificates", ("file", "kind", "verdict", "reason"), rows))
    return ExitCode.DONE if all(row["verdict"] == "holds" for row in results) else ExitCode.REFUTED

"""Ledger -> report.html: one file that reads offline, in any browser, on light and dark paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from symlandscape import __version__
from symlandscape.export.bibliography import THEMES, bibliography
from symlandscape.export.exhibits import Exhibits, Formula, NamedCertificate, file_name
from symlandscape.export.figures import inline
from symlandscape.export.marks import MARKS, Mark, mark
from symlandscape.export.mathml import displayed, prose, statement

TITLES = {
    "relu": "Two-layer ReLU networks",
    "spinglass": "Spin glasses",
    "regions": "Activation regions",
    "particles": "Interacting particles",
}

_LONG = 4000
"""Characters of LaTeX from which on a formula opens on demand."""


def report(ledger: Mapping[str, Any], exhibits: Exhibits | None = None) -> str:
    """The report of a ledger (its JSON document) as one HTML page without any reference to another file or host.

    Certificates are linked by their place beside the report (`certificates/NAME.json`).
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    shown = exhibits or Exhibits()
    environment = Environment(
        loader=PackageLoader("symlandscape.export", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("symlandscape.export").joinpath("templates", "report.css").read_text(encoding="utf-8")
    claims = ledger["claims"]
    counts = Counter(claim["level"] for claim in claims)
    themes = list(dict.fromkeys(claim["theme"] for claim in claims))
    return environment.get_template("report.html").render(
        version=__version__,
        style=Markup(style),
        ledger=ledger,
        seconds=sum(claim["seconds"] for claim in claims),
        marks=[(m, counts[m.level]) for m in MARKS],
        sections=[_section(theme, claims) for theme in themes],
        figures=_by_theme(themes, shown.pictures, _figure),
        formulas=_by_theme(themes, shown.formulas, _formula),
        certificates=[_certificate(item) for item in shown.certificates],
        references=_references(themes),
    )


def _by_theme(
    themes: Sequence[str], items: Sequence[Any], shown: Callable[[Any], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Groups in the order of the themes; what belongs to no theme of the ledger comes first, without a title."""
    others = [item for item in items if item.theme not in themes]
    groups = [("", others)] + [(theme, [item for item in items if item.theme == theme]) for theme in themes]
    return [
        {"theme": theme, "title": _title(theme), "shown": [shown(item) for item in found]}
        for theme, found in groups
        if found
    ]


def _title(theme: str) -> str:
    return TITLES.get(theme, theme.replace("-", " ").capitalize())


def _section(theme: str, claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [
        {
            "anchor": f"claim-{file_name(claim['id'])}",
            "id": claim["id"],
            "mark": mark(claim["level"]),
            "statement": Markup(statement(claim["statement"])),
            "display": Markup(statement(claim["statement"], display=True)),
            "latex": claim["statement"],
            "source": Markup(prose(claim["source"])),
            "seconds": f"{claim['seconds']:.1f}",
            "checks": [_check(check) for check in claim["checks"]],
        }
        for claim in claims
        if claim["theme"] == theme
    ]
    return {"theme": theme, "title": _title(theme), "claims": rows}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    return {"mark": mark(check["level"]), "name": check["name"], "detail": Markup(prose(check["detail"]))}


def _figure(picture: Any) -> dict[str, Any]:
    level: Mark | None = None if picture.level is None else mark(picture.level)
    return {
        "name": picture.name,
        "title": Markup(prose(picture.title)),
        "question": Markup(prose(picture.question)),
        "mark": level,
        "svg": Markup(inline(picture)),
    }


def _formula(formula: Formula) -> dict[str, Any]:
    return {
        "anchor": f"formula-{file_name(formula.name)}",
        "name": formula.name,
        "title": Markup(prose(formula.title)),
        "source": Markup(prose(formula.source)),
        "mark": mark(formula.level),
        "display": Markup(displayed(formula.latex)),
        "long": len(formula.latex) > _LONG,
        "latex": formula.latex,
    }


def _certificate(item: NamedCertificate) -> dict[str, str]:
    document = item.certificate.document()
    return {
        "name": item.name,
        "path": f"certificates/{file_name(item.name)}.json",
        "kind": document["kind"],
        "version": str(document["version"]),
        "digest": document["sha256"],
    }


def _references(themes: Sequence[str]) -> list[str]:
    known = [theme for theme in themes if theme in THEMES]
    found = {entry.key: entry.text for theme in known or THEMES for entry in bibliography(theme)}
    return list(found.values())

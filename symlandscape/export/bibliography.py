"""References as BibTeX: the papers behind each theme, and this software."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from symlandscape import __version__
from symlandscape.errors import InputError

THEMES = ("relu", "spinglass", "regions", "particles")


@dataclass(frozen=True, slots=True)
class Entry:
    """One BibTeX entry: its key, the themes it belongs to, its text as it is printed."""

    key: str
    themes: frozenset[str]
    text: str


def entries() -> tuple[Entry, ...]:
    """Every reference, in the order of the file."""
    text = files("symlandscape.export").joinpath("references.bib").read_text(encoding="utf-8")
    text = text.replace("{VERSION}", f"{{{__version__}}}")
    return tuple(_entry(part.strip()) for part in re.split(r"(?m)^(?=@)", text) if part.strip().startswith("@"))


def bibliography(theme: str | None = None) -> tuple[Entry, ...]:
    """The references that results of `theme` rest on (all without one), this software first.

    Raises InputError on an unknown theme.
    """
    if theme is not None and theme not in THEMES:
        raise InputError(f"a theme was expected ({', '.join(THEMES)}) and {theme!r} came: choose one of them")
    return tuple(entry for entry in entries() if theme is None or theme in entry.themes)


def _entry(text: str) -> Entry:
    key = re.match(r"@\w+\{([^,]+),", text)
    keywords = re.search(r"keywords\s*=\s*\{([^}]*)\}", text)
    if key is None or keywords is None:
        raise ValueError(f"references.bib: an entry without key or keywords: {text[:60]!r}")
    return Entry(key[1], frozenset(word.strip() for word in keywords[1].split(",")), text)

"""`python -m symlandscape`: the command line."""

from __future__ import annotations

from symlandscape.cli import main

if __name__ == "__main__":
    main()

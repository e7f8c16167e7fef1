"""Roots of square systems, knowing nothing of networks: Newton at any precision, Krawczyk's proof of existence and
uniqueness.
"""

from symlandscape.solve.krawczyk import KrawczykResult, KrawczykStatus, krawczyk, refine, verify_root
from symlandscape.solve.newton import NewtonResult, newton
from symlandscape.solve.newton_float import FloatNewtonResult, newton_float
from symlandscape.solve.status import NewtonStatus

__all__ = [
    "FloatNewtonResult",
    "KrawczykResult",
    "KrawczykStatus",
    "NewtonResult",
    "NewtonStatus",
    "krawczyk",
    "newton",
    "newton_float",
    "refine",
    "verify_root",
]

"""Evidence as data: levels, verdicts, claims with their checks, the ledger of a run, certificates. Imports neither
SymPy nor flint.
"""

from symlandscape.evidence.certificate import Certificate, canonical, digest, from_document, read_certificate
from symlandscape.evidence.claim import Check, Claim, certified, checked, estimated, proved
from symlandscape.evidence.ledger import Ledger, installed_versions
from symlandscape.evidence.levels import Level, at_least, strongest, weakest
from symlandscape.evidence.verdict import Verdict

__all__ = [
    "Certificate",
    "Check",
    "Claim",
    "Ledger",
    "Level",
    "Verdict",
    "at_least",
    "canonical",
    "certified",
    "checked",
    "digest",
    "estimated",
    "from_document",
    "installed_versions",
    "proved",
    "read_certificate",
    "strongest",
    "weakest",
]

"""The report for programs: JSON, version 1."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from bototape.finding import Finding, Severity

__all__ = ["VERSION", "render"]

#: Grows when a key changes its meaning or goes away; new keys do not count.
VERSION = 1


def render(findings: Sequence[Finding], gate: Severity | None) -> str:
    """
    Return ``{"version", "findings", "counts", "gate"}``, the same data as the text and nothing left out.

    ``counts`` has every severity, ``gate`` is its word or ``never``.
    """
    counts = Counter(each.severity for each in findings)
    report = {
        "version": VERSION,
        "findings": [each.as_dict() for each in findings],
        "counts": {each.label: counts[each] for each in sorted(Severity, reverse=True)},
        "gate": gate.label if gate is not None else "never",
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"

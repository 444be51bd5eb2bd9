"""The timeline of a report's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bototape.finding import Finding
from bototape.history.overview import overview
from bototape.releases import Release

__all__ = ["drawn"]


def drawn(findings: Sequence[Finding], newest: Mapping[str, Release], schemas: Path | None) -> str:
    """
    Return the SVG of the operations that *findings* are about, or nothing when more than one service is compared.

    *newest* is the newer release of each service; *schemas* as for `bototape.releases.load`.
    """
    if len(newest) != 1:
        return ""
    [(service, release)] = newest.items()
    wheres = [each.where.split(".") for each in findings]
    return overview(service, [parts[1] for parts in wheres if parts[0] == service and len(parts) > 1], release, schemas)

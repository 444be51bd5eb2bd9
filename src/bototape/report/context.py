"""What a report says beside its findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bototape.finding import Finding

__all__ = ["Context"]

_ANCHOR = re.compile(r"(?s)(.+?)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class Context:
    """
    What a report says beside its findings; each format takes what it has a place for.

    *title* is one line, such as ``sagemaker 1.43.0 → 1.44.5``. *anchor* is ``FILE`` or ``FILE:LINE``, where SARIF and
    annotations put findings that have no file of their own: the line that pins botocore. *ignored* are the findings
    an ignore file hides, each with the reason given there. With *neutral*, text lists every neutral finding; else only
    those that stand for many. *picture* is for the HTML page, as SVG, and *alt* what it shows, for whoever cannot see
    it. *docs* is the URL of the documentation's directory, ending in a slash; without it the one in the package's
    metadata is used.
    """

    title: str = ""
    anchor: str = ""
    ignored: tuple[tuple[Finding, str], ...] = ()
    picture: str = ""
    alt: str = "Timeline of the changes"
    docs: str = ""
    neutral: bool = False

    @property
    def at(self) -> tuple[str, int]:
        """The file and line of the anchor; an empty path without one, 0 without a line."""
        match = _ANCHOR.fullmatch(self.anchor)
        return (match[1], int(match[2] or 0)) if match else ("", 0)

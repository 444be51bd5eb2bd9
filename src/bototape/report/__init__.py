"""Findings as text or JSON. Every command prints through here, so that all reports read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bototape.finding import Finding, Severity
from bototape.report import machine, text

__all__ = ["Format", "gate_of", "render"]

#: How a report is written.
Format = Literal["text", "json"]


def render(findings: Sequence[Finding], fmt: Format, gate: Severity | None, *, fold: bool = False) -> str:
    """
    Return the report of *findings*, in the order given, ending in a newline.

    *gate* is the severity that fails the command, None for one that never fails. With *fold* the text says once
    what is found in several places; JSON always has every finding.
    """
    if fmt == "json":
        return machine.render(findings, gate)
    return text.render(findings, gate, fold=fold)


def gate_of(word: str) -> Severity | None:
    """Return the severity named *word* as options do (``breaking``), or None for ``never``."""
    return None if word == "never" else Severity[word.upper()]

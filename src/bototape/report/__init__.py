"""Findings in every format. Each command prints through here, so that all reports read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bototape.finding import Finding, Severity
from bototape.report import github, junit, machine, markdown, text
from bototape.report.context import Context
from bototape.report.machine import schema

__all__ = ["Context", "Format", "gate_of", "render", "schema"]

#: How a report is written.
Format = Literal["text", "json", "markdown", "sarif", "junit", "github", "html"]


def render(
    findings: Sequence[Finding],
    fmt: Format,
    gate: Severity | None,
    *,
    fold: bool = False,
    colour: bool = False,
    context: Context | None = None,
) -> str:
    """
    Return the report of *findings*, ending in a newline; docs/formats.md says what each format is and leaves out.

    *gate* is the severity that fails the command, None for one that never fails. With *fold*, text, Markdown and
    annotations say once what is found in several places; *colour* is for text on a terminal.
    """
    about = context or Context()
    match fmt:
        case "json":
            return machine.render(findings, gate, about)
        case "markdown":
            return markdown.render(findings, gate, about, fold=fold)
        case "sarif":
            from bototape.report import sarif  # noqa: PLC0415 - loads every catalogue of rules

            return sarif.render(findings, about)
        case "junit":
            return junit.render(findings, gate, about)
        case "github":
            return github.render(findings, gate, about, fold=fold)
        case "html":
            from bototape.report import page  # noqa: PLC0415 - as for sarif

            return page.render(findings, gate, about)
    return text.render(findings, gate, about, fold=fold, colour=colour)


def gate_of(word: str) -> Severity | None:
    """Return the severity named *word* as options do (``breaking``), or None for ``never``."""
    return None if word == "never" else Severity[word.upper()]

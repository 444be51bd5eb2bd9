"""How a command reports: the options of format and gate, and writing the report where they say."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from bototape.diff import collapse
from bototape.diff.rules import worst_first
from bototape.errors import UsageError
from bototape.finding import Finding, Severity, at_or_above
from bototape.report import Context, Format, gate_of, render

__all__ = ["FORMAT", "FORMATS", "Outlet", "coloured", "outlet_options", "put", "show"]

#: Every format a report can have.
FORMATS: tuple[Format, ...] = get_args(Format)

#: Formats that have every finding: those that can be filtered.
_WHOLE = ("json", "html")

#: The option of commands that report to stdout only.
FORMAT = click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", show_default=True)

_Command = TypeVar("_Command", bound=Callable[..., Any])


def outlet_options(
    *, gate: Sequence[str], default: str, more: Sequence[str] = (), note: str = "", expand: str = ""
) -> Callable[[_Command], _Command]:
    """
    Return the decorator that adds the options `Outlet` is made of: the words of *gate*, formats *more*.

    *expand* is the help of ``--expand`` where it does not concern neutral changes.
    """
    options = (
        click.option(
            "--fail-on",
            type=click.Choice([*gate, "never"]),
            default=default,
            show_default=True,
            help="Exit 1 if a finding is at least this severe.",
        ),
        click.option(
            "--format",
            "fmt",
            type=click.Choice([*FORMATS, *more]),
            default="text",
            show_default=True,
            help=note or None,
        ),
        click.option(
            "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report here, not to stdout."
        ),
        click.option(
            "--also",
            multiple=True,
            metavar="FORMAT=FILE",
            help="Write the same findings in another format as well; may be repeated.",
        ),
        click.option(
            "--expand",
            is_flag=True,
            help=expand or "Show neutral findings one by one, not one line for all of a kind and service.",
        ),
        click.option(
            "--anchor",
            default="",
            metavar="FILE[:LINE]",
            help="Where sarif and github put findings that have no file of their own: the line that pins botocore.",
        ),
    )

    def add(command: _Command) -> _Command:
        for each in reversed(options):
            command = each(command)
        return command

    return add


@dataclass(frozen=True, slots=True)
class Outlet:
    """
    Where a report goes: *fmt* to *output* (None: stdout), and each of *also* (``FORMAT=FILE``) besides.

    *fail_on* is the gate's word, *anchor* where findings stand that have no file of their own. Neutral changes of one
    kind and service are folded unless *expand*; in JSON and HTML never.
    """

    fmt: str
    output: Path | None
    also: tuple[str, ...]
    anchor: str
    expand: bool
    fail_on: str

    def refuse(self) -> None:
        """Raise UsageError for an *also* that cannot be meant, before any work is done."""
        for each in self.also:
            _split(each)

    def write(
        self,
        findings: Sequence[Finding],
        title: str,
        ignored: Sequence[tuple[Finding, str]] = (),
        picture: Callable[[], str] = str,
        *,
        fold: bool = False,
    ) -> int:
        """
        Write the report of *findings* everywhere, and return the exit code: 1 if one is at or above the gate.

        *ignored* are those that an ignore file hides, with the reason it gives. *picture* returns the SVG that a page
        shows as its timeline, or nothing. With *fold*, what several places have is said once where a person reads it.
        """
        gate = gate_of(self.fail_on)
        drawn = picture() if "html" in (self.fmt, *(_split(each)[0] for each in self.also)) else ""
        context = Context(title=title, anchor=self.anchor, ignored=tuple(ignored), neutral=self.expand, picture=drawn)
        folded = findings if self.expand else _folded(findings)
        for fmt, path in ((_format(self.fmt), self.output), *map(_split, self.also)):
            shown = findings if fmt in _WHOLE else folded
            text = render(shown, fmt, gate, fold=fold, colour=path is None and coloured(), context=context)
            put(text, path)
        return 1 if gate is not None and at_or_above(findings, gate) else 0


def show(findings: Sequence[Finding], fmt: Format, gate: Severity | None, *, title: str, fold: bool = False) -> None:
    """Print the report of *findings*; with *fold*, what several places have is said once where a person reads it."""
    text = render(findings, fmt, gate, fold=fold, colour=coloured(), context=Context(title=title))
    click.echo(text, nl=False)


def coloured() -> bool:
    """Tell whether stdout is a terminal that may be coloured (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _folded(findings: Sequence[Finding]) -> list[Finding]:
    """Fold the neutral changes; what is said of cassettes stays."""
    changes: list[Finding] = []
    rest: list[Finding] = []
    for each in findings:
        (changes if any(name == "directions" for name, _ in each.evidence) else rest).append(each)
    return sorted([*collapse.fold(changes), *rest], key=worst_first)


def _split(also: str) -> tuple[Format, Path]:
    name, _, path = also.partition("=")
    if not path:
        raise UsageError(f"--also: expected FORMAT=FILE, found {also!r}", "such as --also sarif=drift.sarif")
    return _format(name), Path(path)


def _format(name: str) -> Format:
    for each in FORMATS:
        if each == name:
            return each
    raise UsageError(f"--also: there is no format {name!r}", f"the formats are {', '.join(FORMATS)}")


def put(text: str, path: Path | None) -> None:
    """Write *text* to *path*, or to stdout. Raises UsageError when that is not possible."""
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "name another file") from error

"""The ignore file on the command line: its options, what it hides today, and what is said of it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from bototape import ignore
from bototape.config import Config
from bototape.errors import UsageError
from bototape.finding import Finding
from bototape.ignore import Entry

__all__ = ["UNUSED", "Ignoring", "ignore_options", "kinds", "today"]

#: Exit code of unused entries with ``--strict-ignores``, where no finding reaches the gate.
UNUSED = 4

_Command = TypeVar("_Command", bound=Callable[..., Any])


def today() -> dt.date:
    """Return the day in UTC; that of ``SOURCE_DATE_EPOCH`` (seconds) where it is set, for runs that can be repeated."""
    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not moment:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.datetime.fromtimestamp(int(moment), dt.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"SOURCE_DATE_EPOCH: expected seconds since 1970, found {moment!r}", "unset it, or correct it"
        ) from error


def kinds() -> frozenset[str]:
    """Return the ids an entry may name."""
    from bototape.check import RULES as FAULTS  # noqa: PLC0415 - as below
    from bototape.diff import rules  # noqa: PLC0415 - the catalogue, needed only where there is a file
    from bototape.drift import RULES  # noqa: PLC0415 - as above; it loads the validator

    return frozenset({*rules.BY_ID, rules.UNCLASSIFIED, *RULES, *FAULTS})


def ignore_options(command: _Command) -> _Command:
    """Add ``--ignore-file`` and ``--strict-ignores``."""
    strict = click.option(
        "--strict-ignores",
        is_flag=True,
        help=f"Exit {UNUSED} if an entry of the ignore file hides nothing, unless a finding fails the command.",
    )
    file = click.option(
        "--ignore-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Findings that may stay; by default ./{ignore.NAME}, if it is there.",
    )
    return file(strict(command))


class Ignoring:
    """The project's ignore file, read before any work is done; raises UsageError when it is none."""

    def __init__(self, named: Path | None, config: Config) -> None:
        self.path = named or config.ignore_file or Path(ignore.NAME)
        known = kinds() if self.path.exists() else frozenset[str]()
        self.entries = ignore.load(self.path, known, named=bool(named or config.ignore_file))
        self.hidden: Sequence[tuple[Finding, str]] = ()
        self.unused: Sequence[Entry] = ()

    def sift(self, findings: Sequence[Finding], releases: Mapping[str, str]) -> list[Finding]:
        """
        Return the findings to show; *releases* are the services looked at with the version of the newer side.

        Says on stderr which entries hide nothing; what is hidden is in `hidden`, for the report.
        """
        if not self.entries:
            return [*findings]
        found = ignore.sift(findings, self.entries, today(), releases)
        self.hidden, self.unused = found.hidden, found.unused
        for each in found.unused:
            click.echo(f"bototape: warning: {self.path}:{each.line}: nothing to ignore any more: {each}", err=True)
        return [*found.shown]

    def code(self, code: int, *, strict: bool) -> int:
        """Return the exit code: *code*, or 4 for unused entries if *strict* and nothing worse is to be told."""
        return UNUSED if strict and self.unused and not code else code

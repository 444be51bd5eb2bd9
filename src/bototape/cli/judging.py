"""How a check judges, on the command line: the profile, severities that differ from it, and errata."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from bototape.check import PROFILES, Checker
from bototape.finding import Finding
from bototape.judging import policy

__all__ = ["excused", "judging_options", "policy"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def judging_options(command: _Command) -> _Command:
    """Add ``--profile``, ``--severity`` and ``--errata``."""
    profile = click.option(
        "--profile",
        type=click.Choice(PROFILES),
        help="How strictly responses are judged; requests always are. [default: that of pyproject.toml, else default]",
    )
    severity = click.option(
        "--severity",
        "severities",
        multiple=True,
        metavar="RULE=LEVEL",
        help="Judge a rule otherwise: error, warning, info or off; request.RULE for requests. May be repeated.",
    )
    more = click.option(
        "--errata",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="What else the models are known to be wrong about, beside the errata we ship. May be repeated.",
    )
    return profile(severity(more(command)))


def excused(checkers: Iterable[Checker]) -> list[tuple[Finding, str]]:
    """Return what errata explain of all that *checkers* looked at, each with the reason and its source."""
    pairs = [pair for each in checkers for pair in each.excused]
    return [(found, f"erratum of the model: {erratum.reason} ({erratum.source})") for found, erratum in pairs]

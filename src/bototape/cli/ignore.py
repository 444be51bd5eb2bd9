"""``bototape ignore``: findings that may stay: add one, list them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import click

from bototape import config, ignore
from bototape.cli.ignoring import kinds, today
from bototape.ignore.file import made

__all__ = ["command"]

_FILE = click.option(
    "--ignore-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The ignore file; by default that of pyproject.toml, else ./{ignore.NAME}.",
)
_DAYS = re.compile(r"(\d{1,4})d")


@click.group("ignore")
def command() -> None:
    """Say which findings may stay, why, and until when."""


@command.command("add")
@click.argument("fingerprint", required=False, default="")
@click.option("--kind", default="", help="The id of a rule, such as enum-value-added; with --service and --path.")
@click.option("--service", default="", help="botocore's name of the service; with a fingerprint, whose it is.")
@click.option("--path", default="", help="Places, * for any characters: 'DescribeAutoMLJob.output.*'.")
@click.option("--reason", required=True, help="Why the finding may stay.")
@click.option(
    "--until",
    default="",
    metavar="DAY|RELEASE|90d|never",
    help=f"The last day or release it holds for, or so many days from now.  [default: {ignore.DAYS}d]",
)
@_FILE
def add(
    fingerprint: str, *, kind: str, service: str, path: str, reason: str, until: str, ignore_file: Path | None
) -> int:
    """
    Add an entry to the ignore file: one finding by its FINGERPRINT, or some by kind, service and path.

    A fingerprint is in each finding of diff and drift with --format json.
    """
    file = ignore_file or config.load().ignore_file or Path(ignore.NAME)
    values = {"fingerprint": fingerprint, "kind": kind, "service": service, "path": path, "reason": reason}
    entry = made({**values, "until": _until(until)}, kinds())
    ignore.append(file, entry)
    click.echo(f"{file}: {entry} may stay {_lasts(entry.until)}")
    return 0


def _until(text: str) -> str:
    days = _DAYS.fullmatch(text or f"{ignore.DAYS}d")
    if text == "never":
        return ""
    return (today() + dt.timedelta(days=int(days[1]))).isoformat() if days else text


def _lasts(until: str) -> str:
    return f"until {until}" if until else "for ever"


@command.command("list")
@_FILE
def list_(*, ignore_file: Path | None) -> int:
    """Print the entries: what, until when (and whether that has passed), why."""
    named = ignore_file or config.load().ignore_file
    file = named or Path(ignore.NAME)
    entries = ignore.load(file, kinds(), named=named is not None)
    for each in entries:
        passed = " (passed)" if each.until.count("-") and each.expired(today(), "") else ""
        click.echo(f"{file}:{each.line}: {each}, {_lasts(each.until)}{passed}: {each.reason}")
    if not entries:
        click.echo(f"{file}: no finding may stay", err=True)
    return 0

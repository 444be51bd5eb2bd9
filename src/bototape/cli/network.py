"""Leave to use the network: the option that withholds it, and what the user sees while it is used."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from bototape.releases import Index

__all__ = ["OFFLINE", "announce", "index_unless"]

#: The option of every command that may ask the package index.
OFFLINE = click.option(
    "--offline",
    is_flag=True,
    envvar="BOTOTAPE_OFFLINE",
    help="Never ask the package index: snapshots, installed botocore and cache only. Also BOTOTAPE_OFFLINE=1.",
)


def index_unless(offline: bool, *, say: Callable[[str], None] | None = None) -> Index | None:  # noqa: FBT001 - the option's value as it comes
    """Return the package index, which tells *say* (else stderr) what it is used for, or None."""
    return None if offline else Index(say=say or announce, progress=_progress)


def announce(line: str) -> None:
    """Say on stderr what the network is used for."""
    click.echo(f"bototape: {line}", err=True)


def _progress(done: int, total: int | None) -> None:
    if sys.stderr.isatty():
        of = f" of {total / 1e6:.1f}" if total else ""
        end = "\n" if done == total else ""
        click.echo(f"\r  downloaded {done / 1e6:.1f}{of} MB{end}", nl=False, err=True)

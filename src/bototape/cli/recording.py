"""Options of the commands that record: where calls go, whose credentials sign them, whose account it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bototape import modes

__all__ = ["recording_options"]

_OPTIONS = (
    click.option("--endpoint-url", metavar="URL", help="Send the calls here instead of AWS: a server, an emulator."),
    click.option("--profile", metavar="NAME", help="Use this profile of the AWS configuration."),
    click.option("--region", metavar="REGION", help="Record in this region instead of the scenario's."),
    click.option(
        "--estate",
        envvar=modes.ESTATE,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.json",
        help=f"Take from here whose account is recorded, instead of asking STS. Also {modes.ESTATE}.",
    ),
    click.option(
        "--poll-interval",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="Wait this long between polls instead of what the scenario says.",
    ),
)


def recording_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add all of them to *command*, in this order."""
    for each in reversed(_OPTIONS):
        command = each(command)
    return command

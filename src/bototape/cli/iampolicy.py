"""``bototape iam-policy``: the policy with which scenarios can be recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from bototape import config
from bototape.cli.reports import put
from bototape.errors import UsageError

__all__ = ["command"]


@click.command("iam-policy")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option("--account", default="*", metavar="ACCOUNT", help="The account of the resources. [default: *, any]")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, not to stdout.")
def command(paths: tuple[Path, ...], *, account: str, output: Path | None) -> int:
    """
    Print the IAM policy that allows to record the scenarios at PATH… again, clean-up included, and nothing else.

    PATH… are as for refresh. A resource is named where a recording tells its ARN, and is * where none does. Who may
    pass a role to a service is told by iam:PassRole.
    """
    from bototape.refresh.allowing import calls, known  # noqa: PLC0415 - botocore is slow to import
    from bototape.refresh.permissions import policy  # noqa: PLC0415 - as above
    from bototape.refresh.sources import find  # noqa: PLC0415 - as above
    from bototape.scenario.run import open_session  # noqa: PLC0415 - as above

    if not re.fullmatch(r"\*|[0-9]{12}", account):
        raise UsageError("--account: expected twelve digits, or *", "leave it out for any account")
    session = open_session()
    sources = find(paths or config.load().cassettes, session)
    found = policy(calls(sources, session), known(sources), account)
    put(json.dumps(found, indent=2) + "\n", output)
    return 0

"""``bototape sandbox``: an invented account that recorded what a scrubbed cassette has."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import sandbox

__all__ = ["command"]


@click.command("sandbox")
@click.argument("cassettes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new or empty directory to write into.")
@click.option("--seed", default=0, show_default=True, help="Another seed is another account.")
def command(cassettes: tuple[Path, ...], *, out: Path, seed: int) -> int:
    """
    Put an invented account where CASSETTES have pseudonyms.

    Writes raw cassettes for ``bototape serve``, STS's answer to who is calling, an AWS credentials file and the
    estate. Nothing in them is real; all of it looks real, so the directory may not be in a version-controlled tree.
    """
    made = sandbox.write(cassettes, out, seed)
    for path in made.cassettes:
        click.echo(f"{path}: raw cassette of an invented account")
    click.echo(f"{made.sts}: answer of sts:GetCallerIdentity")
    click.echo(f"{made.credentials}: its credentials, as AWS_SHARED_CREDENTIALS_FILE takes them")
    click.echo(f"{made.estate}: what its recorder knows of itself")
    return 0

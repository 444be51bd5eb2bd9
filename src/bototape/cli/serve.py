"""``bototape serve``: answer AWS calls from cassettes over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import cassettes
from bototape.adapters import models
from bototape.cli.paths import cassette_paths
from bototape.errors import UsageError
from bototape.interaction import Cassette
from bototape.replay import Player
from bototape.tape import age_of

__all__ = ["command"]


@click.command("serve")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="TCP port; 0 (the default) takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; this machine only.")
@click.option("--release", default="", help="Answer as this release of botocore has the API, from models at hand.")
def command(paths: tuple[Path, ...], *, port: int, host: str, release: str) -> int:
    """
    Answer AWS calls from the cassettes at PATH… (files or directories) until it is stopped.

    Prints its URL, which any SDK or CLI takes as endpoint URL. Each recording plays once unless it says repeat.
    """
    files = cassette_paths(paths)
    interactions = tuple(each for path in files for each in cassettes.read(path).interactions)
    name = str(files[0]) if len(files) == 1 else f"{len(files)} cassettes"
    cassette = Cassette(interactions)
    player = Player(cassette, name, models=models, age=age_of(release, cassette) if release else None)
    try:
        from bototape import server  # noqa: PLC0415 - an extra: the other commands do without it
    except ImportError as error:
        missing = (error.name or "uvicorn").partition(".")[0]
        raise UsageError(
            f"cannot serve: {missing} is not installed", 'install the extra: pip install "bototape[server]"'
        ) from error
    listening = server.listen(host, port)
    server.serve(
        player,
        listening,
        lambda: click.echo(f"serving {len(interactions)} interactions on {server.url_of(listening)}"),
    )
    return 0

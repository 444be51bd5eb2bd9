"""``bototape serve``: cassettes answer over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import cassettes
from bototape.cli.paths import cassette_paths
from bototape.errors import UsageError
from bototape.replay import Player

__all__ = ["command"]


@click.command("serve")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
def command(paths: tuple[Path, ...], *, port: int, host: str) -> int:
    """
    Answer AWS JSON calls from the cassettes at PATH… (files or directories), over HTTP on loopback.

    Prints the URL to give clients as their endpoint, tells misses on stderr, and stops at SIGTERM or Ctrl-C.
    """
    try:
        from bototape import server  # noqa: PLC0415 - needs an extra
    except ModuleNotFoundError as error:
        raise UsageError(
            f"cannot serve: {error.name} is not installed", 'install the extra: pip install "bototape[server]"'
        ) from None
    found = cassette_paths(paths)
    cassette = server.merged([cassettes.read(each) for each in found])
    name = str(found[0]) if len(found) == 1 else f"{len(found)} cassettes"
    player = Player(cassette, name)
    count = len(cassette.interactions)
    server.serve(player, host, port, lambda url: click.echo(f"serving {count} interactions on {url}"))
    return 0

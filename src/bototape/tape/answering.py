"""What a tape plays, told to those who want to know."""

from __future__ import annotations

from pathlib import Path

from bototape import watched
from bototape.interaction import Call, Request, Response
from bototape.replay import Player

__all__ = ["played"]


def played(player: Player, path: Path, request: Request, call: Call | None, *, keep: bool = False) -> Response:
    """Return what *player*, that of the cassette at *path*, has for *request*; raises NoMatch."""
    __tracebackhide__ = True
    found = player.play(request, call, keep=keep)
    for told in watched.answered:
        told(path, request, call, found, player.number(found))
    return found.response

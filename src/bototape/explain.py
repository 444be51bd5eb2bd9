"""Explain a cassette without running anything: what is in it, and which recording would answer a call."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bototape import cassettes
from bototape.adapters import models
from bototape.adapters.asking import asked
from bototape.adapters.hermetic import DEFAULT_REGION
from bototape.errors import NoMatch, UsageError
from bototape.interaction import Cassette
from bototape.match import paths_of
from bototape.replay import Aging, Listed, Player

__all__ = ["Explanation", "explain", "recordings"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    Which recording answers a call: its *number* from 1 and HTTP *status*; or why none does, the *miss*.

    *plays* are the recordings that equal calls get, in order, and how often each plays; None is any number of times.
    """

    call: str
    region: str
    number: int = 0
    status: int = 0
    plays: tuple[tuple[int, int | None], ...] = ()
    miss: NoMatch | None = None


def recordings(path: Path) -> list[Listed]:
    """Return what the cassette at *path* holds; raises as `cassettes.read` does."""
    return Player(cassettes.read(path), str(path), models=models).listed()


def explain(
    path: Path,
    operation: str,
    parameters: Mapping[str, Any],
    *,
    service: str = "",
    region: str = "",
    ignore: Sequence[str] = (),
    age: Callable[[Cassette], Aging] | None = None,
) -> Explanation:
    """
    Return which recording of the cassette at *path* answers the first call of *operation* with *parameters*.

    *operation* may name its service, ``sagemaker.DescribeAutoMLJob``; without *service* it is that of the recordings.
    *region* is by default theirs, too. *age* returns the release to answer as. Raises UsageError for a call that cannot
    be made, and as `cassettes.read` does.
    """
    cassette = cassettes.read(path)
    player = Player(
        cassette, str(path), models=models, ignore=paths_of(ignore), age=age(cassette) if age is not None else None
    )
    dotted, _, name = operation.rpartition(".")
    of, where = service or dotted, region
    for each in player.listed():
        recorded, _, operation_of = each.call.rpartition(".")
        if operation_of == name and of in (recorded, ""):
            of, where = recorded, where or each.region
    if not of:
        raise _unrecorded(path, name, {each.call.rpartition(".")[2] for each in player.listed()})
    request, call = asked(of, name, parameters, where or DEFAULT_REGION)
    try:
        found = player.play(request, call)
    except NoMatch as miss:
        return Explanation(call.name, call.region, miss=miss)
    position = next(iter(player.played))
    return Explanation(call.name, call.region, position + 1, found.response.status, tuple(player.plays(position)))


def _unrecorded(path: Path, operation: str, recorded: Iterable[str]) -> UsageError:
    near = difflib.get_close_matches(operation, sorted(recorded), 1)
    fix = f"did you mean {near[0]}?" if near else "name its service with --service"
    return UsageError(f"no recording of {path} is a call of {operation}", fix)

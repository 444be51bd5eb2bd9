"""The recordings of a cassette on one line each: what they are calls of, and how often they play."""

from __future__ import annotations

from typing import NamedTuple

from bototape.match import shown
from bototape.replay.groups import Groups
from bototape.wire.route import route

__all__ = ["Listed", "listed", "plays"]


class Listed(NamedTuple):
    """
    One recording, its *number* from 1. *call* is ``sagemaker.DescribeAutoMLJob``, or what stands for it.

    *parameters* are shown as in a miss, identifiers hidden. *repeat* is as in `bototape.interaction.Call`.
    """

    number: int
    call: str
    region: str
    parameters: dict[str, str]
    status: int
    repeat: bool | int


def listed(groups: Groups) -> list[Listed]:
    """Return all recordings of *groups*, in order."""
    return [_listed(groups, position) for position in range(len(groups.interactions))]


def _listed(groups: Groups, position: int) -> Listed:
    each = groups.interactions[position]
    way = route(each.request)
    group = groups.of(each.request, way, each.call)
    typed = groups.typed(each.call, group)
    found = groups.parameters(each.request, way, group)
    told = {name: shown(name, value, typed.below(name)) for name, value in found.items()}
    call = groups.call(each.call, each.request, group)
    name = call.name if call else groups.name(position)
    repeat = each.call.repeat if each.call else False
    return Listed(position + 1, name, groups.region(position), told, each.response.status, repeat)


def plays(groups: Groups, position: int) -> list[tuple[int, int | None]]:
    """
    Return the recordings that equal calls get, that at *position* among them: each number and how often it plays.

    In the order they play; None is any number of times, which only the last one can.
    """
    each = groups.interactions[position]
    way = route(each.request)
    group = groups.of(each.request, way, each.call)
    equal = next(found for found in group.equal.values() if position in found)
    repeats = [call.repeat if (call := groups.interactions[at].call) else False for at in equal]
    times = [1 if isinstance(repeat, bool) else repeat for repeat in repeats]
    found: list[tuple[int, int | None]] = [(at + 1, count) for at, count in zip(equal, times, strict=True)]
    return [*found[:-1], (equal[-1] + 1, None)] if repeats[-1] is True else found

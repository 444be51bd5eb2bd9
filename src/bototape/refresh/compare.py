"""
Compare a cassette with the recording that may take its place, call by call and by meaning.

``create``  a call that was not recorded
``fix``     the service answers otherwise, or in other steps
``trim``    a recording of a call that is made no more
``update``  the same meaning in another spelling
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, get_args

from bototape.errors import Difference
from bototape.interaction import Cassette
from bototape.match import shown
from bototape.refresh.answers import Answer, fields
from bototape.refresh.excuses import Excuses
from bototape.refresh.spelling import respelled
from bototape.replay.groups import Groups, Models
from bototape.wire.route import route

__all__ = ["KINDS", "Hunk", "Kind", "compare"]

#: What becomes of a recording.
Kind = Literal["create", "fix", "trim", "update"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: Which call an interaction is: operation, region, and the key of its parameters.
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Hunk:
    """
    One difference between the two: of the call *call* with *parameters*, in words.

    *old* and *new* are the numbers of the interactions, from 1, in the cassette and in the recording; None where there
    is none. *fields* are the places of the answer that differ, secrets hidden; *notes* say the rest in words.
    """

    kind: Kind
    call: str
    parameters: str
    old: int | None = None
    new: int | None = None
    fields: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Calls:
    """The answers of each call of a cassette, in order; equal answers in a row are one."""

    answers: dict[_Key, list[Answer]] = field(default_factory=dict)
    parameters: dict[_Key, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cassette: Cassette, models: Models) -> _Calls:
        made = cls()
        groups = Groups(cassette.interactions, models=models)
        for position, each in enumerate(cassette.interactions):
            way = route(each.request)
            group = groups.of(each.request, way, each.call)
            name = each.call.name if each.call else groups.name(position)
            key = name, groups.region(position), groups.key(each.request, way, group)
            found = groups.parameters(each.request, way, group)
            made.parameters.setdefault(key, str(shown("", found, groups.typed(each.call, group))))
            made.answers.setdefault(key, []).append(Answer.of(position + 1, each, models))
        return made

    def folded(self, key: _Key) -> list[Answer]:
        return [next(run) for _, run in groupby(self.answers.get(key, ()), key=lambda each: each.meaning)]


def compare(old: Cassette, new: Cassette, models: Models, excuses: Excuses | None = None) -> list[Hunk]:
    """
    Return what *new* has otherwise than *old*: in the order of *new*, then what is in *old* alone.

    Timestamps, metrics within the tolerance of *excuses*, and how often a poll was answered alike do not count.
    """
    was, now = _Calls.of(old, models), _Calls.of(new, models)
    found: list[Hunk] = []
    for key in now.answers:
        if key in was.answers:
            found += _answered(key, was, now, excuses or Excuses())
        else:
            found += _alone("create", key, now.answers[key], now)
    for key in was.answers:
        if key not in now.answers:
            found += _alone("trim", key, was.answers[key], was)
    return found


def _alone(kind: Kind, key: _Key, answers: Iterable[Answer], calls: _Calls) -> list[Hunk]:
    return [
        Hunk(
            kind,
            key[0],
            calls.parameters[key],
            old=each.number if kind == "trim" else None,
            new=each.number if kind == "create" else None,
        )
        for each in answers
    ]


def _answered(key: _Key, was: _Calls, now: _Calls, excuses: Excuses) -> list[Hunk]:
    """Return what became of the answers of one call that both have."""
    old, new = was.folded(key), now.folded(key)
    found: list[Hunk] = []
    matcher = SequenceMatcher(None, [each.meaning for each in old], [each.meaning for each in new], autojunk=False)
    for tag, low, high, start, end in matcher.get_opcodes():
        gone, come = old[low:high], new[start:end]
        pairs = list(zip(gone, come, strict=False))
        found += [hunk for pair in pairs for hunk in _pair(key, now.parameters[key], *pair, excuses)]
        if tag == "equal":
            continue
        found += _steps(key, now.parameters[key], gone[len(pairs) :], come[len(pairs) :])
    return found


def _pair(key: _Key, parameters: str, old: Answer, new: Answer, excuses: Excuses) -> list[Hunk]:
    differing = tuple(fields(old, new, excuses))
    if differing:
        return [Hunk("fix", key[0], parameters, old.number, new.number, differing)]
    notes = tuple(respelled(old, new))
    return [Hunk("update", key[0], parameters, old.number, new.number, (), notes)] if notes else []


def _steps(key: _Key, parameters: str, gone: Sequence[Answer], come: Sequence[Answer]) -> list[Hunk]:
    """Return the answers more and less of a call that is still made: the service goes another way."""
    less = [
        Hunk("fix", key[0], parameters, each.number, None, (), ("it is not answered so any more",)) for each in gone
    ]
    more = [Hunk("fix", key[0], parameters, None, each.number, (), ("it is answered so as well",)) for each in come]
    return [*less, *more]

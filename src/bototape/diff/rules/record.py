"""What a rule is: one kind of change, its two severities in each direction, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bototape.finding import Severity
from bototape.shapes import Side

__all__ = ["Direction", "Rule", "Verdict", "everywhere", "only", "sides", "whole"]

#: Where a change is met: a side of an operation, or the operation or service as a whole.
Direction = Side | Literal["whole"]


class Verdict(NamedTuple):
    """
    How bad a change is for *code* that calls the API and for *fixture*, the recordings of it.

    They disagree where it costs most: a new protocol leaves code alone and breaks every recording.
    """

    code: Severity
    fixture: Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """
    The judgement of one kind of change; *id* is the kind.

    *mirror* is the id of the same change the other way round (its own where it has no direction). *message* is
    a format with ``old`` and ``new``; *why* and *fix* are sentences for the catalogue.
    """

    id: str
    mirror: str
    severities: Mapping[Direction, Verdict]
    message: str
    why: str
    fix: str


_Pair = tuple[Severity, Severity]


def whole(code: Severity, fixture: Severity) -> Mapping[Direction, Verdict]:
    """Return the severities of a change of an operation or service as a whole."""
    return {"whole": Verdict(code, fixture)}


def only(side: Side, code: Severity, fixture: Severity) -> Mapping[Direction, Verdict]:
    """Return the severities of a change that has one side by its nature."""
    return {side: Verdict(code, fixture)}


def sides(request: _Pair, response: _Pair, error: _Pair | None = None) -> Mapping[Direction, Verdict]:
    """Return the severities on each side; an error is judged as a response unless it says otherwise."""
    return {"input": Verdict(*request), "output": Verdict(*response), "error": Verdict(*(error or response))}


def everywhere(code: Severity, fixture: Severity) -> Mapping[Direction, Verdict]:
    """Return the same severities for every side and for the whole."""
    pair = (code, fixture)
    return {**sides(pair, pair), **whole(code, fixture)}

"""Rules for values: enums, minimum, maximum, pattern."""

from __future__ import annotations

from bototape.diff.rules.record import Rule, sides
from bototape.finding import Severity

__all__ = ["RULES"]

_B, _D, _I, _N = Severity.BREAKING, Severity.DANGEROUS, Severity.INFO, Severity.NEUTRAL

RULES = (
    Rule(
        "enum-value-added",
        "enum-value-removed",
        sides((_I, _N), (_D, _N)),
        "enum value {new!r} added",
        "Answers may hold a value that code and mocks have no branch for; botocore passes it on.",
        "give the branching a default",
    ),
    Rule(
        "enum-value-removed",
        "enum-value-added",
        sides((_D, _D), (_I, _D)),
        "enum value {old!r} removed",
        "botocore sends it all the same and the service rejects it; recordings that hold it are off the model.",
        "stop sending it; record again",
    ),
    Rule(
        "enum-introduced",
        "enum-dropped",
        sides((_D, _D), (_I, _D)),
        "values limited to an enum",
        "The service may reject values that it took before; recordings may hold one.",
        "compare what you send, and what is recorded, with the list",
    ),
    Rule(
        "enum-dropped",
        "enum-introduced",
        sides((_I, _N), (_I, _N)),
        "enum dropped",
        "Any value goes; code that knows all branches may meet a new one.",
        "give the branching a default",
    ),
    Rule(
        "enum-order-changed",
        "enum-order-changed",
        sides((_N, _N), (_N, _N)),
        "enum values reordered",
        "Their order means nothing.",
        "nothing to do",
    ),
    Rule(
        "minimum-raised",
        "minimum-lowered",
        sides((_B, _I), (_I, _I)),
        "minimum raised from {old} to {new}",
        "botocore checks minima before sending.",
        "send more",
    ),
    Rule(
        "minimum-lowered",
        "minimum-raised",
        sides((_I, _N), (_I, _N)),
        "minimum lowered from {old} to {new}",
        "Less is allowed in a request and may come in an answer.",
        "nothing to do",
    ),
    Rule(
        "minimum-respelled",
        "minimum-respelled",
        sides((_N, _N), (_N, _N)),
        "minimum written differently ({old}; now {new})",
        "A length or count of at least 0 is no limit.",
        "nothing to do",
    ),
    Rule(
        "maximum-lowered",
        "maximum-raised",
        sides((_D, _I), (_I, _I)),
        "maximum lowered from {old} to {new}",
        "The service may reject what it took before; botocore does not check maxima.",
        "check what you send",
    ),
    Rule(
        "maximum-raised",
        "maximum-lowered",
        sides((_I, _N), (_I, _N)),
        "maximum raised from {old} to {new}",
        "More is allowed in a request and may come in an answer.",
        "check columns and fields that store it",
    ),
    Rule(
        "pattern-introduced",
        "pattern-dropped",
        sides((_D, _I), (_I, _I)),
        "pattern introduced: {new!r}",
        "The service may reject what it took before; botocore does not check patterns.",
        "check what you send",
    ),
    Rule(
        "pattern-dropped",
        "pattern-introduced",
        sides((_I, _N), (_I, _N)),
        "pattern dropped: {old!r}",
        "Any text goes.",
        "nothing to do",
    ),
    Rule(
        "pattern-changed",
        "pattern-changed",
        sides((_D, _I), (_I, _I)),
        "pattern changed from {old!r} to {new!r}",
        "Whether every old value still fits cannot be decided in general.",
        "check what you send, and the recordings, against the new one",
    ),
    Rule(
        "pattern-respelled",
        "pattern-respelled",
        sides((_N, _N), (_N, _N)),
        "pattern written differently: {old!r}, now {new!r}",
        "Patterns in models mean the full text, with or without outer anchors.",
        "nothing to do",
    ),
)

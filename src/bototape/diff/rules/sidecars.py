"""Rules for what stands beside a model: paginators and waiters."""

from __future__ import annotations

from bototape.diff.rules.record import Rule, whole
from bototape.finding import Severity

__all__ = ["RULES"]

_B, _D, _I, _N = Severity.BREAKING, Severity.DANGEROUS, Severity.INFO, Severity.NEUTRAL

RULES = (
    Rule(
        "paginator-added",
        "paginator-removed",
        whole(_I, _N),
        "paginator added",
        "Code that pages by hand goes on.",
        "use it where you page by hand",
    ),
    Rule(
        "paginator-removed",
        "paginator-added",
        whole(_B, _N),
        "paginator removed",
        "get_paginator raises OperationNotPageableError.",
        "page by hand",
    ),
    Rule(
        "paginator-changed",
        "paginator-changed",
        whole(_D, _D),
        "paginator changed ({old}; now {new})",
        "The next page is asked for in another way, or other members are taken for the result, so that pages may be "
        "missed and recorded requests for the next page are not sent.",
        "compare the number of results; record the pages again",
    ),
    Rule(
        "paginator-extras-changed",
        "paginator-extras-changed",
        whole(_I, _N),
        "members kept of the first page only changed ({old}; now {new})",
        "build_full_result has other members beside the joined ones.",
        "nothing to do unless you read them",
    ),
    Rule(
        "waiter-added",
        "waiter-removed",
        whole(_I, _N),
        "waiter {new} added",
        "Code that polls by hand goes on.",
        "use it where you poll by hand",
    ),
    Rule(
        "waiter-removed",
        "waiter-added",
        whole(_B, _N),
        "waiter {old} removed",
        "get_waiter raises ValueError.",
        "poll by hand",
    ),
    Rule(
        "waiter-changed",
        "waiter-changed",
        whole(_D, _D),
        "waiter changed ({old}; now {new})",
        "It stops at other states, or polls another operation, so that it may wait longer, or a recording may end "
        "before it does.",
        "compare the states that you wait for; record the polling again",
    ),
    Rule(
        "waiter-pace-changed",
        "waiter-pace-changed",
        whole(_I, _N),
        "pace of the waiter changed ({old}; now {new})",
        "It polls more or less often, or gives up sooner or later.",
        "give delay and attempts yourself where they matter",
    ),
)

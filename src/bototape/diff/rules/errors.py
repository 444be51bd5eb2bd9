"""Rules for modeled errors: which there are, their classes, codes and statuses."""

from __future__ import annotations

from bototape.diff.rules.record import Rule, only, sides
from bototape.finding import Severity

__all__ = ["RULES"]

_B, _D, _I, _N = Severity.BREAKING, Severity.DANGEROUS, Severity.INFO, Severity.NEUTRAL

RULES = (
    Rule(
        "error-added",
        "error-removed",
        only("error", _I, _N),
        "error {new} added",
        "The service may always have raised it; it can be caught by name now.",
        "handle it where it matters",
    ),
    Rule(
        "error-removed",
        "error-added",
        only("error", _D, _N),
        "error {old} removed",
        "The service may not raise it any more, or raise another in its place; the class stays unless "
        "error-class-removed says otherwise.",
        "check what is raised instead",
    ),
    Rule(
        "error-class-added",
        "error-class-removed",
        only("error", _I, _N),
        "exception class {new} added",
        "The client has a class for it, whether an operation names it or not.",
        "catch it by name where it matters",
    ),
    Rule(
        "error-class-removed",
        "error-class-added",
        only("error", _B, _N),
        "exception class {old} removed",
        "client.exceptions has no such class, so that an except clause that names it raises AttributeError.",
        "catch ClientError and compare the code",
    ),
    Rule(
        "error-status-changed",
        "error-status-changed",
        sides((_I, _D), (_I, _D)),
        "status of the error changed from {old} to {new}",
        "botocore tells errors by code; recordings and mocks carry the old status.",
        "record the error again",
    ),
    Rule(
        "error-code-changed",
        "error-code-changed",
        sides((_B, _D), (_B, _D)),
        "code of the error changed from {old} to {new}",
        "Handlers that compare error.response['Error']['Code'] stop matching.",
        "compare with the new code, and with the old while both are out",
    ),
    Rule(
        "sender-fault-changed",
        "sender-fault-changed",
        sides((_N, _N), (_N, _N)),
        "mark of the caller's fault changed ({old}; now {new})",
        "botocore does not read it.",
        "nothing to do",
    ),
)

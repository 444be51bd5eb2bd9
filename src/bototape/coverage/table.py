"""Coverage for readers: as lines, as JSON values, as findings."""

from __future__ import annotations

from collections.abc import Sequence

from bototape.coverage.count import KINDS, Covered, Service
from bototape.finding import Finding, Severity

__all__ = ["as_dict", "findings", "table"]

_HEADS = ("operation", "calls", *KINDS)


def table(services: Sequence[Service]) -> str:
    """Return a table for each service: exercised of all there is by operation, then the sums."""
    return "\n".join(_one(each) for each in services)


def _one(service: Service) -> str:
    called = [each for each in service.operations if each.calls]
    rows = [
        _HEADS,
        *((each.operation, str(each.calls), *(str(each.tallies[kind]) for kind in KINDS)) for each in called),
        _sums(service, called),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "  ".join(f"{text:<{width}}" if not at else f"{text:>{width}}" for at, (text, width) in _numbered(row, widths))
        for row in rows
    ]
    rest = [each.operation for each in service.operations if not each.calls]
    more = [f"not called: {_some(rest)}"] if rest else []
    if service.unknown:
        more.append(f"called, but not in this release or not tracked: {', '.join(service.unknown)}")
    if service.unread:
        more.append(f"calls that could not be read: {service.unread}")
    head = f"{service.name} {service.release}: {service.share:.0%} exercised"
    return "".join(f"{each.rstrip()}\n" for each in (head, *lines, *more))


def _numbered(row: Sequence[str], widths: Sequence[int]) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(zip(row, widths, strict=True)))


def _sums(service: Service, called: Sequence[Covered]) -> tuple[str, ...]:
    totals = (service.total(kind) for kind in KINDS)
    share = f"{len(called)}/{len(service.operations)} operations"
    calls = sum(each.calls for each in called)
    return share, str(calls), *(f"{used}/{every}" if every else "-" for used, every in totals)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown  # noqa: PLR2004 - as fit two lines


def as_dict(service: Service) -> dict[str, object]:
    """Return *service* as JSON-ready values: by operation and kind the counts, and what is missing; keys stable."""
    return {
        "service": service.name,
        "release": service.release,
        "share": round(service.share, 4),
        "unread": service.unread,
        "unknown": list(service.unknown),
        "operations": {
            each.operation: {
                "calls": each.calls,
                **{
                    kind: {
                        "used": len(tally.used & tally.every),
                        "all": len(tally.every),
                        "missing": list(tally.missing),
                    }
                    for kind, tally in each.tallies.items()
                },
            }
            for each in service.operations
        },
    }


def findings(services: Sequence[Service]) -> list[Finding]:
    """Return what is not exercised: a finding for an operation that is not called, and for each kind of another."""
    return [found for service in services for each in service.operations for found in _missing(service, each)]


def _missing(service: Service, covered: Covered) -> list[Finding]:
    where = f"{service.name}.{covered.operation}"
    evidence = (("directions", ""), ("operations", covered.operation), ("service", service.name))
    if not covered.calls:
        return [Finding(where, "operation-not-exercised", Severity.INFO, "no recording calls it", evidence)]
    return [
        Finding(
            where,
            f"{kind}-not-exercised",
            Severity.INFO,
            f"{kind}: {tally} exercised; not {', '.join(tally.missing)}",
            evidence,
        )
        for kind, tally in covered.tallies.items()
        if tally.missing
    ]

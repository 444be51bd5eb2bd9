"""
Storms of findings that mean nothing, folded to one each.

botocore's models are generated: on one day a hundred patterns lose their anchors, on another every error gains a mark
that nothing reads. Such findings are counted, not listed; what is folded can be shown again, since nothing is lost but
the single places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from bototape.diff.rules import BY_ID, worst_first
from bototape.finding import Finding, Severity

__all__ = ["FEWEST", "fold"]

#: So many findings of one kind and service are a storm.
FEWEST = 2

_JOINED = ", "


def fold(findings: Iterable[Finding]) -> list[Finding]:
    """
    Return *findings* of one comparison with the neutral ones of a kind and service folded to one, worst first.

    A folded finding stands at the service. Its evidence has the keys of a single one: ``directions`` and ``operations``
    (names only) are those of all, ``old`` and ``new`` are empty, ``fingerprint`` is made of all; then ``count``, and
    ``fingerprints``, sorted. All else, and a neutral finding that is alone, stays as it is. Folding twice is folding
    once.
    """
    kept: list[Finding] = []
    storms: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        evidence = dict(each.evidence)
        if each.severity is Severity.NEUTRAL and "fingerprint" in evidence and "count" not in evidence:
            storms.setdefault((evidence.get("service", ""), each.rule), []).append(each)
        else:
            kept.append(each)
    for (service, _), alike in storms.items():
        kept += [_folded(service, alike)] if len(alike) >= FEWEST else alike
    return sorted(kept, key=worst_first)


def _folded(service: str, alike: Sequence[Finding]) -> Finding:
    evidence = [dict(each.evidence) for each in alike]
    prints = sorted({each["fingerprint"] for each in evidence})
    rule = alike[0].rule
    ways = {way for each in evidence for way in each["operations"].split(_JOINED) if way}
    names = sorted({way.partition(".")[0] for way in ways})
    met = {side for each in evidence for side in each["directions"].split(_JOINED)}
    merged = (
        ("kind", evidence[0]["kind"]),
        ("code", evidence[0]["code"]),
        ("fixture", evidence[0]["fixture"]),
        ("directions", _JOINED.join(each for each in ("input", "output", "error") if each in met)),
        ("operations", _JOINED.join(names)),
        ("old", ""),
        ("new", ""),
        ("fingerprint", sha256(f"{rule}:{service}:{_JOINED.join(prints)}".encode()).hexdigest()[:12]),
        ("service", service),
        ("owner", service),
        ("count", str(len(alike))),
        ("fingerprints", _JOINED.join(prints)),
    )
    return Finding(service, rule, Severity.NEUTRAL, _message(rule, len(alike)), merged)


def _message(rule: str, count: int) -> str:
    words = f"{rule.replace('-', ' ')}, {count} times"
    return f"{words}: {BY_ID[rule].why.removesuffix('.')}" if rule in BY_ID else words

"""Where a finding is: the service and operation it is about, or the file, interaction and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from bototape.finding import Finding

__all__ = ["Place", "affected", "fingerprint", "place_of"]

_AT = re.compile(r"(?s)(?P<path>.+?)(?:#(?P<number>\d+)|:(?P<line>\d+))?")
_INSIDE = re.compile(r"(?s)(?P<path>.+?)#(?P<number>\d+) (?P<rest>.*)")

_FINGERPRINT = re.compile(r"[0-9a-f]{12}")

#: Evidence that tells one fault of a place from another, and says nothing about a release.
_ARGUMENTS = ("kind", "member", "shape", "found")


@dataclass(frozen=True, slots=True)
class Place:
    """
    The parts of a finding's *where*.

    Of a change: *group* is the service, *item* the operation (empty: the service as a whole), *rest* the way below it.
    Of a recording or another file: *group* is its path, *item* the interaction (``#2``) or line (``:14``), if any,
    *rest* the part of the message and the pointer into it. *path* is empty for a change, *line* 0 if unknown.
    """

    group: str
    item: str
    rest: str
    path: str = ""
    line: int = 0

    @property
    def label(self) -> str:
        """The item in words: an operation, ``interaction 2``, ``line 14``; empty for a service or file as a whole."""
        if self.path and self.item:
            return f"{'line' if self.line else 'interaction'} {self.item[1:]}"
        return self.item


def place_of(finding: Finding) -> Place:
    """Return the parts of *finding*'s place; evidence says which of them it has, so that no path is mistaken."""
    evidence = dict(finding.evidence)
    if "directions" in evidence:
        return _in_api(finding.where, evidence)
    return _in_file(finding.where, evidence)


def _in_api(where: str, evidence: Mapping[str, str]) -> Place:
    service = evidence.get("service", "")
    if not (service and where.startswith(f"{service}.")):
        service = where.partition(".")[0]
    operation, _, rest = where[len(service) + 1 :].partition(".")
    if operation == "metadata":
        return Place(service, "", operation)
    return Place(service, operation, rest)


def _in_file(where: str, evidence: Mapping[str, str]) -> Place:
    part = evidence.get("side") or evidence.get("part", "")
    rest = " ".join(each for each in (part, evidence.get("pointer", "")) if each)
    head = where.removesuffix(f" {rest}") if rest else where
    if rest and head == where:
        rest = ""
    match = _AT.fullmatch(head)
    if not rest and "interaction" not in evidence and (inside := _INSIDE.fullmatch(where)):
        match, rest = inside, inside["rest"]
    if match is None:
        return Place(where, "", "", where)
    found = match.groupdict()
    if found.get("number"):
        return Place(found["path"], f"#{found['number']}", rest, found["path"])
    if found.get("line"):
        return Place(found["path"], f":{found['line']}", rest, found["path"], int(found["line"]))
    return Place(found["path"], "", rest, found["path"])


def affected(finding: Finding) -> tuple[str, ...]:
    """Return the operations that meet a change, in the order of its evidence, each once; none for a fault in a file."""
    evidence = dict(finding.evidence)
    if "directions" not in evidence or not evidence.get("operations"):
        return ()
    return tuple(dict.fromkeys(each.partition(".")[0] for each in evidence["operations"].split(", ")))


def fingerprint(finding: Finding) -> str:
    """
    Return 12 hex digits that stay the same whatever releases, wording or order show the finding.

    A change has its own. A fault in a file is known by rule, file, interaction or line, place and what it is about.
    """
    evidence = dict(finding.evidence)
    own = evidence.get("fingerprint", "")
    if _FINGERPRINT.fullmatch(own):
        return own
    at = place_of(finding)
    parts = (finding.rule, at.group, at.item, at.rest, *(evidence.get(each, "") for each in _ARGUMENTS))
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]

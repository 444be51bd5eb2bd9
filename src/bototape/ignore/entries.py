"""Entries and what they hide: values only; the day and the releases are given."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bototape.finding import Finding
from bototape.releases.model import natural

__all__ = ["Entry", "Sifted", "sift"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What may stay, why, until when.

    Either *fingerprint* (*service* may say whose it is) or *kind*, *service* and *path*, a glob of places in which
    ``*`` stands for any characters. *until* is the last day (``YYYY-MM-DD``) or the last release it holds for; empty is
    for ever. *line* is where the entry begins, from 1; 0 is unknown.
    """

    reason: str
    fingerprint: str = ""
    kind: str = ""
    service: str = ""
    path: str = ""
    until: str = ""
    line: int = 0

    def __str__(self) -> str:
        if self.fingerprint:
            return self.fingerprint
        return f"{self.kind} of {self.service}.{self.path}"

    def expired(self, today: dt.date, release: str) -> bool:
        """Tell whether the entry has ended: its day before *today*, or its release older than *release*."""
        if not self.until:
            return False
        if _DAY.fullmatch(self.until):
            return dt.date.fromisoformat(self.until) < today
        return not release[:1].isdigit() or natural(release) > natural(self.until)


@dataclass(frozen=True, slots=True)
class Sifted:
    """The findings *shown*, those *hidden* each with the reason given, and the entries that are *unused*."""

    shown: tuple[Finding, ...]
    hidden: tuple[tuple[Finding, str], ...]
    unused: tuple[Entry, ...]


def sift(findings: Iterable[Finding], entries: Sequence[Entry], today: dt.date, releases: Mapping[str, str]) -> Sifted:
    """
    Divide *findings* by what *entries* say.

    *releases* are the services that were looked at, and the version of the newer side of each. An entry by kind hides a
    finding only if all of its places are covered by such entries. Only entries about those services can be unused.
    """
    shown, hidden = [], []
    used: set[Entry] = set()
    for each in findings:
        service, places = _subject(each, releases)
        met = [one for one in entries if _meets(one, each, service, places)]
        used |= {*met}
        release = releases.get(service, "")
        holding = [one for one in met if not one.expired(today, release)]
        if _covered(holding, places):
            hidden.append((each, _why(holding)))
        elif _covered(met, places):
            shown.append(_back(each, next(one for one in met if one not in holding)))
        else:
            shown.append(each)
    looked_at = [one for one in entries if not one.service or one.service in releases]
    return Sifted(tuple(shown), tuple(hidden), tuple(one for one in looked_at if one not in used))


def _subject(finding: Finding, services: Iterable[str]) -> tuple[str, list[str]]:
    """Return the service a finding is about, and its places."""
    evidence = dict(finding.evidence)
    prefixes = [each for each in services if finding.where.startswith(f"{each}.")]
    service = evidence.get("service") or max(prefixes, key=len, default="")
    ways = evidence.get("operations", "")
    return service, ways.split(", ") if ways else [finding.where.removeprefix(f"{service}.")]


def _meets(one: Entry, finding: Finding, service: str, places: Sequence[str]) -> bool:
    evidence = dict(finding.evidence)
    if one.fingerprint:
        return one.fingerprint == evidence.get("fingerprint")
    if one.service != service or one.kind not in (finding.rule, evidence.get("kind")):
        return False
    return any(_glob(one.path).fullmatch(each) for each in places)


def _covered(entries: Sequence[Entry], places: Sequence[str]) -> bool:
    if any(one.fingerprint for one in entries):
        return True
    return bool(entries) and all(any(_glob(one.path).fullmatch(each) for one in entries) for each in places)


def _why(entries: Sequence[Entry]) -> str:
    """Return the reason of the fingerprint's own entry, else those of all, each once."""
    own = [one.reason for one in entries if one.fingerprint]
    return own[0] if own else "; ".join(dict.fromkeys(one.reason for one in entries))


@cache
def _glob(text: str) -> re.Pattern[str]:
    # Not fnmatch: the brackets of a place stand for themselves.
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)


def _back(finding: Finding, one: Entry) -> Finding:
    message = f"{finding.message}; was ignored until {one.until} ({one.reason})"
    evidence = (*finding.evidence, ("ignored_until", one.until), ("ignored_because", one.reason))
    return replace(finding, message=message, evidence=evidence)

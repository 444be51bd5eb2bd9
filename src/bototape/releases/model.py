"""What a release is, and a model of one: values, and the natural order of version numbers."""

from __future__ import annotations

import contextlib
import gc
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bototape.errors import ModelUnavailable
from bototape.shapes import Service, parse

__all__ = ["Model", "Release", "VersionKey", "json_object", "natural", "neighbours", "service_of"]

#: What version numbers are compared by.
VersionKey = tuple[tuple[int, str], ...]

_PART = re.compile(r"\d+|[^\d.]+")


def natural(version: str) -> VersionKey:
    """Return the sort key under which ``1.20.9`` comes before ``1.20.40`` and a word before a number."""
    return tuple((int(each), "") if each.isdigit() else (-1, each) for each in _PART.findall(version))


def neighbours(version: str, known: Iterable[str]) -> list[str]:
    """Return the newest of *known* before *version* and the oldest after it, where there are such."""
    ordered = sorted(known, key=natural)
    before = [each for each in ordered if natural(each) < natural(version)]
    after = [each for each in ordered if natural(each) > natural(version)]
    return [*before[-1:], *after[:1]]


@dataclass(frozen=True, slots=True)
class Release:
    """One published botocore version. *date* (``YYYY-MM-DD``) is that of the model in its wheel; may be empty."""

    version: str
    date: str = ""

    def __str__(self) -> str:
        return f"{self.version} ({self.date})" if self.date else self.version


@dataclass(frozen=True, slots=True)
class Model:
    """
    The model of one service in one release.

    *raw* is the JSON of ``service-2.json``, *service* the same as values. *tracked_only* says that it is a
    snapshot cut down to the tracked operations; *absent* then names those of them that the release lacks. *sidecars*
    are the JSON of ``paginators-1.json`` and ``waiters-2.json``, those the service has; None where nobody looked.
    """

    name: str
    release: Release
    service: Service
    raw: Mapping[str, Any]
    tracked_only: bool = False
    absent: tuple[str, ...] = ()
    sidecars: Mapping[str, Mapping[str, Any]] | None = None


def json_object(text: bytes, what: str, fix: str = "") -> dict[str, Any]:
    """
    Return the JSON object that *text* holds.

    Raises ModelUnavailable, naming *what* and line and column, when *text* holds anything else.
    """
    try:
        with uncollected():
            value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable(what, f"it is truncated or not JSON: {error}", fix) from error
    if not isinstance(value, dict):
        raise ModelUnavailable(what, f"expected a JSON object, found {type(value).__name__}", fix)
    return value


def service_of(raw: Mapping[str, Any], what: str, fix: str = "") -> Service:
    """Return *raw* as a `Service`; raises ModelUnavailable, naming *what*, when it is not a service model."""
    try:
        with uncollected():
            return parse(raw)
    except ValueError as error:
        raise ModelUnavailable(what, str(error), fix) from error


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """
    Hold back the garbage collector: of a model that is being read nothing is garbage, and looking costs a quarter.

    It is on again afterwards if it was, whatever other threads do meanwhile.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

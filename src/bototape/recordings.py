"""A cassette on disk as the calls of AWS in it: what drift, diff and coverage look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bototape import cassettes, usage
from bototape.check.frame import service_name
from bototape.interaction import Cassette, Interaction
from bototape.releases import directory
from bototape.usage import Usage
from bototape.wire.codec import Codec
from bototape.wire.index import Index
from bototape.wire.route import route

__all__ = ["Recorded", "Recording", "read", "recorded"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    One call in a cassette, the *number*-th from 1.

    *service* and *operation* are botocore's names, as the cassette tells or else the request; *operation* is empty
    where neither does.
    """

    number: int
    service: str
    operation: str
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Recording:
    """The *cassette* at *path*, and its *calls* of AWS; other requests in it are passed over."""

    path: Path
    cassette: Cassette
    calls: tuple[Recorded, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """The services it calls, sorted."""
        return tuple(sorted({each.service for each in self.calls}))

    def of(self, service: str) -> Iterator[Recorded]:
        """Yield its calls of *service* in recorded order."""
        return (each for each in self.calls if each.service == service)

    def usage(self, service: str, codecs: Sequence[Codec]) -> Usage:
        """Return what it uses of *service*; of *codecs* the first that has a call's operation reads the call."""
        return Usage.union(
            usage.of_interaction(service, each.operation, codecs, each.interaction)
            for each in self.of(service)
            if each.operation
        )


def read(path: Path) -> Recording:
    """Return the cassette at *path* with its calls; raises as `cassettes.read` does."""
    cassette = cassettes.read(path)
    calls = (recorded(number, each) for number, each in enumerate(cassette.interactions, 1))
    return Recording(path, cassette, tuple(each for each in calls if each.service))


def recorded(number: int, interaction: Interaction) -> Recorded:
    """Return *interaction*, the *number*-th, as the call it is; its service is empty if it is none of AWS."""
    if interaction.call:
        return Recorded(number, interaction.call.service, interaction.call.operation, interaction)
    request = interaction.request
    found = _index().resolve(request)
    if found:
        return Recorded(number, found.service, found.operation, interaction)
    # What the installed botocore does not know may be older or newer than it.
    return Recorded(number, service_name(request), route(request).operation, interaction)


@cache
def _index() -> Index:
    return directory.index()

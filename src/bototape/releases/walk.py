"""
Look into the wheels of many releases for those that changed the model of a service.

What was read is kept at once, so that a walk that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bototape.errors import ModelUnavailable
from bototape.releases import timeline
from bototape.releases.index import Index
from bototape.releases.model import natural
from bototape.releases.timeline import Row, Timeline

__all__ = ["Walk", "walk"]

#: So many wheels that cannot be read one after the other mean that the index is gone.
_PATIENCE = 8

#: What one look costs. Measured on botocore 1.0.0 to 1.44.5: 0.26 MB each, or the whole list of files if that is more.
_AMOUNT = "one small request each, two for some; 6 at one time"


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found: the timeline, all releases published, and why some wheels could not be read."""

    timeline: Timeline
    published: tuple[str, ...]
    unread: tuple[ModelUnavailable, ...] = ()


def walk(
    service: str,
    places: Sequence[Path],
    index: Index,
    since: str = "",
    *,
    announce: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> Walk:
    """
    Return what is known of *service* after every release from *since* on (empty: all) was looked into.

    *places* may hold a committed timeline. *announce* hears what is about to be requested, *progress* how many wheels
    of how many were read. Raises ModelUnavailable when the index does not answer; what was read until then is kept.
    """
    published = index.versions()
    base, kept = timeline.committed(service, places), timeline.kept(service)
    oldest = max([since, base.rows[0].version if base.rows else ""], key=natural)
    missing = {
        version: before
        for before, version in pairwise(("", *published))
        if natural(version) >= natural(oldest)
        if not base.covers(version) and (version not in kept or kept[version].crc == timeline.UNREAD)
    }
    if missing:
        announce(f"looking into {len(missing)} wheels in the package index for {service}: {_AMOUNT}")
    unread = _look(service, missing, index, progress)
    return Walk(timeline.known(service, places), tuple(published), tuple(unread))


def _look(
    service: str, missing: Mapping[str, str], index: Index, progress: Callable[[int, int], None]
) -> list[ModelUnavailable]:
    unread: list[ModelUnavailable] = []
    failed = 0
    for done, (version, found) in enumerate(index.glances(missing, service), 1):
        if isinstance(found, ModelUnavailable):
            unread.append(found)
            failed += 1
            if failed >= min(_PATIENCE, len(missing)):
                raise ModelUnavailable(
                    f"the releases of {service}",
                    f"{done - len(unread)} of {len(missing)} wheels were read, then: {found.what}: {found.reason}",
                    "run it again: what was read is kept",
                )
            timeline.keep(service, Row(version, "", timeline.UNREAD, missing[version]))
        else:
            failed = 0
            timeline.keep(service, Row(version, *found, missing[version]))
        progress(done, len(missing))
    return unread

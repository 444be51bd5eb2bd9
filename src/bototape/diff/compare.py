"""
Two releases of a service compared, with all that a release says of it: model, paginators, waiters, documentation.

`bototape.diff.changes` compares the models alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from bototape.diff import documents, sidecars
from bototape.diff.changes import SERVICE, Change, detect, whole
from bototape.diff.traits import Fact
from bototape.diff.walk import shortest
from bototape.shapes import Service, Side

__all__ = ["Api", "compare", "known"]


class Api(Protocol):
    """
    What a release says of a service; `bototape.releases.Model` is one.

    *raw* is the JSON of ``service-2.json``. *sidecars* are paginators and waiters, None where nobody looked. With
    *tracked_only* it is cut down to some operations, *absent* naming those of them that the release lacks.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def service(self) -> Service: ...  # noqa: D102
    @property
    def raw(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def sidecars(self) -> sidecars.Sidecars | None: ...  # noqa: D102
    @property
    def tracked_only(self) -> bool: ...  # noqa: D102
    @property
    def absent(self) -> tuple[str, ...]: ...  # noqa: D102


def known(*models: Api) -> frozenset[str] | None:
    """
    Return the names of the operations that all of *models* can speak about, None for all.

    A model that is cut down knows its operations, and those it says its release lacks; of any other it cannot tell
    whether there was one.
    """
    limits = [frozenset({*each.service.operations, *each.absent}) for each in models if each.tracked_only]
    return frozenset.intersection(*limits) if limits else None


def compare(
    old: Api | None, new: Api | None, operations: Collection[str] | None = None, *, documentation: bool = False
) -> list[Change]:
    """
    Return every change of a service from *old* to *new*, sorted by place and kind; None is a release without it.

    Only the operations that both can speak about are compared, and of these, where given, only *operations*: what is
    found of them is the same either way, fingerprints included. *documentation* adds what changed in the texts, which
    only whole models have. Raises ModelUnavailable, naming the file, for paginators or waiters that are none.
    """
    if old is None or new is None:
        return _appeared(old, new)
    limits = [each for each in (known(old, new), operations) if each is not None]
    scope = frozenset.intersection(*map(frozenset, limits)) if limits else None
    entire = not (old.tracked_only or new.tracked_only)
    texts = documentation and entire
    before, after = (_limited(each.service, scope) for each in (old, new))
    shapes = old.raw["shapes"], new.raw["shapes"]
    found = detect(
        before,
        after,
        old.name,
        entire=entire,
        more=(lambda one, other: documents.of_shapes(shapes[0][one], shapes[1][other])) if texts else None,
    )
    if operations is not None:
        found = [each for each in found if each.operations or not each.directions]  # an error class of other operations
    found += _of_references(old, new, {*before.operations} & {*after.operations})
    if entire:
        found += [whole(SERVICE, fact, old.name) for fact in documents.of_service(old.raw, new.raw)]
    if texts:
        found += _of_texts(old, new, {*before.operations} & {*after.operations})
    if old.sidecars is not None and new.sidecars is not None:
        for ways, fact in sidecars.compare(old.sidecars, new.sidecars, scope):
            found.append(whole(ways[0], fact, old.name, *ways))
    return sorted(found, key=_place_and_kind)


def _place_and_kind(change: Change) -> tuple[str, ...]:
    return change.place, change.kind, change.old, change.new, change.owner


def _appeared(old: Api | None, new: Api | None) -> list[Change]:
    if new is not None:
        return [] if old is not None else [whole(SERVICE, Fact("service-added", new=new.name), new.name)]
    return [whole(SERVICE, Fact("service-removed", old=old.name), old.name)] if old is not None else []


def _limited(service: Service, scope: Collection[str] | None) -> Service:
    if scope is None:
        return service
    return replace(service, operations={name: each for name, each in service.operations.items() if name in scope})


def _of_references(old: Api, new: Api, operations: Collection[str]) -> Iterator[Change]:
    met: dict[tuple[Side, str, Fact], list[str]] = {}
    for name in operations:
        before, after = (each.raw["operations"][name] for each in (old, new))
        for side, step, fact in documents.references(before, after):
            owner = step if side == "error" else name + step
            met.setdefault((side, owner, fact), []).append(name + step)
    for (side, owner, fact), ways in met.items():
        places = tuple(sorted(ways, key=shortest))
        yield Change(places[0], fact.kind, fact.old, fact.new, (side,), places, old.name, owner.removeprefix(".error."))


def _of_texts(old: Api, new: Api, operations: Collection[str]) -> Iterator[Change]:
    for fact in documents.of_operations(old.raw, new.raw):
        yield whole(SERVICE, fact, old.name)
    for name in operations:
        for fact in documents.of_operations(*(each.raw["operations"][name] for each in (old, new))):
            yield whole(name, fact, old.name, name)

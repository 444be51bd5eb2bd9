"""Two models of one service: which operations both can speak about, and what is left when cut down to those."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from bototape.errors import UsageError
from bototape.releases import Model
from bototape.shapes import Service, cut, parse

__all__ = ["chosen", "known", "limited", "tracked_only"]


def tracked_only(*models: Model) -> bool:
    """Tell whether any of *models* is a snapshot, which does not know all operations of its release."""
    return any(each.tracked_only for each in models)


def known(*models: Model) -> set[str] | None:
    """Return the names all of *models* know about, or None for all."""
    limits = [{*each.service.operations, *each.absent} for each in models if each.tracked_only]
    return set.intersection(*limits) if limits else None


def chosen(wanted: Sequence[str], among: set[str]) -> set[str]:
    """Return *wanted* as a set; raises UsageError, with the nearest, for a name that is not *among* those."""
    for each in wanted:
        if each not in among:
            near = difflib.get_close_matches(each, sorted(among), 1)
            fix = f"did you mean {near[0]}?" if near else "name an operation that both sides know about"
            raise UsageError(f"cannot compare operation {each}: it is not among the {len(among)} compared", fix)
    return {*wanted}


def limited(model: Model, scope: Collection[str]) -> Service:
    """Return the service of *model*, cut down to the operations in *scope*."""
    if model.service.operations.keys() <= {*scope}:
        return model.service
    return parse(cut(model.raw, scope))

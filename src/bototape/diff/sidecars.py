"""
What differs between the paginators and the waiters of two releases.

Source of the keys: ``paginators-1.json`` and ``waiters-2.json`` as botocore reads them (``botocore/paginate.py``,
``botocore/waiter.py``). Every comparison is symmetric.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bototape.diff import traits
from bototape.diff.traits import Fact
from bototape.errors import ModelUnavailable

__all__ = ["PAGINATORS", "WAITERS", "Sidecars", "compare"]

#: The names of the files, as botocore has them.
PAGINATORS = "paginators-1.json"
WAITERS = "waiters-2.json"

#: The JSON of these files by name; one that a service does not have is missing.
Sidecars = Mapping[str, Mapping[str, Any]]

_PAGINATOR = {
    **dict.fromkeys(("input_token", "limit_key", "more_results", "output_token", "result_key"), "paginator-changed"),
    "non_aggregate_keys": "paginator-extras-changed",
}

_WAITER = {
    **dict.fromkeys(("acceptors", "operation"), "waiter-changed"),
    **dict.fromkeys(("delay", "maxAttempts"), "waiter-pace-changed"),
    **dict.fromkeys(("description", "type"), "annotation-changed"),
}


def compare(
    old: Sidecars, new: Sidecars, operations: Collection[str] | None = None
) -> Iterator[tuple[tuple[str, ...], Fact]]:
    """
    Yield each fact with the places it is met at: ``ListModels.paginator``, ``DescribeImage.waiter.ImageCreated``.

    With *operations*, only what belongs to one of them is compared. Raises ModelUnavailable, naming the file, when
    one is not what botocore writes.
    """
    for name, table, noun, kinds in (
        (PAGINATORS, "pagination", "paginator", _PAGINATOR),
        (WAITERS, "waiters", "waiter", _WAITER),
    ):
        before, after = (_entries(each, name, table) for each in (old, new))
        for key in sorted(before.keys() | after.keys()):
            ways = _ways(key, noun, before.get(key), after.get(key))
            if operations is None or any(each.partition(".")[0] in operations for each in ways):
                yield from ((ways, fact) for fact in _compared(key, noun, before.get(key), after.get(key), kinds))


def _ways(key: str, noun: str, *sides: Mapping[str, Any] | None) -> tuple[str, ...]:
    if noun == "paginator":
        return (f"{key}.{noun}",)
    return tuple(sorted({f"{each['operation']}.{noun}.{key}" for each in sides if each is not None}))


def _compared(
    key: str, noun: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, kinds: Mapping[str, str]
) -> Iterator[Fact]:
    if old is None or new is None:
        yield Fact(f"{noun}-added", new=key) if old is None else Fact(f"{noun}-removed", old=key)
        return
    for fact in traits.others(old, new, kinds):
        if fact.old.partition("=")[2] != fact.new.partition("=")[2]:  # a token and a list of one token are the same
            yield fact


def _entries(files: Sidecars, name: str, table: str) -> Mapping[str, Mapping[str, Any]]:
    entries = files.get(name, {}).get(table, {})
    if not isinstance(entries, Mapping):
        raise _damaged(name, f"expected an object {table!r}, found {type(entries).__name__}")
    for key, entry in entries.items():
        if not isinstance(entry, Mapping):
            raise _damaged(name, f"expected an object {table}.{key}, found {type(entry).__name__}")
        if table == "waiters" and not isinstance(entry.get("operation"), str):
            raise _damaged(name, f"waiter {key!r} names no operation")
    return entries


def _damaged(name: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(name, reason, "restore the file, or get the release again")

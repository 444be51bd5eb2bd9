"""Trees of the YAML reader and of opened layers, walked alike: children with what their names tell, scalars as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from bototape.audit.named import Context
from bototape.audit.values import Tree, text_of

__all__ = ["Contexts", "Member", "members", "naming", "scalar"]

#: What a name tells of the value under it.
Contexts = tuple[Context, ...]

#: One child: its name ("" for text among elements) or index, what its name tells, and the child.
Member = tuple[str | int, Contexts, Tree]

#: A whole number from here on may be an account whose leading zeros are gone.
_LEAST_NUMBER = 10**8


def members(tree: Tree, contexts: Contexts, told: Mapping[str, Contexts]) -> Iterator[Member]:
    """
    Yield the children of an object or list.

    *told* is what each name tells; a child without a name of its own is told by its parent's, *contexts*.
    """
    if type(tree) is list:
        for index, child in enumerate(tree):
            yield index, contexts, child
        return
    pairs = tuple(tree.items()) if type(tree) is dict else tree
    named = naming(pairs) if len(pairs) == 2 else ""  # noqa: PLR2004 - a name and a value
    for name, child in pairs:
        segment = name if type(name) is str else str(name)
        if named and segment.lower().endswith("value"):
            yield segment, told[named], child
        else:
            yield segment, told[segment] if segment else contexts, child


_NAMING = frozenset({"name", "key", "parametername", "parameterkey", "tagkey"})


def naming(pairs: tuple[tuple[object, Tree], ...]) -> str:
    """Return the name that an object such as ``{"Name": "DB_PASSWORD", "Value": "…"}`` gives its value, or nothing."""
    (first, one), (second, other) = pairs
    which = _which(str(first), str(second))
    found = one if which == 1 else other if which else ""
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=4096)
def _which(first: str, second: str) -> int:
    """Return which of two names names the other's value: 1, 2, or 0 for neither."""
    if first.lower() in _NAMING and second.lower().endswith("value"):
        return 1
    return 2 if second.lower() in _NAMING and first.lower().endswith("value") else 0


def scalar(tree: Tree, contexts: Contexts) -> str | None:
    """Return a scalar as text, empty when it cannot leak; None for an object or list."""
    if isinstance(tree, (list, tuple, dict)):
        return None
    if isinstance(tree, str):
        return tree
    if isinstance(tree, bytes):
        return text_of(tree)
    if isinstance(tree, float) and tree.is_integer():
        tree = int(tree)
    if isinstance(tree, int) and (contexts or tree >= _LEAST_NUMBER):
        return str(tree)
    return ""

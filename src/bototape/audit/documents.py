"""
JSON documents as what a survey asks of them: each distinct pair of a name and a value, once for all documents.

Documents of one cassette say the same over and over. Their pairs are taken while they are read, and no tree is built;
the few that leak are read a second time for the places.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bototape.audit.layers import document
from bototape.audit.trees import naming
from bototape.audit.values import Flat, Tree

__all__ = ["BEGINNINGS", "Documents"]

#: What a text begins with that may be a document: its own marks, white space, a byte order mark.
BEGINNINGS = frozenset('{[" \t\r\n\ufeff')

_MARKS = ("{", "[", '"')

#: So many pairs are put together before those that stand twice are dropped.
_MANY = 20_000

_Pairs = list[tuple[str, Tree]]


class Documents:
    """
    The documents that were taken so far.

    What has no name of its own (a document that is a list or a text, a member whose name is empty) is told by the name
    that the document stands under: `unnamed` has it.
    """

    def __init__(self) -> None:
        self._decode = json.JSONDecoder(object_pairs_hook=self._object, strict=False).decode
        self._trees: dict[str, Tree] = {}
        self._unnamed: dict[str, Tree] = {}
        self._fresh: list[str] = []
        self._taken: _Pairs = []
        self._distinct: dict[tuple[str, Tree], None] = {}

    def __contains__(self, text: str) -> bool:
        return text in self._unnamed

    def take(self, text: str) -> bool:
        """Take the pairs of *text*, and tell whether it is a document at all."""
        if text[0] not in _MARKS and text.lstrip(" \t\r\n\ufeff")[:1] not in _MARKS:
            return False
        mark = len(self._taken)
        try:
            self._unnamed[text] = self._decode(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            del self._taken[mark:]
            return False
        self._fresh.append(text)
        if len(self._taken) > _MANY:
            self._put_together()
        return True

    def _object(self, pairs: _Pairs) -> None:
        """Take the members of one object; in what is around it, it counts as nothing."""
        if len(pairs) == 2:  # noqa: PLR2004 - a name and a value
            name = naming(tuple(pairs))
            if name:
                pairs = [*pairs, *((name, value) for key, value in pairs if key.lower().endswith("value"))]
        self._taken += pairs

    def _put_together(self) -> None:
        lists = [each for each in self._taken if type(each[1]) is list]
        self._distinct |= dict.fromkeys(each for each in self._taken if type(each[1]) is not list)
        for name, values in lists:
            self._distinct |= dict.fromkeys((name, each) for each in _elements(values))
        self._taken.clear()

    def fresh(self) -> tuple[list[str], Flat]:
        """Return the documents since the last time, and their pairs."""
        self._put_together()
        texts, pairs = self._fresh, Flat(self._distinct)
        self._fresh, self._distinct = [], {}
        if any(not name for name, _ in pairs):
            self._unnamed.update((text, self.tree(text)) for text in texts)
            return texts, Flat()
        return texts, pairs

    def unnamed(self, text: str) -> Iterator[Tree]:
        """Yield what of the document *text* the name it stands under tells, if it is one."""
        found = self._unnamed.get(text)
        if found is not None:
            yield found

    def tree(self, text: str) -> Tree:
        """Return the tree of the document *text*."""
        if text not in self._trees:
            whole = document(text)
            self._trees[text] = whole.tree if whole else None
        return self._trees[text]


def _elements(values: list[Tree]) -> Iterator[Tree]:
    """Yield the elements of lists in lists: their name is the outermost one's."""
    stack = [iter(values)]
    while stack:
        for each in stack[-1]:
            if type(each) is list:
                stack.append(iter(each))
                break
            yield each
        else:
            stack.pop()

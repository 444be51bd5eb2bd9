"""Hand out pseudonyms: numbered by first appearance, the same again for a value the ledger knows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from bototape.errors import UsageError
from bototape.scrub.kinds import BY_NAME, canonical, stays

__all__ = ["Pseudonyms", "digest"]

#: Number 1 of these kinds is for the recorder's own value and nobody else's.
_OWN_FIRST = frozenset({"account"})


def digest(key: bytes, kind: str, value: str) -> str:
    """Return the ledger's name of *value* (in canonical spelling): 16 hex digits of an HMAC-SHA256 under *key*."""
    return hmac.new(key, kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[
        :16
    ]


class Pseudonyms:
    """
    The made-up values of one recording.

    *known* is the ledger (digest → pseudonym) and *key* its key. Use one instance for a scenario: traces are
    numbered anew in each. Not for several threads at once. Real values are held in memory only, never shown.
    """

    __slots__ = ("_avoid", "_given", "_key", "_known", "_learned", "_next", "_own", "_taken")

    def __init__(self, key: bytes, known: Mapping[str, str]) -> None:
        if not key:
            raise UsageError("cannot scrub without a key", "set BOTOTAPE_SCRUB_KEY, or let the ledger make one")
        self._key = key
        self._known = dict(known)
        self._taken = set(known.values())
        self._given: dict[tuple[str, str], str] = {}
        self._learned: dict[str, str] = {}
        self._next: dict[str, int] = {}
        self._own: dict[str, str] = {}
        self._avoid: frozenset[str] = frozenset()

    @property
    def learned(self) -> Mapping[str, str]:
        """The entries a ledger does not have yet: digest → pseudonym, in order of first appearance."""
        return dict(self._learned)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many distinct real values of each kind were replaced, sorted by kind."""
        found: dict[str, int] = {}
        for kind, _ in self._given:
            found[kind] = found.get(kind, 0) + 1
        return dict(sorted(found.items()))

    def own(self, kind: str, value: str) -> None:
        """Say that *value* is the recorder's own: of an account, it gets the first number whenever it appears."""
        self._own[kind] = canonical(kind, value)

    def avoid(self, values: Iterable[str]) -> None:
        """Say which real values no pseudonym may equal."""
        self._avoid = self._avoid | {each.lower() for each in values if each}

    def reserve(self, values: Iterable[str]) -> None:
        """Say which pseudonyms stand in a text already, so that no other value gets one of them."""
        self._taken.update(values)

    def of(self, kind: str, value: str) -> str:
        """
        Return the pseudonym of *value*, in the kind's own spelling; a pseudonym is its own.

        Raises KeyError for a kind that `kinds` does not have.
        """
        if stays(kind, value):
            return value
        plain = canonical(kind, value)
        given = self._given.get((kind, plain))
        if given is None:
            given = self._given[kind, plain] = self._assign(kind, plain)
        return given

    def _assign(self, kind: str, plain: str) -> str:
        if not BY_NAME[kind].kept:
            return self._number(kind, plain)
        name = digest(self._key, kind, plain)
        if name not in self._known:
            self._known[name] = self._learned[name] = self._number(kind, plain)
        return self._known[name]

    def _number(self, kind: str, plain: str) -> str:
        made = BY_NAME[kind]
        if not made.numbered:
            return made.make(1, plain)
        own = kind in _OWN_FIRST and self._own.get(kind) == plain
        number = 1 if own else self._next.get(kind, 2 if kind in _OWN_FIRST else 1)
        while not self._free(made.make(number, plain)):
            number += 1
        pseudonym = made.make(number, plain)
        if not made.pattern.fullmatch(pseudonym):
            raise UsageError(f"cannot make up another {kind}: all {number - 1} are in use", "start a new ledger")
        self._next[kind] = max(number + 1, self._next.get(kind, 2))
        self._taken.add(pseudonym)
        return pseudonym

    def _free(self, pseudonym: str) -> bool:
        return pseudonym not in self._taken and pseudonym.lower() not in self._avoid

"""Hand out pseudonyms: numbered by first appearance, the same again for a value the ledger knows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bototape.errors import UsageError
from bototape.scrub.kinds import BY_NAME, canonical, stays

__all__ = ["Pseudonyms", "Rename", "digest"]

#: Number 1 of these kinds is for the recorder's own value and nobody else's.
_OWN_FIRST = frozenset({"account"})


@dataclass(frozen=True, slots=True)
class Rename:
    """The pseudonym *old* of *kind* becomes *new*."""

    kind: str
    old: str
    new: str


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

    Numbers are given by first appearance. A recording that ends while another one of the same ledger was going on
    is settled with it at its end, `settle`: the ledger's entries stay, and this recording's give way.
    """

    __slots__ = (
        "_adopted",
        "_avoid",
        "_given",
        "_kept",
        "_key",
        "_known",
        "_learned",
        "_named",
        "_next",
        "_own",
        "_renames",
        "_taken",
    )

    def __init__(self, key: bytes, known: Mapping[str, str]) -> None:
        if not key:
            raise UsageError("cannot scrub without a key", "set BOTOTAPE_SCRUB_KEY, or let the ledger make one")
        self._key = key
        self._known = dict(known)
        self._taken = set(known.values())
        self._given: dict[tuple[str, str], str] = {}
        self._learned: dict[str, str] = {}
        self._named: dict[str, tuple[str, str]] = {}
        self._adopted: set[str] = set()
        self._next: dict[str, int] = {}
        self._own: dict[str, str] = {}
        self._avoid: frozenset[str] = frozenset()
        self._kept: dict[str, set[str]] = {}
        self._renames: Mapping[str, str] | None = None

    @classmethod
    def renaming(cls, renames: Iterable[Rename]) -> Pseudonyms:
        """Return one that gives each pseudonym its new name, and leaves everything else as it is."""
        made = cls(b"none is used", {})
        made._renames = {each.old.lower(): each.new for each in renames}
        return made

    @property
    def learned(self) -> Mapping[str, str]:
        """The entries a ledger does not have yet: digest → pseudonym, in order of first appearance."""
        return dict(self._learned)

    @property
    def entries(self) -> Mapping[str, tuple[str, str]]:
        """The entries of `learned` with their kinds: digest → (kind, pseudonym), as `adopt` takes them."""
        return {name: (self._named[name][0], pseudonym) for name, pseudonym in self._learned.items()}

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

    def adopt(self, entries: Mapping[str, tuple[str, str]]) -> None:
        """
        Take over what this recording learned in an earlier run that broke off: digest → (kind, pseudonym).

        They are `learned` again, and give way to the ledger's as all others do.
        """
        for name, (kind, pseudonym) in entries.items():
            if name not in self._known:
                self._known[name] = self._learned[name] = pseudonym
                self._named[name] = kind, pseudonym  # whatever its value is: nobody knows it yet
                self._adopted.add(name)
                self._taken.add(pseudonym)

    def avoid(self, values: Iterable[str]) -> None:
        """Say which real values no pseudonym may equal."""
        more = {each.lower() for each in values if each}
        if not more <= self._avoid:
            self._avoid |= more

    def reserve(self, values: Iterable[str]) -> None:
        """Say which pseudonyms stand in a text already, so that no other value gets one of them."""
        self._taken.update(values)

    def keep(self, kind: str, values: Iterable[str]) -> None:
        """Say which *values* of *kind* this recording itself chose: they stay, but for what must be avoided."""
        self._kept.setdefault(kind, set()).update(values)

    def keeps(self, kind: str, value: str) -> bool:
        """Tell whether *value* of *kind* is one that this recording itself chose, with no real value in it."""
        folded = value.lower()
        return value in self._kept.get(kind, ()) and not any(each in folded for each in self._avoid)

    def replaced(self, kind: str) -> tuple[str, ...]:
        """Return the real values of *kind* that have a pseudonym so far, in order of first appearance."""
        return tuple(value for each, value in self._given if each == kind)

    def given(self, value: str) -> str | None:
        """Return the pseudonym that *value* got so far, as the first kind that it was replaced as; None if as none."""
        for kind, _ in self._given:
            found = self._given.get((kind, canonical(kind, value)))
            if found is not None:
                return found
        return None

    def of(self, kind: str, value: str) -> str:
        """
        Return the pseudonym of *value*, in the kind's own spelling; a pseudonym is its own.

        Raises KeyError for a kind that `kinds` does not have.
        """
        if self._renames is not None:
            return self._renames.get(value.lower(), value)
        if stays(kind, value):
            return value
        plain = canonical(kind, value)
        given = self._given.get((kind, plain))
        if given is None and self.keeps(kind, value):
            return value
        if given is None:
            given = self._given[kind, plain] = self._assign(kind, plain)
        return given

    def settle(self, ledger: Mapping[str, str]) -> tuple[tuple[Rename, ...], ...]:
        """
        Take over *ledger*, what the file holds now; return how pseudonyms given so far must be renamed.

        The groups are to be applied one after the other (`renaming`): no new name is an old one of the same group.
        What the ledger has for a value of ours counts; where it has our pseudonym for another value, all of that kind
        take the numbers they would have got, had this recording come after the other one.
        """
        owner = {pseudonym: name for name, pseudonym in ledger.items()}
        kinds = {
            self._named[name][0]
            for name, old in self._learned.items()
            if ledger.get(name, old) != old or owner.get(old, name) != name
        }
        moving = {
            name: old
            for name, old in self._learned.items()
            if self._named[name][0] in kinds and ledger.get(name) != old
        }
        self._known.update(ledger)
        self._taken = (self._taken - set(moving.values())) | set(owner)
        for name in moving:
            self._next.pop(self._named[name][0], None)
        final = {name: ledger.get(name) or self._next_free(name) for name in moving}
        before = dict(self._next)
        old = set(moving.values()) - self._taken
        self._taken |= old
        aside = {name: self._next_free(name) for name in moving}
        self._taken -= old.union(aside.values())
        self._next = before
        self._known.update(final)
        self._given.update({self._named[name]: new for name, new in final.items() if self._named[name] in self._given})
        self._learned = {name: self._known[name] for name in self._learned if name not in ledger}
        away = tuple(Rename(self._named[name][0], old, aside[name]) for name, old in moving.items())
        back = tuple(Rename(self._named[name][0], aside[name], new) for name, new in final.items())
        return (away, back) if moving else ()

    def _assign(self, kind: str, plain: str) -> str:
        if not BY_NAME[kind].kept:
            return self._number(kind, plain)
        name = digest(self._key, kind, plain)
        if name in self._adopted and self._named[name][0] == kind:
            self._adopted.remove(name)
            self._named[name] = kind, plain
        if self._named.setdefault(name, (kind, plain)) != (kind, plain):
            raise UsageError(f"cannot tell two values apart: both have the digest {name}", "scrub with another key")
        if name not in self._known:
            self._known[name] = self._learned[name] = self._number(kind, plain)
        elif not BY_NAME[kind].pattern.fullmatch(self._known[name]):
            raise UsageError(
                f"cannot use the ledger's entry {name}: what it has for this {kind} is no pseudonym of one",
                "restore the ledger from version control",
            )
        return self._known[name]

    def _next_free(self, name: str) -> str:
        """Return a pseudonym that nobody has, nor may have by right, for the value that is called *name*."""
        return self._number(*self._named[name], own=False)

    def _number(self, kind: str, plain: str, *, own: bool = True) -> str:
        made = BY_NAME[kind]
        if not made.numbered:
            return made.make(1, plain)
        own = own and kind in _OWN_FIRST and self._own.get(kind) == plain
        number = 1 if own else self._next.get(kind, 2 if kind in _OWN_FIRST else 1)
        while not self._free(made.make(number, plain)):
            number += 1
        pseudonym = made.make(number, plain)
        if not made.pattern.fullmatch(pseudonym):
            raise UsageError(f"cannot make up another {kind}: all {number - 1} are in use", "start a new ledger")
        if not own:
            self._next[kind] = number + 1
        self._taken.add(pseudonym)
        return pseudonym

    def _free(self, pseudonym: str) -> bool:
        return pseudonym not in self._taken and pseudonym.lower() not in self._avoid

"""Proposed changes to a text: settled where they overlap, named only when they are made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bototape.scrub.kinds import stays
from bototape.scrub.layers import Layer
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["Change", "Edit", "Style", "choose", "keep_case", "lift", "make", "named"]

#: Spells a pseudonym in the way the value it replaces was spelled: ``style(pseudonym, written)``.
Style = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Edit:
    """
    Replace ``text[start:end]`` by what *render* returns.

    *render* is called once, in text order, so that numbers follow first appearance. *facts* are the (kind, value)
    pairs in it. A higher *rank* wins an overlap, then the longer edit, then the earlier one.
    """

    start: int
    end: int
    render: Callable[[Pseudonyms], str]
    facts: tuple[tuple[str, str], ...] = ()
    rank: int = 0


def keep_case(pseudonym: str, written: str) -> str:
    """Spell *pseudonym* all lower or all upper case when *written* is so and its letters are not."""
    if written.islower():
        return pseudonym.lower()
    return pseudonym.upper() if written.isupper() else pseudonym


def named(text: str, start: int, end: int, kind: str, *, value: str = "", style: Style | None = None) -> Edit:
    """
    Return the edit that replaces ``text[start:end]``, a *kind* whose plain spelling is *value* (or itself).

    A value that stays gives way to any other edit: a documented address may hold a real account.
    """
    written = text[start:end]
    plain = value or written

    def render(pseudonyms: Pseudonyms) -> str:
        pseudonym = pseudonyms.of(kind, plain)
        if pseudonym == plain:
            return written
        return style(pseudonym, written) if style else pseudonym

    return Edit(start, end, render, ((kind, plain),), -1 if stays(kind, plain) else 0)


def choose(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits that do not overlap, in text order: higher rank first, then longer, then earlier."""
    edits = tuple(edits)
    if len(edits) < 2:  # noqa: PLR2004 - one edit has no rival
        return edits
    chosen: list[Edit] = []
    cluster: list[Edit] = []
    reach = 0
    for each in sorted(edits, key=lambda edit: edit.start):
        if each.start >= reach:
            chosen += _winners(cluster)
            cluster = []
        cluster.append(each)
        reach = max(reach, each.end)
    return (*chosen, *_winners(cluster))


def _winners(cluster: list[Edit]) -> list[Edit]:
    """Return the winners of *cluster*, edits that overlap each other, in text order."""
    if len(cluster) < 2:  # noqa: PLR2004 - one edit has no rival
        return cluster
    starts: list[int] = []
    chosen: list[Edit] = []
    for each in sorted(cluster, key=lambda edit: (-edit.rank, edit.start - edit.end, edit.start)):
        place = bisect_left(starts, each.start)
        free_before = place == 0 or chosen[place - 1].end <= each.start
        free_after = place == len(chosen) or each.end <= chosen[place].start
        if free_before and free_after:
            starts.insert(place, each.start)
            chosen.insert(place, each)
    return chosen


def make(text: str, edits: Sequence[Edit], pseudonyms: Pseudonyms) -> str:
    """Return *text* with *edits* made; they are in text order and do not overlap."""
    if not edits:
        return text
    parts: list[str] = []
    done = 0
    for each in edits:
        parts += (text[done : each.start], each.render(pseudonyms))
        done = each.end
    parts.append(text[done:])
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    """
    A content as *text* and the *edits* of it; in *encoding* it is the bytes it was.

    *encoding* is ``latin-1`` where the content is no text: one character a byte.
    """

    text: str
    edits: tuple[Edit, ...]
    encoding: str = "utf-8"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the edits replace."""
        return tuple(fact for each in self.edits for fact in each.facts)

    def made(self, pseudonyms: Pseudonyms) -> bytes | None:
        """Return the content with the edits made, or None when that changes nothing."""
        new = make(self.text, self.edits, pseudonyms)
        return None if new == self.text else new.encode(self.encoding)


def lift(edits: Iterable[Edit], layer: Layer, text: str, base: int = 0) -> tuple[Edit, ...]:
    """
    Return *edits* of a decoded *layer* as edits of the written *text*.

    *base* is where in *text* the layer's own written text starts.
    """
    return tuple(_lifted(each, layer, text, base) for each in edits)


def _lifted(edit: Edit, layer: Layer, text: str, base: int) -> Edit:
    start, end = base + layer.written(edit.start), base + layer.written(edit.end)
    plain, written = layer.text[edit.start : edit.end], text[start:end]

    def render(pseudonyms: Pseudonyms) -> str:
        new = edit.render(pseudonyms)
        return written if new == plain else layer.encode(new, written)

    return Edit(start, end, render, edit.facts, edit.rank)

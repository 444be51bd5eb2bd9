"""Find what identifies in one text: by its place, by known values, by form, and through the layers inside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bototape.scrub import documents
from bototape.scrub.documents import Leaf, json_leaves
from bototape.scrub.edits import Change, Edit, choose, lift
from bototape.scrub.known import Known
from bototape.scrub.layers import Layer, as_is, backslashes, base64_bytes, entities, json_string, percents, to_base64
from bototape.scrub.meaning import Node
from bototape.scrub.names import NOWHERE, Place, whole
from bototape.scrub.packed import Box, Piece, opened
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.sieve import Sieve, sieve

__all__ = ["DEEPEST", "Finder", "find", "find_uri"]

#: How many encodings inside each other are opened.
DEEPEST = 8

#: A shorter text holds nothing that is looked for, unless its place says so.
_SHORTEST = 5

#: How many texts a finder remembers, and how long ones.
_REMEMBERED, _LONGEST = 20_000, 256

#: Encodings of a whole text, in the order they are tried.
_LAYERS: tuple[Callable[[str], Layer | None], ...] = (percents, backslashes, entities)

_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])([A-Za-z0-9+/_-]{20,}+={0,2})")


def find(text: str, place: Place, known: Known, depth: int = 0) -> tuple[Edit, ...]:
    """
    Return the edits that make *text* safe, in text order, not overlapping.

    *place* says where it stands, *known* what to look for, *depth* how many layers it was taken out of.
    """
    return Finder(known).find(text, place, depth)


def find_uri(uri: str, known: Known) -> tuple[Edit, ...]:
    """Return the edits that make the absolute *uri* safe: its query is cut before its escapes are undone."""
    return Finder(known).uri(uri)


class Finder:
    """
    Looks for the *known* values and for every form.

    It remembers short texts that it has seen, since answers repeat themselves; keep one for a recording.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self._sieve = sieve(known)
        self._clean: set[object] = set()
        self._seen: dict[tuple[str, Place, int], tuple[Edit, ...]] = {}

    def find(
        self, text: str, place: Place = NOWHERE, depth: int = 0, root: Node | None = None, within: Sieve | None = None
    ) -> tuple[Edit, ...]:
        """
        Return the edits that make *text* safe, in text order, not overlapping.

        *place* says where it stands, *depth* how many layers it was taken out of, *root* what the model says of a
        JSON document, *within* what can be in it at all.
        """
        if root is not None or len(text) > _LONGEST:
            return self._find(text, place, depth, root, within)
        key = (text, place, depth)
        edits = self._seen.get(key)
        if edits is None:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            edits = self._seen[key] = self._find(text, place, depth, None, within)
        return edits

    def uri(self, uri: str) -> tuple[Edit, ...]:
        """Return the edits that make the absolute *uri* safe: its query is cut before its escapes are undone."""
        base, mark, _ = uri.partition("?")
        edits = self.find(base)
        if not mark:
            return edits
        return edits + tuple(self._parts(documents.form_parts(uri, len(base) + 1), 0))

    def _find(self, text: str, place: Place, depth: int, root: Node | None, within: Sieve | None) -> tuple[Edit, ...]:
        asked = whole(text, place)
        if asked:
            return (asked,)
        if len(text) < _SHORTEST:
            return ()
        if depth < DEEPEST:
            if documents.is_json(text):
                return tuple(self._json(text, depth, root))
            if documents.is_xml(text):
                return tuple(self._parts(documents.xml_parts(text), depth))
            if documents.is_form(text):
                return tuple(self._parts(documents.form_parts(text), depth))
            for undo in _LAYERS:
                layer = undo(text)
                if layer:
                    return lift(self.find(layer.text, place, depth + 1), layer, text)
        return choose(self._plain(text, place, depth, within or self._sieve))

    def _json(self, text: str, depth: int, root: Node | None) -> Iterator[Edit]:
        within = self._sieve.within(text)
        clean: set[object] = self._clean if depth == 0 else set()
        for leaf in json_leaves(text, root, clean):
            edits = self._leaf(text, leaf, depth, within)
            if edits:
                yield from edits
            elif len(leaf.raw) <= _LONGEST:
                if len(clean) > _REMEMBERED:
                    clean.clear()
                clean.add(leaf.key)

    def _leaf(self, text: str, leaf: Leaf, depth: int, within: Sieve) -> tuple[Edit, ...]:
        place = Place(leaf.name, leaf.around, leaf.meaning)
        if leaf.is_number:
            edit = self._sieve.known.number(leaf.raw) or whole(leaf.raw, place)
            return lift((edit,), as_is(leaf.raw), text, leaf.start) if edit else ()
        layer = json_string(leaf.raw)
        inside = within if layer.text == leaf.raw else None
        return lift(self.find(layer.text, place, depth + 1, None, inside), layer, text, leaf.start)

    def _parts(self, parts: Iterable[documents.Part], depth: int) -> Iterator[Edit]:
        clean: set[tuple[str, Place]] = set()
        for part in parts:
            here = part.layer.text, part.place
            if here not in clean:
                edits = lift(self.find(*here, depth + 1), part.layer, part.text, part.start)
                yield from edits
                if not edits:
                    clean.add(here)

    def _plain(self, text: str, place: Place, depth: int, within: Sieve) -> Iterator[Edit]:
        yield from within.find(text, place)
        if depth < DEEPEST:
            for match in _RUN.finditer(text):
                data = base64_bytes(match[1])
                change = self.content(data, NOWHERE, depth + 1) if data else None
                if change:
                    yield Edit(*match.span(1), _in_base64(change, match[1]), change.facts)

    def content(self, data: bytes, place: Place = NOWHERE, depth: int = 0) -> Change | None:
        """Return *data* and the edits of it, or None when there are none; what is no text is opened, if it can be."""
        box = opened(data) if depth < DEEPEST else None
        if box:
            edits = self._box(data, box, depth)
            return Change(data.decode("latin-1"), edits, "latin-1") if edits else None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        edits = self.find(text, place, depth)
        return Change(text, edits) if edits else None

    def body(self, data: bytes) -> Change:
        """Return *data* and the edits of it; in what is neither text nor opened, only known values are found."""
        found = self.content(data)
        if found:
            return found
        try:
            return Change(data.decode("utf-8"), ())
        except UnicodeDecodeError:
            # Latin-1 gives every byte a character of its own, and pseudonyms are ASCII.
            text = data.decode("latin-1")
            return Change(text, choose(self._sieve.known.find(text)), "latin-1")

    def _box(self, data: bytes, box: Box, depth: int) -> tuple[Edit, ...]:
        changes = [self._piece(each, depth + 1) for each in box.pieces]
        if not any(changes):
            return ()
        written = data.decode("latin-1")

        def render(pseudonyms: Pseudonyms) -> str:
            new = [each.made(pseudonyms) if each else None for each in changes]
            return box.close(new).decode("latin-1") if any(each is not None for each in new) else written

        facts = tuple(fact for each in changes if each for fact in each.facts)
        return (Edit(0, len(written), render, facts),)

    def _piece(self, piece: Piece, depth: int) -> Change | None:
        if not piece.is_number:
            return self.content(piece.data, piece.place, depth)
        text = piece.data.decode("ascii")
        edit = self._sieve.known.number(text) or whole(text, piece.place)
        return Change(text, (edit,)) if edit else None


def _in_base64(change: Change, run: str) -> Callable[[Pseudonyms], str]:
    def render(pseudonyms: Pseudonyms) -> str:
        new = change.made(pseudonyms)
        return run if new is None else to_base64(new, run)

    return render

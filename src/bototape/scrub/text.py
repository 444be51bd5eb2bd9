"""Find what identifies in one text: by its place, by known values, by form, and through the layers inside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bototape.scrub import documents
from bototape.scrub.alike import Alike, Result, is_text, is_word
from bototape.scrub.documents import Leaf, Part, json_leaves
from bototape.scrub.edits import Change, Edit, choose, lift, named
from bototape.scrub.estate import SHORTEST
from bototape.scrub.known import Known
from bototape.scrub.layers import as_is, base64_bytes, json_string, undone, unwrap
from bototape.scrub.meaning import UNTOLD, Meaning, Told
from bototape.scrub.names import NOWHERE, Asked, Place, nothing, says_nothing, whole, whole_number
from bototape.scrub.opaque import Opaque, form_of
from bototape.scrub.packed import Box, Piece, opened
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.runs import in_base64, runs
from bototape.scrub.sieve import Sieve, sieve

__all__ = ["DEEPEST", "Finder", "find", "find_uri"]

#: How many encodings inside each other are opened.
DEEPEST = 8

#: A shorter text holds nothing that is looked for, unless its place says so.
_SHORTEST = 5

#: How many texts a finder remembers, and how long ones.
_REMEMBERED, _LONGEST = 100_000, 256

#: From how many bytes on a content that stays closed is worth a note: one that must be one, one that may be none.
_A_CONTENT, _A_GUESS = 16, 192

#: Kinds that only a place tells.
_NAMES = frozenset({"name", "role", "user", "group", "session", "profile", "space", "bucket", "sensitive"})

#: For so many texts, and one in so many characters, a search of the whole document for what it may hold does not pay.
_FEW, _SPARSE = 6, 256

#: What every encoding of a whole text has, and every document.
_MAY_BE_LAYERED = re.compile(r"[%\\&{\[<]|\A--")

_TOO_DEEP = f"it is more than {DEEPEST} layers deep"


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
    Looks for the *known* values and for every form, or, not *by_form*, for those values alone.

    It remembers short texts that it has seen, since answers repeat themselves; keep one for a recording, and use a
    `fresh` one of it for each interaction. *where* says what is looked at, *opaque* what could not be looked into,
    *staying* which pseudonyms and examples were seen, as (kind, value).
    """

    def __init__(self, known: Known, *, by_form: bool = True) -> None:
        self.known = known
        self._sieve = sieve(known) if by_form else Sieve(known, ())
        self._by_place: Asked = whole if by_form else nothing
        self._by_number: Asked = whole_number if by_form else nothing
        self._values = frozenset(value for _, value in known.pairs if len(value) >= SHORTEST)
        self._clean: set[object] = set()
        self._seen: dict[object, Result] = {}
        self._alike = Alike()
        self._name = ""
        self.where = ""
        self.opaque: list[Opaque] = []
        self.staying: list[tuple[str, str]] = []

    def fresh(self) -> Finder:
        """Return one that remembers the same texts and has noted nothing yet."""
        made = object.__new__(type(self))
        made.__dict__ |= self.__dict__
        made.opaque, made.staying = [], []
        return made

    def find(
        self, text: str, place: Place = NOWHERE, depth: int = 0, told: Told = UNTOLD, within: Sieve | None = None
    ) -> tuple[Edit, ...]:
        """
        Return the edits that make *text* safe, in text order, not overlapping.

        *place* says where it stands, *depth* how many layers it was taken out of, *told* what the model says of what
        is in it (of characters), *within* what can be in it at all.
        """
        if told is not UNTOLD or len(text) > _LONGEST:
            return self._find(text, place, depth, told, within)
        return self._remembered((text, place, depth), lambda: self._find(text, place, depth, UNTOLD, within))

    def _remembered(self, key: object, find: Callable[[], tuple[Edit, ...]]) -> tuple[Edit, ...]:
        """Return what *find* returns, remembered under *key* unless something was *opaque*."""
        seen = self._seen.get(key)
        if seen is not None:
            self.staying += seen.staying
            return seen.edits
        opaque, staying = len(self.opaque), len(self.staying)
        edits = find()
        if len(self.opaque) == opaque:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            self._seen[key] = Result(edits, tuple(self.staying[staying:]))
        return edits

    def uri(self, uri: str, told: Told = UNTOLD) -> tuple[Edit, ...]:
        """Return the edits that make the absolute *uri* safe: its query is cut before its escapes are undone."""
        base, mark, _ = uri.partition("?")
        edits = self.find(base)
        if told.uri:
            edits = choose((*edits, *self._parts(documents.label_parts(uri, len(base), told.uri), 0)))
        if not mark:
            return edits
        at = {start: meaning for start, _, meaning in told.uri}
        return edits + tuple(self._parts(documents.form_parts(uri, len(base) + 1, at), 0))

    def _find(self, text: str, place: Place, depth: int, told: Told, within: Sieve | None) -> tuple[Edit, ...]:
        asked = self._by_place(text, place)
        if asked:
            # One value has one pseudonym: a name that is known by another kind goes by that.
            is_known = asked.facts[0][0] in _NAMES and text in self._values
            return self._changing((is_known and choose(self.known.find(text))) or (asked,))
        if len(text) < _SHORTEST:
            return ()
        if place.meaning is not None:
            meant = self._meant(text, place.meaning, depth)
            if meant is not None:
                return meant
        if not _MAY_BE_LAYERED.search(text):
            return self._plain(text, place, depth, within or self._sieve)
        if depth < DEEPEST:
            if documents.is_json(text):
                return tuple(self._json(text, depth, told))
            if documents.is_xml(text):
                return tuple(self._parts(documents.xml_parts(text, told.body), depth))
            if documents.is_form(text):
                return tuple(self._parts(documents.form_parts(text, 0, told.body), depth))
            if documents.is_multipart(text):
                return tuple(self._parts(documents.multipart_parts(text), depth))
            layer = undone(text)
            if layer:
                return lift(self.find(layer.text, place, depth + 1), layer, text)
        elif _is_layered(text):
            self.opaque.append(Opaque(self.where, place.name, "text", len(text), _TOO_DEEP))
        return self._plain(text, place, depth, within or self._sieve)

    def _meant(self, text: str, meaning: Meaning, depth: int) -> tuple[Edit, ...] | None:
        """Return the edits of *text* that its *meaning* alone decides, or None when its form does."""
        if meaning.stays(text):
            return choose(self.known.find(text))
        if meaning.is_capability and "://" in text:
            return self._capability(text, depth)
        if meaning.is_blob:
            data = base64_bytes(text)
            change = self.content(data, Place(meaning.name), depth + 1) if data else None
            return (Edit(0, len(text), in_base64(change, text), change.facts),) if change else None
        return None

    def _capability(self, url: str, depth: int) -> tuple[Edit, ...]:
        """Return the edits of a *url* that is a credential: of its query nothing stays but what signing says of it."""
        base, mark, _ = url.partition("?")
        edits = self.find(base, NOWHERE, depth + 1)
        if not mark:
            return edits
        return edits + tuple(self._parts(documents.capability_parts(url, len(base) + 1), depth))

    def _json(self, text: str, depth: int, told: Told) -> Iterator[Edit]:
        within = self._sieve.knowing(text)
        clean: set[object] = self._clean if depth == 0 else set()
        few = max(_FEW, len(text) // _SPARSE)
        for leaf in json_leaves(text, told, clean):
            is_short = is_word(leaf.raw) and not within.known.may_be_in(leaf.raw)
            if is_short and says_nothing(leaf.name, leaf.around, leaf.meaning):
                if not leaf.raw[-1:].isdigit():  # numbered names are many, and seldom seen again
                    clean.add(leaf.key)
                continue
            noted = len(self.opaque), len(self.staying)
            edits = self._like_another(text, leaf, depth, within)
            if edits is None:
                few -= 1
                within = within.within(text) if few == 0 else within
                edits = self._leaf(text, leaf, depth, within)
            yield from edits
            if not edits and (len(self.opaque), len(self.staying)) == noted and len(leaf.raw) <= _LONGEST:
                clean.add(leaf.key)
        if len(clean) > _REMEMBERED:
            clean.clear()

    def _like_another(self, text: str, leaf: Leaf, depth: int, within: Sieve) -> tuple[Edit, ...] | None:
        """Return the edits of *leaf* if it is an ARN that only its last word tells from one seen before, or None."""
        place = Place(leaf.name, leaf.around, leaf.meaning)
        found = self._alike.result(leaf.raw, place, within.known, lambda text: self._aside(text, place, depth + 1))
        if found is None:
            return None
        self.staying += found.staying
        return lift(found.edits, json_string(leaf.raw), text, leaf.start) if found.edits else ()

    def _aside(self, text: str, place: Place, depth: int) -> Result | None:
        """Return what *text* comes to, and note nothing; None when something in it could not be looked into."""
        aside = self.fresh()
        edits = aside.find(text, place, depth)
        return None if aside.opaque else Result(edits, tuple(aside.staying))

    def _leaf(self, text: str, leaf: Leaf, depth: int, within: Sieve) -> tuple[Edit, ...]:
        if leaf.is_number:
            edit = self.known.number(leaf.raw) or self._by_number(leaf.raw, Place(leaf.name, leaf.around, leaf.meaning))
            edits = self._changing((edit,)) if edit else ()
            return lift(edits, as_is(leaf.raw), text, leaf.start)
        if "\\" not in leaf.raw:
            edits = self.find(leaf.raw, Place(leaf.name, leaf.around, leaf.meaning), depth + 1, UNTOLD, within)
            return lift(edits, json_string(leaf.raw), text, leaf.start) if edits else ()
        layer = json_string(leaf.raw)
        edits = self.find(layer.text, Place(leaf.name, leaf.around, leaf.meaning), depth + 1)
        return lift(edits, layer, text, leaf.start)

    def _changing(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Return the *edits* that change something, and note what the others say that stays."""
        if all(each.rank >= 0 for each in edits):
            return tuple(edits)
        self.staying += [fact for each in edits if each.rank < 0 for fact in each.facts]
        return tuple(each for each in edits if each.rank >= 0)

    def _parts(self, parts: Iterable[Part], depth: int) -> Iterator[Edit]:
        clean: set[tuple[str, Place]] = set()
        for part in parts:
            here = part.layer.text, part.place
            if here not in clean:
                edits = lift(self.find(*here, depth + 1), part.layer, part.text, part.start)
                yield from edits
                if not edits:
                    clean.add(here)

    def _plain(self, text: str, place: Place, depth: int, within: Sieve) -> tuple[Edit, ...]:
        noted, edits = len(self.opaque), list(within.find(text, place))
        spans: list[tuple[int, int]] = []
        for start, end in runs(text) if depth < DEEPEST else ():
            run, wrap = unwrap(text[start:end])
            data = base64_bytes(run)
            self._name = place.name
            change = self.content(data, NOWHERE, depth + 1, is_guess=True) if data else None
            if change:
                edits.append(Edit(start, end, in_base64(change, run, wrap), change.facts))
            spans += [(start, end)] * (len(self.opaque) - noted - len(spans))
        chosen = self._changing(choose(edits)) if edits else ()
        if spans:
            # A token that is replaced as a whole is nothing that was not inspected.
            kept = [any(each.start < end and start < each.end for each in chosen) for start, end in spans]
            self.opaque[noted:] = [each for each, gone in zip(self.opaque[noted:], kept, strict=True) if not gone]
        return chosen

    def body(self, data: bytes, told: Told = UNTOLD) -> Change:
        """Return *data* and the edits of it; in what is neither text nor opened, only known values are found."""
        found = self.content(data, NOWHERE, 0, told)
        if found:
            return found
        encoding = "utf-8" if is_text(data) else "latin-1"
        return Change(data.decode(encoding), (), encoding)

    def content(
        self, data: bytes, place: Place = NOWHERE, depth: int = 0, told: Told = UNTOLD, *, is_guess: bool = False
    ) -> Change | None:
        """
        Return *data* and the edits of it, or None when there are none.

        What is no text is opened if it can be, else searched for known values; but with *is_guess*, when *data* may
        be nothing at all.
        """
        box = opened(data) if depth < DEEPEST else None
        if box:
            edits = self._box(data, box, depth, told)
            return Change(data.decode("latin-1"), edits, "latin-1") if edits else None
        if not is_text(data):
            return self._closed(data, place, depth, is_guess=is_guess)
        text = data.decode("utf-8")
        if told.body:
            told, meaning = told if text.isascii() else told.by_character(data), told.body.get(0)
            place = _of(meaning) if meaning and not meaning.is_blob else place
        edits = self.find(text, place, depth, told)
        return Change(text, edits) if edits else None

    def _closed(self, data: bytes, place: Place, depth: int, *, is_guess: bool) -> Change | None:
        """Note that *data* was not inspected, and return it with what is known in it."""
        if len(data) >= (_A_GUESS if is_guess else _A_CONTENT):
            form = form_of(data)
            reason = "it cannot be opened" if depth < DEEPEST else _TOO_DEEP
            self.opaque.append(Opaque(self.where, place.name or self._name, form, len(data), reason))
        if is_guess:
            return None
        # Latin-1 gives every byte a character of its own, and pseudonyms are ASCII.
        text = data.decode("latin-1")
        edits = choose(self.known.find(text))
        return Change(text, edits, "latin-1") if edits else None

    def _box(self, data: bytes, box: Box, depth: int, told: Told) -> tuple[Edit, ...]:
        inner = told.pieces([(each.start, each.start + len(each.data)) for each in box.pieces])
        both = zip(box.pieces, inner, strict=True)
        changes = [self._piece(each, depth + 1, told, inside) for each, inside in both]
        if not any(changes):
            return ()
        written = data.decode("latin-1")

        def render(pseudonyms: Pseudonyms) -> str:
            new = [each.made(pseudonyms) if each else None for each in changes]
            return box.close(new).decode("latin-1") if any(each is not None for each in new) else written

        facts = tuple(fact for each in changes if each for fact in each.facts)
        return (Edit(0, len(written), render, facts),)

    def _piece(self, piece: Piece, depth: int, told: Told, inside: Told) -> Change | None:
        if piece.is_whole:
            return self.content(piece.data, piece.place, depth, told)
        place, meaning = piece.place, told.body.get(piece.start)
        if meaning is not None and meaning.is_blob and meaning.kind:
            text = piece.data.decode("latin-1")
            return Change(text, (named(text, 0, len(text), meaning.kind),), "latin-1") if text else None
        if meaning is not None and not meaning.is_blob:
            place = Place(place.name, place.around, meaning)
        if not piece.is_number:
            return self.content(piece.data, place, depth, inside)
        text = piece.data.decode("ascii")
        edit = self.known.number(text) or self._by_number(text, place)
        return Change(text, (edit,)) if edit else None


def _is_layered(text: str) -> bool:
    return any(test(text) for test in (documents.is_json, documents.is_xml, documents.is_form, undone))


def _of(meaning: Meaning) -> Place:
    return Place(meaning.name, "", meaning)

"""Find what identifies in one text: by its place, by known values, by form, and through the layers inside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bototape.scrub import arns, credentials, documents, identifiers, places
from bototape.scrub.edits import Edit, choose, lift, make
from bototape.scrub.known import Known
from bototape.scrub.layers import Layer, backslashes, base64_text, entities, percents, to_base64
from bototape.scrub.names import Place, whole
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["DEEPEST", "find", "find_uri"]

#: How many encodings inside each other are opened.
DEEPEST = 8

#: Encodings of a whole text, in the order they are tried.
_LAYERS: tuple[Callable[[str], Layer | None], ...] = (percents, backslashes, entities)

_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])([A-Za-z0-9+/_-]{20,}+={0,2})")


def find(text: str, place: Place, known: Known, depth: int = 0) -> tuple[Edit, ...]:
    """
    Return the edits that make *text* safe, in text order, not overlapping.

    *place* says where it stands, *known* what to look for, *depth* how many layers it was taken out of.
    """
    asked = whole(text, place)
    if asked:
        return (asked,)
    if depth < DEEPEST:
        parts = documents.parts(text)
        if parts is not None:
            return tuple(_parts(parts, known, depth))
        for undo in _LAYERS:
            layer = undo(text)
            if layer:
                return lift(find(layer.text, place, known, depth + 1), layer, text)
    return choose(_plain(text, place, known, depth))


def find_uri(uri: str, known: Known) -> tuple[Edit, ...]:
    """Return the edits that make the absolute *uri* safe: its query is cut before its escapes are undone."""
    base, mark, _ = uri.partition("?")
    edits = find(base, Place(), known)
    if not mark:
        return edits
    return edits + tuple(edit for part in documents.form_parts(uri, len(base) + 1) for edit in _part(part, known, 0))


def _parts(parts: Iterator[documents.Part], known: Known, depth: int) -> Iterator[Edit]:
    clean: set[tuple[str, Place, bool]] = set()
    for part in parts:
        here = part.layer.text, part.place, part.number
        if here not in clean:
            edits = _part(part, known, depth)
            yield from edits
            if not edits:
                clean.add(here)


def _part(part: documents.Part, known: Known, depth: int) -> tuple[Edit, ...]:
    if part.number:
        token = part.layer.text
        edit = known.number(token) or whole(token, part.place)
        return lift((edit,), part.layer, part.text, part.start) if edit else ()
    return lift(find(part.layer.text, part.place, known, depth + 1), part.layer, part.text, part.start)


def _plain(text: str, place: Place, known: Known, depth: int) -> Iterator[Edit]:
    yield from known.find(text)
    yield from arns.find(text, known)
    yield from places.find(text)
    yield from credentials.find(text)
    yield from identifiers.find(text, place)
    if depth < DEEPEST:
        yield from _encoded(text, known, depth)


def _encoded(text: str, known: Known, depth: int) -> Iterator[Edit]:
    for match in _RUN.finditer(text):
        run = match[1]
        opened = base64_text(run)
        if opened is None:
            continue
        inner, packed = opened
        edits = find(inner, Place(), known, depth + 1)
        if edits:
            yield Edit(
                *match.span(1), _again(run, inner, edits, packed=packed), tuple(f for e in edits for f in e.facts)
            )


def _again(run: str, inner: str, edits: tuple[Edit, ...], *, packed: bool) -> Callable[[Pseudonyms], str]:
    def render(pseudonyms: Pseudonyms) -> str:
        new = make(inner, edits, pseudonyms)
        return run if new == inner else to_base64(new, run, packed=packed)

    return render

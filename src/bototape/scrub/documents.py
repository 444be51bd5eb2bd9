"""Texts with a structure of their own: JSON, XML and forms, cut into parts that each have a place and a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bototape.jsontext import is_document, leaves
from bototape.scrub.layers import Layer, entities, json_string
from bototape.scrub.names import Place

__all__ = ["Part", "form_parts", "parts"]

_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,255})([^<>]*)>")
_ATTRIBUTE = re.compile(r"([\w:.-]{1,255})=(?:\"([^\"]*)\"|'([^']*)')")
_FORM = re.compile(r"[\w.~%+:-]{1,512}=[^\s&=\"'<>{}]*+(?:&[\w.~%+:-]{1,512}=[^\s&\"'<>{}]*+)+")
_PAIR = re.compile(r"([^&=#]++)(?:=([^&#]*+))?")


#: Elements of lists say nothing; the list's own name does.
_LIST_ITEMS = frozenset({"member", "item", "entry", "value"})


@dataclass(frozen=True, slots=True)
class Part:
    """
    One piece of a structured *text*: its written form starts at *start*, *layer* is what it says.

    *number* marks a JSON number, which only a name or a known value can give away.
    """

    text: str
    start: int
    layer: Layer
    place: Place
    number: bool = False


def parts(text: str) -> Iterator[Part] | None:
    """Return the parts of *text* in the order written, or None when it has no structure we know."""
    first = text.lstrip()[:1]
    if first in ("{", "[") and is_document(text):
        return json_parts(text)
    if first == "<" and text.rstrip().endswith(">"):
        return xml_parts(text)
    if "&" in text and "=" in text and _FORM.fullmatch(text):
        return form_parts(text)
    return None


def json_parts(text: str) -> Iterator[Part]:
    """Yield every member name, string and number of a JSON document."""
    for leaf in leaves(text):
        token = leaf.raw(text)
        if token[0] == '"':
            place = Place() if leaf.is_name else _place(leaf.pointer)
            yield Part(text, leaf.start, json_string(token), place)
        elif len(token) > 8 and token[0].isdigit():  # noqa: PLR2004 - fewer digits are no account's number
            yield Part(text, leaf.start, _as_is(token), _place(leaf.pointer), number=True)


def _place(pointer: str) -> Place:
    names = [each for each in pointer.rsplit("/", 4)[1:] if not each.isdigit()]
    name = names[-1].replace("~1", "/").replace("~0", "~") if names else ""
    return Place(name, names[-2] if len(names) > 1 else "")


def _as_is(text: str) -> Layer:
    return Layer(text, (0,), (0,), lambda new, _: new)


def xml_parts(text: str) -> Iterator[Part]:
    """Yield the text and the attribute values of every element, and whatever stands outside of both."""
    open_names: list[str] = [""]
    done = 0
    for tag in _TAG.finditer(text):
        yield from _element_text(text, done, tag.start(), open_names)
        done = tag.end()
        closing, name, rest = tag.groups()
        if closing:
            if len(open_names) > 1:
                open_names.pop()
            continue
        for each in _ATTRIBUTE.finditer(rest):
            group = 2 if each[2] is not None else 3
            yield _xml_part(text, tag.start(3) + each.start(group), each[group], Place(each[1], name))
        if not rest.endswith("/"):
            plain = name.rpartition(":")[2]
            open_names.append(open_names[-1] if plain in _LIST_ITEMS else plain)
    yield from _element_text(text, done, len(text), open_names)


def _element_text(text: str, start: int, end: int, open_names: list[str]) -> Iterator[Part]:
    inside = text[start:end]
    if inside.strip():
        yield _xml_part(text, start, inside, Place(open_names[-1], open_names[-2] if len(open_names) > 1 else ""))


def _xml_part(text: str, start: int, written: str, place: Place) -> Part:
    return Part(text, start, entities(written) or _as_is(written), place)


def form_parts(text: str, start: int = 0) -> Iterator[Part]:
    """Yield every name and value of ``name=value&…`` from *start* on; percent escapes are a layer of their own."""
    for pair in _PAIR.finditer(text, start):
        yield Part(text, pair.start(1), _as_is(pair[1]), Place())
        if pair[2]:
            yield Part(text, pair.start(2), _as_is(pair[2]), Place(_form_name(pair[1])))


def _form_name(name: str) -> str:
    """Return the member's name in the query protocol's ``Tags.member.1.Value`` or ``AccountIds.member.1``."""
    names = [each for each in name.split(".") if each != "member" and not each.isdigit()]
    return names[-1] if names else name

"""Texts with a structure of their own: JSON, XML and forms, cut into parts that each have a place and a name."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from bototape.jsontext import is_document
from bototape.scrub.layers import Layer, as_is, entities, percents
from bototape.scrub.meaning import UNTOLD, Meaning, Node, Slot, Told
from bototape.scrub.names import NOWHERE, Place, rule_of

__all__ = [
    "Leaf",
    "Part",
    "capability_parts",
    "form_parts",
    "is_form",
    "is_json",
    "is_multipart",
    "is_xml",
    "json_leaves",
    "label_parts",
    "multipart_parts",
    "xml_parts",
]

_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,255})([^<>]*)>")
_ATTRIBUTE = re.compile(r"([\w:.-]{1,255})=(?:\"([^\"]*)\"|'([^']*)')")
_FORM = re.compile(r"[\w.~%+:-]{1,512}=[^\s&=\"'<>{}]*+(?:&[\w.~%+:-]{1,512}=[^\s&\"'<>{}]*+)+")
_PAIR = re.compile(r"([^&=#]++)(?:=([^&#]*+))?")

#: A boundary, the headers of a part, the name in them.
_FIELD = re.compile(
    r"(--[^\r\n]{1,70})\r\n(?:[\w-]{1,64}:[^\r\n]{0,512}\r\n){0,8}?"
    r"(?i:content-disposition): form-data;[^\r\n]{0,256}?\bname=\"([^\"\r\n]{1,256})\"[^\r\n]{0,512}\r\n"
    r"(?:[\w-]{1,64}:[^\r\n]{0,512}\r\n){0,8}\r\n"
)

_STRING = r'"((?:[^"\\]++|\\.)*+)"'

#: A string; a member's name, and its value if that is a string; a bracket; a number that may be an account's.
_TOKEN = re.compile(
    rf"{_STRING}(?:([ \t\r\n]*+:)[ \t\r\n]*+(?:{_STRING})?)?|[{{}}\[\]]"
    r"|(?<![-\d.eE+])(\d{9,}+(?![.eE])|\d(?:\.\d{1,20}+)?[eE]\+?\d{1,2}+(?!\d))",
    re.DOTALL,
)

#: Elements of lists say nothing; the list's own name does.
_LIST_ITEMS = frozenset({"member", "item", "entry", "value"})

#: Members of an object that is an entry of a list of names and values, as tags, filters and environments are.
_LABELS = frozenset({"Key", "key", "Name", "name", "ParameterKey", "ParameterName", "parameterName", "OptionName"})
_LABELLED = frozenset({"Value", "value", "Values", "values", "ParameterValue", "parameterValue", "StringValue"})

#: What Amazon DynamoDB calls the values of an attribute (API reference, "AttributeValue").
_ATTRIBUTE_TYPES = frozenset({"S", "N", "SS", "NS"})

#: Groups of `_TOKEN`: the last one of a name without and with a value, and of a number.
_NAME, _MEMBER, _NUMBER = 2, 3, 4

_NOTHING: Slot = (None, None)
_UNTOLD: Mapping[int, Meaning] = MappingProxyType({})

#: Parameters that say how a URL was signed and for how long, and what it asks for.
_SAYS_HOW = re.compile(
    r"X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token|Signature|Content-Sha256|User-Agent)"
    r"|AWSAccessKeyId|Signature|Expires|Action|Version|region|x-id|response-content-[a-z]{1,16}|versionId",
    re.IGNORECASE,
)
_SECRET = Meaning("", kind="secret")


class _Frame(NamedTuple):
    """What counts around an object or array: names, the entry's own, the model's node, what comes next."""

    name: str
    around: str
    label: str
    node: Node | None
    slot: Slot


class Leaf(NamedTuple):
    """
    One string, long number or member name of a JSON text.

    *start* is where *raw* starts: what stands between the quotes. *name* is that of its member, *around* that of the
    one around; both are empty for a name.
    """

    start: int
    raw: str
    name: str
    around: str
    meaning: Meaning | None
    group: int

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.group == _NUMBER

    @property
    def key(self) -> object:
        """What makes it the same as another one, wherever they stand."""
        return self.raw if self.group == _NAME else self[1:]


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a structured *text*: its written form starts at *start*, *layer* is what it says."""

    text: str
    start: int
    layer: Layer
    place: Place


def is_json(text: str) -> bool:
    """Tell whether *text* is one JSON object or array."""
    return text.lstrip()[:1] in ("{", "[") and is_document(text)


def is_xml(text: str) -> bool:
    """Tell whether *text* starts and ends as XML does, and has a tag."""
    return text.lstrip()[:1] == "<" and text.rstrip().endswith(">") and _TAG.search(text) is not None


def is_form(text: str) -> bool:
    """Tell whether *text* is ``name=value&name=value…``."""
    return "&" in text and "=" in text and _FORM.fullmatch(text) is not None


def json_leaves(text: str, told: Told = UNTOLD, clean: Container[object] = ()) -> Iterator[Leaf]:
    """
    Yield every member name, string and long number of the JSON document *text* in the order written.

    *told* is what the model says of it. The value of an entry of names and values goes by the entry's name. A leaf
    whose `Leaf.key` is in *clean* is left out.
    """
    name, around, label, node, slot = _Frame("", "", "", None, (None, told.root))
    at = told.body
    stack: list[_Frame] = []
    for match in _TOKEN.finditer(text):
        group = match.lastindex
        if group in (_MEMBER, _NAME):
            raw = match[1]
            name = _plain(raw) if "\\" in raw else raw
            slot = node.member(name) if node else _NOTHING
            if raw not in clean:
                yield Leaf(match.start(1), raw, "", "", None, _NAME)
            if group == _NAME:
                continue
        if group is None:
            bracket = match[0]
            if bracket in "}]":
                name, around, label, node, slot = stack.pop()
                continue
            stack.append(_Frame(name, around, label, node, slot))
            node = slot[1]
            if bracket == "[":
                slot = node.element() if node else _NOTHING
            else:
                name, around, label = "", name, ""
        else:
            raw = match[group]
            if name in _LABELS:
                label = raw
            named, outside = name, around
            if label and name in _LABELLED:
                named, outside = label, name
            elif name in _ATTRIBUTE_TYPES and around:
                named, outside = around, name
            meaning = slot[0]
            if at:
                meaning = at.get(match.start(group) - (group != _NUMBER))
            if (raw, named, outside, meaning, group) not in clean:
                yield Leaf(match.start(group), raw, named, outside, meaning, group)


def _plain(raw: str) -> str:
    return str(json.loads(f'"{raw}"', strict=False))


def xml_parts(text: str, at: Mapping[int, Meaning] = _UNTOLD) -> Iterator[Part]:
    """
    Yield the text and the attribute values of every element, and whatever stands outside of both.

    *at* is what the model says of what starts at a character.
    """
    open_names: list[str] = [""]
    done = 0
    for tag in _TAG.finditer(text):
        yield from _element_text(text, done, tag.start(), open_names, at.get(done))
        done = tag.end()
        closing, name, rest = tag.groups()
        if closing:
            if len(open_names) > 1:
                open_names.pop()
            continue
        yield from _attributes(text, tag, at)
        if not rest.endswith("/"):
            plain = name.rpartition(":")[2]
            open_names.append(open_names[-1] if plain in _LIST_ITEMS else plain)
    yield from _element_text(text, done, len(text), open_names, None)


def _attributes(text: str, tag: re.Match[str], at: Mapping[int, Meaning]) -> Iterator[Part]:
    """Yield the value of each attribute of *tag*, and what else stands in it: not all that has tags is XML."""
    base, name, rest = tag.start(3), tag[2], tag[3]
    done = 0
    for each in _ATTRIBUTE.finditer(rest):
        group = 2 if each[2] is not None else 3
        start = base + each.start(group)
        yield from _rest(text, base + done, rest[done : each.start()])
        yield _xml_part(text, start, each[group], Place(each[1], name, at.get(start)))
        done = each.end()
    yield from _rest(text, base + done, rest[done:])


def _rest(text: str, start: int, written: str) -> Iterator[Part]:
    if written.strip(" /\r\n\t?"):
        yield _xml_part(text, start, written, NOWHERE)


def _element_text(text: str, start: int, end: int, open_names: list[str], meaning: Meaning | None) -> Iterator[Part]:
    inside = text[start:end]
    if inside.strip():
        around = open_names[-2] if len(open_names) > 1 else ""
        yield _xml_part(text, start, inside, Place(open_names[-1], around, meaning))


def _xml_part(text: str, start: int, written: str, place: Place) -> Part:
    return Part(text, start, entities(written) or as_is(written), place)


def form_parts(text: str, start: int = 0, at: Mapping[int, Meaning] = _UNTOLD) -> Iterator[Part]:
    """
    Yield every name and value of ``name=value&…`` from *start* on, the values without their percent escapes.

    *at* is what the model says of what starts at a character.
    """
    for pair in _PAIR.finditer(text, start):
        yield Part(text, pair.start(1), as_is(pair[1]), NOWHERE)
        if pair[2]:
            place = Place(_form_name(pair[1]), "", at.get(pair.start(2)))
            # What a place says of a value is true of what it says: a token is the same, escaped or not.
            yield Part(text, pair.start(2), percents(pair[2]) or as_is(pair[2]), place)


def label_parts(uri: str, end: int, told: Iterable[tuple[int, int, Meaning]]) -> Iterator[Part]:
    """Yield what *told* says of the path of *uri*, up to *end*: (start, end, meaning) of each label."""
    for first, last, meaning in told:
        if last <= end:
            written = uri[first:last]
            yield Part(uri, first, percents(written) or as_is(written), Place(meaning.name, "", meaning))


def capability_parts(url: str, start: int) -> Iterator[Part]:
    """Yield the names and values of the query of a *url* that is a credential, from *start* on."""
    for part in form_parts(url, start):
        name = part.place.name
        secret = name and not _SAYS_HOW.fullmatch(name) and rule_of(name) is None
        yield replace(part, place=Place(name, "", _SECRET)) if secret else part


def multipart_parts(text: str) -> Iterator[Part]:
    """Yield every value of a ``multipart/form-data`` *text* under its name, and what stands around (RFC 7578)."""
    done = 0
    for head in _FIELD.finditer(text):
        start = head.end()
        end = text.find(f"\r\n{head[1]}", start)
        end = len(text) if end < 0 else end
        yield Part(text, done, as_is(text[done:start]), NOWHERE)
        yield Part(text, start, as_is(text[start:end]), Place(head[2]))
        done = end
    yield Part(text, done, as_is(text[done:]), NOWHERE)


def is_multipart(text: str) -> bool:
    """Tell whether *text* starts with a field of a form in parts."""
    return text.startswith("--") and _FIELD.search(text, 0, 2048) is not None


def _form_name(name: str) -> str:
    """Return the member's name in the query protocol's ``Tags.member.1.Value`` or ``AccountIds.member.1``."""
    names = [each for each in name.split(".") if each != "member" and not each.isdigit()]
    return names[-1] if names else name

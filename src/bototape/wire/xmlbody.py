"""
XML bodies: bytes to elements, with the span of every element's text on request, and text to XML.

Read is well-formed XML 1.0 in UTF-8 without a document type, so that there are no entities but the five and
character references, and at most `DEPTH` levels. A declared encoding counts for nothing, as in botocore. Comments and
processing instructions are passed over. Source: XML 1.0 (5th edition); Namespaces in XML 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from bototape.wire.instance import DEPTH, Reading, Spot

__all__ = ["Element", "Placed", "attribute", "characters", "local", "parse", "place", "respell", "text"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")

#: All that may precede the document element, up to a document type. Atomic groups, so that it takes linear time.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*<!DOCTYPE", re.DOTALL)

_START_TAG = re.compile(rb"""<[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_NAMED = {"&quot;": '"', "&apos;": "'"}
_LINE_END = re.compile(r"\r\n?")
_WHITE = re.compile(r"\r\n|[\t\r\n]")

#: What no XML 1.0 document can hold, not even as a reference.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"


class Placed(Element):
    """
    An element that knows its place in the body.

    Bytes *start* to *end* write its text: what stands between its tags, or the whole tag if it is an empty-element
    tag (``<a/>``). *spots* are its attributes' by local name, quotes left out.
    """

    __slots__ = ("end", "spots", "start")

    start: int
    end: int
    spots: dict[str, Spot]


def parse(content: bytes, reading: Reading) -> Element:
    """Return the document element of *content*; in a located reading it and all below are `Placed`."""
    if content.startswith(_UTF16):
        raise reading.fail("it is UTF-16, expected UTF-8")
    if _DOCTYPE.match(content):
        raise reading.fail("it has a document type, which AWS never sends and entities come from")
    if reading.located:
        return _Locator(content, reading).root()
    parser = XMLParser(encoding="utf-8")  # noqa: S314 - document types are refused above
    try:
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as error:
        raise reading.fail(f"it is not XML: {error}") from None
    _refuse_deep(root, reading)
    return root


def _refuse_deep(root: Element, reading: Reading) -> None:
    level = [root]
    for _ in range(DEPTH):
        level = list(chain.from_iterable(level))
        if not level:
            return
    raise reading.fail(f"it nests deeper than {DEPTH} levels")


def local(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def place(root: Element, wanted: Element) -> str:
    """Return where below *root* the element *wanted* is: ``/Response/item[2]/name``, counted from 1."""
    trail: list[tuple[Element, Iterator[Element]]] = [(root, iter(root))]
    while trail and trail[-1][0] is not wanted:
        child = next(trail[-1][1], None)
        if child is None:
            trail.pop()
        else:
            trail.append((child, iter(child)))
    way = [each for each, _ in trail]
    steps = [f"/{local(below.tag)}{_ordinal(above, below)}" for above, below in pairwise(way)]
    return "".join([f"/{local(root.tag)}", *steps])


def _ordinal(parent: Element, child: Element) -> str:
    alike = [each for each in parent if each.tag == child.tag]
    return f"[{next(at for at, each in enumerate(alike, 1) if each is child)}]" if len(alike) > 1 else ""


class _Locator:
    """Builds the tree the C parser would, and notes where each element's text starts and ends."""

    def __init__(self, content: bytes, reading: Reading) -> None:
        self._content = content
        self._reading = reading
        self._stack: list[Placed] = []
        self._texts: list[list[str]] = []
        self._root: Placed | None = None
        parser = expat.ParserCreate("utf-8", "}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def root(self) -> Placed:
        try:
            self._parser.Parse(self._content, True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as error:
            raise self._reading.fail(f"it is not XML: {error}") from None
        if self._root is None:  # expat raises before this can be
            raise self._reading.fail("it has no element")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEPTH:
            self._too_deep()
        element = Placed(_braced(name), {_braced(key): value for key, value in attributes.items()})
        at = self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._content, at)
        close = tag.end() if tag else at
        is_empty = self._content.endswith(b"/>", at, close)
        element.start, element.end = (at, close) if is_empty else (close, -1)
        element.spots = _attributes(self._content, at, close) if attributes else {}
        if self._stack:
            self._stack[-1].append(element)
        else:
            self._root = element
        self._stack.append(element)
        self._texts.append([])

    def _too_deep(self) -> NoReturn:
        raise self._reading.fail(f"it nests deeper than {DEPTH} levels")

    def _characters(self, data: str) -> None:
        if self._stack and not len(self._stack[-1]):
            self._texts[-1].append(data)

    def _end(self, name: str) -> None:
        del name
        element, pieces = self._stack.pop(), self._texts.pop()
        if element.end < 0:
            element.end = self._parser.CurrentByteIndex
        element.text = "".join(pieces) or None


def _braced(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _attributes(content: bytes, start: int, end: int) -> dict[str, Spot]:
    found = {}
    for match in _ATTRIBUTE.finditer(content, start, end):
        prefix, _, name = match[1].decode("utf-8").rpartition(":")
        if prefix == "xmlns" or name == "xmlns":
            continue
        span = match.span(2 if match[2] is not None else 3)
        found[name] = Spot("body", *span, "attribute", characters(content[slice(*span)], "attribute"))
    return found


def characters(span: bytes, style: str = "xml") -> str:
    """
    Return the text that *span* of a well-formed body writes, as a parser would.

    *style* is ``xml`` for what an element without children spans (see `Placed`), ``attribute`` for an attribute.
    """
    written = span.decode("utf-8")
    if style == "attribute":
        return _resolved(_WHITE.sub(" ", written))
    if _is_empty_tag(span):
        return ""
    pieces, at = [], 0
    for match in _MARKUP.finditer(written):
        pieces += [_resolved(_LINE_END.sub("\n", written[at : match.start()])), _LINE_END.sub("\n", match[1] or "")]
        at = match.end()
    return "".join([*pieces, _resolved(_LINE_END.sub("\n", written[at:]))])


def _resolved(written: str) -> str:
    if "&" not in written:
        return written
    pieces, at = [], 0
    for match in _REFERENCE.finditer(written):
        character = chr(int(match[1], 16) if match[1] else int(match[2]))
        pieces += [unescape(written[at : match.start()], _NAMED), character]
        at = match.end()
    return "".join([*pieces, unescape(written[at:], _NAMED)])


def _is_empty_tag(span: bytes) -> bool:
    # Inside an element without children only comments, instructions and CDATA start with the sign of a tag.
    return span[:1] == b"<" and span[1:2] not in (b"!", b"?")


def text(value: str) -> str:
    """Return *value* as the text of an element. Raises ValueError for a character that XML cannot hold."""
    _refuse_characters(value)
    return escape(value, {"\r": "&#13;"})


def attribute(value: str) -> str:
    """Return *value* as an attribute's, without quotes. Raises ValueError as `text` does."""
    _refuse_characters(value)
    return escape(value, {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _refuse_characters(value: str) -> None:
    found = _NO_CHARACTER.search(value)
    if found:
        raise ValueError(f"XML has no character U+{ord(found[0]):04X}")


def respell(old: bytes, value: str, style: str = "xml") -> bytes:
    """
    Return the bytes that write *value* where *old*, the span of a `Spot` of *style*, stands.

    CDATA stays CDATA, an empty-element tag becomes two tags. Raises ValueError as `text` does.
    """
    if style == "attribute":
        return attribute(value).encode("utf-8")
    spelt = text(value).encode("utf-8")
    if _is_empty_tag(old):
        if not value:
            return old
        name = old[1:].split(maxsplit=1)[0].removesuffix(b"/>")
        return old[:-2].rstrip() + b">" + spelt + b"</" + name + b">"
    if old.startswith(_CDATA) and "]]>" not in value and "\r" not in value:
        return _CDATA + value.encode("utf-8") + _CDATA_END
    return spelt

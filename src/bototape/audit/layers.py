"""
What is packed inside a text: JSON, percent and XML escapes, forms, assignments, base64, gzip, zip.

A layer opens into a tree: text, bytes, a list, or a tuple of (name, tree) pairs. Nothing opened here is trusted: sizes
are capped, and no format that could run code is read.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from bototape.audit.framed import chunked, event_stream, joined_events, multipart
from bototape.audit.named import contexts_of
from bototape.audit.packed import (
    base64_runs,
    bzipped,
    cbor_text,
    gzipped,
    hex_runs,
    wrapped_base64,
    xz,
    zipped,
    zlibbed,
)
from bototape.audit.sheets import EDGE, Sheet
from bototape.audit.values import Tree

__all__ = ["LAYERS", "Inner", "Layer", "document", "openings"]


class Inner(NamedTuple):
    """What one layer of a text holds."""

    layer: str
    tree: Tree


class Layer(NamedTuple):
    """*open* yields the texts of a sheet that hold the layer, with what is in it."""

    name: str
    open: Callable[[Sheet], Iterator[tuple[str, Tree]]]


def document(text: str) -> Inner | None:
    """
    Open a JSON object, array or string. All of it is in the tree, members that stand twice as well.

    The text itself need not be searched then.
    """
    if text.lstrip(" \t\r\n\ufeff")[:1] not in ("{", "[", '"'):
        return None
    try:
        tree = json.loads(text.lstrip("\ufeff"), object_pairs_hook=tuple, strict=False)
    except (ValueError, RecursionError):
        return None
    return Inner("json", tree)


def _where(cue: str, open_one: Callable[[str], Tree | None]) -> Callable[[Sheet], Iterator[tuple[str, Tree]]]:
    """Open one text at a time, and only those that hold *cue*."""

    def open_all(sheet: Sheet) -> Iterator[tuple[str, Tree]]:
        if cue in sheet.whole:
            for text in sheet.texts:
                if cue in text:
                    tree = open_one(text)
                    if tree is not None and tree != text:
                        yield text, tree

    return open_all


def _beginning(pattern: str, open_one: Callable[[str], Tree | None]) -> Callable[[Sheet], Iterator[tuple[str, Tree]]]:
    """Open the texts that begin with *pattern*, which is too short to be looked for everywhere."""
    first, others = re.compile(pattern), re.compile(EDGE + pattern)

    def open_all(sheet: Sheet) -> Iterator[tuple[str, Tree]]:
        starts = [0] if first.match(sheet.whole) else []
        starts.extend(match.start() + 1 for match in others.finditer(sheet.whole))
        for position in map(sheet.position, starts):
            text = sheet.texts[position]
            tree = open_one(text)
            if tree is not None:
                yield text, tree

    return open_all


def _json_lines(text: str) -> Tree | None:
    """Open one JSON document a line, as logs and batch outputs have it."""
    whole = (line for line in map(str.strip, text.splitlines()) if line[:1] + line[-1:] in ("{}", "[]"))
    lines = [document(line) for line in whole]
    return [each.tree for each in lines if each is not None] or None


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def _escapes(text: str) -> Tree | None:
    """Undo JSON escapes in what is no whole JSON document, such as one that was cut off."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\\/", "/").replace('\\"', '"')


_TAG = re.compile(r"<([/!?]?)([A-Za-z_][\w.:-]{0,127}+)?([^<>]{0,4096})>|([^<]+)")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w.:-]{0,127}+)\s{0,4}=\s{0,4}[\"']([^\"'<>]*)[\"']")

_Elements = list[tuple[str, list[tuple[str, Tree]]]]


def _xml(text: str) -> Tree | None:
    """Open markup by its tags alone: an XML parser would refuse what is damaged, and expand entities."""
    if text.lstrip(" \t\r\n\ufeff")[:1] != "<":
        return None
    elements: _Elements = [("", [])]
    for mark, tag, rest, content in _TAG.findall(text):
        if content:
            if content.strip():
                elements[-1][1].append(("", html.unescape(content.strip())))
        elif mark == "/":
            _close(elements)
        elif tag and not mark:
            elements.append((tag, [(name, html.unescape(value)) for name, value in _ATTRIBUTE.findall(rest)]))
            if rest.endswith("/"):
                _close(elements)
    while len(elements) > 1:
        _close(elements)
    return tuple(elements[0][1]) or None


def _close(elements: _Elements) -> None:
    """End the innermost element; one that holds text alone is its text."""
    if len(elements) > 1:
        tag, children = elements.pop()
        text_alone = len(children) == 1 and not children[0][0]
        elements[-1][1].append((tag, children[0][1] if text_alone else tuple(children)))


_LONGEST_NAME = 128


def _form(text: str) -> Tree | None:
    """Open a form or the query of a URI: no white space, ``name=value`` joined by ``&``."""
    if " " in text or "\n" in text:
        return None
    pairs = (each.partition("=") for each in text.rpartition("?")[2].split("&"))
    return (
        tuple(
            (unquote_plus(name), unquote_plus(value)) for name, _, value in pairs if value and len(name) < _LONGEST_NAME
        )
        or None
    )


_SAID = re.compile(
    r"(?<![\w.-])([A-Za-z][\w.-]{1,63}+)[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
    r"([^\s\"'&;,<>]{6,}+(?: [^\s\"'&;,<>]{6,}+)?)"  # two words: "Bearer …"
)


def _assignments(text: str) -> Tree | None:
    """Open ``NAME=value`` and ``name: value`` in running text, where the name tells something."""
    return tuple((name, value) for name, value in _SAID.findall(text) if contexts_of(name)) or None


#: All layers but JSON documents, in the order they are tried; a text may hold several.
LAYERS: tuple[Layer, ...] = (
    Layer("json", _where("\n{", _json_lines)),
    Layer("percent", _where("%", unquote)),
    Layer("xml", _where("<", _xml)),
    Layer("entities", _where("&", html.unescape)),
    Layer("escapes", _where("\\", _escapes)),
    Layer("form", _where("=", _form)),
    Layer("assignment", _where("=", _assignments)),
    Layer("statement", _where(": ", _assignments)),
    Layer("gzip", _where("\x1f\x8b", gzipped)),
    Layer("zip", _where("PK\x03\x04", zipped)),
    Layer("bzip2", _where("BZh", bzipped)),
    Layer("xz", _where("\xfd7zXZ", xz)),
    Layer("zlib", _beginning("x[\x01^\x9c\xda]", zlibbed)),
    Layer("cbor", _beginning("[\x80-\xdf]", cbor_text)),
    Layer("event-stream", _where("\0\0", event_stream)),
    Layer("event-stream-joined", _where("\0\0", joined_events)),
    Layer("chunked", _where("\r\n", chunked)),
    Layer("multipart", _where("\n--", multipart)),
    Layer("hex", hex_runs),
    Layer("base64", base64_runs),
    Layer("base64-lines", _where("\n", wrapped_base64)),
)


def openings(sheet: Sheet, layers: tuple[Layer, ...] = LAYERS) -> Iterator[tuple[str, Inner]]:
    """Yield each text of *sheet* that holds a layer, with the layer."""
    for layer in layers:
        for text, tree in layer.open(sheet):
            yield text, Inner(layer.name, tree)

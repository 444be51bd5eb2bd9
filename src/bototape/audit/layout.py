"""
What a cassette says that stands exactly as we write it, without YAML's tree.

One regular expression an interaction; what a cassette says over and over (calls, fields) is taken apart once. The usual
layout only: bodies that are one quoted line or one literal block, plain field names, the short escapes. Any other text,
a single character out of place included, is left to the YAML readers, which a finding needs as well to have a place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from bototape.audit.digests import may_tell
from bototape.audit.values import Flat, Tree
from bototape.yamltext.characters import PLAIN_KEY, is_hazardous
from bototape.yamltext.fast import MARK

__all__ = ["Layout", "read"]

_QUOTED = r'"[^"\\\n]*+(?:\\["\\nrt][^"\\\n]*+)*+"'
_SCALAR = rf"(?:{_QUOTED}|0|[1-9][0-9]{{0,17}}+|true|false|null)"
_BLOCK = r"\|-?\n(?= {8}[^ \n])(?:(?: {8}[^\n]++)?\n)++"
_FIELDS = rf"(?: \{{\}}\n|\n(?:      {PLAIN_KEY}:\n(?:      - {_QUOTED}\n)++)++)"

_START = re.compile(rf"{MARK}((?:  {PLAIN_KEY}: {_SCALAR}\n)++)interactions:\n")
_INTERACTION = re.compile(
    rf"- (?:bototape:\n((?:    {PLAIN_KEY}: {_SCALAR}\n|    {PLAIN_KEY}:\n(?:    - {_QUOTED}\n)++)++)  )?request:\n"
    rf"    body: (null|{_QUOTED})\n    headers:({_FIELDS})(    method: {_QUOTED}\n    uri: {_QUOTED}\n)"
    rf"  response:\n    body:\n      string: (?:({_QUOTED})\n|({_BLOCK}))"
    rf"    headers:({_FIELDS})    status:\n(      code: [1-9][0-9]{{2}}\n      message: {_QUOTED}\n)"
)
_END = re.compile(r"version: [1-9][0-9]?\n")
_ENTRY = re.compile(rf" ++({PLAIN_KEY}):(?: ({_SCALAR})\n|\n((?: ++- {_QUOTED}\n)++))")
_VALUE = re.compile(rf" ++- ({_QUOTED})\n")

#: Keys that every such cassette has.
_KEYS = (
    *("bototape", "interactions", "request", "response", "body", "string", "headers", "method", "uri", "status"),
    "version",
)


class Layout(NamedTuple):
    """*texts* has every distinct text under its name, *digests* of each interaction only what tells a digest."""

    texts: Flat
    digests: Tree


class _Unusual(Exception):
    """The text is not in the usual layout; it may be right or wrong."""


def read(text: str) -> Layout | None:
    """Return what *text* says, or None where its layout is not the usual one."""
    start = _START.match(text)
    if start is None or is_hazardous(text):
        return None
    reader = _Reader()
    at = start.end()
    try:
        reader.entries(start[1])
        while match := _INTERACTION.match(text, at):
            reader.interaction(match)
            at = match.end()
        return reader.done() if _END.fullmatch(text, at) else None
    except _Unusual:
        return None


class _Reader:
    def __init__(self) -> None:
        self._sent: dict[str, None] = {}
        self._answered: dict[str, None] = {}
        self._read: dict[str, dict[str, Tree]] = {}
        self._digests: list[Tree] = []

    def done(self) -> Layout:
        entries = (each for chunk in self._read.values() for each in chunk.items())
        bodies = (*(("body", each) for each in self._sent), *(("string", each) for each in self._answered))
        texts = Flat((*((each, None) for each in _KEYS), *entries, *bodies))
        return Layout(texts, {"interactions": self._digests})

    def entries(self, chunk: str) -> None:
        """Read the mapping that *chunk* is; many interactions have the same, so each is read once."""
        entries = list(_entries(chunk))
        self._read[chunk] = dict(entries)
        if len(self._read[chunk]) != len(entries):  # one stands twice
            raise _Unusual

    def interaction(self, match: re.Match[str]) -> None:
        call, sent, asked, to, line, block, got, status = match.groups()
        request = "" if sent == "null" else _unquoted(sent)
        answer = _unquoted(line) if block is None else _unindented(block)
        self._sent[request] = self._answered[answer] = None
        for each in (call, asked, to, got, status):
            if each is not None and each not in self._read:
                self.entries(each)
        if may_tell(asked) or may_tell(got):
            read = self._read
            response = {"headers": read[got], "body": answer, "status": read[status]}
            self._digests.append({"request": {"headers": read[asked], "body": request}, "response": response})
        else:
            self._digests.append(_NOTHING)


_NOTHING: dict[str, Tree] = {}


def _entries(chunk: str) -> Iterator[tuple[str, Tree]]:
    for name, value, values in _ENTRY.findall(chunk):
        yield name, _scalar(value) if value else [_unquoted(each) for each in _VALUE.findall(values)]


def _scalar(value: str) -> Tree:
    """Return a scalar; as far as these go, YAML's and JSON's are the same."""
    return json.loads(value)


def _unquoted(quoted: str) -> str:
    """Return the value of a quoted scalar; the escapes that `_QUOTED` lets through mean the same in JSON."""
    return quoted[1:-1] if "\\" not in quoted else str(_JSON(quoted)[0])


_JSON = json.JSONDecoder().raw_decode


def _unindented(block: str) -> str:
    """Return the text of a literal block; one that ends in blank lines, or has blanks at line ends, is unusual."""
    if block.endswith("\n\n") or " \n" in block:
        raise _Unusual
    indicator, _, lines = block.partition("\n")
    text = lines.replace("\n        ", "\n")[8:]
    return text[:-1] if indicator == "|-" else text

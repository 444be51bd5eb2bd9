"""The fast reader: yaml12, for text whose every line it reads exactly as PyYAML does."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import yaml12

from bototape.yamltext.characters import PLAIN_KEY, is_hazardous

__all__ = ["MARK", "is_plain_dialect", "read"]

#: The first line of a cassette of ours.
MARK = "bototape:\n"

_BINARY = "tag:yaml.org,2002:binary"


_QUOTED = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_KEY = rf"(?:{PLAIN_KEY}|{_QUOTED})"
# 18 digits: beyond 64 bits yaml12 makes a float of a whole number
_VALUE = rf"(?:{_QUOTED}|-?(?:0|[1-9][0-9]{{0,17}}+)|true|false|null|\{{\}}|\[\])"
_BASE64 = r"(?=[\w+/])(?:[\w+/]{4})*+(?:[\w+/]{2}==|[\w+/]{3}=)?".replace(r"\w", "A-Za-z0-9")


def _blocks(indent: int) -> Iterator[str]:
    """Yield the forms of an entry at *indent* whose value is a literal block."""
    margin = " " * (indent + 2)
    # without an indicator the first line of text sets the indentation, so that one must stand at ours
    head = rf"(?:[-+]?\n\n*+(?={margin}[^ \n])|2[-+]?\n\n*+(?={margin}.))"
    text = rf"\|{head}(?:(?:{margin}.*+)?\n)*+"
    binary = rf"!!binary \|\n(?:{margin}{_BASE64}\n)++"
    for start in (" " * indent, " " * (indent - 2) + "- ")[: 2 if indent else 1]:
        yield f"{start}{_KEY}: (?:{text}|{binary})"


#: The dialect of ``emit.dump``: any number of lines and of literal blocks at the indentations of a cassette.
#: Without groups to capture: a possessive repeat of one fails in some releases of Python 3.11 and 3.12.
_DIALECT = re.compile(
    "(?:"
    rf" {{0,12}}+(?:(?:- )?{_KEY}:(?: {_VALUE})?|- {_VALUE})\n|"
    f"{'|'.join(form for indent in range(0, 10, 2) for form in _blocks(indent))}"
    ")*+"
)


def is_plain_dialect(text: str) -> bool:
    """
    Tell whether *text* has our mark and only spellings on which both readers agree.

    A false "no" costs time, a false "yes" would be a bug: any other file, and one of ours with a comment, an anchor,
    a tag, a plain string, a flow collection or a hazardous character, is left to PyYAML.
    """
    return text.startswith(MARK) and not is_hazardous(text) and _DIALECT.fullmatch(text) is not None


def read(text: str) -> object:
    """Return the tree of *text*; raises ValueError where yaml12 finds it ill-formed."""
    return yaml12.parse_yaml(text, handlers={_BINARY: _decode})


def _decode(value: str) -> bytes:
    """Decode as PyYAML's ``construct_yaml_binary`` does."""
    return base64.decodebytes(value.encode("ascii"))

"""The emitter: one spelling for each tree, chosen so that YAML 1.1 and 1.2 readers agree on it."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence

from bototape.yamltext.characters import HAZARD, PLAIN_KEY, is_hazardous

__all__ = ["dump"]

_PLAIN = re.compile(f"{PLAIN_KEY}:")

#: A literal block would lose these to an editor that trims line ends.
_TRAILING_SPACE = re.compile(r" $", re.MULTILINE)

_LINE = re.compile(r"^(?=.)", re.MULTILINE)
_ESCAPED = re.compile(f'[\n"\\\\]|{HAZARD}')
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r", '"': r"\"", "\\": r"\\"}

#: Letter and number of hexadecimal digits of each escape.
_ESCAPES = (("x", 2), ("u", 4), ("U", 8))

#: PyYAML finds no key longer than 1,024 characters.
_LONGEST_KEY = 1000


def dump(tree: Mapping[str, object]) -> str:
    """
    Return *tree* as YAML text, one trailing newline.

    Values are mappings with text keys, lists, text, bytes (written as ``!!binary``), finite numbers, booleans and None;
    order is kept.

    Raises ValueError, naming the path, for text that YAML cannot hold (a lone surrogate) and for a key of more than
    1,000 characters, TypeError for any other kind of value.
    """
    out: list[str] = []
    _mapping(out, tree, 0, "")
    return "".join(out)


def _mapping(out: list[str], tree: Mapping[str, object], indent: int, path: str, start: str | None = None) -> None:
    """Append one entry a line or more; *start* stands before the first key in place of the indentation."""
    pad = " " * indent
    for key, value in tree.items():
        out.append(f"{pad if start is None else start}{_key(key, path)}:")
        _value(out, value, indent, f"{path}.{key}" if path else key)
        start = None


def _value(out: list[str], value: object, indent: int, path: str) -> None:
    """Append what follows ``key:``, from the space or line break on."""
    if isinstance(value, Mapping) and value:
        out.append("\n")
        _mapping(out, value, indent + 2, path)
    elif isinstance(value, list | tuple) and value:
        out.append("\n")
        _list(out, value, indent, path)
    elif isinstance(value, str) and _fits_a_block(value):
        out.append(_block(value, indent + 2))
    elif isinstance(value, bytes):
        out.append(f" !!binary{_block(base64.encodebytes(value).decode(), indent + 2)}" if value else ' !!binary ""\n')
    else:
        out.append(f" {_scalar(value, path)}\n")


def _list(out: list[str], values: Sequence[object], indent: int, path: str, start: str | None = None) -> None:
    """Append one entry a line or more; *start* stands before the first in place of the indentation."""
    pad = " " * indent
    for index, value in enumerate(values):
        place, before = f"{path}[{index}]", f"{pad if start is None else start}- "
        start = None
        if isinstance(value, Mapping) and value:
            _mapping(out, value, indent + 2, place, start=before)
        elif isinstance(value, list | tuple) and value:
            _list(out, value, indent + 2, place, start=before)
        else:
            out.append(f"{before}{_scalar(value, place)}\n")


def _scalar(value: object, path: str) -> str:
    match value:
        case str():
            return _quoted(value, path)
        case bytes():  # in a list, as vcrpy has the header values of botocore
            return f'!!binary "{base64.b64encode(value).decode()}"'
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return _number(value)
        case Mapping() if not value:
            return "{}"
        case list() | tuple() if not value:
            return "[]"
    raise TypeError(f"{path}: cannot write a value of type {type(value).__name__}")


def _number(value: float) -> str:
    """Spell a number with a point and a signed exponent: without, YAML 1.1 reads a whole number or text."""
    digits, mark, exponent = repr(value).partition("e")
    point = "" if "." in digits else ".0"
    return f"{digits}{point}{mark}{exponent if exponent[:1] in ('', '-', '+') else f'+{exponent}'}"


def _key(key: str, path: str) -> str:
    if _PLAIN.fullmatch(f"{key}:"):
        return key
    quoted = _quoted(key, f"a key of {path}" if path else "a key")
    if len(quoted) > _LONGEST_KEY:
        raise ValueError(f"{path}: a key of {len(key)} characters is longer than YAML readers find")
    return quoted


def _quoted(text: str, path: str) -> str:
    if _SURROGATE.search(text):
        raise ValueError(f"{path}: a lone surrogate has no spelling in YAML")
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = f"{ord(char):x}"
    return _SHORT.get(char) or next(f"\\{kind}{code:0>{width}}" for kind, width in _ESCAPES if len(code) <= width)


def _fits_a_block(text: str) -> bool:
    """Tell whether *text* has several lines and a literal block keeps each byte of them, in an editor as well."""
    return "\n" in text and not text.isspace() and not is_hazardous(text) and not _TRAILING_SPACE.search(text)


def _block(text: str, indent: int) -> str:
    body = text.rstrip("\n")
    chomp = {0: "-", 1: ""}.get(len(text) - len(body), "+")
    indicator = "2" if body.lstrip("\n").startswith(" ") else ""
    lines = _LINE.sub(" " * indent, text)
    return f" |{indicator}{chomp}\n{lines}" + ("" if chomp != "-" else "\n")

r"""
Patterns of service models, rewritten so that every JSON Schema engine reads them alike.

A ``pattern`` in ``service-2.json`` must match the whole value, in a dialect between Java's and ECMA-262's. What comes
out is ECMA-262 with the ``u`` flag (JSON Schema 2020-12, Core, section 6.4), in the part of it that Rust's and, but
for ``\p``, Python's engines share.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

__all__ = ["matches_all", "translate"]

_ALL = frozenset({".*", r"[\s\S]*", r"[\S\s]*", r"[\d\D]*", r"[\w\W]*", "(?s).*", r"(.|\n)*", r"\p{all}*"})

#: Both spellings of "any character beyond the BMP" as UTF-16 halves; the second is a slip that many models share.
_SURROGATES = re.compile(r"\\uD800\\uDC00-\\uDBFF\\uDFFF|\\uD800\\uDBFF-\\uDC00\\uDFFF", re.IGNORECASE)
_ASTRAL = "\U00010000-\U0010ffff"

#: Shorthands as Java has them, ASCII only, as the inside of a class.
_SHORTHANDS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\t\n\v\f\r ", "h": r"\t "}

#: The same negated, for use inside a class.
_NEGATED = {
    _SHORTHANDS["d"]: "\\x00-/:-\U0010ffff",
    _SHORTHANDS["w"]: "\\x00-/:-@\\[-\\^`{-\U0010ffff",
    _SHORTHANDS["s"]: "\\x00-\\x08\\x0E-\\x1F!-\U0010ffff",
}

#: Java's names of properties, as the inside of a class.
_JAVA = {
    "ASCII": r"\x00-\x7F",
    "Alnum": "A-Za-z0-9",
    "Alpha": "A-Za-z",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1F\x7F",
    "Digit": "0-9",
    "Graph": "!-~",
    "IsAlphabetic": r"\p{Alphabetic}",
    "IsLetter": r"\p{L}",
    "IsWhitespace": r"\p{White_Space}",
    "LD": r"\p{L}\p{Nd}",
    "Lower": "a-z",
    "Print": " -~",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r"\t\n\v\f\r ",
    "Upper": "A-Z",
    "XDigit": "0-9A-Fa-f",
    "all": r"\s\S",
}

#: What speaks of letters of one case, as the inside of a class.
_ONE_CASE = frozenset({_JAVA["Lower"], _JAVA["Upper"], *(rf"\{p}{{L{case}}}" for p in "pP" for case in "lut")})

_CATEGORY = re.compile(r"[LMNPSZC][a-z]?")
_PROPERTY = re.compile(r"\\[pP](?:\{(\w+)\}|([A-Z]))")
_CODE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\})|\\(0[0-7]{0,3})")
_REPEAT = re.compile(r"(?:\{\d+(?:,\d*)?\}|[*+?])\??")
_GROUP = re.compile(r"\(\?(?:[:=!]|<[=!])")
_NAMED = re.compile(r"\(\?P?<([A-Za-z]\w*)>")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "e": 27, "a": 7}
_ASSERTIONS = {"A": "^", "z": "$", "Z": "$", "b": r"\b", "B": r"\B"}
_LOOKS = frozenset({"^", "$", "(?=", "(?!", "(?<=", "(?<!"})
_SYNTAX = frozenset("^$\\.*+?()[]{}|")
_CLASS_SYNTAX = frozenset("^\\[]-")


class _Unknown(Exception):  # an internal signal, not an error of the package
    """The pattern uses what no rule here rewrites."""


class _Escape(NamedTuple):
    """
    What a backslash means: a *text* of one *kind*, and how many characters it takes.

    ``inside`` is the inside of a class, ``outside`` the inside of a negated one; ``char`` one literal character.
    """

    kind: Literal["inside", "outside", "char", "assertion", "reference"]
    text: str
    length: int


def matches_all(pattern: str) -> bool:
    """Tell whether *pattern* is one of the spellings of "anything", which need no check."""
    return pattern.removeprefix("^").removesuffix("$") in _ALL


def translate(pattern: str) -> str | None:
    """
    Return *pattern* as ``^(?:…)$``, or None where no faithful rewriting is known.

    None means "not checked": the caller must say so, never let the value pass in silence.
    """
    try:
        return _Rewriter(_SURROGATES.sub(_ASTRAL, pattern)).run()
    except (_Unknown, IndexError):
        return None


class _Rewriter:
    """One pass over one pattern. *out* holds the pieces written, *atom* where the last repeatable one starts."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.opened: list[int] = []  # where each open group starts in out
        self.folded: list[int] = []  # the depths at which case ceased to count
        self.atom: int | None = None
        self.repeated = False
        self.alternates = False
        self.dot = "."

    def run(self) -> str:
        while self.at < len(self.source):
            self._piece()
        if self.opened:
            raise _Unknown
        pieces = self.out
        if not self.alternates:
            pieces = pieces[pieces[:1] == ["^"] :]
            pieces = pieces[: len(pieces) - (pieces[-1:] == ["$"])]
        return f"^(?:{''.join(pieces)})$"

    def _piece(self) -> None:
        first = self.source[self.at]
        if first == "\\":
            self._escape()
        elif first == "[":
            text, end = _bracket(self.source, self.at, folds=bool(self.folded))
            self._atom(text, end - self.at)
        elif first == "(":
            self._open()
        elif first == ")":
            self._close()
        elif repeat := _REPEAT.match(self.source, self.at):
            self._repeat(repeat[0])
        elif first in "^$|":
            self.alternates = self.alternates or (first == "|" and not self.opened)
            self._assertion(first, 1)
        else:
            self._atom(self.dot if first == "." else self._char(first), 1)

    def _atom(self, text: str, length: int) -> None:
        self.atom = len(self.out)
        self._write(text, length)

    def _assertion(self, text: str, length: int) -> None:
        self._write(text, length)
        self.atom = None

    def _write(self, text: str, length: int) -> None:
        self.out.append(text)
        self.at += length
        self.repeated = False

    def _open(self) -> None:
        flags = _FLAGS.match(self.source, self.at)
        if flags:
            self._flags(flags[1])
            self.at += len(flags[0])
            return
        found = _GROUP.match(self.source, self.at) or _NAMED.match(self.source, self.at)
        if not found and self.source.startswith("(?", self.at):
            raise _Unknown
        self.opened.append(len(self.out))
        written = found[0].replace("(?P<", "(?<") if found else "("
        self._assertion(written, len(found[0]) if found else 1)

    def _flags(self, flags: str) -> None:
        if "s" in flags:
            self.dot = r"[\s\S]"
        if "i" in flags:
            self.folded.append(len(self.opened))
        self.atom = None

    def _close(self) -> None:
        if not self.opened:
            raise _Unknown
        while self.folded and self.folded[-1] == len(self.opened):
            self.folded.pop()
        start = self.opened.pop()
        self._write(")", 1)
        self.atom = start

    def _repeat(self, text: str) -> None:
        if self._is_assertion():
            if text[0] in "*?" or text.startswith("{0"):
                raise _Unknown
            self.at += len(text)  # to hold once or more is to hold
            return
        if self.atom is None:
            raise _Unknown
        if self.repeated:  # Java lets one repetition follow another
            self.out[self.atom :] = ["(?:", *self.out[self.atom :], ")"]
        self._write(text, len(text))
        self.repeated = True
        # Possessive in Java. Where the whole value must match, greedy differs only on patterns written by mistake.
        self.at += self.source.startswith("+", self.at)

    def _is_assertion(self) -> bool:
        last = self.out[-1:] if self.atom is None else self.out[self.atom : self.atom + 1]
        return bool(last) and last[0] in _LOOKS and not self.repeated

    def _escape(self) -> None:
        kind, text, length = _escape(self.source, self.at)
        if kind == "assertion":
            self._assertion(text, length)
        elif kind in ("inside", "outside"):
            if self.folded and text in _ONE_CASE:
                raise _Unknown
            self._atom(f"[{'^' * (kind == 'outside')}{text}]", length)
        else:
            if self.folded and kind == "reference":
                raise _Unknown
            self._atom(self._char(text) if kind == "char" else text, length)

    def _char(self, char: str) -> str:
        is_letter = char.isascii() and char.isalpha()
        return f"[{char}{char.swapcase()}]" if self.folded and is_letter else _literal(char, _SYNTAX)


def _escape(source: str, at: int) -> _Escape:
    name = source[at + 1]
    if name in "pP":
        return _property(source, at)
    if code := _CODE.match(source, at):
        return _Escape("char", chr(int(code[1] or code[2] or code[3] or code[4], 8 if code[4] else 16)), len(code[0]))
    if name.lower() in _SHORTHANDS:
        return _Escape("inside" if name.islower() else "outside", _SHORTHANDS[name.lower()], 2)
    if name in _ASSERTIONS:
        return _Escape("assertion", _ASSERTIONS[name], 2)
    if name in _CONTROLS:
        return _Escape("char", chr(_CONTROLS[name]), 2)
    if name.isdigit():
        return _Escape("reference", f"\\{name}", 2)
    if name.isalpha():
        raise _Unknown
    return _Escape("char", name, 2)


def _property(source: str, at: int) -> _Escape:
    found = _PROPERTY.match(source, at)
    if not found:
        raise _Unknown
    name = found[1] or found[2]
    inside = _JAVA.get(name) or (f"\\p{{{name}}}" if _CATEGORY.fullmatch(name) else None)
    if inside is None:
        raise _Unknown
    return _Escape("inside" if source[at + 1] == "p" else "outside", inside, len(found[0]))


def _literal(char: str, syntax: frozenset[str]) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the UTF-16 halves, which are not characters
        raise _Unknown
    if char in syntax:
        return f"\\{char}"
    return char if char.isprintable() else f"\\x{code:02X}" if code <= 0xFF else _wide(char)  # noqa: PLR2004 - \xHH


def _wide(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else char  # noqa: PLR2004 - \uHHHH ends there


def _bracket(source: str, start: int, *, folds: bool) -> tuple[str, int]:
    """Return the class that starts at *start*, of both cases if it *folds*, and the place after it."""
    at = start + 1
    negated = source[at] == "^"
    at += negated
    items: list[str] = []
    first = at
    while source[at] != "]" or at == first:
        if source.startswith("&&", at):
            raise _Unknown  # Java's intersection
        item, low, after = _item(source, at)
        last = low
        if low is not None and source[after] == "-" and source[after + 1] != "]":
            high_text, high, end = _item(source, after + 1)
            if high is not None:
                if high < low:
                    raise _Unknown
                item, after, last = f"{item}-{high_text}", end, high
        items.append(_apart(items, item) + (_other_case(item, low, last) if folds else ""))
        at = after
    if any({inside, negated_inside} <= set(items) for inside, negated_inside in _NEGATED.items()):
        items = [r"\s\S"]
    return f"[{'^' * negated}{''.join(items)}]", at + 1


def _other_case(item: str, low: int | None, last: int | None) -> str:
    """Return what a class must hold besides *item*, from *low* to *last*, for case not to count: ASCII, as in Java."""
    if low is None or last is None:
        if item in _ONE_CASE:
            raise _Unknown
        return ""
    found = []
    for first, end, other in ((65, 90, 32), (97, 122, -32)):
        start, stop = max(low, first), min(last, end)
        if start <= stop:
            found.append(chr(start + other) if start == stop else f"{chr(start + other)}-{chr(stop + other)}")
    return "".join(found)


def _item(source: str, at: int) -> tuple[str, int | None, int]:
    """Return one item of a class as text, its code if it is one character, and the place after it."""
    if source[at] != "\\":
        return _literal(source[at], _CLASS_SYNTAX), ord(source[at]), at + 1
    if source[at + 1] == "b":
        return r"\x08", 8, at + 2
    kind, text, length = _escape(source, at)
    if kind == "char":
        return _literal(text, _CLASS_SYNTAX), ord(text), at + length
    if kind == "inside":
        return text, None, at + length
    if kind == "outside":
        return _outside(text), None, at + length
    raise _Unknown


def _outside(inside: str) -> str:
    if inside in _NEGATED:
        return _NEGATED[inside]
    if inside.startswith("\\p{") and inside.count("\\") == 1:
        return inside.replace("\\p", "\\P")
    raise _Unknown


def _apart(items: list[str], item: str) -> str:
    """Keep Rust from reading ``&&`` and ``~~`` in a class as operators."""
    last = items[-1][-1] if items else ""
    return f"\\x{ord(last):02X}{item[1:]}" if last in ("&", "~") and item.startswith(last) else item

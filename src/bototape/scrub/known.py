"""Find known values in every spelling: cases, dashes, number, hex and the three alignments of base64."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil

from bototape.scrub.edits import Edit, Style, keep_case, named
from bototape.scrub.estate import SHORTEST, Estate
from bototape.scrub.kinds import RENAMED
from bototape.scrub.needles import Cores, Needle, Needles
from bototape.scrub.pseudonyms import Pseudonyms, Rename

__all__ = ["Known", "account_style", "encoded_in", "is_sought", "known_of", "renames_of"]

_NAMES = frozenset(
    {"name", "role", "user", "session", "group", "profile", "space", "policy", "bucket", "host", RENAMED}
)
_SECRETS = frozenset({"secret-key", "session-token"})

#: Names that are also words of AWS itself: found only where the context says what they are.
_COMMON = (
    " admin administrator developer sagemaker lambda amazon readonly poweruser default execution service"
    " production staging training inference pipeline bucket sandbox develop development testing "
)

#: Where the name of a person's home directory starts.
_HOMES = r"(?:(?<=/home/)|(?<=/Users/)|(?<=\\Users\\))"

#: With fewer digits, an account's number without its leading zeros could be any number.
_SHORTEST_NUMBER = 9

#: A shorter value in base64 or hex would be hit by chance.
_SHORTEST_ENCODED = 8

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True, slots=True)
class Known:
    """The known values of an estate, ready to be looked for."""

    pairs: tuple[tuple[str, str], ...]
    needles: Needles

    def find(self, text: str) -> Iterator[Edit]:
        """Yield an edit for every known value in *text*, in any spelling; they may overlap."""
        return self.needles.find(text)

    def within(self, text: str, folded: str) -> Known:
        """Return what of it may be in a piece of *text*; *folded* is *text* in lower case."""
        return Known(self.pairs, self.needles.within(text, folded))

    def may_be_in(self, text: str, start: int = 0) -> bool:
        """Tell whether something of it may be in *text*, or reach to *start* and beyond."""
        return self.needles.may_be_in(text, start)

    def number(self, token: str) -> Edit | None:
        """Return the edit of the JSON number *token* when it is a known account's value, or None."""
        for kind, value in self.pairs:
            if kind in ("account", RENAMED) and value.isdigit() and _is_number(token, value):
                return named(token, 0, len(token), kind, value=value, style=_number_style)
        return None

    def starts(self, digits: str) -> str | None:
        """Return the known account that starts with *digits*, or None."""
        return next((value for kind, value in self.pairs if kind == "account" and value.startswith(digits)), None)


def known_of(estate: Estate, more: Iterable[tuple[str, str]] = ()) -> Known:
    """Return what to look for: the values of *estate* and *more* (kind, value) pairs."""
    pairs = tuple(dict.fromkeys((*estate.known(), *more)))
    return Known(pairs, Needles([needle for kind, value in pairs for needle in _needles(kind, value)]))


def renames_of(renames: Iterable[Rename]) -> Known:
    """Return what to look for where pseudonyms get other names: the old ones, as values of the kind `RENAMED`."""
    found = [(each.kind, each.old) for each in renames]
    needles = Needles([needle for each in found for needle in _old_names(*each)])
    return Known(tuple((RENAMED, old) for _, old in found), needles)


def _old_names(kind: str, old: str) -> Iterator[Needle]:
    if kind == "account":
        yield from _account_needles(old, RENAMED)
    else:
        yield _plain(RENAMED, old)
    if kind in ("private-ip", "public-ip"):
        dashed = old.replace(".", "-")
        yield _spelled(RENAMED, old, rf"(?<![\w]){dashed}(?![\w-])", dashed, lambda new, _: new.replace(".", "-"))
    yield from _encoded(RENAMED, old)


def encoded_in(text: str, facts: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those (kind, value) pairs of *facts* that may be in *text* in hex or inside base64, at any alignment."""
    asked = [(fact, each) for fact in facts for each in _encoded(*fact)]
    found: set[tuple[str, str]] = set()
    for fold, searched in ((False, text), (True, text.lower())):
        these = [(fact, each.core) for fact, each in asked if each.fold is fold]
        found |= {these[number][0] for number, _ in Cores([core for _, core in these]).hits(searched)}
    return found


def is_sought(kind: str, value: str) -> bool:
    """Tell whether a known *value* is looked for wherever it may stand: not if it is short, or a common word."""
    return len(value) >= SHORTEST and not (kind in _NAMES and f" {value.lower()} " in _COMMON)


def _needles(kind: str, value: str) -> Iterator[Needle]:
    if not is_sought(kind, value):
        if kind == "user":
            yield _spelled(kind, value, rf"{_HOMES}{re.escape(value)}(?![^\W_])")
        return
    if kind == "account":
        yield from _account_needles(value)
    else:
        yield _plain(kind, value)
    yield from _encoded(kind, value)


def _encoded(kind: str, value: str) -> Iterator[Needle]:
    if len(value) >= _SHORTEST_ENCODED:
        yield _hex(kind, value)
        yield from _base64_needles(kind, value)


def _plain(kind: str, value: str) -> Needle:
    # A name is found between underscores, which \b is not, but never inside a longer word: that is another name.
    edge = r"[^\W_]" if kind in _NAMES else ""
    literal = re.escape(value)
    return _spelled(kind, value, rf"(?<!{edge}){literal}(?!{edge})" if edge else literal)


def _spelled(kind: str, value: str, source: str, core: str = "", style: Style = keep_case) -> Needle:
    exact = kind in _SECRETS
    core = core or value

    @cache
    def pattern() -> re.Pattern[str]:
        return re.compile(source, re.NOFLAG if exact else re.IGNORECASE)

    def find(text: str) -> Iterator[Edit]:
        for match in pattern().finditer(text):
            yield named(text, *match.span(), kind, value=value, style=None if exact else style)

    return Needle(core if exact else core.lower(), not exact, find)


def _account_needles(value: str, kind: str = "account") -> Iterator[Needle]:
    a, b, c = value[:4], value[4:8], value[8:]
    spaces = r"[\s+]{1,24}"
    patterns = {
        value: rf"(?<!\d)(?<!\d\.){value}(?!\d)",
        f"{a}-{b}-{c}": rf"(?<!\d)(?<!\d-){a}-{b}-{c}(?!-?\d)",
        a: rf"(?<!\d){a}{spaces}{b}{spaces}{c}(?!\d)",
    }
    short = value.lstrip("0")
    if _SHORTEST_NUMBER <= len(short) < len(value):
        patterns[short] = rf"(?<!\d)(?<!\d\.){short}(?!\d)"
    for core, source in patterns.items():
        yield Needle(core, fold=False, find=_account_finder(value, re.compile(source), kind))


def _account_finder(value: str, pattern: re.Pattern[str], kind: str) -> Callable[[str], Iterator[Edit]]:
    def find(text: str) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            yield named(text, *match.span(), kind, value=value, style=account_style)

    return find


def account_style(pseudonym: str, written: str) -> str:
    """Spell the account *pseudonym* with the dashes or spaces of *written*; a shortened number gets it whole."""
    digits = iter(pseudonym)
    if sum(each.isdigit() for each in written) != len(pseudonym):
        return pseudonym
    return "".join(next(digits) if each.isdigit() else each for each in written)


def _is_number(token: str, account: str) -> bool:
    if token.isdigit():
        return int(token) == int(account)
    mantissa, mark, exponent = token.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not mark or not (whole + fraction).isdigit() or exponent.lstrip("+") != str(len(account.lstrip("0")) - 1):
        return False
    return len(whole) == 1 and (whole + fraction).rstrip("0") == account.strip("0")


def _number_style(pseudonym: str, written: str) -> str:
    if written.isdigit():
        return pseudonym
    mark = "E" if "E" in written else "e"
    return f"{pseudonym[0]}.{pseudonym[1:].rstrip('0')}{mark}{len(pseudonym) - 1}"


def _hex(kind: str, value: str) -> Needle:
    core = value.encode("utf-8", "surrogatepass").hex()

    @cache
    def pattern() -> re.Pattern[str]:
        return re.compile(core, re.IGNORECASE)

    def style(pseudonym: str, written: str) -> str:
        return keep_case(pseudonym.encode().hex(), written)

    def find(text: str) -> Iterator[Edit]:
        for match in pattern().finditer(text):
            yield named(text, *match.span(), kind, value=value, style=style)

    return Needle(core, fold=True, find=find)


def _base64_needles(kind: str, value: str) -> Iterator[Needle]:
    data = value.encode("utf-8", "surrogatepass")
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        core = encoded[ceil(8 * shift / 6) : 8 * (shift + len(data)) // 6]
        for spelled in dict.fromkeys((core, core.replace("+", "-").replace("/", "_"))):
            yield Needle(spelled, fold=False, find=_base64_finder(kind, value, shift, spelled))


def _base64_finder(kind: str, value: str, shift: int, core: str) -> Callable[[str], Iterator[Edit]]:
    def find(text: str) -> Iterator[Edit]:
        place = text.find(core)
        while place >= 0:
            yield _spliced(text, place, shift, core, (kind, value))
            place = text.find(core, place + len(core))

    return find


def _spliced(text: str, place: int, shift: int, core: str, fact: tuple[str, str]) -> Edit:
    """
    Replace a value inside base64 by as many bytes, so that all around it keeps its place.

    The value's first and last bits may stand in the characters before and after *core*.
    """
    size = len(fact[1].encode("utf-8", "surrogatepass"))
    before = "" if shift == 0 else text[max(place - 1, 0) : place]
    after = "" if 8 * (shift + size) % 6 == 0 else text[place + len(core) : place + len(core) + 1]
    start, end = place - len(before), place + len(core) + len(after)

    def render(pseudonyms: Pseudonyms) -> str:
        pseudonym = pseudonyms.of(*fact)
        if pseudonym == fact[1]:
            return text[start:end]
        data = _sized(pseudonym, size)
        return _with_bits(text[start:end], 8 * shift % 6 - (6 if shift and not before else 0), data)

    return Edit(start, end, render, (fact,))


def _sized(pseudonym: str, size: int) -> bytes:
    """Return *pseudonym* in *size* bytes: filled up, or cut so that no other number is left of it."""
    if len(pseudonym) > size:
        pseudonym = pseudonym.rstrip("0123456789")
    return pseudonym.encode().ljust(size, b"-" if pseudonym[-1:].isdigit() else b"0")[:size]


def _with_bits(written: str, first: int, data: bytes) -> str:
    """Return the base64 *written* with the bits of *data* from bit *first* on; a negative *first* cuts its start."""
    alphabet = _BASE64.replace("+", "-").replace("/", "_") if set(written) & {"-", "_"} else _BASE64
    bits = [digit for each in written for digit in f"{max(alphabet.find(each), 0):06b}"]
    for at, digit in enumerate("".join(f"{each:08b}" for each in data), first):
        if 0 <= at < len(bits):
            bits[at] = digit
    joined = "".join(bits)
    return "".join(alphabet[int(joined[at : at + 6], 2)] for at in range(0, len(joined), 6))

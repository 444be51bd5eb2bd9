"""Data packed into text: base64, gzip, zip; and what is left when none of these opens it."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from bototape.audit.sheets import Sheet

__all__ = ["CAP", "Opaque", "Tree", "base64_runs", "gzipped", "opaque_texts", "text_of", "wrapped_base64", "zipped"]

#: text | bytes | number | None | list of trees | tuple of (name, tree) pairs | dict of trees.
Tree = Any

#: Most bytes that one compressed layer may grow to.
CAP = 16 * 1024 * 1024

_GZIP = "\x1f\x8b"
_ZIP = "PK\x03\x04"
_MOST_MEMBERS = 256


class Opaque(NamedTuple):
    """A layer that is there and could not be opened, and why."""

    reason: str


def text_of(data: bytes) -> str:
    """Return bytes as text: UTF-8 if they are that, else one character a byte."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def gzipped(text: str) -> Tree | None:
    """Open gzip data given one character a byte."""
    if not text.startswith(_GZIP):
        return None
    opened = zlib.decompressobj(31)
    try:
        data = opened.decompress(text.encode("latin-1"), CAP)
    except (zlib.error, UnicodeEncodeError):
        return Opaque("damaged gzip data")
    return data if opened.eof else Opaque(f"gzip data that is cut off or grows beyond {CAP} bytes")


def zipped(text: str) -> Tree | None:
    """Open a zip archive given one character a byte."""
    if not text.startswith(_ZIP):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(text.encode("latin-1"))) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > CAP:
                return Opaque("a zip archive of too many members or bytes")
            return tuple((each.filename, archive.read(each)) for each in members)
    # RuntimeError: encrypted. A member that is longer than its directory entry says is a BadZipFile.
    except (zipfile.BadZipFile, UnicodeEncodeError, NotImplementedError, RuntimeError, zlib.error, EOFError):
        return Opaque("a damaged or encrypted zip archive")


def wrapped_base64(text: str) -> Tree | None:
    """Open base64 that a mailer broke into lines."""
    if "\n" not in text.strip() or not re.fullmatch(r"[A-Za-z0-9+/\s]+={0,2}\s*", text):
        return None
    return _decoded(re.sub(r"\s", "", text))


_LEAST = 20
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_LEAST},}}")
_PREFIX = re.compile(r"(?:[a-z0-9]{1,16}[-_]){1,4}")


def base64_runs(sheet: Sheet) -> Iterator[tuple[str, Tree]]:
    """Yield each text that holds base64 of text, with what it says."""
    for match in _RUN.finditer(sheet.whole):
        run = match[0]
        # Base64 of text holds letters of both cases; names, digests and numbers do not.
        if not (run.islower() or run.isupper() or run.isdigit()):
            for found in filter(None, map(_decoded, _candidates(run))):
                yield sheet.texts[sheet.position(match.start())], found


def _candidates(run: str) -> Iterator[str]:
    """Yield the run, and its parts: in a path base64 starts at a slash, in a token behind a prefix."""
    yield run
    if "/" in run:
        yield from (part for part in run.split("/") if len(part) >= _LEAST)
    prefix = _PREFIX.match(run)
    if prefix:
        yield run[prefix.end() :]


_PRINTABLE = re.compile(rb"[\x20-\x7e]{10,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _decoded(run: str) -> str | None:
    """Return the text in base64, or what is readable of it; None when it decodes to noise."""
    data = _bytes(run)
    text = _text(data)
    if text is None:
        text = "\n".join(each.decode() for each in _PRINTABLE.findall(data))
    return text or None


def _bytes(run: str) -> bytes:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        return b""


def _text(data: bytes) -> str | None:
    """Return what is text, or a format of its own; None for noise."""
    if data.startswith((_GZIP.encode("latin-1"), _ZIP.encode())):
        return text_of(data)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONG = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}")
_SAMPLE = 4096


def opaque_texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield each text that nobody can read, and why. Which of them a layer opened, the caller knows."""
    suspects = {sheet.position(match.start()) for match in _CONTROLS.finditer(sheet.whole)}
    suspects.update(sheet.position(match.start()) for match in _LONG.finditer(sheet.whole))
    for position in sorted(suspects):
        reason = _opaque(sheet.texts[position])
        if reason:
            yield sheet.texts[position], reason


def _opaque(text: str) -> str:
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) * 20 > len(sample):
        return "binary data"
    if (
        _LONG.fullmatch(text)
        and not ({"-", "_"} & set(text) and {"+", "/"} & set(text))
        and _text(_bytes(text)) is None
    ):
        upper, lower, digits = (sum(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
        # Random base64 is two fifths upper case, two fifths lower, a sixth digits; names are not.
        if min(upper, lower) * 4 > len(text) and digits * 20 > len(text):
            return "encrypted, compressed or random data in base64"
    return ""

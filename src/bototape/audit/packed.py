"""Data packed into text: base64, gzip, zip; and what is left when none of these opens it."""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

from bototape.audit.cborlayer import cbor
from bototape.audit.framed import is_event_stream
from bototape.audit.sheets import Sheet
from bototape.audit.values import CAP, Opaque, Tree, bytes_of, encoding_of

__all__ = [
    "base64_runs",
    "bzipped",
    "cbor_text",
    "gzipped",
    "hex_runs",
    "opaque_texts",
    "wrapped_base64",
    "xz",
    "zipped",
    "zlibbed",
]

_GZIP = "\x1f\x8b"
_BZIP = "BZh"
_XZ = "\xfd7zXZ\0"
_ZLIB = ("x\x01", "x\x5e", "x\x9c", "x\xda")
_ZIP = "PK\x03\x04"
_MOST_MEMBERS = 256


class _Unpacker(Protocol):
    """What the decompressors of zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _unpacked(text: str, name: str, unpacker: _Unpacker) -> Tree:
    try:
        data = unpacker.decompress(text.encode("latin-1"), CAP)
    except (zlib.error, lzma.LZMAError, OSError, UnicodeEncodeError):
        return Opaque(f"damaged {name} data")
    return data if unpacker.eof else Opaque(f"{name} data that is cut off or grows beyond {CAP} bytes")


def gzipped(text: str) -> Tree | None:
    """Open gzip data given one character a byte."""
    return _unpacked(text, "gzip", zlib.decompressobj(31)) if text.startswith(_GZIP) else None


def bzipped(text: str) -> Tree | None:
    """Open bzip2 data given one character a byte."""
    return _unpacked(text, "bzip2", bz2.BZ2Decompressor()) if text.startswith(_BZIP) else None


def xz(text: str) -> Tree | None:
    """Open xz data given one character a byte."""
    return _unpacked(text, "xz", lzma.LZMADecompressor(memlimit=CAP * 4)) if text.startswith(_XZ) else None


def zlibbed(text: str) -> Tree | None:
    """Open zlib data (``Content-Encoding: deflate``); its two first characters are too few to call others damaged."""
    if not text.startswith(_ZLIB):
        return None
    tree = _unpacked(text, "zlib", zlib.decompressobj())
    return None if isinstance(tree, Opaque) and tree.reason.startswith("damaged") else tree


def cbor_text(text: str) -> Tree | None:
    """Open CBOR given one character a byte."""
    # What begins a map, a list or a tag of CBOR begins no UTF-8, so that such bytes are always one character each.
    if not "\x80" <= text[:1] <= "\xdf":
        return None
    try:
        return cbor(text.encode("latin-1"))
    except UnicodeEncodeError:
        return None


def zipped(text: str) -> Tree | None:
    """Open a zip archive given one character a byte."""
    if not text.startswith(_ZIP):
        return None
    tree: Tree = Opaque("a damaged or encrypted zip archive")
    for data in bytes_of(text):
        tree = _members(data)
        if not isinstance(tree, Opaque) or tree is _TOO_MUCH:
            break
    return tree


_TOO_MUCH = Opaque("a zip archive of too many members or bytes")


def _members(data: bytes) -> Tree:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > CAP:
                return _TOO_MUCH
            return tuple((each.filename, archive.read(each)) for each in members)
    # RuntimeError: encrypted. A member that is longer than its directory entry says is a BadZipFile.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError, OSError, EOFError):
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
    if data.startswith(_MAGIC) or is_event_stream(data) or cbor(data) is not None or _is_zlib(data):
        return data.decode("latin-1")
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


_MAGIC = tuple(each.encode("latin-1") for each in (_GZIP, _ZIP, _BZIP, _XZ))


def _is_zlib(data: bytes) -> bool:
    """Tell whether *data* begins as zlib data does; it is not unpacked here, for that has a budget."""
    if not data.startswith(tuple(each.encode("latin-1") for each in _ZLIB)):
        return False
    try:
        return bool(zlib.decompressobj().decompress(data, 64))
    except zlib.error:
        return False


_HEX_RUN = re.compile(r"(?:[0-9a-fA-F]{2}){16,}")


def hex_runs(sheet: Sheet) -> Iterator[tuple[str, Tree]]:
    """Yield each text that holds text in hexadecimal; digests never are readable."""
    for match in _HEX_RUN.finditer(sheet.whole):
        text = _text(bytes.fromhex(match[0]))
        if text is not None:
            yield sheet.texts[sheet.position(match.start())], text


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

"""
Judge what became of one leak vector.

Keys of a vector: `name`, `where`, `input` (text, base64 with `input_encoding`, ``{"repeat": [text, times]}``, or a list
of parts); `must_not_contain` in any layer of `decode`; `keep`, `keep_decoded`, `must_still_match`, `match_decoded`;
`same_after`, `same_after_parts`, `distinct_after` (regexes whose group 1 is compared); `headers` and `integrity`;
`known` (else the estate).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import io
import json
import re
import struct
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

Vector = Mapping[str, Any]
Text = str | bytes


def parts_of(vector: Vector) -> list[tuple[str, Text]]:
    """Return the (where, text) pairs of *vector*."""
    given = vector["input"]
    if vector["where"] == "interactions":
        return [tuple(each) for each in given]
    if isinstance(given, dict):
        text, times, *rest = given["repeat"]
        return [(vector["where"], text * times + "".join(rest))]
    return [(vector["where"], base64.b64decode(given) if vector.get("input_encoding") == "base64" else given)]


def problems(vector: Vector, out: list[tuple[str, Text]], headers: Mapping[str, str]) -> list[str]:
    """Return what is wrong with *out* and *headers*, the scrubbed form of *vector*."""
    return [*_leaks(vector, out), *_losses(vector, out), *_relations(vector, out), *_digests(vector, out, headers)]


def _plain(text: object) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _whole(out: list[tuple[str, Text]]) -> str:
    return "\n".join(_plain(text) for _, text in out)


def _layers(vector: Vector, out: list[tuple[str, Text]]) -> list[str]:
    if len(out) > 1:
        return [_plain(text) for _, text in out]
    found: list[Any] = [out[0][1]]
    for step in vector.get("decode", ()):
        name, _, argument = step.partition(":")
        try:
            found.append(_STEPS[name](found[-1], argument))
        except (ValueError, LookupError, TypeError, AttributeError, OSError, zlib.error):
            break
    return [_plain(each) for each in found]


def _leaks(vector: Vector, out: list[tuple[str, Text]]) -> Iterator[str]:
    layers = [*_layers(vector, out), urllib.parse.unquote(_whole(out))]
    for each in (*vector["must_not_contain"], *vector.get("must_not_contain_decoded", ())):
        if any(each in layer for layer in layers):
            yield f"leaks {each[:24]}"


def _losses(vector: Vector, out: list[tuple[str, Text]]) -> Iterator[str]:
    whole, layers = _whole(out), _layers(vector, out)
    for each in (*vector.get("keep", ()), *vector.get("keep_decoded", ())):
        if each not in whole and not any(each in layer for layer in layers):
            yield f"lost {each[:40]}"
    if not re.search(vector.get("must_still_match", ""), whole, re.DOTALL):
        yield "its shape no longer matches"
    if not re.search(vector.get("match_decoded", ""), layers[-1], re.DOTALL):
        yield "its decoded shape no longer matches"


def _relations(vector: Vector, out: list[tuple[str, Text]]) -> Iterator[str]:
    whole = _whole(out)

    def found(pattern: str, text: str) -> str | None:
        match = re.search(pattern, text, re.DOTALL)
        return match[1].replace("-", ".") if match and vector.get("same_normalize") else match and match[1]

    for group in vector.get("same_after", ()):
        if len({found(each, whole) for each in group} | {None}) != 2:
            yield f"not the same any more: {group}"
    linked = vector.get("same_after_parts")
    if linked and len({found(each, _plain(out[place][1])) for place, each in linked} | {None}) != 2:
        yield "parts do not agree any more"
    for group in vector.get("distinct_after", ()):
        if len({found(each, whole) for each in group} - {None}) != len(group):
            yield f"not distinct any more: {group}"


def _digests(vector: Vector, out: list[tuple[str, Text]], headers: Mapping[str, str]) -> Iterator[str]:
    body = out[0][1].encode() if isinstance(out[0][1], str) else out[0][1]
    told = {name.lower(): value for name, value in headers.items()}
    true = {
        "content-length": str(len(body)),
        "x-amz-crc32": str(binascii.crc32(body)),
        "content-md5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
    }
    for name in (each.lower() for each in vector.get("integrity", ())):
        if name in true and told.get(name) not in (None, true[name]):
            yield f"stale {name}"
        if name == "md5ofbody":
            yield from _queue_digests(body)
        if name == "x-amz-decoded-content-length":
            yield from _chunk_digests(body, told)


def _queue_digests(body: bytes) -> Iterator[str]:
    for message in json.loads(body)["Messages"]:
        if message["MD5OfBody"] != hashlib.md5(message["Body"].encode(), usedforsecurity=False).hexdigest():
            yield "stale MD5OfBody"


def _chunk_digests(body: bytes, told: Mapping[str, str]) -> Iterator[str]:
    frame = re.fullmatch(rb"([0-9a-f]+)\r\n(.*)\r\n0\r\nx-amz-checksum-crc32:(\S+)\r\n\r\n", body, re.DOTALL)
    if not frame:
        yield "the framing is broken"
        return
    crc = base64.b64encode(struct.pack(">I", binascii.crc32(frame[2])))
    if (int(frame[1], 16), frame[3], told["x-amz-decoded-content-length"]) != (len(frame[2]), crc, str(len(frame[2]))):
        yield "a chunk size, checksum or decoded length is stale"


def _json(text: Text, pointer: str) -> Any:
    found = json.loads(text)
    for step in pointer.split("/")[1:]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def _base64(text: Text, _: str) -> bytes:
    plain = re.sub(r"\s", "", _plain(text)).replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4))


def _between(text: Text, edges: str) -> str:
    left, right = edges.split("|")
    return _plain(text).partition(left)[2].partition(right)[0]


def _yaml(text: Text, pointer: str) -> Any:
    return _json(json.dumps(yaml.safe_load(text)), pointer)


def _unzip(data: bytes, _: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(archive.read(each) for each in archive.infolist())


_STEPS: Mapping[str, Callable[[Any, str], Any]] = {
    "json": _json,
    "yaml": _yaml,
    "percent": lambda text, _: urllib.parse.unquote(_plain(text)),
    "base64": _base64,
    "base64url": _base64,
    "gzip": lambda data, _: gzip.decompress(data),
    "zlib": lambda data, _: zlib.decompress(data),
    "utf-16": lambda data, _: data.decode("utf-16-le"),
    "raw-latin1": lambda text, _: _plain(text),
    "form": lambda text, name: urllib.parse.parse_qs(_plain(text))[name][0],
    "strip": lambda text, prefix: _plain(text).removeprefix(prefix),
    "between": _between,
    "jwt": lambda text, _: _base64(re.search(r"eyJ[\w-]+\.([\w-]+)\.[\w-]+", _plain(text))[1], ""),
    "unzip": _unzip,
}

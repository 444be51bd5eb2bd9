"""
Checksums that stand beside a body and are not that body's.

A digest of the body as it was, next to the scrubbed one, is an oracle: whoever has both can try all 10^12 accounts.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from bototape.audit.framed import chunked
from bototape.audit.kinds import Hit
from bototape.audit.values import Tree

__all__ = ["Stale", "may_tell", "stale_digests"]

_RULE = "stale-digest"
_NOTE = "of the body as it was before it was changed, or of another"


class Stale(NamedTuple):
    """A header, by its path in the cassette, whose digest is not the body's."""

    path: tuple[str | int, ...]
    hit: Hit


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _crc32(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4)


#: Header → how it writes the digest of a body. CRC-32C and CRC-64/NVME are not computed here.
_DIGESTS: Mapping[str, Callable[[bytes], str]] = {
    "x-amz-content-sha256": lambda body: hashlib.sha256(body).hexdigest(),
    "content-md5": lambda body: _base64(hashlib.md5(body, usedforsecurity=False).digest()),
    "x-amz-crc32": lambda body: str(zlib.crc32(body)),
    "x-amz-checksum-crc32": lambda body: _base64(_crc32(body)),
    "x-amz-checksum-sha1": lambda body: _base64(hashlib.sha1(body, usedforsecurity=False).digest()),
    "x-amz-checksum-sha256": lambda body: _base64(hashlib.sha256(body).digest()),
}
#: A digest, and not ``UNSIGNED-PAYLOAD``, ``STREAMING-…`` or the digest of digests of an upload in parts (``…-3``).
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9]{1,10}|[A-Za-z0-9+/]{6,43}={0,2}")
_PARTIAL = 206
_TOLD = re.compile("|".join(_DIGESTS), re.IGNORECASE)


@lru_cache(maxsize=4096)
def may_tell(fields: str) -> bool:
    """Tell whether header *fields*, as written, may hold a digest."""
    return _TOLD.search(fields) is not None


def stale_digests(tree: Tree) -> Iterator[Stale]:
    """
    Yield the headers of a cassette's messages whose digest is not that of the stored body.

    Left out are messages without a body (the digest is of an object elsewhere), parts of an object, and bodies with a
    content coding, which recorders undo.
    """
    interactions = _members(tree).get("interactions")
    if not isinstance(interactions, list):
        return
    for index, interaction in enumerate(interactions):
        for side in ("request", "response") if interaction else ():
            for name, value in _wrong(_members(_members(interaction).get(side))):
                yield Stale(("interactions", index, side, "headers", name), Hit(_RULE, value, _NOTE))


def _members(tree: Tree) -> Mapping[str, Tree]:
    """Return the members of an object, read from YAML or from JSON; none of anything else."""
    if isinstance(tree, dict):
        return tree
    return dict(tree) if isinstance(tree, tuple) else {}


def _wrong(message: Mapping[str, Tree]) -> Iterator[tuple[str, str]]:
    told = [
        (str(name), value) for name, values in _members(message.get("headers")).items() for value in _values(values)
    ]
    digests = [(name, value) for name, value in told if name.lower() in _DIGESTS and _DIGEST.fullmatch(value)]
    if not digests or _members(message.get("status")).get("code") == _PARTIAL:
        return
    codings = {value.lower() for name, value in told if name.lower() == "content-encoding"}
    bodies = _bodies(message.get("body"))
    if not bodies or codings - {"", "identity", "aws-chunked"}:
        return
    for name, value in digests:
        if value not in map(_DIGESTS[name.lower()], bodies):
            yield name, value


def _values(values: Tree) -> Iterator[str]:
    for each in values if isinstance(values, list) else [values]:
        if isinstance(each, (str, bytes)):
            yield each if isinstance(each, str) else each.decode("latin-1")


def _bodies(body: Tree) -> list[bytes]:
    """Return the body, and what is in it when it is framed in chunks: the digest may be of either."""
    if isinstance(body, (dict, tuple)):
        packed = _members(body).get("base64_string")
        body = (
            base64.b64decode(packed) if isinstance(packed, str) and _is_base64(packed) else _members(body).get("string")
        )
    if not body or not isinstance(body, (str, bytes)):
        return []
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    inside = chunked(data.decode("latin-1"))
    return [data, *(each for name, each in inside or () if name == "body")]


def _is_base64(text: str) -> bool:
    return len(text) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text) is not None

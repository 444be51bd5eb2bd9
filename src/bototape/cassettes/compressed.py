"""
Answers that another tool stored compressed, as they would have come to botocore.

botocore asks for ``Accept-Encoding: identity`` and decodes no content coding (RFC 9110 section 8.4), so an AWS JSON
answer in gzip was recorded by another client. Some stored the plain body but kept the field: only bytes that begin
like gzip (RFC 1952 section 2.3.1) are taken for it.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

from bototape.interaction import Interaction, drop_headers, header, set_header

__all__ = ["plain"]

#: A compressed answer that grows beyond this stays as it is: AWS JSON answers have a few megabytes at most.
LARGEST = 64 << 20

_GZIP = b"\x1f\x8b"


def plain(interaction: Interaction) -> Interaction:
    """Return *interaction* with the gzip answer of an AWS JSON call decoded, and its fields in accord."""
    response = interaction.response
    if not response.body.startswith(_GZIP) or header(interaction.request.headers, "X-Amz-Target") is None:
        return interaction
    body = _decoded(response.body)
    if body is None:
        return interaction
    kept = drop_headers(response.headers, frozenset({"content-encoding"}))
    fields = set_header(kept, "Content-Length", str(len(body)))
    return replace(interaction, response=replace(response, headers=fields, body=body))


def _decoded(body: bytes) -> bytes | None:
    decoder = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        found = decoder.decompress(body, LARGEST)
    except zlib.error:
        return None
    return found if decoder.eof else None

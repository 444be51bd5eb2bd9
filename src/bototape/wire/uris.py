"""The parts of a request's address, as far as any recording has them."""

from __future__ import annotations

__all__ = ["split_uri"]

_NO_SCHEME = 2


def split_uri(uri: str) -> tuple[tuple[int, int], str, str]:
    """Return the span of the host name in the absolute *uri* (empty if there is none), its path and its query."""
    start = uri.find("://") + 3
    if start == _NO_SCHEME:
        return (0, 0), uri.partition("?")[0], uri.partition("?")[2]
    whole, _, _ = uri.partition("#")
    before, _, query = whole.partition("?")
    slash = before.find("/", start)
    end = slash if slash >= 0 else len(before)
    start = max(start, before.rfind("@", start, end) + 1)
    closed = before.rfind("]", start, end)  # an IPv6 address has colons of its own
    colon = before.find(":", max(closed, start), end)
    return (start, colon if colon >= 0 else end), before[end:], query

"""A connection that breaks, and how: all that the seams know of faults."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bototape.interaction import Response

__all__ = ["Broken", "Network"]

#: What may happen to a connection, and botocore's class for it:
#: ``ConnectTimeoutError``, ``ReadTimeoutError``, ``EndpointConnectionError`` (``refused``, ``dns``),
#: ``ConnectionClosedError`` (``reset``), ``SSLError``, ``ProxyConnectionError``.
Network = Literal["connect-timeout", "read-timeout", "refused", "dns", "reset", "tls", "proxy"]


class Broken(NamedTuple):
    """
    A connection that breaks.

    Without *response* nothing arrived; else its head did, and what it has of a body that is *whole* bytes long. *how*
    None stands for a connection that is closed in mid-body without a word.
    """

    how: Network | None
    response: Response | None = None
    whole: int = 0

"""
The network guard: while an entry is on the process-wide stack, sockets and DNS are refused unless it lists them.

A second line behind the seam: it catches what never comes by there (another HTTP library, a credential fetcher,
a thread of its own). Extension modules with sockets of their own (awscrt, pycurl) and child processes are outside.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bototape.guard import patches
from bototape.guard.entries import Entry, own, stack
from bototape.guard.hosts import Matching, parse

__all__ = ["Entry", "allow", "guard", "matching", "permit"]

_lock = threading.RLock()


@contextmanager
def guard(allowed_hosts: Sequence[str] = (), because: str = "while a cassette plays") -> Iterator[Entry]:
    """
    Refuse connections and DNS in all threads of the process, loopback included, except to *allowed_hosts*.

    Each is a name, an address, ``host:port``, ``[v6]:port`` or ``*.example.com``; what a listed name resolves to is
    allowed too. Unix sockets are not guarded. Of nested entries the innermost decides; they may end in any order.
    A refusal raises NetworkBlocked, which says *because*, and is kept in ``blocked`` of the entry. Raises UsageError
    for a host that cannot be meant.
    """
    yield from _entered(Entry([parse(each) for each in allowed_hosts], everything=False, because=because))


@contextmanager
def matching(patterns: Sequence[re.Pattern[str]]) -> Iterator[Entry]:
    """Refuse connections as `guard` does, except to names and addresses that begin with one of *patterns*."""
    yield from _entered(Entry([Matching(each) for each in patterns], everything=False))


@contextmanager
def allow() -> Iterator[Entry]:
    """Let everything through while this is the innermost entry: a recording inside a guarded test."""
    yield from _entered(Entry((), everything=True))


@contextmanager
def permit(host: str) -> Iterator[None]:
    """Let *host* (``127.0.0.1:8080``) through every entry while the block runs: a server of ours in this process."""
    listed = parse(host)
    own.append(listed)
    try:
        yield
    finally:
        own.remove(listed)


def _entered(entry: Entry) -> Iterator[Entry]:
    with _lock:
        if not stack:
            patches.install()
        stack.append(entry)
    try:
        yield entry
    finally:
        with _lock:
            stack[:] = [each for each in stack if each is not entry]
            if not stack:
                patches.uninstall()

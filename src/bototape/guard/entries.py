"""The process-wide stack of guard entries, and what each lets through."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Sequence

from bototape.errors import NetworkBlocked
from bototape.guard.hosts import Listed, Matching, canonical, is_address, shown

__all__ = ["Entry", "innermost", "own", "stack"]

#: Servers of ours in this process: let through whichever entry decides.
own: list[Listed] = []


class Entry:
    """
    What one ``guard()`` or ``allow()`` lets through.

    *blocked* are the refusals made while the entry was the innermost, in order: code under test may have swallowed
    the exception, and the test must fail all the same.
    """

    def __init__(self, listed: Sequence[Listed | Matching], *, everything: bool, because: str = "") -> None:
        self.blocked: list[NetworkBlocked] = []
        self._because = because
        self._listed = tuple(listed)
        self._everything = everything
        self._resolved: dict[str, set[Listed | Matching]] = {}
        self._asked = False
        self._lock = threading.Lock()

    def permits(self, host: str, port: int | None) -> bool:
        """Tell whether *host* (a canonical name or address) may be reached; *port* None asks for DNS alone."""
        if self._everything or any(each.covers(host, port) for each in (*own, *self._listed)):
            return True
        if not is_address(host):
            return False
        self._ask()
        return any(each.port in (None, port) for each in self._resolved.get(host, ()))

    def learn(self, name: str, addresses: Iterable[str]) -> None:
        """Remember what an allowed *name* resolved to."""
        with self._lock:
            for each in self._listed:
                if each.covers(name, None):
                    for address in addresses:
                        self._resolved.setdefault(canonical(address), set()).add(each)

    def refuse(self, host: str, port: int | None, reason: str) -> NetworkBlocked:
        """Return the error to raise, with the *reason* and why the network is guarded, and keep it."""
        place = shown(host, port)
        fix = f"record the call where the network may be used, or list the host: allowed_hosts=[{place!r}]"
        error = NetworkBlocked(place, f"{reason} {self._because}".strip(), fix)
        self.blocked.append(error)
        return error

    def _ask(self) -> None:
        """Resolve the listed names once: code under test may hold addresses that it looked up earlier."""
        with self._lock:
            if self._asked:
                return
            self._asked = True
        for each in self._listed:
            if not is_address(each.host) and "*" not in each.host:
                self.learn(each.host, _resolve(each.host))


#: Entries of all threads, the innermost last.
stack: list[Entry] = []


def innermost() -> Entry | None:
    """Return the entry that decides, or None for a call that was under way when the last one ended."""
    try:
        return stack[-1]
    except IndexError:
        return None


def _resolve(name: str) -> list[str]:
    unguarded = getattr(socket.getaddrinfo, "__wrapped__", socket.getaddrinfo)
    try:
        return [str(each[4][0]) for each in unguarded(name, None)]
    except OSError:
        return []

"""The patches of the socket module. asyncio's loops, ssl and every pure Python HTTP library come by these."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from typing import Any

from bototape.errors import NetworkBlocked
from bototape.guard.entries import Entry, innermost
from bototape.guard.hosts import canonical, is_address, is_loopback

__all__ = ["install", "uninstall"]

_CONNECTING = "the network is guarded"
_LOOKING_UP = "to look it up is network traffic, and the network is guarded"

#: Sockets that cannot leave the machine.
_LOCAL = frozenset(int(getattr(socket, name)) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name))
_INTERNET = frozenset({int(socket.AF_INET), int(socket.AF_INET6)})


def _check_connection(family: int, address: Any) -> None:
    """Raise NetworkBlocked unless the innermost entry lets a socket of *family* reach *address*."""
    entry = innermost()
    if entry is None or family in _LOCAL:
        return
    host, port = f"address family {family}", None
    if family in _INTERNET and isinstance(address, tuple) and len(address) > 1:
        # An empty host means the machine itself. A port that is no number is for the socket to complain about.
        host, port = canonical(_text(address[0]) or "127.0.0.1"), address[1] if isinstance(address[1], int) else None
    if not entry.permits(host, port):
        raise entry.refuse(host, port, _CONNECTING)


def _check_name(host: Any, *, passive: bool = False) -> Entry | None:
    """Raise NetworkBlocked for a name that may not be looked up; return the entry that must learn the answer."""
    entry = innermost()
    name = canonical(_text(host))
    if entry is None or not name or is_address(name) or (passive and is_loopback(name)):
        return None
    if not entry.permits(name, None):
        raise entry.refuse(name, None, _LOOKING_UP)
    return entry


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host or "")


def _connect(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def connect(self: socket.socket, address: Any, /) -> Any:
        try:
            _check_connection(self.family, address)
        except NetworkBlocked:
            # socket.create_connection and urllib3 close theirs on OSError only: a leak would be a second failure.
            self.close()
            raise
        return original(self, address)

    return connect


def _sendto(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def sendto(self: socket.socket, data: Any, *rest: Any) -> Any:
        if rest:  # flags may stand before the address
            _check_connection(self.family, rest[-1])
        return original(self, data, *rest)

    return sendto


def _sendmsg(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def sendmsg(self: socket.socket, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None, /) -> Any:
        if address is not None:
            _check_connection(self.family, address)
        return original(self, buffers, ancdata, flags, address)

    return sendmsg


def _getaddrinfo(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def getaddrinfo(host: Any, port: Any, family: Any = 0, type: Any = 0, proto: Any = 0, flags: Any = 0) -> Any:  # noqa: A002 - the standard library's name, which callers may spell out
        entry = _check_name(host, passive=bool(flags & socket.AI_PASSIVE))
        found = original(host, port, family, type, proto, flags)
        if entry is not None:
            entry.learn(canonical(_text(host)), [str(each[4][0]) for each in found])
        return found

    return getaddrinfo


def _lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    """Guard ``gethostbyname`` and ``gethostbyname_ex``."""

    @functools.wraps(original)
    def lookup(hostname: Any, /) -> Any:
        entry = _check_name(hostname)
        found = original(hostname)
        if entry is not None:
            entry.learn(canonical(_text(hostname)), [found] if isinstance(found, str) else found[2])
        return found

    return lookup


def _reverse(original: Callable[..., Any]) -> Callable[..., Any]:
    """Guard ``gethostbyaddr``: to ask for the name of an address is traffic too, but for loopback."""

    @functools.wraps(original)
    def reverse(ip_address: Any, /) -> Any:
        entry = innermost()
        host = canonical(_text(ip_address))
        if entry is not None and not is_loopback(host) and not entry.permits(host, None):
            raise entry.refuse(host, None, _LOOKING_UP)
        return original(ip_address)

    return reverse


#: What is patched: where, which name, and how it is wrapped.
_PATCHES: tuple[tuple[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]], ...] = (
    (socket.socket, "connect", _connect),
    (socket.socket, "connect_ex", _connect),
    (socket.socket, "sendto", _sendto),
    (socket.socket, "sendmsg", _sendmsg),
    (socket, "getaddrinfo", _getaddrinfo),
    (socket, "gethostbyname", _lookup),
    (socket, "gethostbyname_ex", _lookup),
    (socket, "gethostbyaddr", _reverse),
)

_INHERITED = object()
_installed: list[tuple[Any, str, Any, Callable[..., Any]]] = []


@functools.lru_cache(64)
def _wrapped(wrap: Callable[[Callable[..., Any]], Callable[..., Any]], original: Callable[..., Any]) -> Any:
    """Return *original* wrapped; each test puts the same on."""
    return wrap(original)


def install() -> None:
    """Put the patches on; what another tool patched before is called by ours."""
    for owner, name, wrap in _PATCHES:
        if hasattr(owner, name):  # not every platform has sendmsg
            wrapped = _wrapped(wrap, getattr(owner, name))
            _installed.append((owner, name, vars(owner).get(name, _INHERITED), wrapped))
            setattr(owner, name, wrapped)


def uninstall() -> None:
    """Take the patches off; one that another tool wrapped meanwhile stays, and lets everything through."""
    for owner, name, before, wrapped in _installed:
        if vars(owner).get(name) is not wrapped:
            continue
        if before is _INHERITED:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
    _installed.clear()

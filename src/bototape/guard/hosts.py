"""Hosts as a user lists them and as sockets name them: one spelling each."""

from __future__ import annotations

import ipaddress
import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from bototape.errors import UsageError

__all__ = ["Listed", "Matching", "canonical", "is_address", "is_loopback", "parse", "shown"]

_LAST_PORT = 65535


class Listed(NamedTuple):
    """One allowed host: a name, an address or a ``*.`` pattern, in canonical spelling; *port* is None for any."""

    host: str
    port: int | None

    def covers(self, host: str, port: int | None) -> bool:
        """Tell whether the name or address *host* is meant; *port* None asks for the host alone (DNS)."""
        same = self.host == host or ("*" in self.host and fnmatchcase(host, self.host))
        return same and (port is None or self.port is None or self.port == port)


class Matching(NamedTuple):
    """Allowed hosts by a regular expression that their names or addresses begin with, at any port."""

    pattern: re.Pattern[str]
    host: str = "*"
    port: int | None = None

    def covers(self, host: str, port: int | None) -> bool:  # noqa: ARG002 - as `Listed` has it
        """Tell whether the name or address *host* is meant."""
        return self.pattern.match(host) is not None


def parse(text: str) -> Listed:
    """Read one allowed host. Raises UsageError when it is no host."""
    if is_address(text.strip("[]")):
        return Listed(canonical(text.strip("[]")), None)
    host, colon, port = text.rpartition(":")
    if not colon:
        host = text
    elif not port.isdecimal() or int(port) > _LAST_PORT:
        host = ""
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or (":" in host and not is_address(host)):
        raise UsageError(
            f"cannot allow the host {text!r}: it is no host name or address, nor one with a port",
            "write it as 'localhost', '127.0.0.1:8080', '[::1]:8080' or '*.example.com'",
        )
    return Listed(canonical(host), int(port) if colon else None)


def is_address(host: str) -> bool:
    """Tell an address from a name."""
    return _address(host) is not None


def is_loopback(host: str) -> bool:
    """Tell whether *host* is a loopback address or ``localhost``."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def canonical(host: str) -> str:
    """Return the one spelling: addresses compressed, without zone, ``::ffff:a.b.c.d`` as ``a.b.c.d``."""
    address = _address(host)
    if address is None:
        return host.lower().rstrip(".")
    return str(getattr(address, "ipv4_mapped", None) or address)


def shown(host: str, port: int | None) -> str:
    """Return *host* and *port* as a user would list them."""
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None

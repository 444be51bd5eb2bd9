"""What a cassette holds, as frozen values: requests, responses, and where they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "FORMAT",
    "REPEATS",
    "SCRUB_POLICY",
    "Call",
    "Cassette",
    "Headers",
    "Interaction",
    "Provenance",
    "Request",
    "Response",
    "drop_headers",
    "header",
    "map_headers",
    "set_header",
]

#: Header fields in the order they were sent, names as sent, values as text (ISO-8859-1, RFC 9110 section 5.5).
Headers = tuple[tuple[str, str], ...]

#: Number of the cassette format written under the top-level key ``bototape``.
FORMAT = 1

#: The greatest number that ``repeat`` may say.
REPEATS = 999_999

#: Name of the scrub rules a cassette was written with.
SCRUB_POLICY = "1"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. *uri* is absolute; *body* is the bytes sent (``b""`` for none)."""

    method: str
    uri: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. *body* is the bytes received, content encoding kept."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Call:
    """
    Which AWS call an interaction is; written under ``bototape`` beside ``request``.

    *service* and *operation* are botocore's names (``sagemaker``, ``DescribeAutoMLJob``), *protocol* is the
    model's (``json``, ``query`` …), *attempt* counts from 1, *idempotency* names the top-level members botocore
    fills with a random token. *repeat* says how often the answer may be replayed: once (False), as often as asked
    (True), or a number of times from 2 to `REPEATS`, for a call that was answered alike that often. *any_parameters*
    says that nobody kept the parameters of the call, and the answer is for whatever they are.
    """

    service: str
    operation: str
    region: str = ""
    protocol: str = "json"
    attempt: int = 1
    repeat: bool | int = False
    idempotency: tuple[str, ...] = ()
    any_parameters: bool = False

    @property
    def name(self) -> str:
        """``sagemaker.DescribeAutoMLJob``."""
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request, its response, and the call they are (None in a cassette of another tool)."""

    request: Request
    response: Response
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """
    Where a cassette comes from; written under the top-level key ``bototape``.

    *endpoint* is ``aws`` or ``custom`` (a loopback server, an emulator: not AWS). *date* (``YYYY-MM-DD``, UTC)
    is the day of the last answer by its own Date header. *release* is the botocore version that sent the calls, or
    named them: *tool* is the one whose recording it was imported from, if any (``placebo``, ``har``, ``vcr``,
    ``cassetter``).
    *seed* is that of the random numbers of the code that was recorded (None: it asked for none), *variables* are the
    JSON values it gave a name, as they are in the calls.
    """

    endpoint: Literal["aws", "custom"]
    date: str = ""
    release: str = ""
    scrub: str = SCRUB_POLICY
    format: int = FORMAT
    tool: str = ""
    seed: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Cassette:
    """All interactions in recorded order. *provenance* is None when another tool wrote the file."""

    interactions: tuple[Interaction, ...] = ()
    provenance: Provenance | None = field(default=None)


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of the field *name*, compared without case, or None."""
    wanted = name.lower()
    for each, value in headers:
        if each == name or each.lower() == wanted:
            return value
    return None


def drop_headers(headers: Headers, names: frozenset[str]) -> Headers:
    """Return *headers* without the fields in *names* (lower case)."""
    return tuple(each for each in headers if each[0].lower() not in names)


def map_headers(headers: Headers, change: Callable[[str, str], str]) -> Headers:
    """Return *headers* with each value replaced by ``change(name, value)``."""
    return tuple((name, change(name, value)) for name, value in headers)


def set_header(headers: Headers, name: str, value: str) -> Headers:
    """Return *headers* with the existing field *name* set to *value*; a field that is absent is not added."""
    wanted = name.lower()
    return tuple((each, value if each.lower() == wanted else old) for each, old in headers)

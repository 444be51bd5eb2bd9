"""
What a message says, as plain values: the instance, where each of its values stands, and the limits of reading.

An instance has the model's member names and JSON's types, whatever protocol carried it, so that one JSON Schema per
operation side describes it:

- a structure or map is a dict, a list a list, a union a dict of one member, an event stream a list of such unions;
- integers, floats and booleans are numbers and booleans (``"NaN"``, ``"Infinity"``, ``"-Infinity"`` stay text);
- a timestamp is a number where the wire has a number, else the text on the wire;
- a blob is base64 text, a document (or ``jsonvalue``) the JSON value it is;
- a member the model lacks keeps its wire name; a scalar that is not of its type stays what the wire has, for a
  check to tell;
- null means absent in a response (`Reading.nulls` says where it was), but keeps its place in a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, Self

from bototape.errors import WireError
from bototape.shapes import Member, Shape

__all__ = [
    "DEPTH",
    "Decoded",
    "Format",
    "Key",
    "Part",
    "Path",
    "Reading",
    "Spot",
    "Style",
    "kind",
    "too_deep",
]

#: How deep a body may nest. Bodies of AWS services stay far below; the validator behind gives up at 255.
DEPTH = 100

#: The part of a message a value stands in.
Part = Literal["uri", "header", "status", "body"]

#: How a value is written in its place: what its characters mean, and so how another value is put there.
Style = Literal["json", "xml", "attribute", "form", "path", "query", "text", "cbor", "base64", "raw", "event", "name"]

#: Member names, map keys and indices from the root of an instance or of a wire tree.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """
    What a response says.

    *error* is the name of the modeled error's shape, *code* the error code on the wire, namespace stripped; both
    are None for success, *error* alone for an error the model lacks. *nulls* are JSON pointers into the body of
    the null members that were left out (null means absent there).
    """

    instance: object
    error: str | None = None
    code: str | None = None
    nulls: tuple[str, ...] = ()


class Spot(NamedTuple):
    """
    One value where it stands; in a located reading it takes the value's place in the instance.

    *start* and *end* span characters of the URI or of the value of the header *name* (for a `Key` that is a
    header's own name: of that name), or bytes of the body once its content coding is undone. The span is all that
    writes the value (the quotes of a JSON string, the head of a CBOR item). *value* is what stands there, undecoded
    scalars as text.
    """

    part: Part
    start: int
    end: int
    style: Style
    value: object
    name: str = ""


class Key(str):
    """A map key that knows its `Spot`."""

    __slots__ = ("spot",)

    spot: Spot

    def __new__(cls, text: str, spot: Spot) -> Self:
        """Return *text* as a key that stands at *spot*."""
        key = super().__new__(cls, text)
        key.spot = spot
        return key


@dataclass(slots=True)
class Reading:
    """
    One reading of one message part.

    *place* names it in errors (``the response body``). With *located* every scalar of the instance is a `Spot` and
    every map key a `Key`, nothing converted. *nulls* collects JSON pointers (of the wire's names) to members left
    out because they were null, if *drops_nulls*.
    """

    place: str
    drops_nulls: bool
    located: bool = False
    nulls: list[str] = field(default_factory=list)

    def fail(self, why: str, at: str = "") -> WireError:
        """Return the error that this part cannot be read, because *why*, *at* a pointer or place inside it."""
        return WireError(f"{self.place} at {at}" if at else self.place, why)


class Format(Protocol):
    """How a family of protocols writes one value of a shape into bytes: JSON, XML, CBOR."""

    @property
    def media_type(self) -> str:
        """The Content-Type of what `write` returns."""

    def read(self, content: bytes, shape: Shape, reading: Reading, member: Member | None = None) -> object:
        """
        Return the instance of *shape* that *content* is; empty content is an empty structure.

        *member* is what names the shape when it is a payload: its traits count. Raises WireError.
        """

    def write(self, instance: object, shape: Shape, member: Member | None = None) -> bytes:
        """Return *instance* of *shape* as bytes that every SDK reads back to it. Raises WireError."""


def kind(value: object) -> str:
    """Return what JSON calls *value*, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def too_deep(path: Sequence[object]) -> bool:
    """Tell whether *path* is longer than any body may nest."""
    return len(path) > DEPTH

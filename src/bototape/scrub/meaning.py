"""What a service model says of a value: its kind, that it stays, what it must be to be valid."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

__all__ = ["UNTOLD", "Meaning", "Node", "Slot", "Told"]


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """
    What the model says of one member.

    *kind* is the kind of its whole value, empty where only a form can tell. *is_stable* says that a test chooses its
    value (an idempotency token), *enum* which values AWS has made up: there only known values are looked for. *is_blob*
    marks base64 of bytes, *is_capability* a URL that is a credential, *is_sensitive* what goes whatever it is. *fits*
    tells whether a text is valid there, None where any is; *least* and *most* are its length in characters.
    """

    name: str
    kind: str = ""
    is_stable: bool = False
    enum: frozenset[str] = frozenset()
    is_blob: bool = False
    is_capability: bool = False
    is_sensitive: bool = False
    fits: Callable[[str], bool] | None = None
    least: int = 0
    most: int | None = None

    def stays(self, text: str) -> bool:
        """Tell whether *text* is no identifier, whatever it looks like."""
        return self.is_stable or text in self.enum


class Node(Protocol):
    """A structure, list or map of the model, by the names on the wire."""

    def member(self, name: str) -> Slot:
        """Return what stands under *name*."""

    def element(self) -> Slot:
        """Return what stands in each place of a list."""


#: What a member is: the meaning of a scalar, the node of anything else; neither where the model does not say.
Slot = tuple[Meaning | None, Node | None]


@dataclass(frozen=True, slots=True)
class Told:
    """
    What the model says of one message.

    *root* is the node of its body if that is a JSON document; *body* says what starts at a byte of the body (its
    codings undone), *uri* at a character of the URI with where it ends, *headers* what the value of a header (in lower
    case) is.
    """

    root: Node | None = None
    body: Mapping[int, Meaning] = field(default_factory=dict)
    uri: tuple[tuple[int, int, Meaning], ...] = ()
    headers: Mapping[str, Meaning] = field(default_factory=dict)

    def by_character(self, data: bytes) -> Told:
        """Return this, told of bytes of the UTF-8 *data*, told of its characters."""
        found: dict[int, Meaning] = {}
        done = count = 0
        for place in sorted(self.body):
            count += len(data[done:place].decode("utf-8", "ignore"))
            done = place
            found[count] = self.body[place]
        return replace(self, body=found)

    def pieces(self, spans: Sequence[tuple[int, int]]) -> Iterator[Told]:
        """Yield what is told of the inside of each span (start, end) of the body."""
        places = sorted(self.body)
        for start, end in spans:
            first, last = bisect_right(places, start), bisect_left(places, end)
            inner = {place - start: self.body[place] for place in places[first:last]}
            yield Told(None, inner) if inner else UNTOLD


#: Nothing is known of the call.
UNTOLD = Told()

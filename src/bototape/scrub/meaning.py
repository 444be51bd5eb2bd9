"""What a service model says of a value: its kind, that it stays, what it must be to be valid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Meaning", "Node", "Slot"]


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """
    What the model says of one member.

    *kind* is the kind of its whole value, empty where only a form can tell. *is_stable* says that a test chooses its
    value (an idempotency token), *enum* which values AWS has made up: there only known values are looked for. *is_blob*
    marks base64 of bytes. *fits* tells whether a text is valid there, None where any is; *least* and *most* are its
    length in characters.
    """

    name: str
    kind: str = ""
    is_stable: bool = False
    enum: frozenset[str] = frozenset()
    is_blob: bool = False
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

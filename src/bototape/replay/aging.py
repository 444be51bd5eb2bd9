"""What a player asks of a release it plays as."""

from __future__ import annotations

from typing import Protocol

from bototape.interaction import Call, Interaction, Request

__all__ = ["Aging"]


class Aging(Protocol):
    """A release to play as: see `bototape.age.Age`."""

    @property
    def release(self) -> str:
        """The release as messages name it."""

    def tells(self, call: Call) -> bool:
        """Tell whether it is known if the release has the operation of *call*."""

    def refuses(self, call: Call, request: Request) -> tuple[str, ...]:
        """Return why the release could not have answered *request*, which is *call*; nothing if it could."""

    def answer(self, call: Call, interaction: Interaction, number: int) -> tuple[Interaction, tuple[str, ...]]:
        """Return *interaction*, the *number*-th recording, as the release answers; or also why it could not have."""

"""One release as a player plays it: which calls it refuses, and what it makes of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bototape.age.answering import cut
from bototape.age.asking import refused
from bototape.age.then import Point, Then
from bototape.errors import WireError
from bototape.interaction import Call, Interaction, Request
from bototape.match import modelled
from bototape.wire.codec import Codec, is_error

__all__ = ["Age"]


@dataclass(frozen=True, slots=True)
class Age:
    """
    The API as *release* has it.

    *then* returns a service as it was, by botocore's names of service and operation: None where the release lacks it.
    *now* returns what reads and writes recorded messages, as `bototape.replay.Models` do. *appeared* says, in words,
    in which release a point of a service came, and nothing where nobody knows. *recorded* is the release that
    recorded: its answers stay as they are.
    """

    release: str
    then: Callable[[str, str], Then | None]
    now: Callable[[str], Codec | None]
    appeared: Callable[[str, Point], str]
    recorded: str = ""

    def refuses(self, call: Call, request: Request) -> tuple[str, ...]:
        """Return why the release could not have answered *request*, which is *call*; nothing if it could."""
        then = self.then(call.service, call.operation)
        if then is None:
            return (f"service {call.service} is not in release {self.release}",)
        if call.operation not in then.service.operations:
            return (self._without(call),)
        codec = self._now(call, then)
        modeled = modelled(codec, call.operation, call.idempotency)
        try:
            instance: Mapping[str, Any] = modeled.parameters(request) if modeled else {}
        except WireError as error:
            return (f"the request cannot be held against release {self.release}: {error}",)
        made_up = modeled.without if modeled else frozenset()
        found = refused(then.service, codec.service, call.operation, instance, made_up)
        named = f"release {self.release}"
        return tuple(each.sentence.replace("{release}", named) + self._since(call, each.point) for each in found)

    def tells(self, call: Call) -> bool:
        """Tell whether it is known if the release has the operation of *call*: a model may be cut to some others."""
        then = self.then(call.service, call.operation)
        return then is None or then.absent is None or call.operation in (*then.service.operations, *then.absent)

    def answer(self, call: Call, interaction: Interaction, number: int) -> tuple[Interaction, tuple[str, ...]]:
        """Return *interaction*, the *number*-th recording, as the release answers; or also why it could not have."""
        then = self.then(call.service, call.operation)
        if then is None or call.operation not in then.service.operations or self.release == self.recorded:
            return interaction, ()
        protocol = interaction.call.protocol if interaction.call else None
        try:
            found = cut(then.service, self._now(call, then), call.operation, interaction.response, protocol)
        except WireError as error:
            if is_error(interaction.response):  # a gateway's page: no API, and so of every age
                return interaction, ()
            return interaction, (f"the answer of #{number} cannot be held against release {self.release}: {error}",)
        told = (
            f"the answer of #{number} has {name}, which is not in release {self.release}{self._since(call, point)}"
            for point, name in found.newer
        )
        return replace(interaction, response=found.response), tuple(dict.fromkeys(told))

    def _now(self, call: Call, then: Then) -> Codec:
        """Return what reads the messages: the newest that knows the operation, else the release's own."""
        codec = self.now(call.service)
        return codec if codec and call.operation in codec.service.operations else Codec(then.service)

    def _without(self, call: Call) -> str:
        if not self.tells(call):
            return (
                f"nothing at hand tells whether {call.operation} is in release {self.release}: "
                "its model is cut to other operations"
            )
        return f"operation {call.operation} is not in release {self.release}{self._since(call, Point(call.operation))}"

    def _since(self, call: Call, point: Point | None) -> str:
        found = self.appeared(call.service, point) if point else ""
        return f" ({found})" if found else ""

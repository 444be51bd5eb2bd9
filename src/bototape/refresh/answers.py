"""What one recorded answer says, ready to be compared: its instance, its shape, and what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deepdiff import DeepDiff
from deepdiff.helper import NotPresent

from bototape.errors import Difference, WireError
from bototape.interaction import Interaction
from bototape.match import ABSENT, Place, Typed, told
from bototape.refresh.excuses import Excuses, settled
from bototape.replay.groups import Models
from bototape.shapes import Operation, Shape
from bototape.wire.codec import Codec, is_error

__all__ = ["Answer", "fields"]


@dataclass(frozen=True)
class Answer:
    """The *number*-th interaction of a cassette, from 1, read with *codec* where its service is known."""

    number: int
    interaction: Interaction
    codec: Codec | None

    @classmethod
    def of(cls, number: int, interaction: Interaction, models: Models) -> Answer:
        """Return the answer of *interaction*."""
        call = interaction.call
        return cls(number, interaction, models.codec(call.service) if call else None)

    @property
    def operation(self) -> Operation | None:
        """What was called, as the model has it."""
        call = self.interaction.call
        return self.codec.service.operations.get(call.operation) if self.codec and call else None

    @cached_property
    def said(self) -> tuple[str, Any, Shape | None]:
        """The error's code or nothing, the instance, and its shape; the body as text where it cannot be read."""
        response, call = self.interaction.response, self.interaction.call
        if self.codec is None or self.operation is None or call is None:
            return f"HTTP {response.status}", response.body.decode("utf-8", "backslashreplace"), None
        try:
            found = self.codec.decode_response(self.operation, response, call.protocol)
        except WireError:
            return f"HTTP {response.status}", response.body.decode("utf-8", "backslashreplace"), None
        root = found.error if found.code or found.error else self.operation.output
        return found.code or found.error or "", found.instance, self.codec.service.shapes.get(root or "")

    @cached_property
    def settled(self) -> Any:
        """The instance with one word for every moment."""
        _, instance, shape = self.said
        return settled(instance, shape, self.codec.service.shapes if self.codec else {})

    @cached_property
    def meaning(self) -> str:
        """Equal for answers that say the same, metrics apart."""
        return json.dumps([self.interaction.response.status, self.said[0], self.settled], sort_keys=True, default=str)

    @property
    def typed(self) -> Typed:
        """What is known of the values, so that no secret is shown."""
        shape = self.said[2]
        return Typed(shape, self.codec.service.shapes) if shape and self.codec else Typed()


def fields(old: Answer, new: Answer, excuses: Excuses) -> list[Difference]:
    """Return what *new* says otherwise than *old*, place by place; nothing for what *excuses* let pass."""
    if old.meaning == new.meaning:
        return []
    found = [*_status(old, new)]
    if found and is_error(old.interaction.response) != is_error(new.interaction.response):
        return found  # an error and an answer have no places in common
    call = new.interaction.call
    name = call.operation if call else ""
    for each in sorted(_places(old.settled, new.settled), key=lambda place: [str(step) for step in place.steps]):
        typed = new.typed if each.recorded is ABSENT else old.typed
        shape = _below(typed, each.steps).shape
        if not excuses.excuses(name, each.steps, shape, (each.recorded, each.sent)):
            found.append(told(each, typed))
    return found


def _status(old: Answer, new: Answer) -> Iterator[Difference]:
    was, now = (_outcome(each) for each in (old, new))
    if was != now:
        yield Difference("(outcome)", was, now)


def _outcome(answer: Answer) -> str:
    status = answer.interaction.response.status
    word = answer.said[0] or ("error" if is_error(answer.interaction.response) else "success")
    return f"{word} (HTTP {status})"


def _places(old: Any, new: Any) -> Iterator[Place]:
    diff = DeepDiff(old, new, view="tree", ignore_numeric_type_changes=True, verbose_level=2)
    for kind in diff.values():
        for each in kind:
            was, now = (ABSENT if isinstance(value, NotPresent) else value for value in (each.t1, each.t2))
            yield Place(tuple(each.path(output_format="list")), was, now)


def _below(typed: Typed, steps: tuple[str | int, ...]) -> Typed:
    for each in steps:
        typed = typed.below(each)
    return typed

"""What may differ between two recordings of one call and still mean the same: told by shapes, and by the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bototape.shapes import Shape

__all__ = ["TIMESTAMP", "TOLERANCE", "Excuses", "settled"]

#: How far a metric may be off, as a part of the greater of two values.
TOLERANCE = 0.05

#: Stands for any moment: when something was is new in every recording.
TIMESTAMP = "(timestamp)"

_METRICS = ("float", "double")


@dataclass(frozen=True, slots=True)
class Excuses:
    """
    What does not count.

    *tolerance* is that of members whose shape is ``float`` or ``double``, as a part of the greater value. *ignored* are
    members with all that is in them, ``DescribeAutoMLJob.BestCandidate.CandidateSteps[].CandidateStepArn``.
    """

    tolerance: float = TOLERANCE
    ignored: tuple[str, ...] = ()

    def excuses(self, operation: str, steps: tuple[str | int, ...], shape: Shape | None, both: tuple[Any, Any]) -> bool:
        """Tell whether the two values at *steps* of an answer of *operation* may differ as they do."""
        return self._is_ignored(operation, steps) or (shape is not None and self._is_near(shape, *both))

    def _is_ignored(self, operation: str, steps: tuple[str | int, ...]) -> bool:
        place = operation + "".join("[]" if isinstance(each, int) else f".{each}" for each in steps)
        return any(place == each or place.startswith((f"{each}.", f"{each}[")) for each in self.ignored)

    def _is_near(self, shape: Shape, was: object, now: object) -> bool:
        if shape.type not in _METRICS or not isinstance(was, int | float) or not isinstance(now, int | float):
            return False
        return abs(was - now) <= self.tolerance * max(abs(was), abs(now))


def settled(value: Any, shape: Shape | None, shapes: Mapping[str, Shape]) -> Any:
    """Return *value* of *shape* with `TIMESTAMP` for each moment; what no shape tells of stays."""
    if shape is None:
        return value
    if shape.type == "timestamp":
        return TIMESTAMP if isinstance(value, str | int | float) else value
    if isinstance(value, list) and shape.element:
        below = shapes[shape.element.shape]
        return [settled(each, below, shapes) for each in value]
    if isinstance(value, dict) and shape.value:
        below = shapes[shape.value.shape]
        return {name: settled(each, below, shapes) for name, each in value.items()}
    if isinstance(value, dict):
        known = {name: shapes[member.shape] for name, member in shape.members.items()}
        return {name: settled(each, known.get(name), shapes) for name, each in value.items()}
    return value

"""Why no recording answers a call: what there is, what comes closest, what differed, and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bototape.errors import Closest, Difference, UsageError
from bototape.match import ABSENT, Place, Typed, call_key, ignoring, paths_of, told
from bototape.replay.closest import Equal, Near, nearest
from bototape.replay.groups import ANY, Group, Groups, in_region
from bototape.replay.slot import Slot

__all__ = ["SCRUBBED", "Asked", "Explained", "explain"]

#: The last line of a miss that another recording would not answer either: what it sends would be scrubbed again.
SCRUBBED = "hint: the recording holds pseudonyms; a real identifier was sent, not its recorded form"

#: What pseudonyms hold, and what else AWS's documentation gives as an example: nobody's either.
_PSEUDONYMS = (
    "123456789012",
    "111122223333",
    "EXAMPLE",
    "example-role-",
    "example-user-",
    "amzn-s3-demo-bucket-",
)
_DOCUMENTED = ("amzn-s3-demo-bucket",)

_SHOWN = 3
_MOST_DIFFERENCES = 6

#: More parameters than this are not left out of a comparison by anybody in their senses.
_MOST_IGNORED = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A call that was made: its *parameters* and the *places* it may go by, the recordings of its operation.

    *typed* is the operation's input; *slot* holds the recordings of equal calls, if there are any.
    """

    parameters: dict[str, Any]
    places: Sequence[str]
    group: Group
    slot: Slot | None = None
    typed: Typed = field(default_factory=Typed)

    @property
    def region(self) -> str:
        """The region of the client, or the one signed for; may be empty."""
        return self.places[0] if self.places else ""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a call is a miss, line by line, and the recordings that come closest."""

    lines: tuple[str, ...]
    closest: tuple[Closest, ...] = ()


def explain(groups: Groups, asked: Asked, played: Counter[int], missed: Sequence[Asked]) -> Explained:
    """Return why *asked* is a miss; *played* is how often each position was played, *missed* are the misses before."""
    if asked.slot is not None:
        times = "once" if asked.slot.size == 1 else f"{asked.slot.size} times"
        return Explained((f"recorded {times} and played {times}; the last recording does not say repeat",))
    if not asked.group.recorded:
        operations = Counter(map(groups.name, range(len(groups.interactions))))
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(operations.items())) or "nothing"
        return Explained((f"recorded operations: {listed}",))
    near = nearest(asked.parameters, asked.group.recorded, _equals(groups, asked), played)
    ignored = _helps(groups, asked, near, played, missed)
    closest = tuple(_closest(each, asked, played, ignored.get(at, ())) for at, each in enumerate(near))
    lines = [line for each in closest for line in _lines(each)]
    if _sends_real_identifier(near[0].places):
        lines.append(SCRUBBED)
    return Explained(tuple(lines), closest)


def _equals(groups: Groups, asked: Asked) -> Iterator[Equal]:
    """Yield the recordings of the operation by call and region; what matches any differs in the region."""
    for (key, _), positions in asked.group.equal.items():
        region = groups.region(positions[0])
        fits = not asked.places or region in (*asked.places, "")
        yield Equal(positions, None if fits and key != ANY else region)


def _helps(
    groups: Groups, asked: Asked, near: Sequence[Near], played: Counter[int], missed: Sequence[Asked]
) -> dict[int, tuple[str, ...]]:
    """Return, by its place in *near*, what to ignore so that recordings answer the call; of the nearest one only."""
    if ANY in asked.group.slots:  # parameters do not count there
        return {}
    for at, each in enumerate(near):
        paths = tuple(f"Parameters.{place.path}" for place in each.places)
        can_be = each.region is None and 0 < len(paths) <= _MOST_IGNORED and groups.compares_parameters
        if can_be and _can_be_named(each, asked, paths) and _would_match(groups, asked, paths, played, missed):
            return {at: paths}
    return {}


def _can_be_named(near: Near, asked: Asked, paths: Sequence[str]) -> bool:
    """Tell whether *paths* can be given as they are: keys of maps may hold brackets, or identify somebody."""
    try:
        paths_of(paths)
    except UsageError:
        return False
    return all(told(each, asked.typed).path == each.path for each in near.places)


def _would_match(
    groups: Groups, asked: Asked, paths: Sequence[str], played: Counter[int], missed: Sequence[Asked]
) -> bool:
    """
    Tell whether a recording would have answered, had *paths* been ignored from the start.

    Earlier calls would have met the same recordings then, misses among them: as many as there were are counted off.
    """
    wanted = ignoring(asked.parameters, paths)
    if not wanted and len(paths) > 1:  # nothing would be compared any more: true, and no help
        return False
    key = call_key(wanted)
    slots: dict[str, Slot] = {}
    used = 0
    for position, found in asked.group.recorded.items():
        left = ignoring(found, paths)
        if left == wanted and call_key(left) == key:
            groups.fill(slots, position)
            used += played[position]
    used += sum(each.group is asked.group and call_key(ignoring(each.parameters, paths)) == key for each in missed)
    slot = in_region(slots, asked.places)
    return slot is not None and (slot.size > used or slot.repeat is not None)


def _closest(near: Near, asked: Asked, played: Counter[int], ignore: tuple[str, ...]) -> Closest:
    found = [told(each, asked.typed) for each in near.places]
    if near.region is not None:
        found.append(Difference("region", repr(near.region), repr(asked.region)))
    numbers = tuple(position + 1 for position in near.positions)
    count = sum(position in played for position in near.positions)
    return Closest(numbers, count, tuple(found), ignore)


def _lines(closest: Closest) -> Iterator[str]:
    verb = "differs" if len(closest.numbers) == 1 else "differ"
    yield f"closest: {_numbers(closest)} {verb} in {_listed(closest)}"
    if closest.ignore:
        names = ", ".join(f'"{each}"' for each in closest.ignore)
        yield f"would match if you ignore {names}"


def _numbers(closest: Closest) -> str:
    count, total = closest.played, len(closest.numbers)
    state = "played" if count == total else f"{count} of {total} played" if count else "not played"
    more = total - _SHOWN
    listed = ", ".join(f"#{number}" for number in closest.numbers[:_SHOWN])
    return f"{listed}{f' and {more} more' if more > 0 else ''} ({state})"


def _listed(closest: Closest) -> str:
    more = len(closest.differences) - _MOST_DIFFERENCES
    tail = f"; and {more} more" if more > 0 else ""
    return "; ".join(str(each) for each in closest.differences[:_MOST_DIFFERENCES]) + tail


def _sends_real_identifier(found: Sequence[Place]) -> bool:
    return any(
        ABSENT not in (each.recorded, each.sent)
        and any(mark in str(each.recorded) for mark in _PSEUDONYMS)
        and not any(mark in str(each.sent) for mark in (*_PSEUDONYMS, *_DOCUMENTED))
        for each in found
    )

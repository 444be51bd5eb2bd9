"""``tape.variables``: values made while recording, by name; at replay each is what it was in the recorded calls."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bototape.errors import UsageError, VariableUnknown
from bototape.interaction import Provenance
from bototape.variables import misfit

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

    from bototape.seeded import Seeded

__all__ = ["Remembered", "Remembers", "Variables"]


class Variables(Mapping[str, Any]):
    """
    The values a cassette remembers, by name; a mapping to read, and `setdefault` to make one.

    *stored* is what was recorded into the cassette that messages call *cassette*. *may_make* says that something is
    recorded, so that a new name gets a value; else it is an error. Each value comes back as a copy. Safe under threads.
    """

    def __init__(self, stored: Mapping[str, Any], cassette: str, *, may_make: bool) -> None:
        self._values = dict(stored)
        self._stored = frozenset(stored)
        self._cassette = cassette
        self._may_make = may_make
        self._asked: set[str] = set()
        # A value may be made of another one.
        self._lock = threading.RLock()

    def setdefault(self, name: str, make: Any) -> Any:
        """
        Return the value of *name*; where it has none while something is recorded, make it.

        *make* is a function that returns the value, or the value itself: text, a number, true or false, None, or lists
        and maps of them. Raises UsageError for any other, VariableUnknown at replay where the recording has no such
        name.
        """
        with self._lock:
            self._asked.add(_named(name))
            if name not in self._values:
                if not self._may_make:
                    raise self._unknown(name)
                self._values[name] = _kept(name, make() if callable(make) else make)
            return copy.deepcopy(self._values[name])

    def __getitem__(self, name: str) -> Any:
        """Return the value of *name*; raises VariableUnknown, which is a KeyError, where it has none."""
        with self._lock:
            self._asked.add(name)
            if name not in self._values:
                raise self._unknown(name)
            return copy.deepcopy(self._values[name])

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)

    @property
    def unused(self) -> list[str]:
        """The names in the cassette that nobody asked for."""
        return sorted(self._stored - self._asked)

    @property
    def made(self) -> dict[str, Any]:
        """The values made in this recording."""
        with self._lock:
            return {name: value for name, value in self._values.items() if name not in self._stored}

    def _unknown(self, name: str) -> VariableUnknown:
        return VariableUnknown(name, self._cassette, tuple(sorted(self._values)), is_recording=self._may_make)


class Remembered:
    """
    What makes names and numbers the same at replay: the variables and the seed of a cassette.

    *provenance* is that of the cassette, None where there is none yet. A cassette without a seed replays as if its seed
    were 0: what was recorded without seeded numbers does not depend on them. *patched* is what stands in for ``uuid4``
    and ``random``, if anything does, and *date* the day of the recording, if the cassette tells it.
    """

    def __init__(self, provenance: Provenance | None, cassette: str, *, may_make: bool) -> None:
        self.variables = Variables(provenance.variables if provenance else {}, cassette, may_make=may_make)
        self.seed = provenance.seed if provenance else None
        self.date = provenance.date if provenance else ""
        self._may_make = may_make
        self.patched: Seeded | None = None
        self._seeded: Seeded | None = None
        self._lock = threading.Lock()

    @property
    def seeded(self) -> Seeded:
        """The seeded numbers; while something is recorded, whoever asks for them first makes the seed."""
        from bototape.seeded import Seeded, new_seed  # noqa: PLC0415 - few tests ask

        with self._lock:
            if self._seeded is None:
                if self.seed is None and self._may_make:
                    self.seed = new_seed()
                self._seeded = Seeded(self.seed or 0)
            return self._seeded


class Remembers:
    """A tape whose code under test asks for what it remembers."""

    remembered: Remembered

    @property
    def variables(self) -> Variables:
        """The values that are made while recording, by name."""
        return self.remembered.variables

    def variable(self, name: str, make: Any) -> Any:
        """Return the value that *name* is given while recording; *make* gives it, or is it: `Variables.setdefault`."""
        return self.variables.setdefault(name, make)

    @property
    def random(self) -> Random:
        """Random numbers that are the same while recording and at replay."""
        return self.remembered.seeded.random

    def uuid(self) -> UUID:
        """Return a UUID, the same while recording and at replay."""
        return self.remembered.seeded.uuid()


def _named(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise UsageError(f"{name!r} is no name of a variable", "give a text that is not empty")
    return name


def _kept(name: str, value: object) -> Any:
    wrong = misfit(value)
    if wrong:
        place = "".join(f"[{step!r}]" for step in wrong[0])
        raise UsageError(
            f"cannot keep the variable {name!r}: {name}{place} is {wrong[1]}",
            "make it of text, numbers, true, false, None, lists and maps: str(…), isoformat()",
        )
    return json.loads(json.dumps(value))

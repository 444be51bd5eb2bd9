"""What a scenario file says, as frozen values: the calls that produce one cassette."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["DEFAULT_INTERVAL_S", "DEFAULT_MAX_POLLS", "Lines", "Path", "Scenario", "Step", "Until"]

#: Seconds between two polls where the scenario does not say.
DEFAULT_INTERVAL_S = 30.0

#: Polls after which ``until`` counts as never reached, where the scenario does not say.
DEFAULT_MAX_POLLS = 120

#: Keys and list positions from the top of the file to a value.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each value of a file stands: the line of its key, or of itself in a list. Lines count from 1."""

    at: Mapping[Path, int] = field(default_factory=dict)

    def of(self, *path: str | int) -> int:
        """Return the line of *path*, or of the nearest value around it that the file holds."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.at:
                return self.at[path[:end]]
        return 0


@dataclass(frozen=True, slots=True)
class Until:
    """A condition on an answer: *expression* (JMESPath) gives one of *values*."""

    expression: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """
    One call, or the pages or polls of one.

    *number* counts from 1 in its *section*, *line* is where the step begins. *save* are (name, JMESPath expression)
    pairs in the file's order; all of *until* must hold at once.
    """

    number: int
    line: int
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    paginate: bool = False
    max_pages: int | None = None
    until: tuple[Until, ...] = ()
    interval_seconds: float = DEFAULT_INTERVAL_S
    max_polls: int = DEFAULT_MAX_POLLS
    expect_error: str | None = None
    save: tuple[tuple[str, str], ...] = ()
    repeat: bool = False
    section: Literal["steps", "cleanup"] = "steps"

    @property
    def place(self) -> Path:
        """Where the step stands in the file."""
        return self.section, self.number - 1

    @property
    def called(self) -> str:
        """What messages call it: ``step 2``."""
        return f"step {self.number}" if self.section == "steps" else f"clean-up step {self.number}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    A whole scenario file.

    *path* is the file as it was named; *cassette* is a path relative to the cassettes' directory, ``/`` between its
    parts. *cleanup* are calls made at the end, however that came, and not recorded.
    """

    path: str
    service: str
    region: str
    cassette: str
    steps: tuple[Step, ...]
    description: str = ""
    allow_mutations: tuple[str, ...] = ()
    cleanup: tuple[Step, ...] = ()
    lines: Lines = field(default_factory=Lines)

    @property
    def calls(self) -> tuple[Step, ...]:
        """All steps, those of the clean-up last."""
        return (*self.steps, *self.cleanup)

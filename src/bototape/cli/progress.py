"""What the user sees while recordings go on: a bar each on a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from bototape.refresh.workers import Hearer, Result, Task
from bototape.scenario.run import Progress
from bototape.scenario.steps import Interrupted

if TYPE_CHECKING:
    from rich.progress import TaskID

_FIX = "fix: set BOTOTAPE_SCRUB_KEY to the key it was made with"

__all__ = ["Bars", "Lines", "Teller", "shown"]


@contextmanager
def shown(say: Callable[[str], None], *, together: bool) -> Iterator[Teller]:
    """
    Show recordings while the block runs: as lines that *say* takes, or as bars on stderr if that is a terminal.

    *together* says that several go on at once, so that each line has to tell whose it is.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines(say, together=together)
        return
    with Bars() as bars:
        yield bars


class Teller(Hearer):
    """Says how a recording ended; that it was interrupted is said when all are."""

    def say(self, line: str) -> None:
        """Show *line*."""
        raise NotImplementedError

    def ends(self, task: Task, result: Result) -> None:
        """Say what went wrong, or that a key is missing."""
        if isinstance(result, Exception):
            if not isinstance(result, Interrupted):
                self.say(f"bototape: {result}")
        elif result.strange_ledger:
            known = f"{result.named} of {result.values} values have their pseudonyms by the places they stand in"
            self.say(f"note: {task.where.ledger} was made with another key, so {known}\n  {_FIX}")


class Lines(Teller):
    """A line for each finished step."""

    def __init__(self, say: Callable[[str], None], *, together: bool) -> None:
        self._say = say
        self._together = together

    def say(self, line: str) -> None:
        """Show *line*."""
        self._say(line)

    def begins(self, task: Task) -> None:
        """Say what is recorded."""
        self.say(f"recording {task.plan.scenario.path}")

    def goes_on(self, task: Task, progress: Progress) -> None:
        """Say that a step is done."""
        if progress.state == "done":
            step = progress.step
            self._of(task, f"{step.number}/{len(task.plan.scenario.steps)} {step.operation}: {_counted(progress)}")

    def notes(self, task: Task, line: str) -> None:
        """Say *line*."""
        self._of(task, line)

    def _of(self, task: Task, line: str) -> None:
        self.say(f"{task.plan.scenario.path}: {line}" if self._together else f"  {line}")


class Bars(Teller):
    """A bar for each recording that goes on, of its steps; what else there is to say stands above them."""

    def __init__(self) -> None:
        # Late: not everybody has a terminal.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        from rich.progress import Progress as Display  # noqa: PLC0415

        self._display = Display(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._display.stop()

    def say(self, line: str) -> None:
        """Put *line* above the bars."""
        self._display.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def begins(self, task: Task) -> None:
        """Show a bar."""
        scenario = task.plan.scenario
        self._bars[scenario.path] = self._display.add_task(scenario.path, total=len(scenario.steps), now="")

    def goes_on(self, task: Task, progress: Progress) -> None:
        """Move it on."""
        number = progress.step.number
        now = f"{progress.step.operation}: {_counted(progress)}"
        done = number if progress.state == "done" else number - 1
        self._display.update(self._bars[task.plan.scenario.path], completed=done, now=now, refresh=True)

    def notes(self, task: Task, line: str) -> None:
        """Say *line* above."""
        self.say(f"{task.plan.scenario.path}: {line}")

    def ends(self, task: Task, result: Result) -> None:
        """Take it away, and say what is over."""
        path = task.plan.scenario.path
        self._display.remove_task(self._bars.pop(path))
        if not isinstance(result, Exception):
            self.say(f"recorded {path}")
        super().ends(task, result)


def _counted(progress: Progress) -> str:
    return f"{progress.answers} answer{'' if progress.answers == 1 else 's'}"

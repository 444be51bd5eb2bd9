"""
Recordings that go on at once, each in a process of its own.

A recording needs its process for itself: the guard of the network, the tape that is open and the loggers that are
cleaned are the process's, and whoever came last would decide for all. Processes also take Ctrl-C one by one: each makes
the calls of its clean-up, whatever the others do.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import connection, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from botocore.session import Session

from bototape.capture.quiet import discreet
from bototape.errors import BototapeError, RecordingFailed
from bototape.refresh.run import Outcome, Rules, Told, refresh
from bototape.scenario.plan import Plan
from bototape.scenario.run import Progress, Settings, Target, open_session
from bototape.scenario.steps import Interrupted

__all__ = ["Hearer", "Result", "Task", "Workers", "can_go_on_at_once"]

#: What a recording came to.
Result = Outcome | BototapeError


@dataclass(frozen=True, slots=True)
class Task:
    """One recording: *plan* goes *where*, with its *settings*."""

    plan: Plan
    where: Target
    settings: Settings


class Hearer:
    """Who hears of recordings that go on; this one does nothing."""

    def begins(self, task: Task) -> None:
        """Hear that a recording begins."""

    def goes_on(self, task: Task, progress: Progress) -> None:
        """Hear of an answer."""

    def notes(self, task: Task, line: str) -> None:
        """Hear what else there is to be said."""

    def ends(self, task: Task, result: Result) -> None:
        """Hear that a recording has ended, well or not."""


def can_go_on_at_once(session: Session) -> bool:
    """Tell whether processes can be stopped so that they clean up, and none has to ask its user for a code."""
    return hasattr(signal, "pthread_sigmask") and not session.get_scoped_config().get("mfa_serial")


@dataclass
class Workers:
    """
    At most *jobs* processes that make *tasks*, with sessions of *profile*, by *rules*.

    *results* fill up by the tasks' positions; *hearer* is told of the way, in this process.
    """

    tasks: Sequence[Task]
    jobs: int
    profile: str | None
    rules: Rules
    hearer: Hearer
    results: dict[int, Result] = field(default_factory=dict)
    _waiting: deque[int] = field(default_factory=deque)
    _busy: dict[Any, tuple[SpawnProcess, int]] = field(default_factory=dict)
    _started: list[SpawnProcess] = field(default_factory=list)
    _is_stopped: bool = False

    def run(self) -> None:
        """
        Make all of them.

        Ctrl-C stops all, waits for their clean-up, and is raised at the end as KeyboardInterrupt; a second one kills.
        """
        self._waiting.extend(range(len(self.tasks)))
        try:
            with _interrupts() as interrupts:
                while self._waiting and len(self._busy) < self.jobs:
                    self._start()
                while self._busy:
                    for each in connection.wait([*self._busy, interrupts]):
                        if each is interrupts:
                            interrupts.recv_bytes()
                            self._stop()
                        else:
                            self._hear(each)
        finally:
            for mine, (process, _) in self._busy.items():  # none is, unless *hearer* failed
                process.terminate()
                mine.close()
            for process in self._started:
                process.join()
        if self._is_stopped:
            raise KeyboardInterrupt

    def _start(self) -> None:
        mine, its = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_work, args=(its, self.profile, self.rules), daemon=True)
        resource_tracker.ensure_running()  # which else begins below, and lets SIGINT through when it has
        with _held_back(signal.SIGINT):  # the child inherits it: it is told to stop by us, and once
            process.start()
        self._started.append(process)
        its.close()
        self._busy[mine] = process, self._give(mine)

    def _give(self, mine: Any) -> int:
        """Give the process behind *mine* its next task, and return which one that is."""
        number = self._waiting.popleft()
        self.hearer.begins(self.tasks[number])
        with suppress(OSError):  # it is gone already: the next look at *mine* tells
            mine.send(self.tasks[number])
        return number

    def _stop(self) -> None:
        for process, _ in self._busy.values():
            if self._is_stopped:
                process.kill()
            else:
                process.terminate()
        self._is_stopped = True
        self._waiting.clear()

    def _hear(self, mine: Any) -> None:
        process, number = self._busy[mine]
        task = self.tasks[number]
        try:
            kind, content = mine.recv()
        except (EOFError, OSError):
            process.join()
            self._leave(mine)
            self._ended(number, self._lost(task, process))
            if self._waiting:
                self._start()
            return
        if kind == "progress":
            self.hearer.goes_on(task, content)
        elif kind == "note":
            self.hearer.notes(task, content)
        else:
            self._ended(number, content)
            if self._waiting:
                self._busy[mine] = process, self._give(mine)
            else:
                self._leave(mine)

    def _leave(self, mine: Any) -> None:
        del self._busy[mine]
        mine.close()

    def _ended(self, number: int, result: Result) -> None:
        self.results[number] = result
        self.hearer.ends(self.tasks[number], result)

    def _lost(self, task: Task, process: SpawnProcess) -> RecordingFailed:
        cassette = str(task.where.cassette)
        if self._is_stopped:
            return Interrupted(cassette, "before or after its steps", "interrupted")
        reason = f"the process that recorded it is gone, with exit code {process.exitcode}"
        return RecordingFailed(cassette, "unexpectedly", reason, "run it again: what was finished is in its journal")


@contextmanager
def _interrupts() -> Iterator[Connection]:
    """
    Give a connection that has something to read after each Ctrl-C, while the block runs.

    KeyboardInterrupt, raised wherever the program is, could tear a message in two.
    """
    ours, its = get_context("spawn").Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    takes = before is not signal.SIG_IGN and threading.current_thread() is threading.main_thread()
    if takes:
        signal.signal(signal.SIGINT, lambda *_: its.send_bytes(b"!"))
    try:
        yield ours
    finally:
        if takes:
            signal.signal(signal.SIGINT, before)
        ours.close()
        its.close()


@contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    """Let the signal *number* come when the block is over; what is started in it never gets it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(ours: Connection, profile: str | None, rules: Rules) -> None:
    """Make the tasks that come by *ours* until it is closed; SIGTERM breaks one off as Ctrl-C would."""
    try:
        session = open_session(profile)
        while True:
            result = _made(ours.recv(), session, rules, ours)
            with _held_back(signal.SIGTERM):
                ours.send(("end", result))
    except (EOFError, OSError, KeyboardInterrupt):
        return  # nothing is left to do, or nobody to do it for


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _made(task: Task, session: Session, rules: Rules, ours: Connection) -> Result:
    def tell(kind: str, content: object) -> None:
        try:
            with _held_back(signal.SIGTERM):
                ours.send((kind, content))
        except OSError:
            raise KeyboardInterrupt from None  # who asked for it is gone

    def on_steps_end() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # clean-up, comparison and swap are done whole, and told

    told = Told(partial(tell, "progress"), partial(tell, "note"), on_steps_end=on_steps_end)
    work: Callable[[], Outcome] = partial(refresh, task.plan, task.where, session, task.settings, rules, told)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return discreet(str(task.where.cassette), work)
    except BototapeError as error:
        return error

"""Record a cassette: calls are sent, answers kept scrubbed; the file appears only when all went well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bototape import cassettes
from bototape.adapters import active, aio, vcr
from bototape.adapters import botocore as seam
from bototape.adapters.senders import Sender
from bototape.attempt import Attempt
from bototape.finding import Finding
from bototape.guard import allow
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.record import Recorder
from bototape.tape import seeding
from bototape.tape.playing import shown
from bototape.tape.remembered import Remembered, Remembers

__all__ = ["RecordingTape", "recording"]


class RecordingTape(Remembers):
    """A cassette being recorded: calls are sent, and kept scrubbed in the order of their answers."""

    playing = False

    def __init__(self, recorder: Recorder, services: Collection[str], name: str) -> None:
        self._recorder = recorder
        self._services = services
        self._lock = threading.Lock()
        self.remembered = Remembered(None, name, may_make=True)

    def __len__(self) -> int:
        """Return how many answers were kept."""
        return len(self._recorder)

    @property
    def kept(self) -> int:
        """How many interactions are kept of them: equal polls are one."""
        return len(self._recorder.cassette().interactions)

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> None:
        """Answer nothing: every call is sent."""

    def sending(self, request: Request, call: Call, sender: Sender) -> None:
        """Let it be sent: who records was learned before."""

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Scrub and keep one answered call; what fetches or renews credentials on the way is none."""
        if call is None or (self._services and call.service not in self._services):
            return
        with self._lock:
            if custom:
                self._recorder.endpoint = "custom"
            self._recorder.add(request, response, call)

    def fetch(self, request: Request) -> None:
        """Answer nothing: every request is sent."""

    def fetched(self, request: Request, response: Response) -> None:
        """Scrub and keep one answered request of another HTTP library."""
        with self._lock:
            self._recorder.add(request, response, None)

    def bypassed(self, call: Call) -> None:
        """Do nothing: what something else answered is not recorded."""

    def slept(self, seconds: float) -> None:
        """Do nothing: pauses are real while recording."""

    def now(self) -> datetime:
        """Return the time, in whole seconds, as answers tell it."""
        return datetime.now(UTC).replace(microsecond=0)

    def repeat_last(self) -> None:
        """Let the last answer play again after it was played."""
        with self._lock:
            self._recorder.repeat_last()


@contextmanager
def recording(
    path: Path,
    *,
    scrub: Callable[[Interaction], Interaction],
    leaks: Callable[[str], Sequence[Finding]],
    endpoint: Literal["aws", "custom"] = "aws",
    services: Collection[str] = (),
    http: bool = False,
    seeded: bool = False,
    begun: Sequence[Interaction] = (),
    write: Callable[[Path, Cassette, Callable[[str], Sequence[Finding]]], None] = cassettes.write,
) -> Iterator[RecordingTape]:
    """
    Record every client's call made in the block, and write the cassette at its end.

    *scrub* is applied to each interaction at once; *leaks* audits the finished text; *services*, if any are named,
    are the only ones recorded: credentials that are renewed in the block may cost calls of STS or SSO. With *http* the
    requests of other HTTP libraries are recorded as well. *write* takes *path*, the cassette and *leaks*, and writes
    it. *begun* was recorded before, and stands in front. With *seeded* the code under test gets seeded random numbers.
    After an exception in the block nothing is written; raises LeakRefused, and writes nothing either, when *leaks*
    finds something.
    """
    recorder = Recorder(scrub, endpoint, seam.release())
    recorder.begin(begun)
    tape = RecordingTape(recorder, services, shown(path))
    seam.install()
    aio.install()
    with allow(), vcr.patched() if http else nullcontext():
        active.enter(tape)
        try:
            with seeding.seeding(tape.remembered, asked=seeded):
                yield tape
        finally:
            active.leave(tape)
    recorder.remember(tape.variables.made, tape.remembered.seed)
    write(path, recorder.cassette(), leaks)

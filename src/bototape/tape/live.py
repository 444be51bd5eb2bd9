"""Record a cassette: calls are sent, answers kept scrubbed; the file appears only when all went well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from bototape import cassettes
from bototape.adapters import active
from bototape.adapters import botocore as seam
from bototape.adapters.senders import Sender
from bototape.attempt import Attempt
from bototape.finding import Finding
from bototape.guard import allow
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.record import Recorder

__all__ = ["RecordingTape", "recording"]


class RecordingTape:
    """A cassette being recorded: calls are sent, and kept scrubbed in the order of their answers."""

    playing = False

    def __init__(self, recorder: Recorder, services: Collection[str]) -> None:
        self._recorder = recorder
        self._services = services
        self._lock = threading.Lock()

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

    def bypassed(self, call: Call) -> None:
        """Do nothing: what something else answered is not recorded."""

    def slept(self, seconds: float) -> None:
        """Do nothing: pauses are real while recording."""

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
    write: Callable[[Path, Cassette, Callable[[str], Sequence[Finding]]], None] = cassettes.write,
) -> Iterator[RecordingTape]:
    """
    Record every client's call made in the block, and write the cassette at its end.

    *scrub* is applied to each interaction at once; *leaks* audits the finished text; *services*, if any are named,
    are the only ones recorded: credentials that are renewed in the block may cost calls of STS or SSO. *write* takes
    *path*, the cassette and *leaks*, and writes it. After an exception in the block nothing is written; raises
    LeakRefused, and writes nothing either, when *leaks* finds something.
    """
    recorder = Recorder(scrub, endpoint, seam.release())
    tape = RecordingTape(recorder, services)
    seam.install()
    with allow():
        token = active.enter(tape)
        try:
            yield tape
        finally:
            active.leave(tape, token)
    write(path, recorder.cassette(), leaks)

"""The live side of a tape: who sends is learned, answers are kept scrubbed, the file is written at the end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from bototape import modes
from bototape.adapters import botocore as seam
from bototape.adapters import models
from bototape.adapters.senders import Sender
from bototape.capture.callers import callers
from bototape.capture.intake import Intake
from bototape.capture.quiet import discreet, quiet
from bototape.check import Checker
from bototape.errors import BototapeError, RecordingFailed, WireError
from bototape.finding import Severity, at_or_above
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.record import Recorder
from bototape.tape import aside

__all__ = ["Take", "ledger_of"]

R = TypeVar("R")

#: As many findings of the check as a message names.
_SHOWN = 5


class Take:
    """
    What is recorded into *path* in *mode*; *old* is what was there, and stays in front in ``new_episodes``.

    The first error is kept: a recording that missed an answer is not written, even if the program went on.
    Safe under threads.
    """

    def __init__(self, path: Path, mode: modes.Mode, old: Cassette, stack: ExitStack) -> None:
        self.mode = mode
        self.answers = 0
        self.is_written = False
        self._path = path
        self._old = old
        told = modes.session()
        self._callers = callers(told.project, os.environ, modes.ESTATE)
        hush = stack.enter_context(quiet(spares=True))
        self._intake = Intake(path, ledger_of(path, told.cassettes), hush, models.codec)
        self._recorder = Recorder(self._intake.clean, "aws", seam.release(), given=self._intake.pseudonyms.given)
        self._lock = threading.RLock()
        self._met: set[tuple[str, str]] = set()
        self._failed: BototapeError | None = None

    @property
    def strange_ledger(self) -> bool:
        """Whether the ledger was made with other keys than ours: no value was recognised."""
        return self._intake.strange_ledger

    def meet(self, call: Call, sender: Sender) -> None:
        """
        Learn who is about to send *call*, once for each pair of keys and place.

        Raises UsageError where that fails, or a refresh of tests has no leave or no request left for it.
        """
        self._tried(partial(aside.refuse, call, os.environ))
        self._tried(partial(aside.spend, os.environ))
        used = sender.also if sender.also is not None else sender.credentials
        who = str(getattr(used, "access_key", None) or getattr(used, "token", "")), sender.endpoint
        with self._lock:
            if who in self._met:
                return
            self._intake.knows(self._tried(partial(self._callers.known, sender, call.region)))
            self._met.add(who)
            self._recorder.again()

    def scrubbed(self, request: Request, call: Call) -> Request:
        """Return *request* as it would have been recorded."""
        with self._lock:
            return self._intake.scrubbed(Interaction(request, Response(200), call)).request

    def keep(self, request: Request, response: Response, call: Call, *, custom: bool) -> None:
        """Scrub and keep one answered call; raises RecordingFailed for an answer that is none."""
        with self._lock:
            if custom:
                self._recorder.endpoint = "custom"
            self._tried(lambda: self._kept(request, response, call))
            self.answers += 1

    def keep_plain(self, request: Request, response: Response) -> None:
        """Scrub and keep one answered request of another HTTP library; nobody's account is asked for it."""
        with self._lock:
            if not self._met:
                self._intake.knows(self._tried(self._callers.told))
            self._tried(lambda: self._recorder.add(request, response, None))
            self.answers += 1

    def _kept(self, request: Request, response: Response, call: Call) -> Interaction:
        try:
            return self._recorder.add(request, response, call)
        except WireError as error:
            fix = "look at what answers there: a proxy's page is no answer of a service"
            raise RecordingFailed(str(self._path), call.name, str(error), fix) from None

    def _tried(self, work: Callable[[], R]) -> R:
        try:
            return discreet(str(self._path), work)
        except BototapeError as error:
            self._failed = self._failed or error
            raise

    def write(self, variables: Mapping[str, Any], seed: int | None) -> None:
        """
        Replace the file by what was recorded, with the *variables* made meanwhile; nothing is done where nothing was.

        Raises the first error of the recording, `LeakRefused`, `RecordingFailed` for a recording that does not stand
        up to the check, CassetteUnwritable, LedgerUnusable. The file is then as it was.
        """
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self.answers:
                discreet(str(self._path), partial(self._write, variables, seed))
                self.is_written = True

    def _write(self, variables: Mapping[str, Any], seed: int | None) -> None:
        self._recorder.remember(variables, seed)
        new = self._recorder.cassette()
        if self.mode == "all":
            self._refuse_wrong(new)
        self._intake.write(self._path, self._whole(new), self._intake.leaks)

    def _whole(self, new: Cassette) -> Cassette:
        """Return *new* behind the recordings that stay; what the file says of itself is as old as its oldest part."""
        old, added = self._old.provenance, new.provenance
        if not self._old.interactions or added is None:
            return new
        if old is not None:
            endpoint: Literal["aws", "custom"] = "custom" if "custom" in (old.endpoint, added.endpoint) else "aws"
            old = replace(old, endpoint=endpoint, seed=added.seed, variables={**old.variables, **added.variables})
        elif added.variables or added.seed is not None:  # a mark of ours is what keeps them
            old = Provenance(added.endpoint, scrub="", seed=added.seed, variables=added.variables)
        return Cassette((*self._old.interactions, *new.interactions), old)

    def _refuse_wrong(self, new: Cassette) -> None:
        """Hold *new* against the models that its clients were made of."""
        found = []
        checkers: dict[str, Checker] = {}
        for number, each in enumerate(new.interactions, 1):
            codec = models.codec(each.call.service) if each.call else None
            if each.call is None or codec is None:
                continue
            if each.call.service not in checkers:
                checkers[each.call.service] = Checker(codec.service, seam.release())
            found += checkers[each.call.service].interaction(each, number, str(self._path))
        wrong = at_or_above(found, Severity.ERROR)
        if wrong:
            more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
            reason = "; ".join(f"{each.where}: {each.message}" for each in wrong[:_SHOWN]) + more
            fix = "record with a newer botocore, or into another file and look at it with bototape check"
            raise RecordingFailed(str(self._path), "the recording does not pass the check", reason, fix)


def ledger_of(path: Path, root: Path | None) -> Path:
    """
    Return the ledger of the cassette at *path*: the nearest one above it, below *root*; else *root*'s or its own.

    *root* is the directory of a project's cassettes, None where there is none or the cassette is elsewhere.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would also follow links
    top = Path(os.path.abspath(root)) if root else None  # noqa: PTH100 - as above
    inside = top is not None and absolute.is_relative_to(top)
    for each in absolute.parents:
        if (each / "ledger.json").is_file() or (inside and each == top):
            return each / "ledger.json"
        if not inside and each == Path.cwd():
            break
    return path.parent / "ledger.json"

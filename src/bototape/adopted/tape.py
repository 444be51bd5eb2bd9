"""A cassette of vcrpy's while it is open under adoption."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from bototape.adapters import models
from bototape.adapters.senders import Sender
from bototape.attempt import Attempt
from bototape.errors import NoMatch, UsageError
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.plain import PlainPlayer, is_marked, named, plain_of
from bototape.replay import Player
from bototape.tape.playing import shown
from bototape.tape.records import MayRecord
from bototape.tape.running import is_scrubbed_again, seen_from_the_test
from bototape.tape.taking import Take
from bototape.wire.route import route

if TYPE_CHECKING:
    from bototape.adapters.vcr.taken import Taken

__all__ = ["AdoptedTape"]

_SENT = "send what was recorded: the call would be scrubbed again if it were recorded again"


class AdoptedTape(MayRecord):
    """
    Answers from *cassette*, which *taken* has loaded, and counts there; records with *take*, if there is one.

    A call of AWS plays the recording with its parameters. Where none has them, the first recording of its operation
    plays that the suite's own matchers let through: it may have other parameters, and its name is added to ``loose``.
    """

    def __init__(self, taken: Taken, cassette: Cassette, take: Take | None, stack: ExitStack) -> None:
        self.path: Path = taken.path
        self.misses: list[NoMatch] = []
        self.bypasses: list[Call] = []
        self.pauses: list[float] = []
        self.loose: list[str] = []
        self.calls = self.requests = 0
        self.in_vain = taken.in_vain
        self._taken = taken
        self._take = take
        self._stack = stack
        self._interactions = cassette.interactions
        self._name = shown(taken.path)
        self._found = -1
        self._player = Player(cassette, self._name, models=models, on_play=self._on_play)
        self._plain = PlainPlayer(cassette, plain_of(cassette))
        self._loosely: set[int] = set()
        self._lock = threading.RLock()
        self._closed = False

    def _on_play(self, position: int) -> None:
        self._found = position

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response | None:  # noqa: ARG002 - the seam's protocol
        """Return the recorded answer; None for a call that is to be sent; raise NoMatch for one without a recording."""
        __tracebackhide__ = True
        with self._lock:
            self._refuse_late(call.name if call else named(request))
            sent = self._taken.filtered(request)
            if sent is None or self._taken.mode == "all":
                return None
            found = self._exact(sent, call)
            if found is None:
                found = self._loose(request, sent, call)
            if found is not None:
                self.calls += 1
                self._taken.played(found)
                return self._interactions[found].response
            if self._take is not None:
                return None
            try:
                self._player.play(sent, call)
            except NoMatch as miss:
                raise self._missed(miss) from None
            raise NotImplementedError  # it was looked for above, under the same lock

    def _exact(self, sent: Request, call: Call | None) -> int | None:
        """Return the recording with the parameters of *sent* that is due."""
        before = None
        while self._player.find(sent, call) is not None:
            if self._found not in self._loosely or self._found == before:
                return self._found
            before = self._found  # another call took it: the next one is due, unless it repeats
        return None

    def _loose(self, request: Request, sent: Request, call: Call | None) -> int | None:
        """Return the first recording that the suite's matchers let through; one of the same document before others."""
        operation = route(sent).operation
        found = [
            position
            for position in self._taken.matching(request)
            if is_marked(self._interactions[position].request)
            and route(self._interactions[position].request).operation == operation
        ]
        if not found:
            return None
        document = _document(sent)
        same = [each for each in found if _document(self._interactions[each].request) == document]
        if not same:
            self.loose.append(call.name if call else named(sent))
        position = (same or found)[0]
        self._loosely.add(position)
        return position

    def fetch(self, request: Request) -> Response | None:
        """Return the recorded answer to a request of another HTTP library, by the suite's own matchers."""
        __tracebackhide__ = True
        with self._lock:
            self._refuse_late(named(request))
            sent = self._taken.filtered(request)
            if sent is None:
                return None
            position = None if self._taken.mode == "all" else next(self._taken.matching(request), None)
            if position is not None:
                self.requests += 1
                self._loosely.add(position)
                self._taken.played(position)
                return self._interactions[position].response
            if self._take is not None:
                self._refuse_unwritable()
                return None
            raise self._missed(self._plain.miss(sent, self._name, ""))

    def sending(self, request: Request, call: Call, sender: Sender) -> None:
        """Learn who is about to send what is to be recorded."""
        if self._take is not None and self._taken.filtered(request) is not None:
            self._refuse_unwritable()
            self._take.meet(call, sender)

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Keep a live answer, as the suite's hooks and then our scrubber leave it."""
        kept = self._kept(request, response)
        if kept is not None and call is not None and self._take is not None:
            self._take.keep(kept.request, kept.response, call, custom=custom)

    def fetched(self, request: Request, response: Response) -> None:
        """Keep the live answer to a request of another HTTP library."""
        kept = self._kept(request, response)
        if kept is not None and self._take is not None:
            self._take.keep_plain(kept.request, kept.response)

    def _kept(self, request: Request, response: Response) -> Interaction | None:
        with self._lock:
            if self._take is None or self._closed or self._taken.filtered(request) is None:
                return None
            return self._taken.add(request, response)

    def _refuse_unwritable(self) -> None:
        if self._taken.unwritable:
            reason = f"cannot record {self._name} scrubbed: the suite has a {self._taken.unwritable} of its own"
            raise UsageError(reason, "record without --bototape-adopt-vcr, or with vcrpy's yaml files")

    def _missed(self, miss: NoMatch) -> NoMatch:
        self.misses.append(seen_from_the_test(miss))
        how = f"pytest {miss.test} --record-mode=new_episodes" if miss.test else 'record_mode="new_episodes"'
        again = is_scrubbed_again(miss)
        miss.fix = _SENT if again else f"make the call that was recorded, or record this one: {how}"
        return miss

    def _refuse_late(self, name: str) -> None:
        if self._closed:
            reason = "the cassette was closed before this call was made, by a thread or task that outlived it"
            raise NoMatch(name, self._name, (reason,), "wait for the thread or task before the cassette closes")

    def bypassed(self, call: Call) -> None:
        """Note a call that something else answered first."""
        self.bypasses.append(call)

    def slept(self, seconds: float) -> None:
        """Note a pause of botocore's that was left out."""
        if seconds > 0:
            self.pauses.append(seconds)

    def swallowed(self) -> NoMatch | None:
        """Return the first miss, which the code under test may have swallowed."""
        return self.misses[0] if self.misses else None

    def forget_misses(self) -> None:
        """Forgive the misses so far: they were reported."""
        self.misses.clear()

    def close(self) -> None:
        """Stop answering."""
        self._closed = True

    def end(self, *, keep: bool) -> None:
        """Write what was recorded if *keep* and vcrpy say so, or raise why it cannot be written."""
        with self._stack:
            if keep and self._take is not None and self._taken.saves:
                self._take.write({}, None)


def _document(request: Request) -> object:
    """Return what *request* says, without its white space if it is JSON: a suite's serializer may lay that out anew."""
    body: object = request.body
    with suppress(ValueError, RecursionError):
        body = json.loads(request.body)
    parts = urlsplit(request.uri)
    return request.method, parts.path, sorted(parse_qsl(parts.query, keep_blank_values=True)), body

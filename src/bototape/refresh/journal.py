"""
What a recording has so far, on disk: scrubbed, audited, for its user alone to read; a crash in minute 50 resumes.

One JSON object a line: what the recording is of, then each interaction and each finished step, synced as they come. A
value that a later step needs is kept only where scrubbing leaves it as it is: the real one of anything else is nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bototape import cassettes
from bototape.capture.commit import rename
from bototape.finding import Finding
from bototape.interaction import Cassette, Interaction
from bototape.jsontext import texts
from bototape.refresh.restore import Restorer
from bototape.releases import cache
from bototape.scenario.plan import Plan
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.wire.codec import is_error

__all__ = ["LONGEST_S", "Journal", "path_of"]

#: Seconds after which a journal is of no use: what it tells of has gone on without us.
LONGEST_S = 24 * 3600.0


def path_of(cassette: Path) -> Path:
    """Return where the journal of *cassette* is: in the user's cache, not beside it."""
    return cache.directory() / "refresh" / f"{hashlib.sha256(os.fsencode(cassette.resolve())).hexdigest()[:32]}.jsonl"


@dataclass
class Journal:
    """
    The journal at *path* of a recording that *head* tells from any other.

    *finished* are the steps that need not be made again, with what they saved; *begun* the interactions that stay in
    front; *learned* the ledger's entries that they need, digest → (kind, pseudonym). *stuck* is the step that cannot be
    gone on with, and *known* what was saved before it, or by it. *leaks* audits what is about to be written; *restorer*
    knows the account.
    """

    path: Path
    head: Mapping[str, str]
    leaks: Callable[[str], Sequence[Finding]]
    restorer: Restorer
    finished: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    begun: list[Interaction] = field(default_factory=list)
    learned: dict[str, tuple[str, str]] = field(default_factory=dict)
    stuck: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _is_off: bool = False

    def resume(self, plan: Plan, names: Mapping[str, str], now: float | None = None) -> None:
        """
        Take what an earlier run of *plan* left, if it was of the same; *names* are the ledger's entries.

        It is *stuck* where a step that changed the account saved what is on no disk, nor known to who records.
        """
        lines = self._lines(time.time() if now is None else now)
        if not lines or lines[0] != dict(self.head):
            self.drop()
            self._write(dict(self.head))
            return
        kept: dict[int, list[Interaction]] = {}
        done: dict[int, Mapping[str, Any] | None] = {}
        hidden: dict[int, Mapping[str, tuple[Any, str]]] = {}
        for each in lines[1:]:
            if "interaction" in each:
                kept.setdefault(each["step"], []).append(_interaction(each["interaction"]))
                self.learned |= {name: (kind, pseudonym) for name, (kind, pseudonym) in each["learned"].items()}
            else:
                done[each["step"]] = each["saved"]
                hidden[each["step"]] = each.get("hidden", {})
        names = {**names, **{name: pseudonym for name, (_, pseudonym) in self.learned.items()}}
        for step, saved in done.items():
            found = self.restorer.restored(hidden[step], names) if saved is None else dict(saved)
            self.known |= found
            if found.keys() == hidden[step].keys() and found:
                done[step] = found
        self._take(plan, kept, done)

    def _take(
        self, plan: Plan, kept: Mapping[int, list[Interaction]], done: Mapping[int, Mapping[str, Any] | None]
    ) -> None:
        for step in plan.scenario.steps:
            mine, saved = kept.get(step.number, []), done.get(step.number)
            changes = step.operation in plan.mutations
            if changes and mine and not step.save and not is_error(mine[-1].response):
                saved = {}  # it was made: a step that changes something is not made twice
            if saved is None:
                if any(
                    kept.get(each.number) for each in plan.scenario.steps[step.number - 1 :] if _changes(plan, each)
                ):
                    self.stuck = step.number
                    return
                if step.until and step.number not in done:
                    self.begun += (each for each in mine if not is_error(each.response))
                return
            self.finished[step.number] = saved
            self.begun += [*mine[:-1], *(_repeated(each) if step.repeat else each for each in mine[-1:])]

    def settle(self, key: bytes, known: Mapping[str, str], ledger: Path) -> None:
        """
        Rename what an earlier run left by the entries *known* of *ledger*: another recording may have been first.

        *key* is that of the digests. Raises `LedgerUnusable` where an old name cannot be reached.
        """
        pseudonyms = Pseudonyms(key, {})
        pseudonyms.adopt(self.learned)
        groups = pseudonyms.settle(known)
        self.begun = list(rename(Cassette(tuple(self.begun)), groups, ledger).interactions)
        self.learned = dict(pseudonyms.entries)

    def kept(self, step: int, interaction: Interaction, learned: Mapping[str, tuple[str, str]]) -> None:
        """Note one interaction of *step*, scrubbed, and the entries *learned* so far."""
        text = cassettes.to_text(Cassette((interaction,)))
        if self._is_off or self.leaks(text):
            self._off()
            return
        self._texts[step] = self._texts.get(step, "") + text
        new = {name: value for name, value in learned.items() if name not in self._told}
        self._told |= new.keys()
        self._write({"step": step, "interaction": text, "learned": new})

    def done(self, step: int, saved: Mapping[str, Any], scrubbed: Mapping[str, Any], *, is_clean: bool) -> None:
        """
        Note that *step* is finished; *is_clean* says that scrubbing leaves what it *saved* as it is.

        *scrubbed* are the same values as far as the scrubbed answer tells them.
        """
        plain = is_clean and all(each in self._texts.get(step, "") for each in texts(saved))
        line: dict[str, Any] = {"step": step, "saved": dict(saved) if plain else None}
        self._write(line if plain else line | self._hidden(saved, scrubbed))

    def _hidden(self, saved: Mapping[str, Any], scrubbed: Mapping[str, Any]) -> dict[str, Any]:
        try:
            hidden = {name: (scrubbed.get(name), self.restorer.digest(value)) for name, value in saved.items()}
            is_safe = not self.leaks(json.dumps(hidden))
        except TypeError:  # a moment, a blob
            return {}
        return {"hidden": hidden} if is_safe else {}

    def cleaned(self, *, wholly: bool) -> None:
        """Hear that the clean-up was made, *wholly* or not: what the journal tells of is gone."""
        if wholly or not self.stuck:
            self.drop()

    def drop(self) -> None:
        """Remove it: it is of no more use."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _off(self) -> None:
        self._is_off = True
        self.drop()

    def _lines(self, now: float) -> list[dict[str, Any]]:
        try:
            if now - self.path.stat().st_mtime > LONGEST_S:
                return []
            return [*_parsed(self.path.read_text(encoding="utf-8"))]
        except (OSError, UnicodeDecodeError):
            return []

    def _write(self, line: Mapping[str, Any]) -> None:
        """Add a line; where that is not possible the recording goes on without a journal."""
        if self._is_off:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self._off()


def _changes(plan: Plan, step: Any) -> bool:
    return step.operation in plan.mutations


def _parsed(text: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal; the last one may be torn."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def _interaction(text: str) -> Interaction:
    try:
        [found] = cassettes.from_text(text, "the journal").interactions
    except ValueError as error:
        raise AssertionError("an entry of a journal is one interaction") from error
    return found


def _repeated(each: Interaction) -> Interaction:
    return replace(each, call=replace(each.call, repeat=True)) if each.call else each

"""Refresh the cassettes of tests: these run in record mode, and what they record goes aside until it is swapped in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from botocore.session import Session

from bototape import cassettes
from bototape.capture.budget import Budget
from bototape.cassettes import Seen
from bototape.errors import BototapeError, RecordingFailed
from bototape.interaction import Cassette
from bototape.refresh.run import Outcome, Rules, settle, there
from bototape.scenario.run import Target
from bototape.tape.aside import ALLOWED, BUDGET, INTO, mirrored
from bototape.tape.taking import ledger_of

__all__ = ["Tests", "cassettes_below", "command", "environment", "near"]

_YAML = (".yaml", ".yml")

#: pytest's exit code where nothing was collected.
_NO_TESTS = 5


def command(tests: Sequence[str]) -> list[str]:
    """Return the command that records the cassettes of *tests*, pytest's ids or paths; none for the whole suite."""
    return [sys.executable, "-m", "pytest", "--bototape-record-mode=all", *tests]


def environment(
    base: Mapping[str, str], into: Path, allowed: Sequence[str], budget: Budget, told: Mapping[str, str | None]
) -> dict[str, str]:
    """
    Return the environment of the tests: *base*, where recordings go, and what *told* sets.

    It says what may be changed, and what is left of the requests of *budget*, which has a counter.
    """
    own = {name: value for name, value in told.items() if value}
    if budget.max_requests is not None:
        own[BUDGET] = f"{budget.max_requests}:{budget.counter}"
    return {**base, INTO: str(into), ALLOWED: ",".join(allowed), **own}


@dataclass(frozen=True, slots=True)
class Tests:
    """
    Tests that record below *into*; *root* is the directory of the project's cassettes, whose ledger counts.

    *seen* is what was there before they ran: cassettes by their absolute path.
    """

    into: Path
    root: Path
    seen: Mapping[Path, tuple[Cassette, Seen]]

    @classmethod
    def before(cls, into: Path, root: Path) -> Tests:
        """Look at what is there, and lay the ledger of *root* where the tests will look for it."""
        found = {each.resolve(): (there(each), cassettes.seen(each)) for each in cassettes_below(root)}
        own, copy = root / "ledger.json", mirrored(into, root / "ledger.json")
        copy.parent.mkdir(parents=True, exist_ok=True)
        empty = json.dumps({"format": 1, "pseudonyms": {}})
        copy.write_text(own.read_text(encoding="utf-8") if own.is_file() else empty, encoding="utf-8")
        return cls(into, root, found)

    def run(
        self, arguments: Sequence[str], env: Mapping[str, str], timeout_s: float, say: Callable[[str], None]
    ) -> None:
        """
        Run the tests; what they print goes to *say*.

        Raises RecordingFailed when a test failed, none was found, or they took longer than *timeout_s*.
        """
        what = " ".join(["pytest", *arguments[3:]])
        try:
            done = subprocess.run(  # noqa: S603 - pytest, of the interpreter that runs this
                arguments, env=dict(env), capture_output=True, text=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            reason = f"the budget is spent: the tests took longer than {timeout_s:.0f} seconds"
            raise RecordingFailed("of the tests", what, reason, "raise max_duration") from None
        for line in done.stdout.splitlines():
            say(f"  {line}")
        if done.returncode:
            reason = "there are no such tests" if done.returncode == _NO_TESTS else "not all tests passed: see above"
            raise RecordingFailed("of tests", what, reason, "what the others recorded is looked at all the same")

    def recorded(self) -> Iterator[Path]:
        """Yield the cassettes that were recorded, as they are named in the project."""
        for each in sorted(self.into.rglob("*")):
            if each.suffix in _YAML and each.is_file():
                yield Path(self.into.anchor) / each.relative_to(self.into)

    def settle(self, cassette: Path, session: Session, rules: Rules) -> Outcome:
        """Put the recording in place of *cassette* if it is good; raises as `settle` does."""
        staged = mirrored(self.into, cassette)
        aside = Target(staged, ledger_of(staged, None))
        where = Target(near(cassette), ledger_of(cassette, self.root))
        before = self.seen.get(cassette.resolve()) or (there(cassette), cassettes.seen(cassette))
        return replace(settle(aside, where, before, session, rules), source="tests")


def cassettes_below(root: Path) -> Iterator[Path]:
    """Yield the files below the directory *root* that are cassettes; scenarios and other files are none."""
    for each in sorted(root.rglob("*")):
        if each.suffix in _YAML and each.is_file():
            try:
                there(each)
            except BototapeError:
                continue
            yield each


def near(path: Path) -> Path:
    """Return *path* as a user would type it here."""
    here = Path.cwd()
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would also follow links
    return path.relative_to(here) if path.is_relative_to(here) else path

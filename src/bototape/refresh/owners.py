"""Which tests own which cassettes: by their markers, and by what the last run of the tests saw them open."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.session import Session

from bototape import evidence
from bototape.errors import EvidenceUnusable, UsageError
from bototape.recordings import Recording
from bototape.refresh.plan import Call
from bototape.scenario.plan import changes_account

__all__ = ["Owners", "calls", "collected"]

#: pytest's exit code where nothing was collected, and the lines of its output that a message shows.
_NO_TESTS = 5
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Owners:
    """The tests that were collected, by the absolute paths of their cassettes, as far as that is known."""

    tests: Mapping[Path, tuple[str, ...]]

    def of(self, cassette: Path) -> tuple[str, ...]:
        """Return the tests that own *cassette*, sorted."""
        return self.tests.get(cassette.resolve(), ())


def collected(tests: Sequence[str], file: Path, environment: Mapping[str, str]) -> Owners:
    """
    Return the owners among *tests*, pytest's ids or paths; none for the whole suite. They are collected, and not run.

    *file* is where pytest may say so. Raises UsageError where it cannot collect them.
    """
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", *tests]
    env = {**environment, evidence.OWNERS: str(file)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - pytest, of the interpreter that runs this
    if done.returncode == _NO_TESTS:
        raise UsageError(f"there are no such tests: pytest {' '.join(tests)}".rstrip(), "name tests as pytest does")
    if done.returncode or not file.is_file():
        last = [each for each in (done.stdout + done.stderr).splitlines() if each.strip()][-_SHOWN:]
        reason = "".join(f"\n  {each}" for each in last)
        raise UsageError(f"the tests cannot be collected: pytest {' '.join(tests)}".rstrip() + reason, "run pytest")
    return Owners(_owners(json.loads(file.read_text(encoding="utf-8"))))


def _owners(told: Mapping[str, Any]) -> dict[Path, tuple[str, ...]]:
    root, names = Path(told["root"]), set(told["tests"])
    found: dict[Path, set[str]] = {}
    for test, path in told["marked"].items():
        found.setdefault((root / path).resolve(), set()).add(test)
    for path, tests in _seen(told["evidence"]).items():
        if known := names.intersection(tests):
            found.setdefault((root / path).resolve(), set()).update(known)
    return {path: tuple(sorted(tests)) for path, tests in sorted(found.items())}


def _seen(path: str) -> Mapping[str, Sequence[str]]:
    """Return which tests opened each cassette in the last run; nothing where there was none, or it left nothing."""
    try:
        found = evidence.from_text(Path(path).read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError, EvidenceUnusable):
        return {}
    return {name: each.owners for name, each in found.played.items()}


def calls(recording: Recording | None, session: Session) -> tuple[Call, ...]:
    """Return the calls of *recording*, as often as they were made, and whether they may change the account."""
    found: Counter[tuple[str, str]] = Counter()
    for each in recording.calls if recording else ():
        repeat = each.interaction.call.repeat if each.interaction.call else False
        found[each.service, each.operation] += 1 if isinstance(repeat, bool) else repeat
    return tuple(
        Call(f"{service}.{operation}", count, _changes(service, operation, session))
        for (service, operation), count in found.items()
    )


def _changes(service: str, operation: str, session: Session) -> bool:
    try:
        model = session.get_service_model(service)
    except UnknownServiceError:
        return False
    return operation in model.operation_names and changes_account(model, operation)

"""``--bototape-evidence``: what a run played of each cassette, for ``bototape prune``."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from bototape import evidence, watched
from bototape.evidence import Played
from bototape.pytest_plugin.files import replaced
from bototape.pytest_plugin.whole import Whole, is_worker

__all__ = ["FILE", "Evidence", "add", "asked"]

#: The file in pytest's cache.
FILE = "evidence.json"

_NAME = "bototape_evidence"

#: Where pytest says which test runs.
_CURRENT = "PYTEST_CURRENT_TEST"


def add(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("bototape").addoption(
        "--bototape-evidence",
        metavar="FILE",
        default=None,
        help="write what the tests played here, for bototape prune (by default into pytest's cache)",
    )


def asked(config: pytest.Config, whole: Whole) -> Evidence | None:
    """Return what takes it down, unless there is no place to leave it: no option names one, and there is no cache."""
    is_wanted = config.getoption("--bototape-evidence") or config.pluginmanager.hasplugin("cacheprovider")
    return Evidence(config, whole) if is_wanted else None


class Evidence:
    """Takes down what each tape played, of tests and of fixtures of any scope."""

    def __init__(self, config: pytest.Config, whole: Whole) -> None:
        self._config = config
        self._whole = whole
        self._played: dict[str, Played] = {}
        self._gaps: dict[str, None] = {}
        self._parts: list[evidence.Evidence] = []
        self._digests: dict[tuple[str, int, int], str] = {}
        watched.watch(self._ended)

    def pytest_unconfigure(self) -> None:
        """Listen no more."""
        watched.forget(self._ended)

    def _ended(self, tape: watched.Tape) -> None:
        name = self._whole.name(tape.path)
        if not tape.playing:
            if tape.recorded:
                self._gaps[f"{name} was recorded in this run"] = None
            return
        times = tape.played
        most = tuple(times.get(at, 0) for at in range(len(tape.requests)))
        unsure = "a child process was forked while a test played it" if watched.is_shared(tape) else ""
        owner = os.environ.get(_CURRENT, "").rpartition(" (")[0]  # the test, and in parentheses how far it is
        played = Played(self._digest(tape.path), most, unsure, owners=(owner,) if owner else ())
        self._played[name] = self._played[name].joined(played) if name in self._played else played

    def _digest(self, path: Path) -> str:
        try:
            state = path.stat()
            key = (str(path), state.st_mtime_ns, state.st_size)
            if key not in self._digests:
                self._digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return ""
        return self._digests[key]

    def _mine(self, gaps: list[str]) -> evidence.Evidence:
        return evidence.Evidence(self._played, gaps=(*gaps, *self._gaps))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker hands over."""
        found = getattr(node, "workeroutput", {}).get(_NAME)
        if found is not None:
            self._parts.append(evidence.Evidence.from_dict(found))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write it, or hand it over to the controller."""
        if is_worker(self._config):
            self._config.workeroutput[_NAME] = self._mine([]).as_dict()  # type: ignore[attr-defined]  # pytest-xdist's
            return
        if self._config.option.collectonly:
            return
        found = evidence.Evidence.union([self._mine(self._whole.gaps(session, exitstatus)), *self._parts])
        text = evidence.to_text(self._judged(found))
        told = self._config.getoption("--bototape-evidence")
        if told:
            replaced(Path(self._config.invocation_params.dir) / str(told), text)
        elif found.played or self._whole.owners:
            self._cached(text)

    def _judged(self, found: evidence.Evidence) -> evidence.Evidence:
        """Return *found* with what skipped tests leave open, and tests that played out of sight."""
        owners, skipped = self._whole.owners, self._whole.skipped
        held = {owners[each]: f"its test {each} was skipped" for each in sorted(skipped & owners.keys(), reverse=True)}
        unseen = [
            f"{each} passed, and what it played of {owners[each]} was not seen"
            for each in sorted(self._whole.passed & owners.keys())
            if owners[each] not in found.played
        ]
        gaps = tuple(unseen) if not found.gaps else ()  # a run with gaps need not be told of more
        others = tuple(sorted(skipped - owners.keys()))
        return evidence.Evidence.union(
            [found, evidence.Evidence(held=held, gaps=gaps, skipped=others, files=self._whole.files)]
        )

    def _cached(self, text: str) -> None:
        """Leave *text* in pytest's cache, if there is one: a project that may not be written has none."""
        cache = getattr(self._config, "cache", None)
        if cache is not None:
            with contextlib.suppress(OSError, pytest.UsageError):
                replaced(Path(cache.mkdir("bototape")) / FILE, text)

"""
``--bototape-adopt-vcr``: what the suite opens through vcrpy is played and recorded by us.

pytest-recording and pytest-vcr stay in force where they are installed: their markers, fixtures and options decide what
is opened. Where neither is, `adopt_fixtures` stands in for pytest-recording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bototape.pytest_plugin.tally import counted

if TYPE_CHECKING:
    from bototape.adopted import AdoptedTape

__all__ = ["begin"]

_LOOSE = "loose: "
_IN_VAIN = "in vain: "


def begin(config: pytest.Config, parser: pytest.Parser) -> None:
    """Adopt the suite; called before its conftest files are imported."""
    manager = config.pluginmanager
    manager.register(_Adoption(), "bototape-adoption")
    owned = manager.has_plugin("vcr") or hasattr(config.known_args_namespace, "record_mode")  # cassetter has one, too
    if not owned and not hasattr(manager.hook, "pytest_recording_configure"):
        from bototape.pytest_plugin import adopt_fixtures  # noqa: PLC0415 - where nothing is adopted, nothing is loaded

        adopt_fixtures.add(parser, manager)


class _Adoption:
    """The hooks of a run that adopts; what its tapes did is counted."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._counts: Counter[str] = Counter()
        self._pending: list[AdoptedTape] = []
        self._passed: set[str] | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Take vcrpy's cassettes over, before a conftest or a test opens one."""
        from bototape.adopted import adoption  # noqa: PLC0415 - imports vcrpy, and with it every HTTP library

        self._stack.enter_context(adoption(self._closed))
        config.add_cleanup(self._stack.close)

    def _closed(self, tape: AdoptedTape) -> None:
        """Count what *tape* did, and keep what it recorded: in a test at its end, if that passed."""
        counts = self._counts
        counts["cassettes"] += bool(tape.calls or tape.requests)
        counts["calls"] += tape.calls
        counts["requests"] += tape.requests
        counts["milliseconds"] += round(sum(tape.pauses) * 1000)
        counts.update(f"{_LOOSE}{each}" for each in tape.loose)
        counts.update(f"{_IN_VAIN}{each}" for each in tape.in_vain)
        counts.update(f"elsewhere: {each.name}" for each in tape.bypasses)
        if self._passed is None:
            self._end(tape, keep=True)
        else:
            self._pending.append(tape)

    def _end(self, tape: AdoptedTape, *, keep: bool) -> None:
        try:
            tape.end(keep=keep)
        finally:
            if tape.recorded:
                self._counts[f"{'recorded' if tape.is_written else 'dropped'}: {tape.path}"] += tape.recorded

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Let what a test records wait for its end; what is not kept by then is dropped."""
        self._passed = set()
        try:
            return (yield)
        finally:
            self._passed = None
            self._end_all(keep=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Remember which phases passed."""
        report = yield
        if self._passed is not None and report.outcome == "passed":
            self._passed.add(report.when or "")
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Write what a test that passed has recorded; why it cannot be is the test's error."""
        result = yield
        self._end_all(keep={"setup", "call"} <= (self._passed or set()))
        return result

    def _end_all(self, *, keep: bool) -> None:
        while self._pending:
            self._end(self._pending.pop(0), keep=keep)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand a worker's counts to whoever prints them."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["bototape_adopted"] = dict(self._counts)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add a worker's counts."""
        self._counts.update((getattr(node, "workeroutput", None) or {}).get("bototape_adopted", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was played and recorded, and what deserves a look; quiet where nothing was."""
        counts = self._counts
        lines = list(_told(counts)) if counts.total() else []
        if lines:
            terminalreporter.section("bototape: adopted cassettes")
        for each in lines:
            terminalreporter.write_line(each)


def _told(counts: Counter[str]) -> Generator[str, None, None]:
    if counts["cassettes"]:
        others = f" and {counted(counts['requests'], 'other request')}" if counts["requests"] else ""
        calls = counted(counts["calls"], "call")
        yield f"{calls} of AWS{others} replayed from {counted(counts['cassettes'], 'cassette')}"
    if counts["milliseconds"]:
        yield f"botocore would have slept {counts['milliseconds'] / 1000:.1f} s"
    for what, count in sorted(counts.items()):
        kind, _, name = what.partition(": ")
        were, calls, answers = "was" if count == 1 else "were", counted(count, "call"), counted(count, "answer")
        match kind:
            case "loose":
                verb = "differs" if count == 1 else "differ"
                yield f"{name}: {calls} {verb} from what was recorded; the suite's match_on let them through"
            case "recorded":
                yield f"{answers} recorded into {name}"
            case "dropped":
                yield f"{answers} recorded for {name} {were} dropped: the test did not pass"
            case "elsewhere":
                yield f"{name}: {calls} {were} answered before the cassette (by moto, a Stubber or a handler)"
            case "in vain":
                yield f"not honoured: {name} ({counted(count, 'cassette')})"

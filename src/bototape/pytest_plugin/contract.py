"""``--bototape-check``: calls of tests held against a release while they are replayed."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from bototape import watched
from bototape.errors import BototapeError, ContractBroken
from bototape.pytest_plugin.tally import counted

if TYPE_CHECKING:
    from bototape.contract import Contract
    from bototape.finding import Finding

__all__ = ["Check", "CheckWarning", "add", "started"]

_LEVELS = ("off", "warn", "fail")
_LEVEL = ("--bototape-check", "BOTOTAPE_CHECK", "bototape_check")
_RELEASE = ("--bototape-check-release", "BOTOTAPE_CHECK_RELEASE", "bototape_check_release")
_MOST_SHOWN = 40
_REPORTED = "bototape_contract"
_FOUND = pytest.StashKey[list["Finding"]]()
_FAILED = pytest.StashKey[bool]()


class CheckWarning(pytest.PytestWarning):
    """A call of a test does not fit the API of the release that it is checked against."""


def add(parser: pytest.Parser) -> None:
    """Add the options and their ini twins."""
    group = parser.getgroup("bototape")
    group.addoption(
        _LEVEL[0],
        metavar="|".join(_LEVELS),
        choices=_LEVELS,
        default=None,
        help="hold each request and each answer of a playing cassette against a release: tell of faults, or fail the "
        f"test (environment: {_LEVEL[1]}, ini: {_LEVEL[2]}; off by default)",
    )
    group.addoption(
        _RELEASE[0],
        metavar="RELEASE",
        default=None,
        help=f"the release to check against, as bototape check has it (environment: {_RELEASE[1]}, ini: {_RELEASE[2]}; "
        "by default the newest snapshot that has the operation, else the installed botocore)",
    )
    parser.addini(_LEVEL[2], f"check calls while replaying: {', '.join(_LEVELS)}", default="")
    parser.addini(_RELEASE[2], "the release to check calls against", default="")


def _told(config: pytest.Config, names: tuple[str, str, str]) -> str:
    option, variable, setting = names
    return str(config.getoption(option) or os.environ.get(variable) or config.getini(setting)).strip()


def started(config: pytest.Config) -> Check | None:
    """Return what checks from now on, unless that is off; raises pytest.UsageError for another word."""
    level = _told(config, _LEVEL) or "off"
    if level not in _LEVELS:
        raise pytest.UsageError(f"{_LEVEL[1]} or {_LEVEL[2]}: expected one of {', '.join(_LEVELS)}, found {level!r}")
    return Check(config, is_failing=level == "fail") if level != "off" else None


class Check:
    """Checks calls as they are answered, and tells of each test what is wrong with its own."""

    def __init__(self, config: pytest.Config, *, is_failing: bool) -> None:
        from bototape import config as settings  # noqa: PLC0415 - only if asked for
        from bototape import judging  # noqa: PLC0415 - as above
        from bototape.contract import Contract  # noqa: PLC0415 - as above

        self._is_failing = is_failing
        self._tests: dict[tuple[str, str, str, str], set[str]] = {}
        try:
            table = settings.load(config.rootpath / settings.FILE).check
            self._contract: Contract = Contract(_told(config, _RELEASE), judging.policy(table, root=config.rootpath))
        except BototapeError as error:
            raise pytest.UsageError(str(error)) from None
        watched.answered.append(self._contract.answered)

    def pytest_unconfigure(self) -> None:
        """Check no more."""
        watched.answered[:] = [each for each in watched.answered if each != self._contract.answered]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge the calls of fixtures and of the test."""
        __tracebackhide__ = True
        result = yield
        self._judge(item)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge the calls of teardowns, and those of a test that failed by itself."""
        __tracebackhide__ = True
        result = yield
        self._judge(item)
        return result

    def _judge(self, item: pytest.Item) -> None:
        from bototape.finding import Severity  # noqa: PLC0415 - only where requests are checked

        __tracebackhide__ = True
        found = self._contract.taken()
        item.stash.setdefault(_FOUND, []).extend(found)
        wrong = [each for each in found if each.severity >= Severity.ERROR]
        if not self._is_failing:
            for each in found:
                if each.severity >= Severity.WARNING:
                    item.warn(CheckWarning(_line(each.where, each.message, each.rule)))
        elif wrong and not self._has_failed(item):
            lines = tuple(_line(each.where, each.message, each.rule) for each in wrong)
            raise ContractBroken(self._contract.release, lines)
        missed = self._contract.missed()
        if missed is not None and self._is_failing and self._contract.spec and not self._has_failed(item):
            raise missed.with_traceback(None)

    def _has_failed(self, item: pytest.Item) -> bool:
        return item.stash.get(_FAILED, False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry what was found, to the controller of pytest-xdist as well."""
        report = yield
        if report.failed:
            item.stash[_FAILED] = True
        found = item.stash.get(_FOUND, [])
        if report.when == "teardown" and found:
            setattr(report, _REPORTED, [[each.severity.label, each.where, each.message, each.rule] for each in found])
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down which tests have a fault in common."""
        for each in getattr(report, _REPORTED, ()):
            self._tests.setdefault(tuple(each), set()).add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell each fault once, with the number of tests that have it; quiet where there is none."""
        from bototape.finding import Severity  # noqa: PLC0415 - only where requests are checked

        shown = {each: tests for each, tests in self._tests.items() if each[0] != Severity.INFO.label}
        if not self._tests and not self._contract.unchecked:
            return
        terminalreporter.section("bototape check")
        for (severity, where, message, rule), tests in sorted(shown.items())[:_MOST_SHOWN]:
            count = f"{len(tests)} test{'' if len(tests) == 1 else 's'}"
            terminalreporter.write_line(f"{severity:<9}  {_line(where, message, rule)} in {count}")
        if len(shown) > _MOST_SHOWN:
            terminalreporter.write_line(f"and {len(shown) - _MOST_SHOWN} more")
        if len(self._tests) > len(shown):
            rest = counted(len(self._tests) - len(shown), "finding")
            terminalreporter.write_line(f"{rest} for information only, as bototape check tells of recordings")
        for service, error in sorted(self._contract.unchecked.items()):
            terminalreporter.write_line(f"{service} was not checked: {error.reason}")


def _line(where: str, message: str, rule: str) -> str:
    return f"{where}: {message} [{rule}]"

"""Whether a run was whole: all tests there are, and all of them passed. Nothing else is evidence of what tests use."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bototape.errors import UsageError
from bototape.pytest_plugin import marker

__all__ = ["Whole", "is_worker"]

_NAME = "bototape_whole"

#: Options, by pytest's and known plugins' names for them, that have less than all tests run.
_LESS = {
    "lf": "--last-failed",
    "stepwise": "--stepwise",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "testmon": "--testmon",
    "picked": "--picked",
}


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this is a worker of pytest-xdist: its controller sees all."""
    return hasattr(config, "workerinput")


class Whole:
    """
    Takes down what makes a run less than whole.

    *owners* are the cassettes that markers name, by test; *files* the digests of files with tests; *passed* and
    *skipped* are tests. Paths are relative to the root directory.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.owners: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.passed: set[str] = set()
        self.skipped: set[str] = set()
        self._finished: set[str] = set()
        self._deselected = 0
        self._taken = 0
        self._workers: list[str] = []

    def name(self, path: Path) -> str:
        """Return *path* as a file tells it: relative to the root directory, if it is below it."""
        absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would also follow links
        return absolute.removeprefix(f"{self.config.rootpath}{os.sep}").replace(os.sep, "/")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        """Notice tests that a plugin takes out without a word."""
        before = len(items)
        yield
        self._taken += max(0, before - len(items) - self._deselected)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count what ``-k``, ``-m`` and the like leave out."""
        self._deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take down whose cassettes are whose, and what the tests are."""
        for item in session.items:
            if marker.uses(item):
                try:
                    directory = self.config.rootpath / str(marker.settings(item)("cassette_dir").value)
                    self.owners[item.nodeid] = self.name(marker.cassette(item, directory))
                except UsageError:
                    continue  # told when the test is set up
        plugins = (getattr(each, "__file__", None) for each in self.config.pluginmanager.get_plugins())
        conftests = (Path(each) for each in plugins if each and Path(each).name == "conftest.py")
        for path in {*(each.path for each in session.items), *conftests}:
            if path.is_file():
                self.files[self.name(path)] = hashlib.sha256(path.read_bytes()).hexdigest()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take down modules that were skipped: which tests are in them nobody knows."""
        if report.skipped:
            self.skipped.add(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down what became of each test."""
        if report.skipped:  # an expected failure as well: nobody knows how far it went
            self.skipped.add(report.nodeid)
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        if report.when == "teardown":
            self._finished.add(report.nodeid)

    def _handed_over(self) -> dict[str, Any]:
        return {
            "owners": self.owners,
            "files": self.files,
            "deselected": self._deselected,
            "taken": self._taken,
            "skipped": sorted(self.skipped),
        }

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker hands over; one that crashed hands over nothing."""
        found = getattr(node, "workeroutput", {}).get(_NAME)
        if found is None:
            self._workers.append(f"the worker {node.gateway.id} crashed, and took with it what its tests played")
            return
        self.owners |= found["owners"]
        self.files |= found["files"]
        self.skipped.update(found["skipped"])
        self._deselected = max(self._deselected, found["deselected"])
        self._taken = max(self._taken, found["taken"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Hand over to the controller what only a worker knows."""
        if is_worker(self.config):
            self.config.workeroutput[_NAME] = self._handed_over()  # type: ignore[attr-defined]  # pytest-xdist's

    def gaps(self, session: pytest.Session, exitstatus: int) -> list[str]:
        """Return what makes this run less than whole, a sentence each."""
        found = [*self._workers, *_chosen(self.config)]
        if exitstatus:
            found.append(f"the run ended with exit status {int(exitstatus)}: not all tests passed")
        if self._deselected:
            found.append(f"{_tests(self._deselected)} deselected")
        if self._taken:
            found.append(f"{_tests(self._taken)} taken out by a plugin")
        ran = len(self._finished)
        if not exitstatus and ran != session.testscollected:
            found.append(f"{ran} of {session.testscollected} tests were run")
        return found


def _tests(count: int) -> str:
    return f"{count} test was" if count == 1 else f"{count} tests were"


def _chosen(config: pytest.Config) -> Iterator[str]:
    """Yield what the command line leaves out."""
    for option, flag in _LESS.items():
        if config.getoption(option, False):  # noqa: FBT003 - pytest's way to have a default
            yield f"{flag} was given"
    told = (*config.invocation_params.args, *os.environ.get("PYTEST_ADDOPTS", "").split())
    if any(str(each).startswith("--ignore") for each in told):
        yield "--ignore was given"
    source = getattr(getattr(config, "args_source", None), "name", "")
    here = Path(config.invocation_params.dir)
    if source == "INVOCATION_DIR" and here != config.rootpath:
        yield "pytest ran in a directory below its root"
    if source == "ARGS":
        wanted = [config.rootpath / each for each in config.getini("testpaths") or ["."]]
        named = [Path(os.path.abspath(here / each)) for each in config.args if "::" not in each]  # noqa: PTH100 - links stay
        if not all(any(each.is_relative_to(one) for one in named) for each in wanted):
            yield "only some tests were named: name none, or set testpaths"

"""
The pytest plugin: one marker, one fixture, three settings, a header line and a summary.

Heavy modules (botocore, the parsers) are imported when a test first asks for a cassette, not when pytest starts.
Here are the hooks; what they do is in the modules of this package, one for each concern.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from bototape import modes
from bototape.adapters import hermetic  # here, before any conftest.py: it remembers the machine's environment
from bototape.pytest_plugin import endings, marker, options, summary
from bototape.pytest_plugin.fixtures import bototape
from bototape.pytest_plugin.stash import BEFORE, COUNTS, OPEN, PASSED, TAPES

__all__ = ["bototape"]

_SET_BY_TESTS = "bototape_set_by_tests"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their ini twins."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and give clients made at collection a region if the machine has none."""
    config.addinivalue_line("markers", marker.DESCRIPTION)
    config.stash[BEFORE] = modes.settle(options.session(config))
    config.stash[COUNTS] = Counter()
    hermetic.told_by_tests(getattr(config, "workerinput", {}).get(_SET_BY_TESTS, ()))
    if not os.environ.get("AWS_DEFAULT_REGION"):
        hermetic.default_region()
        config.add_cleanup(_forget_region)
    if modes.chosen().mode != "none":
        from bototape.adapters import botocore as seam  # noqa: PLC0415 - see the module's docstring

        seam.install()  # before clients are made: whose session made one is noted


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist what conftest files have set: to it, which inherits that, it is the machine's."""
    node.workerinput[_SET_BY_TESTS] = hermetic.set_by_tests()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget what held for this run's tapes."""
    if BEFORE in config.stash:
        modes.settle(config.stash[BEFORE])


def _forget_region() -> None:
    os.environ.pop("AWS_DEFAULT_REGION", None)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which mode and which directory are in force."""
    return f"bototape: mode {modes.chosen()}, cassettes in {options.cassette_directory(config)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the marker alone do: a marked test uses the fixture, before its other fixtures."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker(marker.NAME) is not None:
            names = item.fixturenames
            if "bototape" in names:
                names.remove("bototape")
            names.insert(0, "bototape")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Within a test that plays a cassette, a call after its tape closed is a miss; a new test starts afresh."""
    if item.get_closest_marker(marker.NAME) is None:
        return (yield)
    from bototape.adapters import active  # noqa: PLC0415 - see the module's docstring

    active.strict(on=True)
    item.stash[PASSED] = set()
    try:
        return (yield)
    finally:
        # What was not kept by now is not to be: the test failed, or the run is interrupted.
        endings.ended(item, keep=False)
        active.strict(on=False)
        active.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which phases of a test passed: what it recorded is kept only if all did."""
    report = yield
    if report.outcome == "passed" and PASSED in item.stash:
        item.stash[PASSED].add(report.when or "")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Report a miss of a fixture once, where it happened."""
    return (yield from endings.reported_once(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, not its teardown, for a miss that the code under test swallowed."""
    result = yield from endings.reported_once(item)
    for tape in item.stash.get(TAPES, []):
        unmet = tape.unmet()
        if unmet is not None:
            raise unmet
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Write what was recorded, after the last teardown, if the test passed; why it cannot be is the test's error."""
    result = yield
    if OPEN in item.stash:
        endings.ended(item, keep={"setup", "call"} <= item.stash[PASSED])
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was played, recorded and not slept; quiet without cassettes."""
    summary.write(terminalreporter, config)

"""
The pytest plugin: markers, fixtures, settings, a header line and a summary.

Heavy modules (botocore, the parsers) are imported when a test first asks for a cassette, not when pytest starts.
Here are the hooks; what they do is in the modules of this package, one for each concern.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from typing import Any

import pytest

from bototape import modes
from bototape.adapters import hermetic  # here, before any conftest.py: it remembers the machine's environment
from bototape.pytest_plugin import (
    adopt,
    contract,
    endings,
    evidence,
    guarding,
    marker,
    options,
    owners,
    summary,
    usage,
    whole,
)
from bototape.pytest_plugin.fixtures import bototape, bototape_config, bototape_network, bototape_release
from bototape.pytest_plugin.stash import BEFORE, OPEN, PASSED, RUN, TALLY, TAPES
from bototape.pytest_plugin.tally import Tally

__all__ = ["bototape", "bototape_config", "bototape_network", "bototape_release"]

_SET_BY_TESTS = "bototape_set_by_tests"
_TALLY = "bototape_tally"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their ini twins."""
    options.add(parser)
    for part in (contract, evidence, usage):
        part.add(parser)


def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Adopt a suite of vcrpy's before its conftest files are imported."""
    if options.adopts(early_config):
        adopt.begin(early_config, parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and give clients made at collection a region if the machine has none."""
    for each in marker.DESCRIPTIONS:
        config.addinivalue_line("markers", each)
    config.stash[RUN] = options.run_of(config)
    config.stash[BEFORE] = modes.settle(options.session(config))
    config.stash[TALLY] = Tally()
    run = whole.Whole(config)
    asked = (evidence.asked(config, run), usage.started(config, run), owners.asked(config, run))
    for part in (run if any(asked) else None, *asked, contract.started(config)):
        if part is not None:
            config.pluginmanager.register(part)
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what the tests of a worker did to the process that tells it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_TALLY] = session.config.stash[TALLY].plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Add up what a worker counted; of one that crashed nothing is known."""
    tally, told = node.config.stash[TALLY], getattr(node, "workeroutput", {}).get(_TALLY)
    if told is not None:
        tally.merge(told)
    elif error:
        tally.add("crashed", node.gateway.id)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget what held for this run's tapes."""
    if BEFORE in config.stash:
        modes.settle(config.stash[BEFORE])


def _forget_region() -> None:
    os.environ.pop("AWS_DEFAULT_REGION", None)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which settings are in force, and who decided."""
    return options.header(config)


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once as each release that its marker lists."""
    marker.parametrize(metafunc)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the marker alone do: a marked test uses the fixture, before its other fixtures."""
    for item in items:
        if isinstance(item, pytest.Function) and marker.uses(item):
            names = item.fixturenames
            if marker.NAME in names:
                names.remove(marker.NAME)
            names.insert(0, marker.NAME)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Within a test that plays a cassette, a call after its tape closed is a miss; a new test starts afresh."""
    if marker.uses(item):
        from bototape.adapters import active  # noqa: PLC0415 - see the module's docstring

        active.strict(on=True)
    try:
        return (yield)
    finally:
        # What was not kept by now is not to be: the test failed, or the run is interrupted.
        endings.ended(item, keep=False)
        guarding.end(item)
        item.stash.get(TAPES, []).clear()  # else every cassette of the run would be kept to its end
        loaded = sys.modules.get("bototape.adapters.active")
        if loaded is not None:
            loaded.strict(on=False)
            loaded.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which phases of a test passed: what it recorded is kept only if all did."""
    report = yield
    if report.outcome == "passed" and PASSED in item.stash:
        item.stash[PASSED].add(report.when or "")
    return report


@pytest.hookimpl(wrapper=True, trylast=True)  # a wrong marker is an error of the setup: others must have begun theirs
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Begin afresh, also when a plugin runs a test again; report a miss of a fixture once, where it happened."""
    __tracebackhide__ = True
    item.stash[TAPES], item.stash[PASSED] = [], set()
    guarding.begin(item)
    return (yield from endings.reported_once(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, not its teardown, for a miss that the code under test swallowed."""
    __tracebackhide__ = True
    result = yield from endings.reported_once(item)
    for tape in item.stash.get(TAPES, []):
        unmet = tape.unmet()
        if unmet is not None:
            raise unmet
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Write what was recorded, after the last teardown, if the test passed; why it cannot be is the test's error."""
    __tracebackhide__ = True
    result = yield from endings.torn_down(item)
    passed = {"setup", "call"} <= item.stash.get(PASSED, set())
    if OPEN in item.stash:
        endings.ended(item, keep=passed)
    if passed:
        endings.unused(item)
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was played, recorded, missed and never played; quiet where nothing happened."""
    from bototape.pytest_plugin import github  # noqa: PLC0415 - the end of a run is not its start

    told = list(summary.lines(config))
    if told:
        terminalreporter.section("bototape")
    for each in (*told, *github.commands(config)):
        terminalreporter.write_line(each)

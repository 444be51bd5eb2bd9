"""
The pytest plugin: one marker, one fixture, three settings, a header line and a summary.

Heavy modules (botocore, the parsers) are imported when a test first asks for a cassette, not when pytest starts.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bototape import modes
from bototape.adapters import hermetic  # here, before any conftest.py: it remembers the machine's environment
from bototape.errors import NoMatch, UsageError

if TYPE_CHECKING:
    from bototape.tape import Tape

_MARKER = "bototape"
_DIRECTORY = "bototape_cassette_dir"
_HOSTS = "bototape_allowed_hosts"
#: Begins a count of a variable that the cassette has and the test did not ask for.
_UNUSED = "variable "
#: What a marker takes, and how a message shows it.
_SETTINGS = {
    "record_mode": "record_mode=…",
    "allowed_hosts": "allowed_hosts=[…]",
    "ignore": "ignore=[…]",
    "http": "http=True",
    "match_on": "match_on=[…]",
    "release": "release='…'",
    "clock": 'clock="virtual"',
    "poll_limit": "poll_limit=1000",
    "seeded": "seeded=True",
}
_MODE = "bototape_record_mode"
_STRANGE = (
    "note: the ledger was made with another key, so it recognised no value and all got new pseudonyms "
    "(fix: set BOTOTAPE_SCRUB_KEY to the key it was made with and record again)"
)
_TAPES = pytest.StashKey[list["Tape"]]()
_SET_BY_TESTS = "bototape_set_by_tests"
_COUNTS = pytest.StashKey[Counter[str]]()
_OPEN = pytest.StashKey[Any]()
_PASSED = pytest.StashKey[set[str]]()
_BEFORE = pytest.StashKey[modes.Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their ini twins; the command line wins."""
    group = parser.getgroup("bototape", "bototape: replay recorded AWS calls")
    group.addoption(
        "--bototape-cassette-dir",
        metavar="DIR",
        default=None,
        help=f"where cassettes named by a marker are, relative to the root directory (ini: {_DIRECTORY})",
    )
    group.addoption(
        "--bototape-record-mode",
        metavar="MODE",
        default=None,
        help=f"{', '.join(modes.MODES)}: what to do with calls that are not recorded (environment: {modes.VARIABLE}, "
        f"ini: {_MODE}; none by default, and in CI unless given here)",
    )
    parser.addini(_MODE, "record mode of tests that do not say one", default="")
    parser.addini(_DIRECTORY, "directory of the cassettes, relative to the root directory", default="cassettes")
    parser.addini(_HOSTS, "hosts that tests with a cassette may connect to", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and give clients made at collection a region if the machine has none."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(name, record_mode=None, allowed_hosts=(), ignore=(), http=None, match_on=(…), release='', "
        "clock=None, poll_limit=1000, seeded=False): replay the cassette NAME (a file below the cassette directory, "
        "with or without .yaml) for all botocore clients; nothing is sent but what record_mode (once, new_episodes, "
        "all) has recorded",
    )
    config.stash[_BEFORE] = modes.settle(_session(config))
    config.stash[_COUNTS] = Counter()
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


def _session(config: pytest.Config) -> modes.Session:
    told, setting = config.getoption("--bototape-record-mode"), str(config.getini(_MODE)).strip()
    try:
        modes.chosen()
        return modes.Session(
            modes.mode_of(told, "--bototape-record-mode") if told is not None else None,
            modes.mode_of(setting, f"the setting {_MODE}") if setting else None,
            _cassette_directory(config),
            config.rootpath,
        )
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget what held for this run's tapes."""
    if _BEFORE in config.stash:
        modes.settle(config.stash[_BEFORE])


def _forget_region() -> None:
    os.environ.pop("AWS_DEFAULT_REGION", None)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which mode and which directory are in force."""
    return f"bototape: mode {modes.chosen()}, cassettes in {_cassette_directory(config)}"


def _cassette_directory(config: pytest.Config) -> Path:
    chosen = config.getoption("--bototape-cassette-dir") or config.getini(_DIRECTORY)
    return config.rootpath / str(chosen)


@pytest.fixture
def bototape(request: pytest.FixtureRequest) -> Iterator[Tape]:
    """Play or record the cassette that the test's ``bototape`` marker names; yields the open tape."""
    from bototape.tape import use_cassette  # noqa: PLC0415 - see the module's docstring

    marker = request.node.get_closest_marker(_MARKER)
    if marker is None:
        raise pytest.UsageError(
            f"{request.node.nodeid}: the fixture 'bototape' needs @pytest.mark.bototape(\"name\") to name a cassette"
        )
    path = _asked(request.node, marker)
    allowed = (*request.config.getini(_HOSTS), *marker.kwargs.get("allowed_hosts", ()))
    use = use_cassette(path, **{**marker.kwargs, "allowed_hosts": allowed})
    tape = use.__enter__()
    request.node.stash.setdefault(_TAPES, []).append(tape)
    request.node.stash[_OPEN] = use
    yield tape
    use.stop()
    if tape.playing:
        use.end(keep=False)
    _count(request.config, tape)
    swallowed = tape.swallowed() or tape.unmet()
    if swallowed is not None:
        raise swallowed


def _asked(node: pytest.Item, marker: pytest.Mark) -> Path:
    """Return the path a marker asks for; anything it does not know is an error, not a default."""
    unknown = marker.kwargs.keys() - _SETTINGS.keys()
    if len(marker.args) != 1 or not isinstance(marker.args[0], str) or unknown:
        raise pytest.UsageError(
            f"{node.nodeid}: @pytest.mark.bototape takes one cassette name, {', '.join(_SETTINGS.values())}; "
            f"given args {marker.args!r}, kwargs {marker.kwargs!r}"
        )
    name = marker.args[0]
    path = _cassette_directory(node.config) / name
    return path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the marker alone do: a marked test uses the fixture, before its other fixtures."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker(_MARKER) is not None:
            names = item.fixturenames
            if "bototape" in names:
                names.remove("bototape")
            names.insert(0, "bototape")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Within a test that plays a cassette, a call after its tape closed is a miss; a new test starts afresh."""
    if item.get_closest_marker(_MARKER) is None:
        return (yield)
    from bototape.adapters import active  # noqa: PLC0415 - see the module's docstring

    active.strict(on=True)
    item.stash[_PASSED] = set()
    try:
        return (yield)
    finally:
        # What was not kept by now is not to be: the test failed, or the run is interrupted.
        _ended(item, keep=False)
        active.strict(on=False)
        active.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which phases of a test passed: what it recorded is kept only if all did."""
    report = yield
    if report.outcome == "passed" and _PASSED in item.stash:
        item.stash[_PASSED].add(report.when or "")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Write what was recorded, after the last teardown, if the test passed; why it cannot be is the test's error."""
    result = yield
    if _OPEN in item.stash:
        _ended(item, keep={"setup", "call"} <= item.stash[_PASSED])
    return result


def _ended(item: pytest.Item, *, keep: bool) -> None:
    use = item.stash.get(_OPEN, None)
    if use is None:
        return
    del item.stash[_OPEN]
    counts = item.config.stash[_COUNTS]
    try:
        use.end(keep=keep)
    finally:
        for tape in item.stash.get(_TAPES, []):
            if tape.recorded:
                what = "recorded" if tape.is_written else "dropped"
                counts[f"{what}: {tape.path}"] += tape.recorded
            if tape.strange_ledger and tape.is_written:
                counts["strange ledger"] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Report a miss of a fixture once, where it happened."""
    return (yield from _reported_once(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, not its teardown, for a miss that the code under test swallowed."""
    result = yield from _reported_once(item)
    for tape in item.stash.get(_TAPES, []):
        unmet = tape.unmet()
        if unmet is not None:
            raise unmet
    return result


def _reported_once(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    except BaseException as error:
        if isinstance(error, NoMatch):
            _end_in_code_of_the_user(error)
        for tape in _tapes(item):
            tape.forget_misses()
        for tape in item.stash.get(_TAPES, []):
            tape.unmet()
        raise
    for tape in _tapes(item):
        swallowed = tape.swallowed()
        if swallowed is not None:
            tape.forget_misses()
            raise swallowed
    return result


def _tapes(item: pytest.Item) -> list[Tape]:
    """Return the tapes of a test, and those that fixtures of a wider scope hold open: a miss on one is the test's."""
    mine = item.stash.get(_TAPES, [])
    active = sys.modules.get("bototape.adapters.active")  # where no tape was opened, nothing heavy is loaded
    shared = [each for each in active.opened() if each.playing and each not in mine] if active else []
    return [*mine, *shared]


def _end_in_code_of_the_user(miss: NoMatch) -> None:
    """Let the traceback of *miss* end at the call, not in botocore's and our own frames below it."""
    last = entry = miss.__traceback__
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in ("boto3", "botocore", "bototape"):
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None


def _count(config: pytest.Config, tape: Tape) -> None:
    counts = config.stash[_COUNTS]
    if tape.playing or tape.play_count:
        counts["cassettes"] += 1
    counts["played"] += tape.play_count
    own = sum(tape.sleeps)
    counts["milliseconds not slept by botocore"] += round((sum(tape.pauses) - own) * 1000)
    counts["milliseconds not slept by the code under test"] += round(own * 1000)
    for name in tape.variables.unused:
        counts[f"{_UNUSED}{name!r} of {tape.path.name}"] += 1
    for call in tape.bypasses:
        counts[f"answered elsewhere: {call.name}"] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was played, and what moto or a Stubber answered before a tape could; quiet without cassettes."""
    counts = config.stash[_COUNTS]
    if not counts:
        return
    terminalreporter.section("bototape")
    if counts["cassettes"]:
        terminalreporter.write_line(f"{counts['played']} calls replayed from {counts['cassettes']} cassettes")
    if counts["strange ledger"]:
        terminalreporter.write_line(_STRANGE)
    for who in ("botocore", "the code under test"):
        if counts[f"milliseconds not slept by {who}"]:
            seconds = counts[f"milliseconds not slept by {who}"] / 1000
            terminalreporter.write_line(f"{who} would have slept {seconds:.1f} s")
    for what in sorted(each for each in counts if each.startswith(_UNUSED)):
        terminalreporter.write_line(f"never asked for: the {what}")
    for what, count in sorted(counts.items()):
        kind, _, name = what.partition(": ")
        if kind == "recorded":
            terminalreporter.write_line(f"{count} calls recorded into {name}")
        if kind == "dropped":
            terminalreporter.write_line(f"{count} calls recorded for {name} were dropped: the test did not pass")
        if what.startswith("answered elsewhere: "):
            terminalreporter.write_line(
                f"{name}: {count} calls were answered before the tape (by moto, a Stubber or a before-send handler)"
            )

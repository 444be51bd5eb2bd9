"""The fixtures: the tape of one test, open while it runs; what a suite sets for its tests; the guard of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from bototape.errors import UsageError
from bototape.pytest_plugin import marker, summary
from bototape.pytest_plugin.settings import Value
from bototape.pytest_plugin.stash import GUARD, OPEN, TAPES, UNUSED

if TYPE_CHECKING:
    from bototape.guard import Entry
    from bototape.tape import Tape

__all__ = ["bototape", "bototape_config", "bototape_network", "bototape_release"]

#: pytest shows no frame of this module: what is wrong is in what a test, a file or a command line says.
__tracebackhide__ = True

#: Settings that `use_cassette` takes as they are.
_HANDED_ON = ("ignore", "http", "match_on", "release", "clock", "poll_limit", "seeded")


@pytest.fixture(scope="session")
def bototape_config() -> Mapping[str, object]:
    """Override it, in any scope: a dict of settings (record_mode, ignore, …) for tests that do not say them."""
    return {}


@pytest.fixture
def bototape_release(request: pytest.FixtureRequest) -> str:
    """Return the release that a test with ``releases`` plays as; an empty text in other tests."""
    return str(getattr(request, "param", ""))


@pytest.fixture
def bototape_network(request: pytest.FixtureRequest) -> Entry:
    """Return the guard of the test; ``blocked`` lists what it refused: clear it where that was the test's purpose."""
    if GUARD not in request.node.stash:
        reason = f"{request.node.nodeid}: the fixture bototape_network needs a guard"
        raise UsageError(reason, "mark the test with @pytest.mark.bototape_block_network")
    entry: Entry = request.node.stash[GUARD][1]
    return entry


@pytest.fixture
def bototape(request: pytest.FixtureRequest, bototape_config: Mapping[str, object]) -> Iterator[Tape]:
    """Play or record the cassette that the test's marker names, or the test's own; yields the open tape."""
    from bototape.adapters import active  # noqa: PLC0415 - heavy, and not every run needs it
    from bototape.tape import use_cassette  # noqa: PLC0415 - as above

    item = request.node
    if not isinstance(bototape_config, Mapping):
        raise UsageError(f"the fixture bototape_config: expected a dict of settings; found {bototape_config!r}")
    said = marker.settings(item, bototape_config)
    told = {each: said(each) for each in (*_HANDED_ON, "record_mode", "unused", "cassette_dir")}
    path = marker.cassette(item, request.config.rootpath / str(told["cassette_dir"].value))
    use = use_cassette(
        path,
        record_mode=_mode(told["record_mode"], told["release"]),
        allowed_hosts=marker.hosts(item, said),
        **{each: told[each].value for each in _HANDED_ON if told[each].source},
    )
    active.strict(on=True)
    tape = use.__enter__()
    item.stash.setdefault(TAPES, []).append(tape)
    item.stash[OPEN] = use
    item.stash[UNUSED] = told["unused"].value
    yield tape
    use.stop()
    if tape.playing:
        use.end(keep=False)
    summary.count(request.config, tape)
    item.user_properties.extend(summary.properties(request.config, tape))
    swallowed = tape.swallowed() or tape.unmet()
    if swallowed is not None:
        raise swallowed


def _mode(said: Value, release: Value) -> str | None:
    """Return what the test itself says of the record mode; a release that the whole run plays as beats it."""
    if release.source.startswith(("--", "BOTOTAPE_")):
        return None
    return said.value if said.source.startswith(("@", "the fixture")) else None

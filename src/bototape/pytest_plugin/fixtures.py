"""The fixture ``bototape``: the tape of one test, open while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bototape.pytest_plugin import marker, options, summary
from bototape.pytest_plugin.stash import OPEN, TAPES

if TYPE_CHECKING:
    from bototape.tape import Tape

__all__ = ["bototape"]


@pytest.fixture
def bototape(request: pytest.FixtureRequest) -> Iterator[Tape]:
    """Play or record the cassette that the test's ``bototape`` marker names; yields the open tape."""
    from bototape.tape import use_cassette  # noqa: PLC0415 - heavy, and not every run needs it

    mark = request.node.get_closest_marker(marker.NAME)
    if mark is None:
        raise pytest.UsageError(
            f"{request.node.nodeid}: the fixture 'bototape' needs @pytest.mark.bototape(\"name\") to name a cassette"
        )
    path = marker.asked(request.node, mark)
    allowed = (*request.config.getini(options.HOSTS), *mark.kwargs.get("allowed_hosts", ()))
    use = use_cassette(path, **{**mark.kwargs, "allowed_hosts": allowed})
    tape = use.__enter__()
    request.node.stash.setdefault(TAPES, []).append(tape)
    request.node.stash[OPEN] = use
    yield tape
    use.stop()
    if tape.playing:
        use.end(keep=False)
    summary.count(request.config, tape)
    swallowed = tape.swallowed() or tape.unmet()
    if swallowed is not None:
        raise swallowed

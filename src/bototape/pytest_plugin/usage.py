"""``--bototape-usage``: which members of answers the tests really read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bototape.pytest_plugin.files import replaced
from bototape.pytest_plugin.whole import Whole, is_worker

if TYPE_CHECKING:
    from bototape.reads import Seen

__all__ = ["Usage", "add", "started"]

_NAME = "bototape_usage"


def add(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("bototape").addoption(
        "--bototape-usage",
        metavar="FILE",
        default=None,
        help="write which members of answers the tests read here, for bototape drift --only-used FILE",
    )


def started(config: pytest.Config, whole: Whole) -> Usage | None:
    """Return what takes notes from now on, if the option is given."""
    told = config.getoption("--bototape-usage")
    return Usage(config, Path(config.invocation_params.dir) / str(told), whole) if told else None


class Usage:
    """Takes notes of what is read of answers, and writes them at the end."""

    def __init__(self, config: pytest.Config, path: Path, whole: Whole) -> None:
        from bototape import reads  # noqa: PLC0415 - only if asked for
        from bototape.adapters import reading  # noqa: PLC0415 - as above

        self._config = config
        self._path = path
        self._whole = whole
        self._reading = reading
        self._reads = reads
        self._notes = reads.Notes()
        self._parts: list[Seen] = []
        reading.note(self._notes)

    def pytest_unconfigure(self) -> None:
        """Take no more notes."""
        self._reading.stop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker hands over."""
        found = getattr(node, "workeroutput", {}).get(_NAME)
        if found is not None:
            self._parts.append(self._reads.from_text(found, "what a worker handed over"))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write them, or hand them over to the controller."""
        if is_worker(self._config):
            self._config.workeroutput[_NAME] = self._reads.to_text(self._notes.seen())  # type: ignore[attr-defined]  # pytest-xdist's
            return
        if self._config.option.collectonly:
            return
        gaps = self._reads.Seen(gaps=tuple(self._whole.gaps(session, exitstatus)))
        seen = self._reads.Seen.union([self._notes.seen(), gaps, *self._parts])
        replaced(self._path, self._reads.to_text(seen))

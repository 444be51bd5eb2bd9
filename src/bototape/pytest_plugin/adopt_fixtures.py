"""
The marker, fixtures, options and hook of pytest-recording, for a run that adopts a suite without having it.

The names, scopes and precedences are its 0.14's, so that a suite's own overrides of them hold.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

__all__ = ["add"]

_MODES = ("once", "new_episodes", "none", "all", "rewrite")
_FORBIDDEN = str.maketrans(dict.fromkeys(r"<>?%*:|\"'/\\", "-"))
_MARKERS = (
    "vcr: play the cassette of the test, and those named, through vcrpy's settings",
    "block_network: refuse connections but to allowed_hosts while nothing is recorded",
    "default_cassette: name the cassette of the test",
    "allowed_hosts: regular expressions of the hosts that may be connected to",
)


def add(parser: pytest.Parser, manager: pytest.PytestPluginManager) -> None:
    """Stand in for pytest-recording in a run that has not got it."""
    group = parser.getgroup("recording", "bototape in the place of pytest-recording")
    group.addoption("--record-mode", default=None, choices=_MODES, help="record mode of adopted cassettes")
    group.addoption("--block-network", action="store_true", default=False, help="refuse connections in tests")
    group.addoption("--allowed-hosts", default=None, help="regular expressions of hosts, separated by commas")
    group.addoption("--disable-recording", action="store_true", default=False, help="open no adopted cassette")
    manager.add_hookspecs(_Hooks)
    manager.register(sys.modules[__name__], "bototape-adopt-fixtures")


class _Hooks:
    """What pytest-recording asks of a conftest."""

    def pytest_recording_configure(self, config: pytest.Config, vcr: Any) -> None:
        """Configure the ``vcr.VCR`` that opens a test's cassette."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    for each in _MARKERS:
        config.addinivalue_line("markers", each)


@pytest.fixture(scope="session")
def record_mode(request: pytest.FixtureRequest) -> str:
    """Return the record mode of the run."""
    return request.config.getoption("--record-mode") or "none"


@pytest.fixture(scope="session")
def disable_recording(request: pytest.FixtureRequest) -> bool:
    """Tell whether no cassette is to be opened."""
    return bool(request.config.getoption("--disable-recording"))


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """Return the settings of the suite for ``VCR.use_cassette``: none."""
    return {}


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """Return the directory of a module's cassettes."""
    path: Path = request.node.path
    return str(path.parent / "cassettes" / path.stem)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """Return the name of a test's own cassette."""
    marker = request.node.get_closest_marker("default_cassette")
    if marker is not None:
        if not marker.args:
            raise pytest.UsageError(f"{request.node.nodeid}: @pytest.mark.default_cassette takes a cassette's name")
        return str(marker.args[0])
    name = request.node.name
    return (f"{request.cls.__name__}.{name}" if request.cls else name).translate(_FORBIDDEN)


@pytest.fixture
def vcr_markers(request: pytest.FixtureRequest) -> list[pytest.Mark]:
    """Return the test's ``vcr`` markers, the nearest first."""
    return list(request.node.iter_markers("vcr"))


@pytest.fixture
def allowed_hosts(request: pytest.FixtureRequest, vcr_config: Mapping[str, Any]) -> Any:
    """Return regular expressions of the hosts that may be connected to: of the marker, the option or the suite."""
    marker = request.node.get_closest_marker("block_network")
    told = (marker.kwargs.get("allowed_hosts") if marker else None) or request.config.getoption("--allowed-hosts")
    found = told or vcr_config.get("allowed_hosts")
    return found.split(",") if isinstance(found, str) else found


@pytest.fixture(autouse=True)
def block_network(
    request: pytest.FixtureRequest, record_mode: str, vcr_markers: Sequence[pytest.Mark]
) -> Iterator[None]:
    """Refuse connections where the marker or the option says so, and nothing is recorded."""
    marker = request.node.get_closest_marker("block_network")
    if marker is not None and (marker.args or marker.kwargs.keys() - {"allowed_hosts"}):
        raise pytest.UsageError(
            f"{request.node.nodeid}: @pytest.mark.block_network takes allowed_hosts=[…]; "
            f"given args {marker.args!r}, kwargs {marker.kwargs!r}"
        )
    if vcr_markers and request.config.getoption("--record-mode") is None:
        record_mode = _merged(request.getfixturevalue("vcr_config"), vcr_markers).get("record_mode", "none")
    asked = marker is not None or request.config.getoption("--block-network")
    with _blocked(request) if asked and (not vcr_markers or record_mode == "none") else nullcontext():
        yield


@pytest.fixture(autouse=True)
def vcr(
    request: pytest.FixtureRequest,
    vcr_markers: Sequence[pytest.Mark],
    vcr_cassette_dir: str,
    record_mode: str,
    disable_recording: bool,  # noqa: FBT001 - a fixture's value
) -> Iterator[Any]:
    """Open the cassette of a test that is marked; yields vcrpy's."""
    if disable_recording or not vcr_markers:
        yield None
        return
    from bototape.adapters.vcr import recorder  # noqa: PLC0415 - imports vcrpy

    merged = _merged(request.getfixturevalue("vcr_config"), vcr_markers)
    mode = merged.pop("record_mode", record_mode)
    extra = [os.path.join(vcr_cassette_dir, each) for marker in vcr_markers for each in marker.args]  # noqa: PTH118 - an absolute one stays
    found = recorder(vcr_cassette_dir, merged.get("serializer", "yaml"), extra)
    request.config.hook.pytest_recording_configure(config=request.config, vcr=found)
    name = _short(request.getfixturevalue("default_cassette_name"), merged.get("serializer", ".yaml"))
    with found.use_cassette(name, **merged, record_mode="all" if mode == "rewrite" else mode) as cassette:
        yield cassette


def _merged(config: Mapping[str, Any], markers: Sequence[pytest.Mark]) -> dict[str, Any]:
    """Return the settings of a test: the suite's, then those of its markers, the nearest last."""
    found = dict(deepcopy(config))
    for each in reversed(markers):
        found.update(each.kwargs)
    return found


def _short(name: str, suffix: str) -> str:
    """Return *name* as pytest-recording cuts one that the file system would refuse."""
    longest = os.pathconf(".", "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    if len(name) + len(suffix) <= longest:
        return name
    digest = md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: longest - len(suffix) - len(digest) - 3]}...{digest}"


def _blocked(request: pytest.FixtureRequest) -> AbstractContextManager[object]:
    from bototape.guard import matching  # noqa: PLC0415 - not every run needs it

    hosts = request.getfixturevalue("allowed_hosts")
    return matching([re.compile(each) for each in hosts or ()])

"""The options, their ini twins, and what holds for the run by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bototape import modes
from bototape.errors import UsageError

__all__ = ["HOSTS", "add", "cassette_directory", "session"]

_DIRECTORY = "bototape_cassette_dir"
_MODE = "bototape_record_mode"
#: The setting of hosts that tests with a cassette may connect to.
HOSTS = "bototape_allowed_hosts"


def add(parser: pytest.Parser) -> None:
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
    parser.addini(HOSTS, "hosts that tests with a cassette may connect to", type="args", default=[])


def session(config: pytest.Config) -> modes.Session:
    """Return what holds for all tapes of the run; raises pytest.UsageError for a mode that there is not."""
    told, setting = config.getoption("--bototape-record-mode"), str(config.getini(_MODE)).strip()
    try:
        modes.chosen()
        return modes.Session(
            modes.mode_of(told, "--bototape-record-mode") if told is not None else None,
            modes.mode_of(setting, f"the setting {_MODE}") if setting else None,
            cassette_directory(config),
            config.rootpath,
        )
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def cassette_directory(config: pytest.Config) -> Path:
    """Return where cassettes named by a marker are."""
    chosen = config.getoption("--bototape-cassette-dir") or config.getini(_DIRECTORY)
    return config.rootpath / str(chosen)

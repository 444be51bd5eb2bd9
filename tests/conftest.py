"""Fixtures shared by all tests."""

import json
import os
import signal
from pathlib import Path

import jsonschema_rs
import pytest
import yaml  # noqa: F401 - before a run of pytester's: it forgets modules first loaded there; this one loads only once
from hypothesis import settings

from bototape import cassettes, tape  # noqa: F401 - as above: what is loaded later must meet the same classes
from bototape.report import machine, schema

pytest_plugins = ["pytester"]

# A busy machine is no failure; and CI judges a change, not the luck of the draw: new cases are found by contributors.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell starts so, and so would all that tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def offline(tmp_path_factory):
    """No test, nor a process it starts, asks a real package index or sees the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTOTAPE_OFFLINE", "1")
        patch.setenv("BOTOTAPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def every_json_report_is_valid():
    """Whatever command writes a JSON report in a test, the committed schema holds for it."""
    plain = machine.render
    validator = jsonschema_rs.validator_for(schema())

    def validated(*arguments):
        text = plain(*arguments)
        validator.validate(json.loads(text))
        return text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "render", validated)
        yield


@pytest.fixture(scope="session")
def peers():
    """
    Return the path of a program in the environment of other tools, by its name.

    BOTOTAPE_PEERS names that environment's ``bin``; scripts/test makes it in ``.venv-peers`` and sets the variable.
    Whoever runs pytest alone without either has these tests skipped.
    """
    return _programs("BOTOTAPE_PEERS", ".venv-peers", "tools")


@pytest.fixture(scope="session")
def sdks():
    """
    Return the path of a program in the environment of libraries above boto3, by its name; bototape is in it as well.

    BOTOTAPE_SDKS names its ``bin``; scripts/test makes it in ``.venv-sdks`` where it runs the slow tests.
    """
    return _programs("BOTOTAPE_SDKS", ".venv-sdks", "libraries")


@pytest.fixture(scope="session")
def beside():
    """
    Return the path of a program in the environment of other plugins of pytest, by its name; bototape is in it as well.

    BOTOTAPE_BESIDE names its ``bin``; scripts/test makes it in ``.venv-beside`` where it runs the slow tests.
    """
    return _programs("BOTOTAPE_BESIDE", ".venv-beside", "plugins")


@pytest.fixture(scope="session")
def suites():
    """
    Return the path of a program in the environment of other people's suites, by its name; bototape is in it as well.

    BOTOTAPE_SUITES names its ``bin``; scripts/test makes it in ``.venv-suites`` where it runs the slow tests. Their
    source distributions are in ``sdists`` beside ``bin``.
    """
    return _programs("BOTOTAPE_SUITES", ".venv-suites", "suites")


def _programs(variable, directory, what):
    told = os.environ.get(variable)
    programs = Path(told or Path(__file__).parent.parent / directory / "bin")
    if not told and not programs.is_dir():
        pytest.skip(f"the other {what} are not installed: scripts/test installs them into {directory}")

    def program(name):
        found = programs / name
        if not found.is_file():
            pytest.fail(f"{name} is not in {programs}: scripts/test makes it in {directory}", pytrace=False)
        return str(found)

    return program

"""Every format of every command that reports, from outside."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bototape.cli import main
from bototape.cli.reports import FORMATS
from tests import builders
from tests.reports import valid
from tests.test_report_github import commands
from tests.test_report_markdown import shape
from tests.test_report_sarif import VALIDATOR

SCHEMAS = str(Path(__file__).parent.parent / "schemas")
WRONG = builders.interaction("StopAutoMLJob", {"AutoMLJobName": 7}, {})
LEAK = "role arn:aws:iam::998877665544:role/churn\n"


def sarif(text):
    VALIDATOR.validate(json.loads(text))


def page(text):
    assert text.startswith("<!DOCTYPE html>\n")


READ = {
    "text": str.splitlines,
    "json": valid,
    "markdown": shape,
    "sarif": sarif,
    "junit": ET.fromstring,
    "github": commands,
    "html": page,
}


@pytest.fixture
def argv(tmp_path, monkeypatch):
    """The arguments of each command, for which it finds something at its gate."""
    monkeypatch.chdir(tmp_path)
    builders.written(tmp_path, WRONG, name="a.yaml")
    (tmp_path / "notes.log").write_text(LEAK, encoding="utf-8")
    return {
        "check": ["check", "a.yaml", "--release", "1.28.0", "--schemas", SCHEMAS],
        "audit": ["audit", "notes.log"],
        "diff": ["diff", "1.27.96", "1.28.0", "--service", "sagemaker", "--schemas", SCHEMAS, "--fail-on", "info"],
    }


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("command", ["check", "audit", "diff"])
def test_every_command_reports_in_every_format(argv, command, fmt, capsys):
    """stdout is the report alone, which a reader of that format takes; the exit code is the same."""
    code = main([*argv[command], "--format", fmt])
    out = capsys.readouterr().out

    assert (code, bool(out)) == (1, True)
    READ[fmt](out)


def test_formats_are_all_read_here():
    """A new format is added to this test."""
    assert READ.keys() == {*FORMATS}


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)],
    ids=["terminal", "NO_COLOR", "empty NO_COLOR"],
)
def test_colour_is_for_terminals(argv, environment, coloured):
    """A terminal gets colours unless NO_COLOR is set to something."""
    ours, theirs = pty.openpty()
    inherited = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    subprocess.run(
        [sys.executable, "-m", "bototape", *argv["audit"]],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=inherited | environment,
        check=False,
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(10_000)

    assert (b"\x1b[1;31merror" in shown) is coloured


def test_a_pipe_has_no_colour(argv, capsys):
    """What is not a terminal gets plain text."""
    main(argv["audit"])

    assert "\x1b" not in capsys.readouterr().out

"""Annotations for GitHub Actions: what was missed, at its line; recordings never played or old, at their file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest

from bototape.pytest_plugin.stash import RUN, TALLY
from bototape.pytest_plugin.summary import shown

__all__ = ["commands"]

#: Source: GitHub, "Workflow commands for GitHub Actions", and ``packages/core/src/command.ts`` of actions/toolkit.
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def commands(config: pytest.Config) -> Iterator[str]:
    """Yield the workflow commands of a run, if it runs there or the setting says so."""
    wanted = config.stash[RUN].of("annotations").value
    if wanted == "none" or (wanted == "auto" and os.environ.get("GITHUB_ACTIONS") != "true"):
        return
    tally = config.stash[TALLY]
    for each in tally.missed:
        yield _command("error", each.path, each.line, each.test, each.text)
    for path, left in tally.unused():
        numbers = ", ".join(f"#{each + 1}" for each in left)
        yield _command(
            "warning", shown(config, path), 0, "recordings never played", f"{numbers} of {shown(config, path)}"
        )
    for about, _ in tally.about("stale"):
        yield _command("warning", about.partition(": ")[0], 0, "old recording", about)


def _command(level: str, path: str, line: int, title: str, text: str) -> str:
    given = {"file": path, "line": str(line) if line else "", "title": title}
    properties = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in given.items() if value)
    return f"::{level} {properties}::{_escaped(text, _DATA)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(each, each) for each in text)

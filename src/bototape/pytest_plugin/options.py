"""The options, their ini twins, variables and ``[tool.bototape]``: what holds for a run by them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bototape import modes
from bototape.errors import UsageError
from bototape.pytest_plugin.settings import BY_NAME, TABLE, Run, Setting, Value, meant, suggestion
from bototape.pytest_plugin.stash import RUN

__all__ = ["VARIABLES", "add", "adopts", "cassette_directory", "header", "run_of", "session"]

#: Variables of ours that are no setting of tests.
VARIABLES = (
    "BOTOTAPE_ALLOWED_ACCOUNTS",
    "BOTOTAPE_CACHE",
    "BOTOTAPE_CHECK",
    "BOTOTAPE_CHECK_RELEASE",
    "BOTOTAPE_ESTATE",
    "BOTOTAPE_OFFLINE",
    "BOTOTAPE_OWNERS",
    "BOTOTAPE_RECORD_ALLOWED",
    "BOTOTAPE_RECORD_BUDGET",
    "BOTOTAPE_RECORD_INTO",
    "BOTOTAPE_SCRUB_KEY",
)
#: Ini settings that are of the run, and no settings of tests: those of ``contract``.
_OF_RUN = ("bototape_check", "bototape_check_release")

_TABLE = "[tool.bototape]"


def add(parser: pytest.Parser) -> None:
    """Add the options and their ini twins; the command line wins."""
    group = parser.getgroup("bototape", "bototape: replay recorded AWS calls")
    for each in TABLE:
        default = f"; {each.default} by default" if each.default not in (None, (), "", False, "none") else ""
        text = f"{each.meaning}{default} (takes {each.takes}; variable: {each.variable}, ini: {each.ini})"
        if each.kind == "flag":
            group.addoption(each.option, action="store_true", default=None, help=text)
        elif each.kind == "list":
            group.addoption(each.option, action="append", metavar=each.metavar, default=None, help=text)
        else:
            group.addoption(each.option, metavar=each.metavar, default=None, help=text)
        kind: Any = {"list": "args", "flag": "bool"}.get(each.kind, "string")
        parser.addini(each.ini, each.meaning, type=kind, default=None)


def adopts(config: pytest.Config) -> bool:
    """Tell whether the suite is to be adopted, before the command line is parsed to its end."""
    setting = BY_NAME["adopt_vcr"]
    if getattr(config.known_args_namespace, "bototape_adopt_vcr", None):
        return True
    try:
        text = os.environ.get(setting.variable, "")
        if text:
            return bool(meant(setting, setting.of_text(text), setting.variable))
        told = {**_of_project(config.rootpath), **dict(_of_ini(config))}.get(setting.name)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    return bool(told and told.value)


def run_of(config: pytest.Config) -> Run:
    """Return what holds for the run; raises pytest.UsageError for what is unknown or cannot be meant."""
    try:
        _refuse_unknown(config)
        first = {each.name: each_value for each in TABLE if (each_value := _first(config, each)) is not None}
        last = {**_of_project(config.rootpath), **dict(_of_ini(config))}
        run = Run(first, last)
        _refuse_release_while_recording(run)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    return run


def _first(config: pytest.Config, setting: Setting) -> Value | None:
    told = config.getoption(setting.option)
    if told is not None:
        value = setting.of_text(",".join(told)) if setting.kind == "list" else told
        return Value(meant(setting, value, setting.option), setting.option)
    text = os.environ.get(setting.variable, "")
    if text:
        return Value(meant(setting, setting.of_text(text), setting.variable), setting.variable)
    return None


def _of_ini(config: pytest.Config) -> Iterator[tuple[str, Value]]:
    for each in TABLE:
        told = config.getini(each.ini)
        if told is not None and told != "":
            value = told.strip() if isinstance(told, str) else told
            yield each.name, Value(meant(each, value, f"the setting {each.ini}"), each.ini)


def _of_project(root: Path) -> Mapping[str, Value]:
    path = root / "pyproject.toml"
    try:
        if b"bototape" not in path.read_bytes():
            return {}
    except OSError:
        return {}
    from bototape import config  # noqa: PLC0415 - few projects have the table

    told = config.load(path, estate=False)
    found = {name: meant(BY_NAME[name], value, f"{_TABLE} of {path.name}") for name, value in told.tests.items()}
    if told.cassettes != config.Config().cassettes and not told.cassettes[0].suffix:
        found.setdefault("cassette_dir", str(told.cassettes[0]))
    if told.max_age is not None:
        found["max_age"] = told.max_age
    return {name: Value(value, _TABLE) for name, value in found.items()}


def _refuse_unknown(config: pytest.Config) -> None:
    known = [*(each.ini for each in TABLE), *_OF_RUN]
    given = vars(config).get("_inicfg")  # pytest has no other door to them, and has closed the old one
    for key in getattr(config, "inicfg", {}) if given is None else given:
        if key.startswith("bototape") and key not in known:
            raise UsageError(
                f"{config.inipath or 'the command line'}: there is no setting {key!r}", suggestion(key, known)
            )


def _refuse_release_while_recording(run: Run) -> None:
    mode, release = run.first.get("record_mode"), run.first.get("release")
    if mode and release and mode.source.startswith("--") and release.value and mode.value != "none":
        reason = f"{release.source} {release.value} plays recordings, and {mode.source} {mode.value} makes them"
        raise UsageError(reason, "record without a release, play with one")


def session(config: pytest.Config) -> modes.Session:
    """Return what holds for all tapes of the run."""
    run = config.stash[RUN]
    first, last = run.first.get("record_mode"), run.last.get("record_mode")
    return modes.Session(
        first.value if first and first.source.startswith("--") else None,
        last.value if last else None,
        cassette_directory(config),
        config.rootpath,
        last.source if last else "",
    )


def cassette_directory(config: pytest.Config) -> Path:
    """Return where the cassettes of the run are, unless a test says otherwise."""
    return config.rootpath / str(config.stash[RUN].of("cassette_dir").value)


def header(config: pytest.Config) -> list[str]:
    """Say which settings are in force and who decided, and which variable nobody reads."""
    run = config.stash[RUN]
    where = run.of("cassette_dir")
    told = [f"mode {modes.chosen()}", f"cassettes in {Value(cassette_directory(config), where.source)}"]
    for each in TABLE:
        value = run.of(each.name)
        if value.source and each.name not in ("record_mode", "cassette_dir"):
            told.append(f"{each.name} {value}")
    return [f"bototape: {', '.join(told)}", *_notes()]


def _notes() -> Iterator[str]:
    known = [*VARIABLES, *(each.variable for each in TABLE)]
    for name in sorted(os.environ):
        if name.startswith("BOTOTAPE_") and name not in known:
            yield f"bototape: note: nothing reads the variable {name}; {suggestion(name, known)}"

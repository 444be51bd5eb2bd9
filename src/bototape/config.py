"""
``[tool.bototape]`` of the project's ``pyproject.toml``: what a project sets once for every command.

Keys are known by name and held to a type; tables below it belong to the parts they are named after.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bototape.errors import UsageError

if TYPE_CHECKING:
    from bototape.scrub.estate import Estate

__all__ = ["FILE", "OF_TESTS", "Config", "load"]

#: Where a project's settings are.
FILE = Path("pyproject.toml")

#: Keys whose values the pytest plugin reads: what its settings are called, but for those above them in `Config`.
OF_TESTS = (
    "adopt_vcr",
    "allowed_hosts",
    "annotations",
    "block_network",
    "cassette_dir",
    "clock",
    "http",
    "ignore",
    "match_on",
    "poll_limit",
    "record_mode",
    "release",
    "seeded",
    "unused",
)

_ACCOUNT = re.compile(r"[0-9]{12}")
_AT = re.compile(r"\(at line (\d+), column \d+\)")
_COMMITTED = "its keys are words and values; what must stay secret goes into a file for --estate"
_ESTATE = re.compile(r"^[ \t]*\[[ \t]*tool\.bototape\.estate(?:\.values)?[ \t]*\]", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[[ \t]*tool\.bototape[ \t]*\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Config:
    """
    What the project says.

    *cassettes* are its cassettes, files or directories; *ignore_file* its ignore file (None: the usual one, if it is
    there); *max_age* the days after which a recording is old (None: never). *estate* are words and values that no
    recording of the project may show, from ``[tool.bototape.estate]`` (None: there is no such table).
    *check* is the table ``[tool.bototape.check]``, as `bototape.cli.judging` reads it; *tests* the settings of tests,
    as the pytest plugin reads them; *refresh* the table ``[tool.bototape.refresh]``, as `bototape.cli.leave` reads it.
    *allowed_accounts* are those that may be recorded.
    """

    cassettes: tuple[Path, ...] = (Path("cassettes"),)
    ignore_file: Path | None = None
    max_age: int | None = None
    estate: Estate | None = None
    check: Mapping[str, Any] = field(default_factory=dict)
    tests: Mapping[str, Any] = field(default_factory=dict)
    refresh: Mapping[str, Any] = field(default_factory=dict)
    allowed_accounts: tuple[str, ...] = ()


_MEANING = {
    "cassettes": 'a path or a list of paths: ["tests/cassettes"]',
    "ignore_file": 'a path: "bototape-ignore.toml"',
    "max_age": "a whole number of days, 1 or more",
    "allowed_accounts": 'a list of accounts, twelve digits each: ["123456789012"]',
}


def load(path: Path = FILE, *, estate: bool = True) -> Config:
    """
    Return the settings in the file *path*; the defaults if there is none, or it has no ``[tool.bototape]``.

    Without *estate* that table is not looked at: to read it takes long.

    Raises UsageError, with the line, for text that is not TOML, an unknown key, a value of another type, and an
    estate whose words or values are too short or belong in no committed file.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        content = tomllib.loads(text)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise UsageError(f"cannot use {path}: {error.strerror}", "name a readable file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot use {path}: it is not UTF-8 text", "save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        place = f"{path}:{at[1]}" if at else str(path)
        raise UsageError(
            f"cannot use {place}: it is not TOML: {_AT.sub('', str(error)).strip()}", "correct it"
        ) from None
    except RecursionError:
        raise UsageError(f"cannot use {path}: it nests too deep", "correct it") from None
    table = _below(_below(content, "tool"), "bototape")
    if table is None:
        raise UsageError(f"cannot use {path}: tool.bototape is not a table", "write [tool.bototape]")
    check, refresh = _below(table, "check"), _below(table, "refresh")
    for name, each in (("check", check), ("refresh", refresh)):
        if each is None:
            raise UsageError(f"cannot use {path}: tool.bototape.{name} is not a table", f"write [tool.bototape.{name}]")
    told = _estate(table.get("estate"), path, text) if estate else None
    tests = {key: value for key, value in table.items() if key in OF_TESTS}
    return Config(**_values(table, path, text), estate=told, check=check or {}, tests=tests, refresh=refresh or {})


def _estate(table: object, path: Path, text: str) -> Estate | None:
    if table is None:
        return None
    # Late: the kinds of identifier take longer to load than all of this, and few commands need them.
    from bototape.scrub.estate import Estate  # noqa: PLC0415
    from bototape.scrub.kinds import BY_NAME  # noqa: PLC0415

    place = f"{path}{_line(text, 'estate', _ESTATE)}"
    if not isinstance(table, Mapping):
        raise UsageError(f"cannot use {place}: estate is not a table", "write [tool.bototape.estate]")
    strange = next((each for each in table if each not in ("words", "values")), None)
    if strange is not None:
        raise UsageError(f"cannot use {place}: [tool.bototape.estate] has no key {strange!r}", _COMMITTED)
    kinds = _below(table, "values") or {}
    secret = next((each for each in kinds if each in BY_NAME and BY_NAME[each].tier == 0), None)
    if secret is not None:
        raise UsageError(f"cannot use {place}: a {secret} belongs in no committed file", _COMMITTED)
    try:
        return Estate.from_mapping(table)
    except UsageError as error:
        raise UsageError(f"cannot use {place}: {error.reason}", error.fix) from None


def _below(table: Any, key: str) -> Mapping[str, Any] | None:
    found = table.get(key, {}) if isinstance(table, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _values(table: Mapping[str, Any], path: Path, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping) or key in ("estate", "check", "refresh", *OF_TESTS):
            continue
        place = f"{path}{_line(text, key)}"
        if key not in _MEANING:
            keys = [*_MEANING, *OF_TESTS]
            near = difflib.get_close_matches(key, keys, 1)
            fix = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(keys)}"
            raise UsageError(f"cannot use {place}: [tool.bototape] has no key {key!r}", fix)
        meant = _meant(key, value)
        if meant is None:
            shown = json.dumps(value, default=str)
            raise UsageError(f"cannot use {place}: {key}: expected {_MEANING[key]}; found {shown}", "correct the value")
        found[key] = meant
    return found


def _meant(key: str, value: object) -> object:
    """Return *value* as `Config` has it, or None when it is not what *key* takes."""
    if key == "max_age":
        return value if type(value) is int and value > 0 else None
    if key == "allowed_accounts":
        return _accounts(value)
    if key == "ignore_file":
        return Path(value) if isinstance(value, str) and value else None
    paths = value if isinstance(value, list) else [value]
    good = bool(paths) and all(isinstance(each, str) and each for each in paths)
    return tuple(map(Path, paths)) if good else None


def _accounts(value: object) -> tuple[str, ...] | None:
    good = isinstance(value, list) and all(isinstance(each, str) and _ACCOUNT.fullmatch(each) for each in value)
    return tuple(value) if good and isinstance(value, list) else None


def _line(text: str, key: str, header: re.Pattern[str] | None = None) -> str:
    """Return ``:`` and the line of *header* or else of *key*, if the table has a header of its own."""
    table = _TABLE.search(text)
    match = header.search(text) if header else None
    match = match or re.compile(rf"^[ \t]*\"?{re.escape(key)}\"?[ \t]*=", re.MULTILINE).search(
        text, table.end() if table else 0
    )
    return f":{text.count(chr(10), 0, match.start()) + 1}" if match else ""

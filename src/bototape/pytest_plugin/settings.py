"""
The settings of tests, one row each, and who may say one: the table behind options, environment, marker, fixture, ini.

Whoever says a setting first in this order decides: command line, environment, nearest marker, the fixture
``bototape_config``, pytest's own settings, ``[tool.bototape]`` of ``pyproject.toml``, the default.

Tuples with names, and no dataclasses: every run of pytest makes these classes, and pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from bototape import modes
from bototape.errors import UsageError

__all__ = ["BY_NAME", "NOT_GIVEN", "TABLE", "Run", "Setting", "Source", "Value", "checked", "meant", "suggestion"]

#: pytest shows no frame of this module: what is wrong is in what a test, a file or a command line says.
__tracebackhide__ = True

#: What a marker or fixture writes for a setting that it leaves to others.
NOT_GIVEN = object()

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Setting(NamedTuple):
    """
    One setting: *takes* says in words what values it has, *read* returns the value meant or raises ValueError.

    *kind* is how text becomes a value: as it is, split at commas, or a flag. Where *in_test* is false a marker or
    fixture comes too late to say it.
    """

    name: str
    meaning: str
    takes: str
    read: Callable[[object], Any]
    default: Any = None
    kind: Literal["text", "list", "flag"] = "text"
    metavar: str = ""
    in_test: bool = True

    @property
    def option(self) -> str:
        """The option on the command line."""
        return f"--bototape-{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"BOTOTAPE_{self.name.upper()}"

    @property
    def ini(self) -> str:
        """The setting in pytest's own configuration."""
        return f"bototape_{self.name}"

    def of_text(self, text: str) -> object:
        """Return *text* of a command line or variable as a value to read."""
        return [each.strip() for each in text.split(",") if each.strip()] if self.kind == "list" else text.strip()


class Value(NamedTuple):
    """What a setting is, and who said so; nobody, where it is the default."""

    value: Any
    source: str = ""

    def __str__(self) -> str:
        shown = ", ".join(self.value) if isinstance(self.value, tuple) else str(self.value)
        return f"{shown} ({self.source})" if self.source else shown


class Source(NamedTuple):
    """Somebody in a test who says settings: a marker or the fixture; *name* is how a message calls it."""

    name: str
    given: Mapping[str, object]


class Run(NamedTuple):
    """What holds for a run: *first* beats what a test says (command line, environment), *last* is beaten by it."""

    first: Mapping[str, Value]
    last: Mapping[str, Value]

    def of(self, name: str, sources: Iterable[Source] = ()) -> Value:
        """Return what *name* is in a test where *sources* speak, the one that decides first."""
        if name in self.first:
            return self.first[name]
        for each in sources:
            told = each.given.get(name, NOT_GIVEN)
            if told is not NOT_GIVEN and not (told is None and name == "record_mode"):
                return Value(meant(BY_NAME[name], told, each.name), each.name)
        return self.last.get(name) or _DEFAULTS[name]


def meant(setting: Setting, told: object, where: str) -> Any:
    """Return the value that *told* means; raises UsageError that says *where* it was told and what is expected."""
    if setting.name == "record_mode":
        return modes.mode_of(told, where)
    try:
        return setting.read(told)
    except ValueError:
        reason = f"{where}: {setting.name}: expected {setting.takes}; found {told!r}"
        raise UsageError(reason, "correct the value") from None


def checked(given: Mapping[str, object], where: str) -> Mapping[str, object]:
    """Return *given*; raises UsageError for a key that is no setting of a test, with the one that may be meant."""
    known = [each.name for each in TABLE if each.in_test]
    for key in given:
        if key not in known:
            raise UsageError(f"{where}: there is no setting {key!r}", suggestion(key, known))
    return given


def suggestion(key: object, known: Iterable[str]) -> str:
    """Say which of *known* may be meant by *key*, or what there is."""
    import difflib  # noqa: PLC0415 - few runs are told anything

    names = list(known)
    near = difflib.get_close_matches(str(key), names, 1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"


def _one_of(words: Mapping[str, Any]) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        if isinstance(value, str) and value in words:
            return words[value]
        if value is None and None in words.values():
            return None
        raise ValueError

    return read


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError


def _path(value: object) -> str:
    text = str(value)
    if isinstance(value, (str, bytes)) and not value:
        raise ValueError
    if isinstance(value, str) or hasattr(value, "__fspath__"):
        return text
    raise ValueError


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(each, str) and each for each in value):
        return tuple(value)
    raise ValueError


def _hosts(value: object) -> tuple[str, ...]:
    names = _names(value)
    if names:
        from bototape.guard.hosts import parse  # noqa: PLC0415 - few runs list hosts

        for each in names:
            parse(each)
    return names


def _flag(value: object) -> bool:
    text = str(value).lower()
    if isinstance(value, (bool, str)) and text in (*_YES, *_NO):
        return text in _YES
    raise ValueError


def _limit(value: object) -> int | None:
    if value is None or value == "none":
        return None
    return _count(value)


def _count(value: object) -> int:
    text = str(value)
    if isinstance(value, (int, str)) and not isinstance(value, bool) and text.isdecimal() and int(text):
        return int(text)
    raise ValueError


#: All settings. An option, a variable, an ini twin and, of most, a keyword of the marker come from the row.
TABLE = (
    Setting(
        "record_mode",
        "what to do with calls that are not recorded; none by default, and in CI unless given on the command line",
        ", ".join(modes.MODES),
        _text,
        "none",
        metavar="MODE",
    ),
    Setting(
        "cassette_dir",
        "where cassettes are, relative to the root directory",
        "a directory",
        _path,
        "cassettes",
        metavar="DIR",
    ),
    Setting(
        "allowed_hosts",
        "hosts that may be reached where connections are refused",
        "a list of host names or addresses, each with or without a port",
        _hosts,
        (),
        "list",
        "HOST,…",
    ),
    Setting(
        "ignore",
        "parameters that do not count when a call is looked up",
        "a list of parameters, as a miss names them",
        _names,
        (),
        "list",
        "PARAMETER,…",
    ),
    Setting(
        "http",
        "answer requests of other HTTP libraries (requests, httpx, …) too; by default where a cassette has such",
        "true or false",
        _flag,
        kind="flag",
    ),
    Setting(
        "match_on",
        "parts of such requests that count, as vcrpy names them",
        "a list of parts, such as method, host, path",
        _names,
        (),
        "list",
        "PART,…",
    ),
    Setting("release", "release of botocore to replay as: 1.20.41", "a release", _text, "", metavar="RELEASE"),
    Setting(
        "clock",
        "virtual takes the waiting out of code that polls; real does not",
        "virtual or real",
        _one_of({"virtual": "virtual", "real": None}),
        metavar="CLOCK",
    ),
    Setting(
        "poll_limit",
        "polls of one unchanged answer after which a test fails, or none",
        "a whole number, 1 or more, or none",
        _limit,
        1000,
        metavar="NUMBER",
    ),
    Setting(
        "seeded",
        "give uuid4 and random the same numbers at each run",
        "true or false",
        _flag,
        default=False,
        kind="flag",
    ),
    Setting(
        "unused",
        "recordings that a test which passed did not play: say nothing, list them at the end, or fail the test",
        "ignore, warn or fail",
        _one_of({each: each for each in ("ignore", "warn", "fail")}),
        "warn",
        metavar="ignore|warn|fail",
    ),
    Setting(
        "block_network",
        "refuse connections and DNS in every test, with or without a cassette, except to allowed hosts",
        "true or false",
        _flag,
        default=False,
        kind="flag",
        in_test=False,
    ),
    Setting(
        "adopt_vcr",
        "play and record what the suite opens through pytest-recording, pytest-vcr or vcrpy itself, without an edit",
        "true or false",
        _flag,
        default=False,
        kind="flag",
        in_test=False,
    ),
    Setting(
        "max_age",
        "days after which the summary calls a recording old",
        "a whole number of days, 1 or more",
        _count,
        metavar="DAYS",
        in_test=False,
    ),
    Setting(
        "annotations",
        "annotations for GitHub Actions: where it runs (auto), always (github), or never (none)",
        "auto, github or none",
        _one_of({each: each for each in ("auto", "github", "none")}),
        "auto",
        metavar="auto|github|none",
        in_test=False,
    ),
)

BY_NAME = {each.name: each for each in TABLE}
_DEFAULTS = {each.name: Value(each.default) for each in TABLE}

"""
Exceptions raised on purpose: fields carry the evidence, ``str()`` writes the sentence.

``BototapeError`` catches all of them. ``exit_code`` is what the command line returns for one
(0 clean, 1 findings, 2 usage or configuration, 3 an input could not be loaded).
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, dataclass_transform

__all__ = [
    "NO_RECORDING",
    "BototapeError",
    "CallsDiffer",
    "CassetteMissing",
    "CassetteUnreadable",
    "CassetteUnwritable",
    "Closest",
    "ContractBroken",
    "Difference",
    "EndlessPoll",
    "EvidenceUnusable",
    "FaultUnmet",
    "LeakRefused",
    "LedgerUnusable",
    "ModelUnavailable",
    "NetworkBlocked",
    "NoMatch",
    "RecordingFailed",
    "ScenarioInvalid",
    "ServiceUnknown",
    "UsageError",
    "VariableUnknown",
    "WireError",
    "with_fix",
]


def with_fix(sentence: str, fix: str) -> str:
    """Return *sentence* with *fix* (what the user can do) on a line of its own, if there is one."""
    return f"{sentence}\n  fix: {fix}" if fix else sentence


@dataclass_transform(eq_default=False)
class BototapeError(Exception):
    """Base class: catch this to catch everything raised on purpose. Fields are named as a dataclass's are."""

    # It is none: every run of pytest makes these classes, and dataclasses take longer.

    exit_code: ClassVar[int] = 2
    field_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = (name for name, kind in cls.__annotations__.items() if "ClassVar" not in str(kind))
        cls.field_names = tuple(dict.fromkeys((*cls.field_names, *own)))

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.field_names
        given = dict(zip(names, values, strict=False))
        missing = [each for each in names if each not in given and each not in named and not hasattr(type(self), each)]
        if len(values) > len(names) or missing or not named.keys() <= set(names) - given.keys():
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}")
        self.__dict__.update(given, **named)

    def __repr__(self) -> str:
        fields = ", ".join(f"{each}={getattr(self, each)!r}" for each in self.field_names)
        return f"{type(self).__qualname__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by fields: an exception built with keywords has empty ``args``."""
        return type(self), tuple(getattr(self, each) for each in self.field_names)


class UsageError(BototapeError):
    """A command or a call was given something that cannot be meant."""

    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(self.reason, self.fix)


class CassetteMissing(BototapeError):
    """There is no cassette at the path. An unreadable cassette is never reported as missing."""

    exit_code: ClassVar[int] = 3
    path: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(f"cannot open cassette {self.path}: there is no such file", self.fix)


class CassetteUnreadable(BototapeError):
    """A cassette exists but cannot be used; it is left as it is. ``line`` counts from 1; 0 = unknown."""

    exit_code: ClassVar[int] = 3
    path: str
    reason: str
    fix: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return with_fix(f"cannot use cassette {place}: {self.reason}", self.fix)


class CassetteUnwritable(BototapeError):
    """A cassette could not be written; the file at the path, if there is one, is as it was."""

    exit_code: ClassVar[int] = 3
    path: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(f"cannot write cassette {self.path}: {self.reason}", self.fix)


class EvidenceUnusable(BototapeError):
    """Nothing may be dropped on what a run of the tests told; nothing was."""

    exit_code: ClassVar[int] = 3
    path: str
    reasons: tuple[str, ...]
    fix: str = ""

    def __str__(self) -> str:
        lines = "".join(f"\n  {each}" for each in self.reasons)
        return with_fix(f"cannot prune on the evidence {self.path}:{lines}", self.fix)


class ScenarioInvalid(BototapeError):
    """A scenario file cannot be run as written. ``line`` counts from 1; 0 = the whole file."""

    path: str
    line: int
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return with_fix(f"cannot run scenario {place}: {self.reason}", self.fix)


class RecordingFailed(BototapeError):
    """A recording stopped before its end; nothing was written and an older cassette is untouched."""

    exit_code: ClassVar[int] = 3
    cassette: str
    step: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(
            f"cannot record {self.cassette}: {self.step}: {self.reason}\n  nothing was written",
            self.fix,
        )


class LeakRefused(BototapeError):
    """A finished cassette still held identifiers, so it was not written. ``places`` name them, never show them."""

    exit_code: ClassVar[int] = 1
    path: str
    places: tuple[str, ...]
    fix: str = "report the kind of identifier named above, or name it in the estate"

    def __str__(self) -> str:
        lines = "".join(f"\n  {each}" for each in self.places)
        return with_fix(f"cannot write cassette {self.path}: identifiers are left in it{lines}", self.fix)


class LedgerUnusable(BototapeError):
    """A ledger exists but cannot be used or extended; it is left as it is."""

    exit_code: ClassVar[int] = 3
    path: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(f"cannot use ledger {self.path}: {self.reason}", self.fix)


class ModelUnavailable(BototapeError):
    """The API model of a release or service could not be loaded."""

    exit_code: ClassVar[int] = 3
    what: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(f"cannot load {self.what}: {self.reason}", self.fix)


class ServiceUnknown(ModelUnavailable):
    """The release is there, and has no such service: it is older than the service, or newer than its end."""


class WireError(BototapeError):
    """An HTTP message is not what its protocol says. ``place`` names header, status or JSON pointer."""

    exit_code: ClassVar[int] = 3
    place: str
    reason: str

    def __str__(self) -> str:
        return f"cannot decode {self.place}: {self.reason}"


#: Why a call is a miss, unless something else is said.
NO_RECORDING = "no recording matches"


class Difference(NamedTuple):
    """One place where two calls differ, values as text and secrets hidden; None stands for "not there"."""

    path: str
    recorded: str | None
    sent: str | None

    def __str__(self) -> str:
        if self.recorded is None:
            return f"{self.path}: {self.sent} sent, nothing recorded"
        if self.sent is None:
            return f"{self.path}: {self.recorded} recorded, nothing sent"
        return f"{self.path}: {self.recorded} recorded, {self.sent} sent"


class Closest(NamedTuple):
    """
    Recordings that come close to a call, and differ from it alike.

    *numbers* count from 1; *played* of them were played. With *ignore*, the ``ignore`` of a test, one of them would
    have answered the call; it is empty where that was not found to be true.
    """

    numbers: tuple[int, ...]
    played: int
    differences: tuple[Difference, ...]
    ignore: tuple[str, ...] = ()


class NoMatch(BototapeError, AssertionError):
    """
    A call that no recording answers, made while a cassette plays.

    An ``AssertionError``, so that neither botocore's retries nor ``except BotoCoreError`` or ``except OSError``
    takes it for a network fault. ``explanation`` says why, line by line; ``closest`` holds the closest recordings and
    what differed, nearest first. ``test`` is pytest's id of the test that called, if one runs. ``reason`` is the first
    line's.
    """

    what: ClassVar[str] = "cannot replay {}: {}"
    call: str
    cassette: str
    explanation: tuple[str, ...] = ()
    fix: str = ""
    closest: tuple[Closest, ...] = ()
    region: str = ""
    test: str = ""
    reason: str = NO_RECORDING

    def __str__(self) -> str:
        test = f"\n  test: {self.test}" if self.test else ""
        lines = "".join(f"\n  {each}" for each in self.explanation)
        sentence = f"{self.what.format(self.call, self.reason)}{test}\n  cassette: {self.cassette}{lines}"
        return with_fix(sentence, self.fix)


class EndlessPoll(NoMatch):
    """A call asked again and again of a recording that repeats: its answer never changes, so the loop never ends."""

    what = "cannot go on with {}: it is polled without end"


class NetworkBlocked(BototapeError, AssertionError):
    """A connection that a playing cassette, or the guard of a test, does not allow."""

    host: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return with_fix(f"cannot connect to {self.host}: {self.reason}", self.fix)


class CallsDiffer(BototapeError, AssertionError, IndexError):
    """The code under test made other calls than asserted. ``found`` says which, secrets hidden."""

    claim: str
    found: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = "".join(f"\n  {each}" for each in self.found)
        return f"{self.claim}{lines}" if lines else f"{self.claim}\n  no call was made"


class VariableUnknown(BototapeError, AssertionError, KeyError):
    """A name that was not given a value while recording was asked for. ``known`` are the names that were."""

    name: str
    cassette: str
    known: tuple[str, ...] = ()
    is_recording: bool = False

    def __str__(self) -> str:
        known = ", ".join(self.known) or "none"
        fix = (
            "make it first: setdefault(name, make)"
            if self.is_recording
            else "record the cassette again, or correct the name"
        )
        return with_fix(
            f"cannot tell the variable {self.name!r}: the recording has no such name\n"
            f"  cassette: {self.cassette}\n  variables in it: {known}",
            fix,
        )


class FaultUnmet(BototapeError, AssertionError):
    """A fault was planned and no call met it: the test did not test what it says. ``calls`` were made instead."""

    fault: str
    calls: tuple[str, ...] = ()

    def __str__(self) -> str:
        made = ", ".join(self.calls) or "none"
        return with_fix(
            f"no call met the fault {self.fault}\n  calls made: {made}",
            "name an operation that is called, or plan fewer faults",
        )


class ContractBroken(BototapeError, AssertionError):
    """What the code under test sent, or was answered, does not fit the API of a release. ``faults`` say where."""

    release: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        lines = "".join(f"\n  {each}" for each in self.faults)
        fix = "correct the call, record the answer again, or name another release with --bototape-check-release"
        return with_fix(f"calls of this test do not fit the API of release {self.release}{lines}", fix)

"""
Nothing leaks on the way: what is logged, raised or printed while a recording is made.

botocore and urllib3 log whole requests and answers at DEBUG, and errors quote them. While a recording is made, every
record of every logger is scrubbed before a filter or handler sees it, and audited like the cassette; what the audit
still finds something in is withheld. Errors leave without causes, frames and values of what they were raised over.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from types import TracebackType
from typing import Any, TypeVar

from bototape.audit import audit_text
from bototape.errors import BototapeError, RecordingFailed
from bototape.finding import Severity, at_or_above
from bototape.scrub.edits import make
from bototape.scrub.estate import Estate
from bototape.scrub.known import known_of
from bototape.scrub.names import Place
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.text import find

__all__ = ["Quiet", "discreet", "quiet"]

R = TypeVar("R")

#: Loggers of which nothing is passed on: they show signatures and secrets, in pieces that have no form.
_SECRET = ("botocore.auth", "botocore.credentials", "botocore.tokens", "botocore.crt.auth", "awscrt")

#: Loggers of the SDK and what is below it.
_SDK = ("aiobotocore", "awscrt", "boto3", "botocore", "s3transfer", "urllib3")

#: What every record has; anything else came with ``extra``.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

#: How many places in the code a crash names, the innermost.
_PLACES = 8

#: A longer message is not searched, and not shown.
_LONGEST = 1_000_000


class Quiet:
    """
    Makes texts safe to show. Before it was told an *estate* (`knows`), it shows none.

    It numbers pseudonyms by itself: what is logged must not change what is recorded. With *spares* it leaves alone
    until then what is not logged by the SDK: a test's own program has been answered nothing yet.
    """

    def __init__(self, *, spares: bool = False) -> None:
        self._spares = spares
        self._lock = threading.RLock()
        self._scrub: Callable[[str], str] | None = None
        self._values: tuple[str, ...] = ()

    def knows(self, estate: Estate, values: tuple[str, ...], pseudonyms: Pseudonyms) -> None:
        """Take *estate*, the *values* of it that the audit looks for, and *pseudonyms* of the log's own."""
        known = known_of(estate)
        pseudonyms.own("account", estate.account)
        pseudonyms.avoid(value for _, value in estate.known())

        def scrub(text: str) -> str:
            return make(text, find(text, Place(), known), pseudonyms)

        self._scrub, self._values = scrub, values

    def text(self, text: str) -> str:
        """Return *text* scrubbed, or what says that it is withheld; the real one is in no result."""
        if self._scrub is None:
            return "(withheld: it is not known yet whose account is recorded)"
        if len(text) > _LONGEST:
            return f"(withheld: {len(text)} characters)"
        try:
            with self._lock:
                done = self._scrub(text)
        except Exception as error:  # noqa: BLE001 - a message must neither get out unscrubbed nor stop a recording
            return f"(withheld: {type(error).__name__} while it was scrubbed)"
        left = at_or_above(audit_text(done, where="", known=self._values), Severity.ERROR)
        return f"(withheld: {len(left)} identifiers are left in it)" if left else done

    def record(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a safe copy of *record*; an exception is part of its text."""
        if self._spares and self._scrub is None and not record.name.startswith(_SDK):
            return record
        secret = record.name.startswith(_SECRET)
        text = "(withheld: it may show secrets)" if secret else self.text(_whole(record))
        clean = logging.LogRecord(record.name, record.levelno, "", record.lineno, text, None, None, record.funcName)
        kept = {name: value for name, value in vars(record).items() if name in _TIMES}
        vars(clean).update(kept, filename=record.filename, module=record.module, pathname=record.filename)
        extras = {name: value for name, value in vars(record).items() if name not in _USUAL}
        vars(clean).update({name: self._plain(value) for name, value in extras.items()})
        return clean

    def _plain(self, value: object) -> object:
        return value if value is None or isinstance(value, bool | float) else self.text(str(value))


_TIMES = frozenset(
    {"created", "msecs", "relativeCreated", "thread", "threadName", "process", "processName", "taskName", "levelname"}
)


def _whole(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError, IndexError):
        text = f"{record.msg!r} (its arguments do not fit)"
    if record.exc_info and record.exc_info[1] is not None:
        text += "\n" + "".join(traceback.format_exception(record.exc_info[1]))
    return "\n".join(filter(None, (text, record.exc_text, record.stack_info)))


_lock = threading.Lock()
_active: list[Quiet] = []
_busy = threading.local()


@contextmanager
def quiet(*, spares: bool = False) -> Iterator[Quiet]:
    """
    Clean every logger's records while the block runs; recordings of several threads clean for each other.

    *spares* is as `Quiet` takes it.
    """
    one = Quiet(spares=spares)
    with _lock:
        _active.append(one)
        if len(_active) == 1:
            _patched.append(logging.Logger.handle)
            setattr(logging.Logger, "handle", _handle)  # noqa: B010 - the one place that all loggers come by
    try:
        yield one
    finally:
        with _lock:
            _active.remove(one)
            if not _active:
                setattr(logging.Logger, "handle", _patched.pop())  # noqa: B010 - see above


_patched: list[Callable[[logging.Logger, logging.LogRecord], Any]] = []


def _handle(self: logging.Logger, record: logging.LogRecord) -> None:
    """Pass on a clean copy of *record*; what cleaning itself would log is dropped."""
    if getattr(_busy, "now", False):
        return
    with _lock:
        handle, active = (_patched or [logging.Logger.handle])[-1], list(_active)
    _busy.now = True
    try:
        for each in active:
            record = each.record(record)
    finally:
        _busy.now = False
    handle(self, record)


def discreet(cassette: str, work: Callable[[], R]) -> R:
    """
    Return what *work* returns; let its errors out by themselves.

    They leave without cause, context and the frames that hold what was recorded. What was not raised on purpose
    becomes a `RecordingFailed` of *cassette* that names its kind and the places in the code, for its text may quote
    an answer.
    """
    failed: BototapeError
    try:
        return work()
    except BototapeError as error:
        failed = error
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote what was recorded
        failed = RecordingFailed(cassette, "unexpectedly", _places(error), "report this, with the places named above")
    # Raised outside of the handler: there it would take the first error along as its context.
    failed.__context__ = None
    raise failed.with_traceback(None) from None


def _places(error: Exception) -> str:
    return f"{type(error).__name__} at {', '.join(_lines(error.__traceback__)) or 'an unknown place'}"


def _lines(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace)[1:][-_PLACES:]:
        parts = PurePath(frame.filename).parts
        yield f"{'/'.join(parts[-2:])}:{frame.lineno}"

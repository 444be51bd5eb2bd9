"""
Our matcher, persister and hooks on a VCR that a team has already, and their cassettes with it.

Nothing else of its set-up changes: its fixtures, marks, record modes and library directory stay.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

from bototape import cassettes, config
from bototape.adapters import botocore as seam
from bototape.adapters import models
from bototape.adapters.endpoints import is_aws
from bototape.adapters.vcr import leaving
from bototape.adapters.vcr.logs import silence
from bototape.adapters.vcr.messages import request_of, stored_response_of
from bototape.capture.estate import Credentials
from bototape.capture.intake import Intake, Known
from bototape.capture.quiet import Quiet
from bototape.capture.surroundings import this_machine
from bototape.errors import CassetteMissing, UsageError
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.plain import differing, is_marked
from bototape.record import readable, sent_at
from bototape.replay import Player
from bototape.scrub.apply import VOLATILE
from bototape.scrub.estate import Estate, joined
from bototape.wire.route import told_region

__all__ = ["configure_vcr"]

#: vcrpy's matchers when nobody chose any.
_DEFAULT = ("method", "scheme", "host", "port", "path", "query")

_silenced: list[Any] = []
_lock = threading.Lock()


def configure_vcr(vcr: Any, *, estate: Mapping[str, Any] | None = None) -> None:
    """
    Let *vcr*, a ``vcr.VCR``, match calls of AWS by what they say, and write its cassettes scrubbed and audited.

    Registers the matcher ``bototape`` and chooses it where vcrpy's default was in force. Its persister scrubs every
    interaction, audits the text, and replaces the file whole or not at all; a file that cannot be read is an error and
    is left alone. Signatures and credentials are taken off requests before vcrpy keeps them. *estate* names whose
    account is recorded, as `bototape.scrub.estate.Estate.from_mapping` has it, besides ``[tool.bototape.estate]``.

    For pytest-recording, call it in ``pytest_recording_configure(config, vcr)``.
    """
    told = [each for each in (Estate.from_mapping(estate) if estate else None, config.load().estate) if each]
    vcr.register_matcher("bototape", _match)
    if tuple(vcr.match_on) == _DEFAULT:
        vcr.match_on = ("bototape",)
    vcr.register_persister(_Persister(vcr.persister, joined(*told) if len(told) > 1 else told[0] if told else Estate()))
    vcr.before_record_request = (*_listed(vcr.before_record_request), _unsigned)
    with _lock:
        if not _silenced:
            _silenced.append(silence())
            _silenced[0].__enter__()
            leaving.install()


def _listed(hook: Any) -> tuple[Callable[[Any], Any], ...]:
    if hook is None:
        return ()
    return tuple(hook) if isinstance(hook, Iterable) else (hook,)


def _unsigned(request: Any) -> Any:
    """Take off what proves who calls, and what differs in every call; twice is as once."""
    for name in [each for each in request.headers if each.lower() in VOLATILE]:
        del request.headers[name]
    return request


_players: WeakKeyDictionary[Any, tuple[Request, Player]] = WeakKeyDictionary()


def _match(sent: Any, stored: Any) -> None:
    """Raise AssertionError, saying what differs, unless *stored* is a recording of the call *sent*."""
    request = request_of(sent)
    known = _players.get(stored)
    if known is None:
        recorded = request_of(stored)
        one = Cassette((Interaction(recorded, Response(200)),))
        known = _players[stored] = (recorded, Player(one, "this recording", models=models))
    recorded, player = known
    if is_marked(request) != is_marked(recorded) or not is_marked(request):
        parts = differing(recorded, request, _DEFAULT)
        if parts:
            raise AssertionError(f"they differ in {', '.join(parts)}")
        return
    player.play(request, keep=True)


class _Persister:
    """Loads as *inner*, the VCR's own persister, does; saves scrubbed, audited and whole."""

    def __init__(self, inner: Any, estate: Estate) -> None:
        self._inner = inner
        self._estate = estate

    def load_cassette(self, cassette_path: Any, serializer: Any) -> Any:
        """Return what the VCR's own persister does; raises CassetteUnreadable where that would take it for absent."""
        with contextlib.suppress(CassetteMissing):  # that is for the VCR to say
            cassettes.text_of(Path(cassette_path))
        return self._inner.load_cassette(cassette_path, serializer)

    def save_cassette(self, cassette_path: Any, cassette_dict: Mapping[str, Any], serializer: Any) -> None:
        """Write the cassette; raises LeakRefused, CassetteUnwritable and UsageError, and the file is as it was."""
        if not getattr(serializer, "__name__", "").endswith("yamlserializer"):
            raise UsageError("cannot write this cassette scrubbed: its serializer is not yaml", "serializer='yaml'")
        path = Path(cassette_path)
        intake = Intake(path, _ledger_of(path), Quiet(), models.codec)
        intake.knows(Known.of(self._estate, _signing(), this_machine().values()))
        pairs = zip(cassette_dict["requests"], cassette_dict["responses"], strict=True)
        kept = tuple(readable(intake.scrubbed(_interaction(*each))) for each in pairs)
        endpoint: Literal["aws", "custom"] = "aws" if all(is_aws(each.request.uri) for each in kept) else "custom"
        cassette = Cassette(kept, Provenance(endpoint, _day(kept), seam.release()))
        intake.write(path, cassette, intake.leaks)


def _interaction(request: Any, response: Mapping[str, Any]) -> Interaction:
    """Return one interaction of vcrpy's, with the call that it is where only one is possible."""
    sent = request_of(request)
    found = Interaction(sent, stored_response_of(response))
    candidates = models.calls(sent) if is_marked(sent) else ()
    codec = models.codec(candidates[0][0]) if len(candidates) == 1 else None
    if codec is None:
        return found
    service, operation = candidates[0]
    return replace(
        found, call=Call(service, operation, told_region(sent), str(codec.service.metadata.get("protocol", "")))
    )


def _signing() -> Credentials:
    """Return the credentials of the environment: what a VCR records is signed by clients that we do not see."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return Credentials(*(os.environ.get(each, "") for each in names))


def _day(kept: Iterable[Interaction]) -> str:
    """Return the day of the last answer that tells it."""
    days = (sent_at(each.response) for each in reversed(list(kept)))
    return next((each.date().isoformat() for each in days if each), "")


def _ledger_of(path: Path) -> Path:
    """Return the ledger of the cassette at *path*: the nearest above it, else one beside it."""
    absolute = path.absolute()
    found = (each / "ledger.json" for each in absolute.parents)
    return next((each for each in found if each.is_file()), absolute.parent / "ledger.json")

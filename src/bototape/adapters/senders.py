"""
Who sends a call: the credentials that sign it, the session of its client, where the client sends.

Told by botocore itself, call by call: clients have credentials of their own. Patched once per process; what these
patches note is looked at while a tape records, and forgotten with the client.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import botocore.credentials
import botocore.tokens
from botocore.session import Session
from botocore.signers import RequestSigner

__all__ = ["Sender", "credentials_again", "fetching", "install", "is_fetching", "note", "sender"]


@dataclass(frozen=True, slots=True, repr=False)
class _Signed:
    """One signature: what botocore calls credentials; *also* are those of the request itself, where it has some."""

    signer: RequestSigner
    region: str
    credentials: Any
    also: Any
    is_keyless: bool


@dataclass(frozen=True, slots=True, repr=False)
class Sender:
    """
    Who sends a call, and where to: *endpoint* is the client's, *region* the one it signs for.

    *credentials* and *also* sign, any may be None; *is_keyless* says that the client has none and signed with dummies.
    *session* made the client, if that is known; *http* is what sends.
    """

    endpoint: str
    region: str
    credentials: Any
    also: Any
    is_keyless: bool
    session: Session | None
    http: Any


_signed: ContextVar[_Signed | None] = ContextVar("bototape_signed", default=None)
_fetching: ContextVar[bool] = ContextVar("bototape_fetching", default=False)
_sessions: WeakKeyDictionary[RequestSigner, Session] = WeakKeyDictionary()
_lock = threading.Lock()
_installed: list[bool] = []


def install() -> None:
    """Patch botocore, once per process; later calls do nothing."""
    with _lock:
        if not _installed:
            _patch_session()
            _patch_renewal()
            _installed.append(True)


def note(signer: RequestSigner, region: str, auth: Any, *, own: Any = None, is_keyless: bool = False) -> None:
    """
    Remember what signed the request that is about to be sent in this context: *auth* of *signer*.

    *own* are the client's credentials, where the request has others.
    """
    used = getattr(auth, "credentials", None) or getattr(auth, "auth_token", None)
    _signed.set(_Signed(signer, region, own if own is not None else used, used, is_keyless))


def sender(endpoint: str, http: Any) -> Sender:
    """Return who sends the request that was signed last in this context, by *http*."""
    found = _signed.get()
    if found is None:
        return Sender(endpoint, "", None, None, is_keyless=False, session=None, http=http)
    session = _sessions.get(found.signer)
    return Sender(endpoint, found.region, found.credentials, found.also, found.is_keyless, session, http)


def credentials_again(signer: RequestSigner) -> Any:
    """Return the credentials that the session of *signer*'s client finds now; None where there are none."""
    session = _sessions.get(signer)
    return Session(profile=session.profile if session else None).get_credentials()


def is_fetching() -> bool:
    """Tell whether a call made here and now gets or renews credentials: it belongs to the machine, not the program."""
    return _fetching.get()


@contextmanager
def fetching() -> Iterator[None]:
    """Say so while the block runs."""
    token = _fetching.set(True)
    try:
        yield
    finally:
        _fetching.reset(token)


def _patch_session() -> None:
    original = Session.create_client

    def create_client(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Remember the session of each client: its configuration names people and accounts."""
        client = original(self, *args, **kwargs)
        signer = getattr(client, "_request_signer", None)
        if signer is not None:
            _sessions[signer] = self
        return client

    Session.create_client = create_client


def _patch_renewal() -> None:
    for kind in (botocore.credentials.RefreshableCredentials, botocore.tokens.DeferredRefreshableToken):
        original = getattr(kind, "_refresh", None)
        if original is not None:
            setattr(kind, "_refresh", _renewing(original))  # noqa: B010 - a method that is not in the stubs


def _renewing(original: Callable[..., Any]) -> Callable[..., Any]:
    def _refresh(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Renew credentials outside of any recording."""
        with fetching():
            return original(self, *args, **kwargs)

    return _refresh

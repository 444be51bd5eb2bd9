"""
Whose account is recorded: told by a file, or asked of STS where the recording goes, never elsewhere.

Credentials that botocore resolves are part of it: they are in every signature that is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.session import Session
from botocore.utils import get_environ_proxies

from bototape.adapters.endpoints import is_aws
from bototape.audit import estate_values
from bototape.capture.refused import not_fetched
from bototape.errors import UsageError
from bototape.guard import guard
from bototape.scrub.estate import Estate
from bototape.scrub.known import is_sought

__all__ = [
    "Credentials",
    "Endpoint",
    "complete",
    "credentials_of",
    "endpoint_of",
    "known_values",
    "learn",
    "load",
    "only",
    "signing",
]

_ANY = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (to any value for an emulator)"
_BOTH_WAYS = (
    "name the account in a file and give --estate FILE.json, "
    "or use credentials and an endpoint that answer sts:GetCallerIdentity"
)


#: A name that stands in no other word by chance: the audit, which looks inside words, is given no other.
_TELLING = re.compile(r"(?=.*[0-9._@-]).{8,}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the calls of a recording go: *kind* is ``custom`` for anything but AWS itself."""

    kind: Literal["aws", "custom"]
    url: str


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What calls are signed with; never printed."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""
    account: str = ""


def endpoint_of(client: Any) -> Endpoint:
    """Return where *client* sends, an override by option, environment or profile included."""
    url = str(client.meta.endpoint_url)
    return Endpoint("aws" if is_aws(url) else "custom", url)


@contextmanager
def only(endpoint: Endpoint) -> Iterator[None]:
    """
    While the block runs, refuse every connection but to *endpoint*, if it is custom, and the proxy on the way there.

    Raises `UsageError` when credentials had to be fetched elsewhere: an emulator takes any, and needs no real ones.
    """
    if endpoint.kind == "aws":
        yield
        return
    with guard(_hosts(endpoint.url)) as entry:
        try:
            yield
        except UsageError:
            if not entry.blocked:
                raise
            reason = f"cannot sign calls: the credentials would come from {entry.blocked[0].host}"
            raise UsageError(f"{reason}, and with a custom endpoint nothing is asked elsewhere", _ANY) from None


def _hosts(url: str) -> list[str]:
    found = []
    for each in (url, *get_environ_proxies(url).values()):
        parts = urlsplit(each if "://" in each else f"http://{each}")
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        if parts.hostname:
            found.append(f"[{parts.hostname}]:{port}" if ":" in parts.hostname else f"{parts.hostname}:{port}")
    own = urlsplit(url)
    named = own.hostname and not own.hostname.replace(".", "").isdigit() and ":" not in own.hostname
    # Some operations have a host prefix of their own.
    return [*found, f"*.{own.hostname}"] if named else found


def load(path: Path) -> Estate:
    """
    Return the estate written in the JSON file *path* (see docs/scenarios.md for its keys).

    Raises `UsageError` for a file that cannot be read or is not an estate; its content is never shown.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"cannot read the estate {path}: there is no such file") from None
    except OSError as error:
        raise UsageError(f"cannot read the estate {path}: {error.strerror}") from error
    except ValueError:
        raise UsageError(f"cannot read the estate {path}: not JSON", "docs/scenarios.md shows its keys") from None
    try:
        return Estate.from_mapping(found)
    except UsageError as error:
        raise UsageError(f"{path}: {error.reason}", error.fix) from None


def learn(
    session: Session, region: str, endpoint: Endpoint, credentials: Credentials | None = None, http: Any = None
) -> Estate:
    """
    Ask STS who the caller is, at *endpoint* when it is custom, at AWS otherwise.

    The caller signs with *credentials*, or else with those of *session*; *http*, if given, sends. Raises `UsageError`,
    telling both ways out, when that is not answered.
    """
    try:
        client = session.create_client("sts", region_name=region, **_where(endpoint), **_as(credentials))
        if http is not None:
            # As the client at hand reaches the place: its proxies, certificates and patience.
            client._endpoint.http_session = http  # noqa: SLF001 - it has no other door
        answer = client.get_caller_identity()
        return Estate.from_mapping({"account": answer["Account"], "arn": answer["Arn"], "user_id": answer["UserId"]})
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        raise UsageError(_unknown(endpoint, f"it answered {code}"), _BOTH_WAYS) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise UsageError(_unknown(endpoint, str(error)), _BOTH_WAYS) from None
    except (KeyError, UsageError):
        raise UsageError(_unknown(endpoint, "its answer names no account"), _BOTH_WAYS) from None


def _where(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.kind == "custom":
        return {"endpoint_url": endpoint.url}
    # An override for STS alone would send the question elsewhere than the recording.
    return {"config": Config(ignore_configured_endpoint_urls=True)}


def _as(credentials: Credentials | None) -> dict[str, Any]:
    if credentials is None:
        return {}
    return {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "aws_session_token": credentials.session_token or None,
    }


def _unknown(endpoint: Endpoint, reason: str) -> str:
    place = endpoint.url if endpoint.kind == "custom" else "AWS"
    return f"cannot learn whose account is recorded from STS at {place}: {reason}"


def signing(session: Session) -> Credentials:
    """
    Return what *session* signs with.

    Raises `UsageError` when botocore finds no credentials, or cannot fetch or renew them: no call could be signed.
    """
    try:
        found = session.get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except (BotoCoreError, RuntimeError) as error:  # RuntimeError: fetched a moment ago, and expired by this clock
        raise UsageError(
            f"cannot sign calls: {error}", "renew the credentials, for example with aws sso login"
        ) from None
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "an error"))
        reason, fix = not_fetched(code, str(error.operation_name))
        raise UsageError(f"cannot sign calls: {reason}", fix) from None
    if frozen is None:
        raise UsageError(
            "cannot sign calls: botocore finds no credentials",
            f"choose a --profile, or {_ANY}",
        )
    return credentials_of(frozen)


def credentials_of(frozen: Any) -> Credentials:
    """Return what botocore calls *frozen*: a pair of keys, or the token of those who have one."""
    key, secret = getattr(frozen, "access_key", None) or "", getattr(frozen, "secret_key", None) or ""
    # The account is there since botocore 1.35.37, from providers that know it.
    return Credentials(key, secret, frozen.token or "", getattr(frozen, "account_id", None) or "")


def complete(estate: Estate, credentials: Credentials, more: Sequence[tuple[str, str]] = ()) -> Estate:
    """Return *estate* with *credentials* where it names none itself, and *more* (kind, value) pairs."""
    other = credentials.account if re.fullmatch(r"\d{12}", credentials.account) else ""
    values = (*estate.values, *more, *([("account", other)] if other else []))
    return replace(
        estate,
        values=tuple(dict.fromkeys(values)),
        access_key_id=estate.access_key_id or credentials.access_key_id,
        secret_access_key=estate.secret_access_key or credentials.secret_access_key,
        session_token=estate.session_token or credentials.session_token,
    )


def known_values(estate: Estate, credentials: Credentials, around: Sequence[tuple[str, str]] = ()) -> tuple[str, ...]:
    """
    Return the values that must not be left in a cassette of *estate*, for the audit.

    The audit looks inside words too: of what stands *around* the recorder, (kind, value) pairs, and of names, it is
    given only what would not be found by chance.
    """
    told = {each.name: getattr(estate, each.name) for each in fields(estate)}
    told |= {"words": list(estate.words), "values": [value for kind, value in estate.values if is_sought(kind, value)]}
    own = [credentials.access_key_id, credentials.secret_access_key, credentials.session_token]
    telling = [value for kind, value in around if is_sought(kind, value) and _TELLING.fullmatch(value)]
    return tuple(dict.fromkeys([*estate_values(told), *filter(None, own), *telling]))

"""Invent what identifies an account: the same seed and pseudonym give the same value, whatever else is asked."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from bototape.scrub.estate import Estate
from bototape.scrub.kinds import EC2_KINDS, OWN_ACCOUNT, stays

__all__ = ["Invention"]

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LETTERS = _BASE64[:62]
_HEX = "0123456789abcdef"
_FIRST = ("dana", "ines", "jonas", "leila", "marek", "noor", "priya", "rosa", "tomas", "yusuf")
_LAST = ("abara", "castel", "duvall", "eriksen", "fontane", "halloran", "ivarsen", "kowal", "mbeki", "okafor")
_NAMES = {
    "role": "sm-exec",
    "user": "dev",
    "session": "session",
    "group": "team",
    "policy": "access",
    "instance-profile": "hosts",
    "saml-provider": "login",
    "server-certificate": "cert",
    "path": "unit",
    "profile": "studio",
    "space": "space",
    "host": "vm",
    "name": "run",
    "bucket": "ml-data",
    "kms-alias": "data",
    "word": "lab",
}


def _pick(rng: Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def _hex_id(rng: Random, prefix: str, count: int) -> str:
    """Return a resource id that no date and no pseudonym can be taken for: its first and last digits are letters."""
    return f"{prefix}-{'0' if count > 8 else ''}a{_pick(rng, _HEX, count - (3 if count > 8 else 2))}c"  # noqa: PLR2004 - old ids have 8 digits


@dataclass(frozen=True, slots=True)
class Invention:
    """
    An account that does not exist, wholly made from *seed*.

    `of` gives the value that stands behind a pseudonym, `estate` what its recorder would know of itself.
    """

    seed: int

    @property
    def company(self) -> str:
        """The made-up word that this account's names begin with."""
        rng = self._rng("company", "")
        return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3)) + rng.choice("lnrsx")

    def of(self, kind: str, pseudonym: str) -> str:
        """Return the invented value behind *pseudonym*. Raises KeyError for a kind that only contexts recognise."""
        rng = self._rng(kind, pseudonym)
        if kind in _NAMES:
            return f"{self.company}-{_NAMES[kind]}-{_pick(rng, _HEX, 5)}x"
        if kind in EC2_KINDS.values():
            prefix, _, digits = pseudonym.rpartition("-")
            return _hex_id(rng, prefix, len(digits))
        return _INVENTED[kind](self, rng, pseudonym)

    def estate(self, region: str, words: Iterable[str] = ()) -> Estate:
        """
        Return what the recorder of this account knows of itself.

        *region* decides the partition of its ARN; *words* are hidden besides the company's name.
        """
        rng = self._rng("caller", "")
        account = self.of("account", OWN_ACCOUNT)
        role, person = f"{self.company}-recorder", _person(self, rng)
        return Estate(
            account=account,
            arn=f"arn:{_partition(region)}:sts::{account}:assumed-role/{role}/{person}",
            user_id=f"AROA{_pick(rng, _BASE32, 17)}:{person}",
            access_key_id=_access_key(self, rng, "ASIA"),
            secret_access_key=_secret_key(rng),
            session_token=_session_token(self._rng("session-token", ""), account),
            words=(self.company, *words),
        )

    def signature(self, of: str) -> str:
        """Return what a signature of the call *of* looks like."""
        return _pick(self._rng("signature", of), _HEX, 64)

    def _rng(self, kind: str, pseudonym: str) -> Random:
        return Random(f"{self.seed}/{kind}/{pseudonym}")  # noqa: S311 - invented on purpose, the same each time


def _account(_of: Invention, rng: Random, _: str) -> str:
    while True:
        found = str(rng.randrange(100_000_000_000, 999_999_999_999))
        if not stays("account", found):
            return found


def _access_key(of: Invention, rng: Random, pseudonym: str) -> str:
    # The first 48 bits of a key id of today: a set bit, 40 bits of account, 7 more.
    account = int(of.of("account", OWN_ACCOUNT))
    head = (1 << 47 | account << 7 | rng.randrange(128)).to_bytes(6, "big")
    return pseudonym[:4] + base64.b32encode(head + rng.randbytes(4)).decode()


def _secret_key(rng: Random) -> str:
    return _pick(rng, _LETTERS, 1) + _pick(rng, _BASE64, 38) + _pick(rng, _LETTERS, 1)


def _session_token(rng: Random, account: str) -> str:
    head = b"\x21\x0a\x09origin_ec\x10" + rng.randbytes(6) + b"us-east-1"
    return base64.b64encode(head + rng.randbytes(96) + account.encode() + rng.randbytes(207)).decode()


def _person(of: Invention, rng: Random, _: str = "") -> str:
    return f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}{rng.randrange(10, 99)}@{of.company}-labs.io"


def _jwt(of: Invention, rng: Random, _: str) -> str:
    claims = base64.urlsafe_b64encode(f'{{"sub":"{_person(of, rng)}"}}'.encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.{_pick(rng, _LETTERS, 43)}"


def _registry_token(_of: Invention, rng: Random, _: str) -> str:
    return base64.b64encode(b"AWS:eyJ" + rng.randbytes(120).hex().encode()).decode()


def _partition(region: str) -> str:
    """Return the partition of *region*. Source: botocore 1.44.5, ``partitions.json``."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _uuid(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _request_id(_: Invention, rng: Random, pseudonym: str) -> str:
    return _uuid(rng) if "-" in pseudonym else _pick(rng, _HEX[:10] + "ABCDEF", 16)


def _kms_key(_: Invention, rng: Random, pseudonym: str) -> str:
    return f"mrk-{_pick(rng, _HEX, 32)}" if pseudonym.startswith("mrk-") else _uuid(rng)


_INVENTED: Mapping[str, Callable[[Invention, Random, str], str]] = {
    "account": _account,
    "access-key": _access_key,
    "unique-id": lambda _, rng, pseudonym: pseudonym[:4] + _pick(rng, _BASE32, len(pseudonym) - 4),
    "secret-key": lambda of, _rng, _: of.estate("us-east-1").secret_access_key,
    "session-token": lambda of, _rng, _: of.estate("us-east-1").session_token,
    "secret": lambda _of, rng, _: f"ghp_{_pick(rng, _LETTERS, 36)}",
    "jwt": _jwt,
    "registry-token": _registry_token,
    "page-token": lambda _of, rng, _: _pick(rng, _LETTERS, 172),
    "handle": lambda _of, rng, _: "AQEB" + _pick(rng, _LETTERS, 240),
    "email": _person,
    "kms-key": _kms_key,
    "domain": lambda _of, rng, _: f"d-k{_pick(rng, _LETTERS[26:], 11).lower()}",
    "canonical-user": lambda _of, rng, _: f"a{_pick(rng, _HEX, 63)}",
    "private-ip": lambda _of, rng, _: f"10.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}",
    "public-ip": lambda _of, rng, _: f"54.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}",
    "ipv6": lambda _of, rng, _: (
        f"2a05:d018:{rng.randrange(1, 9999):x}:{rng.randrange(1, 9999):x}::{rng.randrange(1, 99):x}"
    ),
    "mac-address": lambda _of, rng, _: ":".join(["0a", *(f"{rng.randrange(256):02x}" for _ in range(5))]),
    "organization": lambda _of, rng, _: f"o-k{_pick(rng, _LETTERS[26:52], 9)}",
    "organization-root": lambda _of, rng, _: f"r-k{_pick(rng, _LETTERS[26:52], 3)}",
    "organizational-unit": lambda _of, rng, _: f"ou-k{_pick(rng, _LETTERS[26:52], 3)}-{_pick(rng, _LETTERS[26:52], 8)}",
    "identity-center": lambda _of, rng, _: f"ssoins-{_pick(rng, _HEX, 15)}a",
    "identity-user": lambda _of, rng, _: _uuid(rng),
    "sensitive": lambda _of, rng, _: _pick(rng, _LETTERS, 40),
    "request-id": _request_id,
    "data-zone": lambda _of, rng, pseudonym: f"{pseudonym[:4]}{_pick(rng, _HEX, 12)}7",
    "studio-instance": lambda _of, rng, _: f"ins-a{_pick(rng, _HEX, 14)}c",
    "machine-fact": lambda _of, rng, _: f"5.{rng.randrange(4, 20)}.{rng.randrange(300)}-amzn",
    "trace-id": lambda _of, rng, _: _pick(rng, _LETTERS, 56),
}

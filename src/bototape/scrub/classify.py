"""
What the name, the shape and the traits of a member say of its value.

Names alone are judged in `names`; here is what only the model tells. Counts behind the rules: botocore 1.43.11, all
services: 9,318 string members have a pattern with ``arn:``, 1,174 one of twelve digits, 5,598 are marked sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from bototape.jsontext import is_document
from bototape.schema.patterns import translate
from bototape.scrub.layers import base64_bytes
from bototape.scrub.meaning import Meaning
from bototape.scrub.names import rule_of
from bototape.shapes import Member, Shape

__all__ = ["classified"]

_TWELVE_DIGITS = re.compile(r"\^?\(?(?:\\d|\[0-9\]|\[\\d\])\{12\}\)?\$?")
_CLIENT_TOKEN = re.compile(r"(?:client|idempotency|creation|caller).{0,12}(?:token|reference)$", re.IGNORECASE)
_CAPABILITY = re.compile(
    r"(?:pre-?signed|signed|authorized|upload|download|embed|sign-?in|log-?in|stream|session|access|console)_?ur[il]$",
    re.IGNORECASE,
)
_BUCKET = re.compile(r"bucket(?:name)?$", re.IGNORECASE)

#: Names of IAM's entities, by member, lower case.
_IAM = {
    "rolename": "role",
    "username": "user",
    "groupname": "group",
    "instanceprofilename": "instance-profile",
    "servercertificatename": "server-certificate",
}

#: Names of people and of roles in every service.
_PRINCIPALS = {"rolename": "role", "iamrolename": "role", "username": "user", "iamusername": "user"}

#: Shapes of KMS keys in KMS itself, whose members are called KeyId.
_KMS_SHAPES = frozenset({"KeyIdType"})


def classified(
    member: Member, shape: Shape, metadata: Mapping[str, Any], parent: str, *, is_sensitive: bool
) -> Meaning:
    """Return what *member* of the shape *parent*, a scalar of *shape*, means in the service of *metadata*."""
    if shape.type in ("integer", "long"):
        return Meaning(member.name, _kind_of_number(member, shape))
    is_stable = bool(member.traits.get("idempotencyToken") or shape.traits.get("idempotencyToken"))
    kind = _kind(member, shape, str(metadata.get("endpointPrefix", "")), parent)
    if is_sensitive and not _ruled(member.name) and (not kind or kind in _PRINCIPALS.values()):
        kind = "sensitive"
    return Meaning(
        member.name,
        kind,
        is_stable=is_stable or _CLIENT_TOKEN.search(member.name) is not None,
        enum=frozenset(shape.enum or ()),
        is_blob=shape.type == "blob",
        is_capability=_CAPABILITY.search(member.name) is not None or "presigned" in shape.name.lower(),
        fits=_fits(member, shape),
        # Of a blob the model gives the length in bytes.
        least=0 if shape.type == "blob" else int(shape.min or 0),
        most=None if shape.max is None or shape.type == "blob" else int(shape.max),
    )


def _ruled(name: str) -> str:
    """Return the kind that the rule of *name* makes of a member, or nothing."""
    rule = rule_of(name)
    # An encryption context or a key policy is no key.
    if rule is None or (rule[1] == "kms-key" and not name.lower().endswith(("key", "keys", "keyid", "arn", "kms"))):
        return ""
    return rule[1]


def _kind_of_number(member: Member, shape: Shape) -> str:
    rule = rule_of(member.name) or rule_of(shape.name)
    return "account" if rule and rule[1] == "account" else ""


def _kind(member: Member, shape: Shape, service: str, parent: str) -> str:
    name = member.name.lower()
    if service == "iam" and name in _IAM:
        return _IAM[name]
    if service == "kms" and shape.name in _KMS_SHAPES:
        return "kms-key"
    if service == "s3" and parent in ("Owner", "Grantee", "Initiator"):
        return {"id": "canonical-user", "displayname": "user"}.get(name, "")
    ruled = _ruled(member.name)
    if ruled:
        # The wire's name is judged where it is read; EC2 has ``imageOwnerId`` for a member OwnerId.
        return "" if rule_of(member.wire_name) is not None else ruled
    if name in _PRINCIPALS:
        return _PRINCIPALS[name]
    if _BUCKET.search(member.name) or _BUCKET.search(shape.name):
        return "bucket"
    if shape.pattern and _TWELVE_DIGITS.fullmatch(shape.pattern):
        return "account"
    return _ruled(shape.name)


def _fits(member: Member, shape: Shape) -> Callable[[str], bool] | None:
    if shape.type == "blob":
        return _is_base64
    is_json = member.traits.get("jsonvalue") or shape.traits.get("jsonvalue")
    return _is_json if is_json and member.traits.get("location") == "header" else _fitting(shape.pattern)


def _is_json(text: str) -> bool:
    """Tell whether *text* is JSON in base64, as a header has it (Amazon Lex)."""
    data = base64_bytes(text)
    return data is not None and is_document(data.decode("utf-8", "replace"))


def _is_base64(text: str) -> bool:
    return base64_bytes(text) is not None and len(text) % 4 == 0


@lru_cache(maxsize=4096)
def _fitting(pattern: str | None) -> Callable[[str], bool] | None:
    """Return what tells whether a text matches *pattern*, None where every text does or nobody can tell."""
    translated = translate(pattern) if pattern else None
    if translated is None:
        return None
    try:
        found = re.compile(translated)
    except re.error:
        return None
    return lambda text: found.search(text) is not None

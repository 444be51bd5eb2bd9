"""
How requests are signed: what an operation uses in effect, and what a change of the lists means.

Source: the ``auth`` trait of services and operations (``smithy.api#auth``), ``signatureVersion`` and ``authtype``, as
``botocore/auth.py`` and ``botocore/handlers.py`` read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bototape.diff import traits
from bototape.diff.traits import Fact

__all__ = ["of_operation", "of_service"]

#: The schemes that signature versions stand for where no list is given.
_SCHEMES = {
    "bearer": "smithy.api#httpBearerAuth",
    "s3": "aws.auth#sigv4",
    "s3v4": "aws.auth#sigv4",
    "v4": "aws.auth#sigv4",
    "v4a": "aws.auth#sigv4a",
}

_NONE = "smithy.api#noAuth"


def of_service(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare ``metadata.auth``; the signature version is compared as any other metadata."""
    if old.get("auth") != new.get("auth"):
        same = _of(old)[:1] == _of(new)[:1]
        yield _fact("auth-list-changed" if same else "auth-scheme-changed", old, new)


def of_operation(
    old: Mapping[str, Any], new: Mapping[str, Any], metadata: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Iterator[Fact]:
    """Compare the ``auth`` trait of two operations, whose services' metadata are *metadata*."""
    if old.get("auth") == new.get("auth"):
        return
    before, after = (_effective(each, of) for each, of in zip((old, new), metadata, strict=True))
    if before[:1] == after[:1] or old.get("authtype") != new.get("authtype"):
        yield _fact("auth-list-changed", old, new)
    elif _NONE in (*before[:1], *after[:1]):
        yield _fact("authtype-changed", old, new)
    else:
        yield _fact("auth-scheme-changed", old, new)


def _fact(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Fact:
    return Fact(kind, traits.pair("auth", old), traits.pair("auth", new))


def _effective(operation: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[str]:
    if operation.get("authtype") == "none":
        return [_NONE]
    return _listed(operation) or _of(metadata)


def _of(metadata: Mapping[str, Any]) -> list[str]:
    version = str(metadata.get("signatureVersion", ""))
    return _listed(metadata) or [_SCHEMES.get(version, version)]


def _listed(raw: Mapping[str, Any]) -> list[str]:
    listed = raw.get("auth")
    return [str(each) for each in listed] if isinstance(listed, list) else []

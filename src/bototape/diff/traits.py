"""
The traits of services, operations, shapes and members: which kind of change each is, compared by table.

Source of the keys: ``service-2.json`` as botocore reads it (``botocore/model.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

__all__ = [
    "METADATA",
    "OPERATION",
    "SHAPE",
    "SWITCHES",
    "TOKEN",
    "Fact",
    "bindings",
    "others",
    "pair",
    "switches",
    "text",
]


class Fact(NamedTuple):
    """
    One difference. *at* is added to the place of what was compared (``.Member``, or empty).

    *old* and *new* are the values as text, empty where there is none.
    """

    kind: str
    old: str = ""
    new: str = ""
    at: str = ""


#: The trait of a member that botocore fills with a random value when the caller leaves it out.
TOKEN = "idempotencyToken"

#: Traits that are on or off, and the subject of the kinds ``…-added`` and ``…-removed``.
SWITCHES = {
    "deprecated": "deprecation",
    "sensitive": "sensitivity",
    TOKEN: "idempotency-token",
    "union": "union",
}

#: Other traits of shapes and members, and the kind their change is.
SHAPE = {
    **dict.fromkeys(("streaming", "requiresLength", "eventstream", "event", "eventpayload"), "streaming-changed"),
    **dict.fromkeys(
        ("flattened", "xmlAttribute", "xmlNamespace", "timestampFormat", "payload", "wrapper"),
        "wire-format-changed",
    ),
    **dict.fromkeys(("contextParam", "queryName"), "endpoint-parameter-changed"),
    **dict.fromkeys(
        ("box", "synthetic", "exception", "fault", "deprecatedMessage", "deprecatedSince", "xmlOrder"),
        "annotation-changed",
    ),
    **dict.fromkeys(("sparse", "jsonvalue", "hostLabel"), "representation-changed"),
    "document": "document-changed",
    "retryable": "retry-hint-changed",
}

#: Traits of operations and the kind their change is.
OPERATION = {
    **dict.fromkeys(("idempotent", "readonly"), "retry-hint-changed"),
    **dict.fromkeys(
        ("httpChecksum", "httpChecksumRequired", "requestcompression", "unsignedPayload"), "request-encoding-changed"
    ),
    **dict.fromkeys(("staticContextParams", "operationContextParams"), "endpoint-parameter-changed"),
    **dict.fromkeys(
        ("alias", "auth", "documentationUrl", "deprecatedMessage", "deprecatedSince"), "annotation-changed"
    ),
    "authtype": "authtype-changed",
    "endpoint": "host-prefix-changed",
}

#: Metadata and the kind its change is.
METADATA = {
    **dict.fromkeys(
        ("jsonVersion", "targetPrefix", "xmlNamespace", "signingName", "awsQueryCompatible"), "wire-metadata-changed"
    ),
    **dict.fromkeys(("auth", "serviceFullName", "serviceAbbreviation", "uid", "ripServiceName"), "annotation-changed"),
    **dict.fromkeys(("protocols", "protocolSettings"), "protocols-changed"),
    "signatureVersion": "signature-version-changed",
}


def switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare the traits that are on or off; off is the same as absent."""
    for trait, subject in SWITCHES.items():
        if bool(old.get(trait)) != bool(new.get(trait)):
            kind = f"{subject}-added" if new.get(trait) else f"{subject}-removed"
            yield Fact(kind, pair(trait, old) if old.get(trait) else "", pair(trait, new) if new.get(trait) else "")


def bindings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare where a value travels: part of the message, and name in it (a URI label's name is never sent)."""
    if old.get("location") == new.get("location") and old.get("locationName") == new.get("locationName"):
        return
    label = old.get("location") == new.get("location") == "uri"
    yield Fact("uri-label-renamed" if label else "binding-changed", _binding(old), _binding(new))


def _binding(traits: Mapping[str, Any]) -> str:
    return " ".join(str(traits[key]) for key in ("location", "locationName") if key in traits)


def others(
    old: Mapping[str, Any], new: Mapping[str, Any], kinds: Mapping[str, str], done: tuple[str, ...] = ()
) -> Iterator[Fact]:
    """Compare all traits but the switches and those *done*; one that *kinds* lacks is ``trait-changed``."""
    if old == new:
        return
    for trait in sorted((old.keys() | new.keys()) - SWITCHES.keys() - set(done)):
        before, after = old.get(trait), new.get(trait)
        if before != after and not (before in (None, False) and after in (None, False)):
            yield Fact(kinds.get(trait, "trait-changed"), pair(trait, old), pair(trait, new))


def pair(trait: str, traits: Mapping[str, Any]) -> str:
    """Return ``trait=value``, or an empty text where *traits* lacks it."""
    return f"{trait}={text(traits[trait])}" if trait in traits else ""


def text(value: object) -> str:
    """Return a JSON value as one line: None is empty, keys are sorted, 1.0 is 1."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={text(value[key])}" for key in sorted(value)) + "}"
    return ", ".join(map(text, value)) if isinstance(value, list) else str(value)

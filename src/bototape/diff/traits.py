"""
The traits of services, operations, shapes and members: which kind of change each is, compared by table.

Source of the keys: ``service-2.json`` as botocore reads it (``botocore/model.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

__all__ = [
    "DETAILS",
    "METADATA",
    "OPERATION",
    "REFERENCE",
    "SHAPE",
    "SWITCHES",
    "TOKEN",
    "Fact",
    "bindings",
    "deprecation",
    "others",
    "pair",
    "switches",
    "text",
]


class Fact(NamedTuple):
    """
    One difference. *at* is added to the place of what was compared (``.Member``, or empty).

    *old* and *new* are the values as text, empty where there is none; *note* is for the reader alone.
    """

    kind: str
    old: str = ""
    new: str = ""
    at: str = ""
    note: str = ""


#: The trait of a member that botocore fills with a random value when the caller leaves it out.
TOKEN = "idempotencyToken"

_DEPRECATED = "deprecated"

#: Traits that are on or off, and the subject of the kinds ``…-added`` and ``…-removed``.
SWITCHES = {
    _DEPRECATED: "deprecation",
    "sensitive": "sensitivity",
    TOKEN: "idempotency-token",
    "union": "union",
    "idempotent": "idempotence",
    "readonly": "idempotence",
}

#: What a deprecation says beside itself.
DETAILS = ("deprecatedSince", "deprecatedMessage")

_DETAILS = dict.fromkeys(DETAILS, "deprecation-detail-changed")

#: Other traits of shapes and members, and the kind their change is.
SHAPE = {
    **_DETAILS,
    **dict.fromkeys(("streaming", "requiresLength", "eventstream", "event", "eventpayload"), "streaming-changed"),
    **dict.fromkeys(
        ("flattened", "xmlAttribute", "xmlNamespace", "timestampFormat", "payload", "wrapper"),
        "wire-format-changed",
    ),
    **dict.fromkeys(("contextParam", "queryName"), "endpoint-parameter-changed"),
    **dict.fromkeys(("synthetic", "exception", "fault", "xmlOrder"), "annotation-changed"),
    **dict.fromkeys(("sparse", "jsonvalue"), "representation-changed"),
    "box": "box-changed",
    "document": "document-changed",
    "endpointdiscoveryid": "endpoint-discovery-changed",
    "hostLabel": "host-prefix-changed",
    "retryable": "retry-hint-changed",
}

#: Traits of an operation's reference to its input, output or error, and the kind their change is.
REFERENCE = {
    **dict.fromkeys(("locationName", "resultWrapper", "wrapper", "xmlNamespace"), "wire-format-changed"),
    **dict.fromkeys(("deprecated", "error", "exception", "fault"), "annotation-changed"),
}

#: Traits of operations and the kind their change is.
OPERATION = {
    **dict.fromkeys(
        ("httpChecksum", "httpChecksumRequired", "requestcompression", "unsignedPayload"), "request-encoding-changed"
    ),
    **dict.fromkeys(("staticContextParams", "operationContextParams"), "endpoint-parameter-changed"),
    **dict.fromkeys(("endpointdiscovery", "endpointoperation"), "endpoint-discovery-changed"),
    **dict.fromkeys(("alias", "documentationUrl"), "annotation-changed"),
    **_DETAILS,
    "authtype": "authtype-changed",
    "endpoint": "host-prefix-changed",
}

#: Metadata and the kind its change is.
METADATA = {
    **dict.fromkeys(
        (
            "awsQueryCompatible",
            "checksumFormat",
            "jsonVersion",
            "signingName",
            "targetPrefix",
            "timestampFormat",
            "xmlNamespace",
        ),
        "wire-metadata-changed",
    ),
    **dict.fromkeys(("clientContextParams", "endpointPrefix", "globalEndpoint"), "endpoint-parameter-changed"),
    **dict.fromkeys(("ripServiceName", "serviceAbbreviation", "serviceFullName", "uid"), "annotation-changed"),
    **dict.fromkeys(("protocolSettings", "protocols"), "protocols-changed"),
    "apiVersion": "api-version-changed",
    "serviceId": "service-id-changed",
    "signatureVersion": "signature-version-changed",
}


def switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fact]:
    """Compare the traits that are on or off; off is the same as absent."""
    for trait, subject in SWITCHES.items():
        if bool(old.get(trait)) != bool(new.get(trait)):
            kind = f"{subject}-added" if new.get(trait) else f"{subject}-removed"
            note = deprecation(old if old.get(trait) else new) if trait == _DEPRECATED else ""
            yield Fact(
                kind, pair(trait, old) if old.get(trait) else "", pair(trait, new) if new.get(trait) else "", "", note
            )


def deprecation(traits: Mapping[str, Any]) -> str:
    """Return what *traits* say of a deprecation, for the reader: since when, and the message."""
    since, message = (" ".join(text(traits.get(each)).split()) for each in DETAILS)
    return "; ".join(each for each in (since and f"since {since}", message) if each)


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
    if bool(old.get(_DEPRECATED)) != bool(new.get(_DEPRECATED)):
        done = (*done, *DETAILS)  # they are the note of the deprecation that came or went
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

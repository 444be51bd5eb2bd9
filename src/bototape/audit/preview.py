"""What of a value may be shown: how its kind begins, which everybody knows, and its marks; all else is starred."""

from __future__ import annotations

import re

from bototape.audit.kinds import Hit

__all__ = ["preview"]

_LONGEST = 36

#: How values of a kind begin. None of it tells one value from another.
_BEGINNING = {
    "access-key-id": re.compile(r"[A-Za-z]{4}"),
    "bearer-token": re.compile(r"(?:k8s-aws-v1\.|bedrock-api-key-|github_pat_|[a-z]{2,4}[-_](?=.{16}))?"),
    "iam-unique-id": re.compile(r"[A-Z]{4}"),
    "identity-store-id": re.compile(r""),
    "jwt": re.compile(r"eyJ"),
    "kms-alias": re.compile(r"alias/"),
    "kms-key": re.compile(r"(?:mrk-)?"),
    "organization-id": re.compile(r"(?:ssoins|ou|o|r)-"),
    "private-key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "session-token": re.compile(r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz|AgoJb3JpZ2lu)?"),
    "studio-domain": re.compile(r"(?:d-|dzd[-_])?"),
    "vpc-id": re.compile(r"[a-z]+-(?:attach-|svc-|rtb-)?"),
}
#: Kinds whose marks say which form it has and no more.
_MARKED = {
    "account-id": " -",
    "email": "@",
    "identity-store-id": "-",
    "ip-address": ".:-",
    "kms-key": "-",
    "mac-address": ":-",
}


def preview(hit: Hit) -> str:
    """Return the redacted form of a hit's value, such as ``AKIA****************``; nothing where nothing is a value."""
    if hit.rule == "opaque-layer":
        return ""
    beginning = _BEGINNING.get(hit.rule)
    match = beginning.match(hit.value) if beginning else None
    shown = match[0] if match else ""
    marks = _MARKED.get(hit.rule, "")
    rest = "".join(each if each in marks else "*" for each in hit.value[len(shown) : len(shown) + _LONGEST])
    return f"{shown}{rest}{'…' if len(hit.value) > len(shown) + _LONGEST else ''}"

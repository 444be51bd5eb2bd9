"""
The credential scope of a request: which region and service its signature is for.

Sources: IAM user guide, "AWS Signature Version 4 for API requests" (header, and query parameters when presigned; with
several regions the scope names none); Amazon S3 user guide, "Signing and authenticating REST requests (AWS signature
version 2)".
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Scope", "scope"]

_CREDENTIAL, _END = "Credential=", "/aws4_request"
_PRESIGNED = re.compile(r"[?&]X-Amz-Credential=[^&#]*?(?:%2F|/)\d{8}((?:%2F|/)[^&#]*)", re.IGNORECASE)
_SLASH = re.compile("%2F", re.IGNORECASE)
_OLD_HEADER = "AWS "
_OLD_QUERY = ("AWSAccessKeyId=", "Signature=")


class Scope(NamedTuple):
    """The *region* and the *service* (its signing name, in lower case) that a signature is for; empty if not told."""

    region: str = ""
    service: str = ""


def scope(authorization: str, uri: str) -> Scope:
    """Return the scope that the header Authorization or the query of *uri* names; empty for a request not signed."""
    start = authorization.find(_CREDENTIAL)
    if start >= 0:
        # The key's id, the day, the region if the signature is for one, the service.
        parts = authorization[start : authorization.find(_END, start)].split("/")
        if len(parts) > 2:  # noqa: PLR2004 - explained above
            return Scope(parts[2] if len(parts) > 3 else "", parts[-1].lower())  # noqa: PLR2004 - explained above
    if authorization.startswith(_OLD_HEADER):
        return Scope("", "s3")
    if "?" not in uri:
        return Scope()
    presigned = _PRESIGNED.search(uri)
    if presigned:
        parts = _SLASH.sub("/", presigned[1]).split("/")[1:-1]
        return Scope(parts[0] if len(parts) > 1 else "", parts[-1].lower() if parts else "")
    return Scope("", "s3") if all(each in uri for each in _OLD_QUERY) else Scope()

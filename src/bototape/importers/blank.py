"""The request of a call whose parameters nobody kept: what names the call, in the protocol of its service."""

from __future__ import annotations

from urllib.parse import urlencode

from bototape.interaction import Request
from bototape.shapes import Operation, Service
from bototape.wire.speaks import CBOR
from bototape.wire.uritemplate import template

__all__ = ["request"]

_UNKNOWN = "-"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


def request(service: Service, operation: Operation, protocol: str) -> Request:
    """Return a request for *operation* without parameters; labels of a path are ``-``."""
    metadata = service.metadata
    base = f"https://{metadata['endpointPrefix']}.amazonaws.com"
    if protocol == "json":
        kind = f"application/x-amz-json-{metadata.get('jsonVersion', '1.0')}"
        target = f"{metadata['targetPrefix']}.{operation.name}"
        return Request("POST", f"{base}/", (("X-Amz-Target", target), ("Content-Type", kind)), b"{}")
    if protocol in ("query", "ec2"):
        form = urlencode({"Action": operation.name, "Version": metadata["apiVersion"]}).encode()
        return Request("POST", f"{base}/", (("Content-Type", _FORM),), form)
    if protocol == CBOR:
        target = str(metadata["targetPrefix"])
        uri = f"{base}/service/{target}/operation/{operation.name}"
        headers = (("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor"))
        return Request("POST", uri, headers, b"\xa0")
    found = template(str(operation.http.get("requestUri", "/")))
    path = "/".join(_UNKNOWN if each.label else each.text for each in found.path)
    query = "&".join(name if value is None else f"{name}={value}" for name, value in found.literals)
    return Request(str(operation.http.get("method", "POST")), f"{base}/{path}{f'?{query}' if query else ''}")

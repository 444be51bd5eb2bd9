"""An error for a request of which nothing is known but what it says itself: no model, no recording."""

from __future__ import annotations

from bototape.interaction import Request, Response, header
from bototape.shapes import Operation, Service
from bototape.wire import speaks
from bototape.wire.codec import Codec
from bototape.wire.signing import scope

__all__ = ["refusal"]

#: Signing names of the services whose REST is XML, and of the one with a query protocol of its own.
_XML = frozenset({"cloudfront", "route53", "s3", "s3-outposts", "s3express"})
_EC2 = "ec2"


def refusal(request: Request, code: str, message: str, status: int = 400) -> Response:
    """Return the error *code* in the protocol that *request* is in, as its client reads it."""
    service = scope(header(request.headers, "Authorization") or "", request.uri).service
    media_type = header(request.headers, "Content-Type") or ""
    rest = ("rest-xml", "rest-json") if service in _XML or "xml" in media_type else ("rest-json", "rest-xml")
    form = "ec2" if service == _EC2 else "query"
    protocol = speaks.of_request(request, ("json", speaks.CBOR, form, *rest))
    version = "1.0" if media_type.endswith("1.0") else "1.1"
    metadata = {"protocol": protocol, "jsonVersion": version, "endpointPrefix": service}
    nothing = Operation("", None, None, (), {}, {})
    return Codec(Service(metadata, {}, {})).encode_error(nothing, code, message, status=status)

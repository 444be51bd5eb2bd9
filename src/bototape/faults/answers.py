"""The answers of faults: errors in the protocol of the call, and bodies that do not arrive whole."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from bototape.faults.broken import Broken
from bototape.faults.fault import FIRST_ERROR, LAST_STATUS, MESSAGE, Fault
from bototape.interaction import Call, Headers, Response, header
from bototape.wire.codec import Codec

__all__ = ["cut", "identified", "refused"]

#: The request id of answers that no service gave.
_REQUEST_ID = "00000000-0000-0000-0000-000000000000"

#: Statuses of codes that models leave out (Amazon S3 API reference, "Error responses"; "Common Error Types" of the
#: services' API references). Any other is 400.
_STATUSES = {
    "AccessDenied": 403,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "InternalError": 500,
    "InternalFailure": 500,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotModified": 304,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "Unavailable": 503,
}


def refused(fault: Fault, codec: Codec, call: Call, method: str) -> Response:
    """
    Return the answer by which the service of *codec* reports the error of *fault*, in the protocol of *call*.

    A status alone is an error whose code is the status, as botocore reads the answers of gateways. To HEAD there is
    no body, so that clients know the status only (RFC 9110 section 9.3.2). Raises WireError for members that the
    protocol cannot write.
    """
    code = fault.error if fault.error is not None else str(fault.status)
    operation = codec.service.operations[call.operation]
    modeled = code in codec.service.shapes or any(
        codec.service.shapes[each].traits.get("error", {}).get("code") == code for each in operation.errors
    )
    status = fault.status or (None if modeled else _status(code))
    message = _phrase(fault.status) if fault.error is None and fault.message == MESSAGE else fault.message
    found = codec.encode_error(operation, code, message, members=fault.members, status=status, protocol=call.protocol)
    response = replace(found, headers=(*found.headers, *identified(call)))
    if method != "HEAD":
        return response
    return replace(response, headers=_without_body(response.headers), body=b"")


def _status(code: str) -> int | None:
    if code.isdecimal() and FIRST_ERROR <= int(code) <= LAST_STATUS:
        return int(code)
    return _STATUSES.get(code)


def _phrase(status: int | None) -> str:
    return HTTPStatus(status).phrase if status and status in HTTPStatus._value2member_map_ else ""


def identified(call: Call) -> Headers:
    """Return a request id where each service has it; those of XML have it in the body as well."""
    if call.service in ("s3", "s3control"):
        return (("x-amz-request-id", _REQUEST_ID), ("x-amz-id-2", _REQUEST_ID))
    return (("x-amzn-RequestId", _REQUEST_ID),)


def _without_body(headers: Headers) -> Headers:
    return tuple(each for each in headers if each[0].lower() not in ("content-type", "content-length"))


def cut(fault: Fault, response: Response) -> Broken:
    """Return *response* as it arrives when the connection breaks after ``body_bytes`` bytes of its body."""
    body = response.body[: fault.body_bytes]
    return Broken(fault.network, replace(response, headers=_framed(response), body=body), len(response.body))


def _framed(response: Response) -> Headers:
    """Return the headers, with a length: without any framing no client could tell that something is missing."""
    chunked = (header(response.headers, "Transfer-Encoding") or "").lower() == "chunked"
    if chunked or header(response.headers, "Content-Length") is not None:
        return response.headers
    return (*response.headers, ("Content-Length", str(len(response.body))))

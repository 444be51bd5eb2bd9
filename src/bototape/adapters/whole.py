"""
Answers that came whole, as far as HTTP tells; half of one counts as a fault of the network.

The newest botocore takes half a body for an answer: it does not compare it with its Content-Length
(``enforce_content_length=False`` in ``botocore/httpsession.py``), and reads a streamed one after its retries.
"""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from urllib3.exceptions import HTTPError

__all__ = ["content_of"]

#: Statuses whose length is that of a body they do not have (RFC 9110, section 8.6).
_BODILESS = frozenset({204, 304})


def content_of(live: AWSResponse, request: AWSPreparedRequest) -> bytes:
    """
    Return the body of *live*, the answer to *request*.

    Raises botocore's ConnectionClosedError, which botocore retries, for one that is shorter than announced or that
    breaks off.
    """
    try:
        content = bytes(live.content)
    except HTTPError as error:
        raise _closed(request, error) from error
    announced = str(live.headers.get("Content-Length", ""))
    has_body = request.method != "HEAD" and live.status_code not in _BODILESS
    if has_body and announced.isdecimal() and len(content) < int(announced):
        raise _closed(request, None)
    return content


def _closed(request: AWSPreparedRequest, error: Any) -> ConnectionClosedError:
    # The query may hold a signature, and what a message shows is kept.
    return ConnectionClosedError(endpoint_url=request.url.partition("?")[0], request=request, error=error)

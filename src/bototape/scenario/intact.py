"""
Refuse answers that did not come whole.

The newest botocore takes them: it does not compare a body with its Content-Length (``enforce_content_length=False`` in
``botocore/httpsession.py``), and a JSON answer that is no JSON parses to an empty result.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from botocore.exceptions import ConnectionClosedError

from bototape.errors import WireError
from bototape.interaction import Interaction, header
from bototape.jsontext import is_document

__all__ = ["refuse_broken"]

_FIRST_ERROR_STATUS = 300


def refuse_broken(interaction: Interaction, endpoint_url: str) -> None:
    """
    Return if the answer is whole; *endpoint_url* is where it came from.

    Raises botocore's ConnectionClosedError, which botocore retries, for a body that is shorter than announced, and
    `WireError` for a successful answer of a JSON protocol that is not a JSON document.
    """
    request, response = interaction.request, interaction.response
    announced = header(response.headers, "Content-Length") or ""
    if request.method != "HEAD" and announced.isdecimal() and len(response.body) < int(announced):
        raise ConnectionClosedError(endpoint_url=endpoint_url.rstrip("/") + (urlsplit(request.uri).path or "/"))
    if interaction.call is None or interaction.call.protocol != "json" or response.status >= _FIRST_ERROR_STATUS:
        return
    if response.body and not is_document(response.body.decode("utf-8", "replace")):
        raise WireError("the answer", "not a JSON document, though the service speaks JSON")

"""
The protocols AWS JSON 1.0 and 1.1: POST to ``/``, the operation in ``X-Amz-Target``, all members in the body.

Sources: Smithy, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol".
"""

from __future__ import annotations

from bototape.interaction import Response
from bototape.shapes import Operation, Service
from bototape.wire import jsonbody, rpc
from bototape.wire.instance import Decoded, Reading
from bototape.wire.jsonformat import JsonFormat

__all__ = ["JSON", "RpcJson"]

#: JSON as the root of a body.
JSON = rpc.Syntax(jsonbody.parse, jsonbody.locate, jsonbody.dump, "a JSON object")


class RpcJson(rpc.Rpc):
    """AWS JSON of one service, in the version its model names."""

    name = "json"

    def __init__(self, service: Service) -> None:
        media_type = f"application/x-amz-json-{service.metadata.get('jsonVersion', '1.0')}"
        super().__init__(service, JsonFormat(service.shapes, rest=False, media_type=media_type), JSON)

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that headers and body report."""
        found = rpc.document(response.body, JSON, reading)
        return rpc.modeled(self._shapes, operation, response.headers, found, found, self._tree, reading)

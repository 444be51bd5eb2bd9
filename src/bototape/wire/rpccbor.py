"""
The protocol Smithy RPC v2 CBOR: POST to ``/service/{service}/operation/{operation}``, all members in the body.

Sources: Smithy, "Smithy RPC v2 CBOR protocol"; "AWS query-compatible trait" for services that left the query protocol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bototape.interaction import Response
from bototape.shapes import Operation, Service
from bototape.wire import cborbody, cborwrite, jsonerrors, rpc
from bototape.wire.cborformat import TYPE, CborFormat
from bototape.wire.instance import Decoded, Reading

__all__ = ["RpcCbor"]

_PROTOCOL = ("smithy-protocol", "rpc-v2-cbor")
_NO_IDENTIFIER = re.compile(r"[^a-z0-9]+")
_CBOR = rpc.Syntax(cborbody.parse, cborbody.locate, cborwrite.dump, "a map")


class RpcCbor(rpc.Rpc):
    """Smithy RPC v2 CBOR of one service."""

    name = "smithy-rpc-v2-cbor"

    def __init__(self, service: Service) -> None:
        super().__init__(service, CborFormat(service.shapes), _CBOR, (_PROTOCOL,))
        # Models do not tell the namespace of their shapes; AWS makes it of the service's id. Clients strip it.
        identifier = _NO_IDENTIFIER.sub("", str(service.metadata.get("serviceId", "")).lower())
        self._namespace = f"com.amazonaws.{identifier}" if identifier else "com.amazonaws"

    def read_error(self, operation: Operation, response: Response, reading: Reading) -> Decoded:
        """Return the error that the body reports; of headers, only the former query protocol's code counts."""
        found = rpc.document(response.body, _CBOR, reading)
        headers = tuple(each for each in response.headers if each[0].lower() == jsonerrors.QUERY_ERROR)
        told = {key: each for key, each in found.items() if key == TYPE}
        return rpc.modeled(self._shapes, operation, headers, told, found, self._tree, reading)

    def _typed(self, found: dict[str, Any]) -> dict[str, Any]:
        return {**found, TYPE: f"{self._namespace}#{found[TYPE]}"}

    def _written(self, instance: Mapping[str, Any], shape: str | None) -> tuple[str, bytes]:
        return super()._written(instance, shape) if shape else ("", b"")  # no output has no body in this protocol

"""The parameters of a request by its service's model: the input as boto3 takes it, whatever protocol carries it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bototape.errors import WireError
from bototape.interaction import Request
from bototape.shapes import Operation
from bototape.wire.codec import Codec

__all__ = ["Modelled", "Normalise", "modelled"]

#: A custom matcher: takes decoded parameters, returns those to compare.
Normalise = Callable[[dict[str, Any]], Mapping[str, Any]]

#: Headers that follow from the rest of a request, or prove who sends it; some models bind members to them.
#: Sources: RFC 9110; botocore's ``httpchecksum.py`` and ``auth.py``.
_DERIVED = frozenset(
    {
        "authorization",
        "content-length",
        "content-md5",
        "date",
        "expect",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-security-token",
        "x-amz-trailer",
        "x-amz-user-agent",
    }
)
_CHECKSUMS = ("x-amz-checksum-", "x-amz-sdk-checksum-")


@dataclass(frozen=True, slots=True)
class Modelled:
    """One *operation* of the service that *codec* reads; members in *without* do not count."""

    codec: Codec
    operation: Operation
    without: frozenset[str]

    def parameters(self, request: Request) -> dict[str, Any]:
        """Return the input that *request* carries. Raises WireError when it is none of the operation's."""
        kept = tuple(each for each in request.headers if not _is_derived(each[0].lower()))
        found = self.codec.decode_request(self.operation, replace(request, headers=kept))
        if not isinstance(found, dict):
            raise WireError("the request body", f"expected a structure, found {type(found).__name__}")
        return {name: _whole(value) for name, value in found.items() if name not in self.without}


def modelled(codec: Codec, operation: str, tokens: Collection[str]) -> Modelled | None:
    """
    Return the reader of the operation of that name, or None if the model has none.

    *tokens* are names on the wire of idempotency tokens; those that the model marks are left out too
    (``idempotencyToken`` trait, Smithy).
    """
    known = codec.service.operations.get(operation)
    if known is None:
        return None
    members = codec.service.shapes[known.input].members.values() if known.input else ()
    marked = {each.name for each in members if each.traits.get("idempotencyToken") or each.wire_name in tokens}
    return Modelled(codec, known, frozenset(marked))


def _is_derived(name: str) -> bool:
    return name in _DERIVED or name.startswith(_CHECKSUMS)


def _whole(value: Any) -> Any:
    """Return *value* with one spelling of each number: 1 is 1.0."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value

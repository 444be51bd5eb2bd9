"""One attempt of a client's call, and the parameters it carries, as the code under test gave them to botocore."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from bototape.errors import WireError
from bototape.interaction import Call, Headers, Request

if TYPE_CHECKING:
    from bototape.shapes import Shape
    from bototape.wire.codec import Codec

__all__ = ["Attempt", "expected_of", "holds", "native"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Attempt:
    """
    What the client tells of one attempt.

    *invocation* is the same for all attempts of one call. *request* has the headers that its protocol reads, or, with
    *headers*, which returns all of them, those that route it; *codec* reads and writes by the client's own model.
    *read_timeout_s* is the client's, None for none.

    A tape keeps them all, so that it has few parts: those the garbage collector walks cost each later call.
    """

    call: Call
    request: Request
    invocation: str
    codec: Callable[[], Codec]
    headers: Callable[[], Headers] | None = None
    read_timeout_s: float | None = None
    _instance: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def instance(self) -> Mapping[str, Any]:
        """The input as an instance (see `bototape.wire.instance`). Raises WireError."""
        if self._instance is None:
            codec = self.codec()
            operation = codec.service.operations[self.call.operation]
            sent = replace(self.request, headers=self.headers()) if self.headers else self.request
            found = codec.decode_request(operation, sent, self.call.protocol)
            if not isinstance(found, Mapping):
                raise WireError("the request body", "it is no structure")
            self._instance = found
        return self._instance

    @property
    def parameters(self) -> Mapping[str, Any]:
        """
        The parameters by member name, in botocore's types: blobs are bytes, timestamps aware datetimes.

        What botocore fills in of its own (idempotency tokens, checksums) is among them. Raises WireError.
        """
        codec = self.codec()
        root = codec.service.operations[self.call.operation].input
        found = native(self.instance, codec.service.shapes[root], codec.service.shapes) if root else {}
        return found if isinstance(found, dict) else {}


def native(value: object, shape: Shape, shapes: Mapping[str, Shape]) -> object:
    """Return *value*, an instance of *shape*, in the types that botocore takes; what is not of its type stays."""
    if isinstance(value, Mapping):
        if shape.type == "map" and shape.value:
            return {key: native(each, shapes[shape.value.shape], shapes) for key, each in value.items()}
        members = shape.members
        return {
            key: native(each, shapes[members[key].shape], shapes) if key in members else each
            for key, each in value.items()
        }
    if isinstance(value, list) and shape.element:
        return [native(each, shapes[shape.element.shape], shapes) for each in value]
    if shape.type == "blob" and isinstance(value, str):
        return _bytes(value)
    return _moment(value) if shape.type == "timestamp" else value


def _bytes(text: str) -> bytes | str:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text


def _moment(value: object) -> object:
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value) if value[:1].isdigit() else parsedate_to_datetime(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return _EPOCH + timedelta(seconds=value) if isinstance(value, int | float) else value
    except (ValueError, OverflowError):
        return value


def holds(expected: object, sent: object) -> bool:
    """Tell whether *sent* has all of *expected*: of structures and maps at least its members, of lists each element."""
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        return all(name in sent and holds(each, sent[name]) for name, each in expected.items())
    if isinstance(expected, list | tuple) and isinstance(sent, list | tuple):
        return len(expected) == len(sent) and all(map(holds, expected, sent))
    return expected == sent and isinstance(expected, bool) == isinstance(sent, bool)


def expected_of(expected: object, sent: object) -> object:
    """Return *sent* without the members that *expected* does not speak of, to compare the two."""
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        return {name: expected_of(expected[name], each) for name, each in sent.items() if name in expected}
    if isinstance(expected, list | tuple) and isinstance(sent, list | tuple) and len(expected) == len(sent):
        return [expected_of(old, new) for old, new in zip(expected, sent, strict=True)]
    return sent

"""
CBOR values of a shape: what is dropped in reading and what a shape adds in writing.

Source: Smithy, "Smithy RPC v2 CBOR protocol", shape serialization: members have their own names, whatever
``locationName`` says; null members are omitted; a ``__type`` beside members means nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from bototape.jsontext import pointer
from bototape.shapes import Member, Shape
from bototape.wire import cborbody, cborwrite
from bototape.wire.instance import Path, Reading, Spot, kind

__all__ = ["MEDIA_TYPE", "TYPE", "CborFormat"]

MEDIA_TYPE = "application/cbor"

#: Member that names the type of an error; part of the protocol, of no shape.
TYPE = "__type"

_NULL, _UNDEFINED = b"\xf6", b"\xf7"
_WRITING = Reading("the instance", drops_nulls=False)


class CborFormat:
    """CBOR for the shapes of one service."""

    media_type = MEDIA_TYPE

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._shapes = shapes

    def read(self, content: bytes, shape: Shape, reading: Reading, member: Member | None = None) -> object:
        """Return the instance of *shape* that *content* is; empty content is an empty structure."""
        del member  # a payload's own name is nowhere in CBOR
        if not content:
            return {}
        value = cborbody.locate(content, reading) if reading.located else cborbody.parse(content, reading)
        if not isinstance(value, dict) and shape.type in ("structure", "map"):
            found = value.value if isinstance(value, Spot) else value
            raise reading.fail(f"expected a map, found {kind(found)}")
        # Neither byte occurs in UTF-8, so that few bodies without a null are walked in vain.
        if not any(each in content for each in (_NULL, _UNDEFINED, TYPE.encode())):
            return value
        return self.convert(value, shape, reading)

    def convert(self, value: object, shape: Shape, reading: Reading) -> object:
        """Return the instance of *shape* that the CBOR *value* is: without its null members, if *reading* says so."""
        return self._converted(value, shape, reading, ()) if reading.drops_nulls else value

    def write(self, instance: object, shape: Shape, member: Member | None = None) -> bytes:
        """Return *instance* of *shape* as CBOR."""
        del member
        return cborwrite.dump(self.revert(instance, shape), _WRITING)

    def revert(self, instance: object, shape: Shape) -> object:
        """Return what `cborwrite.dump` writes for *instance* of *shape*. Raises WireError for a blob that is none."""
        return self._reverted(instance, shape, ())

    def _converted(self, value: Any, shape: Shape, reading: Reading, path: Path) -> Any:
        if isinstance(value, list) and shape.element:
            inner = self._shapes[shape.element.shape]
            return [self._converted(each, inner, reading, (*path, at)) for at, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if shape.value:
            inner = self._shapes[shape.value.shape]
            sparse = bool(shape.traits.get("sparse"))
            kept = value if sparse else dict(_present(value, reading, path))
            return {key: self._converted(each, inner, reading, (*path, key)) for key, each in kept.items()}
        if shape.type != "structure":
            return value
        found: dict[str, Any] = {}
        for key, each in _present(value, reading, path):
            member = shape.members.get(key)
            if member:
                found[key] = self._converted(each, self._shapes[member.shape], reading, (*path, key))
            elif key != TYPE:
                found[key] = each
        return found

    def _reverted(self, instance: Any, shape: Shape, path: Path) -> Any:
        if isinstance(instance, list) and shape.element:
            inner = self._shapes[shape.element.shape]
            return [self._reverted(each, inner, (*path, at)) for at, each in enumerate(instance)]
        if isinstance(instance, dict):
            return dict(self._members(instance, shape, path))
        if shape.type == "blob" and isinstance(instance, str):
            try:
                return base64.b64decode(instance, validate=True)
            except (binascii.Error, ValueError):
                raise _WRITING.fail("expected base64, as a blob is in an instance", pointer(path)) from None
        is_number = isinstance(instance, int | float) and not isinstance(instance, bool)
        if shape.type == "timestamp" and is_number:
            return cborwrite.Tagged(cborwrite.EPOCH, instance)
        if shape.type in ("float", "double"):
            exact = cborwrite.number(instance)
            return instance if exact is None else exact
        return instance

    def _members(self, instance: Mapping[str, Any], shape: Shape, path: Path) -> Iterator[tuple[str, Any]]:
        sparse = bool(shape.traits.get("sparse"))
        for name, each in instance.items():
            member = shape.value or shape.members.get(name)
            if each is None and not sparse:
                continue
            yield name, self._reverted(each, self._shapes[member.shape], (*path, name)) if member else each


def _present(value: Mapping[str, Any], reading: Reading, path: Path) -> Iterator[tuple[str, Any]]:
    for key, each in value.items():
        if each is None:
            reading.nulls.append(pointer((*path, key)))
        else:
            yield key, each

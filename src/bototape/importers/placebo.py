"""
placebo's directories: one answer a file (``sagemaker.DescribeModel_1.json``), as botocore had parsed it.

placebo keeps no request, so an answer is for whatever parameters, in the order of the numbers. The answer is written
back in the protocol that botocore speaks with the service, so that botocore parses what it had parsed before.
Source: ``placebo/pill.py`` and ``placebo/serializer.py`` 0.10.0.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bototape.adapters.models import spoken_with
from bototape.errors import CassetteUnreadable, UsageError, WireError
from bototape.importers import blank
from bototape.importers.imported import Imported
from bototape.importers.named import named, services, tokens
from bototape.interaction import Call, Interaction, Response
from bototape.shapes import Operation, Service, Shape
from bototape.wire.codec import Codec
from bototape.wire.index import Entry

__all__ = ["directories", "read"]

_FILE = re.compile(r"(?P<service>.+)\.(?P<operation>[A-Z]\w*)_(?P<number>\d+)\.json")
_PICKLE = re.compile(r".+\.[A-Z]\w*_\d+\.pickle")
_ERRORS = 300
_FIX = "record it again with placebo, or take the file away"
_NO_PICKLE = "a pickle runs code when it is read; record it again with record_format='json'"


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    prefix: str
    operation: str
    number: int


@dataclass(frozen=True, slots=True)
class _Made:
    """An operation of the service that a file name means, and what writes its answers."""

    name: str
    codec: Codec
    operation: Operation
    protocol: str


def directories(root: Path) -> list[Path]:
    """Return *root* and the directories below it that hold answers of placebo, sorted. Raises UsageError for none."""
    if not root.is_dir():
        raise UsageError(
            f"cannot import {root}: it is not a directory", "name the data_path that placebo recorded into"
        )
    named = (each for each in root.rglob("*") if _FILE.fullmatch(each.name) or _PICKLE.fullmatch(each.name))
    found = sorted({each.parent for each in named})
    if not found:
        reason = f"cannot import {root}: no file below it is named as placebo names them"
        raise UsageError(reason, "name the data_path that placebo recorded into (sagemaker.DescribeModel_1.json)")
    return found


def read(directory: Path) -> Imported:
    """
    Return the answers in *directory* (not below it), by operation, in the order of their numbers.

    The last answer of an operation repeats. Raises CassetteUnreadable, with the file and the place in it, for a file
    that is not placebo's, and for one whose answer the model of the installed botocore cannot hold.
    """
    pickled = sorted(each for each in directory.iterdir() if _PICKLE.fullmatch(each.name))
    if pickled:
        raise CassetteUnreadable(str(pickled[0]), "it is a pickle", _NO_PICKLE)
    matches = ((each, _FILE.fullmatch(each.name)) for each in sorted(directory.iterdir()))
    files = [_File(path, each["service"], each["operation"], int(each["number"])) for path, each in matches if each]
    files.sort(key=lambda each: (each.prefix, each.operation, each.number))
    notes: list[str] = []
    made: dict[tuple[str, str], _Made] = {}
    found: list[Interaction] = []
    for at, each in enumerate(files):
        key = (each.prefix, each.operation)
        if key not in made:
            made[key] = _meant(each, notes)
        is_last = at + 1 == len(files) or (files[at + 1].prefix, files[at + 1].operation) != key
        found.append(_interaction(each, made[key], repeat=is_last))
    cassette = named(found, "placebo")
    # Nobody knows what answered: it is not said to be AWS.
    origin = replace(cassette.provenance, endpoint="custom") if cassette.provenance else None
    return Imported(replace(cassette, provenance=origin), notes)


def _meant(file: _File, notes: list[str]) -> _Made:
    """Return the operation that the name of *file* means: placebo writes the endpoint's prefix, which some share."""
    entries = _at_endpoint(file.prefix)
    models = [(each.name, services().load(each)) for each in entries]
    fitting = [(name, model) for name, model in models if file.operation in model.operations]
    if not fitting:
        others = ", ".join(dict.fromkeys(name for name, _ in models))
        known = f"none of {others} has it" if models else "it knows no such endpoint"
        reason = f"the installed botocore has no operation {file.operation} at the endpoint {file.prefix}: {known}"
        raise CassetteUnreadable(str(file.path), reason, "install a botocore that has it, or take the file away")
    names = list(dict.fromkeys(name for name, _ in fitting))
    if len(names) > 1:
        notes.append(f"{file.prefix}.{file.operation}: taken for {names[0]}; it may be of {', '.join(names[1:])}")
    name, model = fitting[0]
    return _Made(name, Codec(model), model.operations[file.operation], spoken_with(model.metadata))


def _at_endpoint(prefix: str) -> list[Entry]:
    """Return the services at the endpoint that *prefix* ends in, after what the user of placebo put before it."""
    parts = prefix.split(".")
    for start in range(len(parts)):
        name = ".".join(parts[start:])
        found = [each for each in services().entries if each.metadata.get("endpointPrefix") == name]
        if found:
            newest = sorted(found, key=lambda each: each.api_version, reverse=True)
            return sorted(newest, key=lambda each: (each.name != name, each.name))
    return []


def _interaction(file: _File, made: _Made, *, repeat: bool) -> Interaction:
    model, operation = made.codec.service, made.operation
    status, data = _content(file)
    told = data.get("ResponseMetadata", {})
    instance = {name: each for name, each in data.items() if name != "ResponseMetadata"}
    try:
        response = _response(made, status, instance)
    except WireError as error:
        raise CassetteUnreadable(str(file.path), f"the model cannot hold it: {error}", _FIX) from error
    call = Call(
        made.name,
        operation.name,
        protocol=made.protocol,
        repeat=repeat,
        idempotency=tokens(model, operation),
        any_parameters=True,
    )
    request = blank.request(model, operation, made.protocol)
    return Interaction(request, _traced(response, told if isinstance(told, Mapping) else {}), call)


def _content(file: _File) -> tuple[int, Mapping[str, Any]]:
    where = str(file.path)
    try:
        found = json.loads(file.path.read_bytes())
    except OSError as error:
        raise CassetteUnreadable(where, str(error.strerror), "name files that this user may read") from error
    except (ValueError, RecursionError):
        raise CassetteUnreadable(where, "it is not JSON", _FIX) from None
    data = found.get("data") if isinstance(found, dict) else None
    status = found.get("status_code") if isinstance(found, dict) else None
    if not isinstance(data, dict) or type(status) is not int:
        raise CassetteUnreadable(where, "expected an object with status_code and data", _FIX)
    return status, data


def _response(made: _Made, status: int, data: Mapping[str, Any]) -> Response:
    codec, operation = made.codec, made.operation
    if status < _ERRORS:
        shape = codec.service.shapes[operation.output] if operation.output else None
        instance = _value(data, shape, codec.service, made.protocol) if shape else {}
        answer = codec.encode_response(operation, instance if isinstance(instance, dict) else {}, made.protocol)
        return replace(answer, status=status)
    error = data.get("Error", {})
    code, message = str(error.get("Code", status)), str(error.get("Message", ""))
    members = {name: each for name, each in data.items() if name != "Error"}
    return codec.encode_error(operation, code, message, members=members, status=status, protocol=made.protocol)


def _value(found: object, shape: Shape, service: Service, protocol: str) -> object:
    """Return *found*, as placebo writes what botocore parsed, as the instance of *shape*; nothing is dropped."""
    shapes = service.shapes
    if isinstance(found, Mapping):
        kind = found.get("__class__")
        if kind == "datetime":
            return _moment(found, text=protocol in ("query", "ec2", "rest-xml"))
        if kind == "StreamingBody":
            return found.get("body", "")
        if shape.type == "map" and shape.value:
            return {name: _value(each, shapes[shape.value.shape], service, protocol) for name, each in found.items()}
        members = shape.members
        return {
            name: _value(each, shapes[members[name].shape], service, protocol) if name in members else each
            for name, each in found.items()
        }
    if isinstance(found, list) and shape.element:
        return [_value(each, shapes[shape.element.shape], service, protocol) for each in found]
    if shape.type == "blob" and isinstance(found, str) and not _is_base64(found):
        return base64.b64encode(found.encode()).decode()
    return found


def _is_base64(text: str) -> bool:
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except (binascii.Error, ValueError):
        return False


def _moment(found: Mapping[str, Any], *, text: bool) -> str | float:
    year, month, day = (int(found.get(each, 1)) for each in ("year", "month", "day"))
    hour, minute, second, micro = (int(found.get(each, 0)) for each in ("hour", "minute", "second", "microsecond"))
    moment = datetime(year, month, day, hour, minute, second, micro, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if text else moment.timestamp()


def _traced(response: Response, told: Mapping[str, Any]) -> Response:
    """Return *response* with the request id and the date that botocore had noted, which code may look at."""
    headers = told.get("HTTPHeaders")
    date = headers.get("date") if isinstance(headers, Mapping) else None
    more = (("Date", str(date)),) if date else ()
    if told.get("RequestId"):
        more = (*more, ("x-amzn-RequestId", str(told["RequestId"])))
    return replace(response, headers=(*response.headers, *more))

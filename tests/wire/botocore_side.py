"""The other side of the wire: botocore's own parsers and serializers, fed and read without a network."""

import base64
import functools
import json
import math
from datetime import UTC, datetime

from botocore.awsrequest import AWSResponse, create_request_object, prepare_request_dict
from botocore.endpoint import convert_to_response_dict
from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import NoShapeFoundError, ServiceModel
from botocore.parsers import PROTOCOL_PARSERS, create_parser
from botocore.response import StreamingBody
from botocore.serialize import create_serializer
from botocore.utils import parse_timestamp

from bototape.interaction import Request, Response
from bototape.shapes import Member, Shape, parse

ENDPOINT = "https://service.us-east-1.amazonaws.com"

parser = functools.cache(create_parser)
serializer = functools.cache(create_serializer)


@functools.cache
def loader():
    return Loader()


def raw_model(name):
    """The newest ``service-2.json`` of the service *name* in the installed botocore."""
    return loader().load_service_model(name, "service-2")


def both(name):
    """The service *name* as our `Service` and as botocore's."""
    raw = raw_model(name)
    return parse(raw), ServiceModel(raw, name)


def services():
    """The names of all services of the installed botocore."""
    return loader().list_available_services("service-2")


def protocols(service):
    """The protocols of *service* that botocore has a parser for, in the model's order."""
    named = service.metadata.get("protocols") or [service.metadata["protocol"]]
    return [each for each in named if each in PROTOCOL_PARSERS]


class _Raw:
    """What urllib3 would give: the body as a stream."""

    def __init__(self, content):
        self.content = content

    def stream(self, *_arguments, **_options):
        yield self.content

    def read(self, *_arguments):
        content, self.content = self.content, b""
        return content


def received(response: Response, operation_model):
    """What botocore's endpoint makes of *response* before it is parsed."""
    answer = AWSResponse(ENDPOINT, response.status, dict(response.headers), _Raw(response.body))
    return convert_to_response_dict(answer, operation_model)


def parsed(protocol, response: Response, operation_model):
    """What a client returns for the successful *response*, without what botocore adds about the transport."""
    answer = parser(protocol).parse(received(response, operation_model), operation_model.output_shape)
    answer.pop("ResponseMetadata", None)
    return plain(answer)


def parsed_error(protocol, response: Response, operation_model):
    """Code, message and members of the modeled error that a client raises for *response*."""
    answer = received(response, operation_model)
    found = parser(protocol).parse(answer, operation_model.output_shape)
    error = found["Error"]
    try:
        shape = operation_model.service_model.shape_for_error_code(error.get("Code"))
    except NoShapeFoundError:
        return error.get("Code"), error.get("Message"), None
    members = parser(protocol).parse(answer, shape)
    members.pop("ResponseMetadata", None)
    return error.get("Code"), error.get("Message"), plain(members)


def sent(protocol, parameters, operation_model) -> Request:
    """The request that a client sends for *parameters*, unsigned."""
    found = serializer(protocol).serialize_to_request(parameters, operation_model)
    prepare_request_dict(found, ENDPOINT)
    prepared = create_request_object(found).prepare()
    headers = tuple((str(name), _text(value)) for name, value in prepared.headers.items())
    body = prepared.body or b""
    return Request(prepared.method, prepared.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def plain(value):
    """*value* with streams read out, and NaN as something that equals itself."""
    if isinstance(value, EventStream):
        return [plain(each) for each in value]
    if isinstance(value, StreamingBody):
        return value.read()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return "(not a number)" if isinstance(value, float) and math.isnan(value) else value


class Python:
    """Turns our instances into the Python values of botocore: what its parser returns, what its serializer takes."""

    def __init__(self, shapes, protocol, *, parse_timestamp=parse_timestamp):
        self.shapes = shapes
        self.protocol = protocol
        self._parse_timestamp = parse_timestamp

    def answer(self, instance, root):
        """What botocore's parser returns for *instance* of the shape *root*."""
        if root is None:
            return {}
        shape = self.shapes[root]
        found = plain(self._value(instance, shape, None, parameters=False))
        payload = shape.traits.get("payload") if self.protocol in ("rest-json", "rest-xml") else None
        if payload and payload not in found:
            kind = self.shapes[shape.members[payload].shape].type
            found[payload] = {"blob": b"", "string": ""}.get(kind, {})
        return found

    def parameters(self, instance, root):
        """What botocore's serializer takes for *instance* of the shape *root*."""
        return self._value(instance, self.shapes[root], None, parameters=True) if root else {}

    def known(self, instance, root):
        """*instance* in Python's types, without the members that *root* lacks; nothing where there is no shape."""
        return plain(self.parameters(instance, root))

    def _value(self, value, shape: Shape, member: Member | None, *, parameters):
        if value is None or shape.traits.get("document") or (member and self._is_json(member)):
            return value
        match shape.type:
            case "structure" if isinstance(value, list):
                # The parser of events in JSON is that of AWS JSON.
                of_events = Python(self.shapes, "json" if self.protocol == "rest-json" else self.protocol)
                return [of_events._value(each, shape, None, parameters=parameters) for each in value]
            case "structure":
                members = shape.members  # what these lack, botocore's parser passes over
                return {
                    key: self._value(each, self.shapes[members[key].shape], members[key], parameters=parameters)
                    for key, each in value.items()
                    if key in members
                }
            case "list":
                inner = self.shapes[shape.element.shape]
                return [self._value(each, inner, shape.element, parameters=parameters) for each in value]
            case "map":
                inner = self.shapes[shape.value.shape]
                items = value.items()
                return {key: self._value(each, inner, shape.value, parameters=parameters) for key, each in items}
            case "blob":
                return base64.b64decode(value)
            case "timestamp":
                return _aware(value) if parameters else self._parse_timestamp(value)
            case "float" | "double":
                # The parser of AWS JSON returns what stands there, also for the words that are numbers.
                return value if self.protocol == "json" and not parameters else float(value)
        return value

    def _is_json(self, member):
        return member.traits.get("jsonvalue") and member.traits.get("location") == "header"


def _aware(value):
    when = parse_timestamp(value)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def first_difference(expected, found, path=""):
    """The path of the first difference of two values and both sides there, or an empty string."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(each for each in found if each not in expected)]:
            if key not in found or key not in expected:
                there = "expected, not found" if key in expected else "found, not expected"
                value = expected.get(key, found.get(key))
                return f"{path}/{key}: {there}: {_short(value)}"
            if inner := first_difference(expected[key], found[key], f"{path}/{key}"):
                return inner
        return ""
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return next((text for at, (a, b) in pairs if (text := first_difference(a, b, f"{path}/{at}"))), "")
    if type(expected) is not type(found) and {type(expected), type(found)} != {int, float}:
        return f"{path}: expected {_short(expected)}, found {_short(found)}"
    return "" if expected == found else f"{path}: expected {_short(expected)}, found {_short(found)}"


def _short(value):
    text = json.dumps(value, ensure_ascii=True, default=repr)
    return text if len(text) <= 200 else text[:200] + "…"


__all__ = [
    "Python",
    "both",
    "datetime",
    "first_difference",
    "parsed",
    "parsed_error",
    "plain",
    "protocols",
    "sent",
    "services",
]

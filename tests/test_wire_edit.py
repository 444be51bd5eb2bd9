"""A place is where its value stands: another value put there changes that value, and no byte outside its span."""

import base64
import copy
import gzip

import pytest

from bototape.errors import WireError
from bototape.interaction import Request, Response
from bototape.wire.codec import Codec, Place
from bototape.wire.instance import Spot
from tests.wire.botocore_side import both, sent
from tests.wire.instances import Instances

#: Operations of each protocol that bind members in every way it has.
ANSWERS = [
    ("dynamodb", "json", "GetItem"),
    ("sagemaker", "json", "DescribeAutoMLJob"),
]

#: How many places of one message are tried.
TRIED = 60


def place_of(instance, pointer):
    """The container that *pointer* ends in, and the key there."""
    *above, last = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
    for name in above:
        instance = instance[int(name)] if isinstance(instance, list) else instance[name]
    return instance, int(last) if isinstance(instance, list) else last


def other(value, spot: Spot):
    """Another value of the same type, hard to spell where that can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return 7
    if isinstance(value, dict):
        return {"other": [1]}
    if spot.part != "body" or is_base64(value):
        return "bmV3"  # base64, and plain text
    return "new é <&>\"' ]]> +%"


def is_base64(text):
    """Whether *text* may be a blob."""
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def changed(instance, place: Place, value):
    """*instance* with *value* at *place*: a value there, or the key of an entry."""
    instance = copy.deepcopy(instance)
    container, key = place_of(instance, place.pointer)
    if not place.is_key:
        container[key] = value
        return instance
    entries = list(container.items())
    container.clear()
    container.update((value if name == key else name, each) for name, each in entries)
    return instance


def output(service_name, protocol, operation_name):
    """A codec, an operation, and a response that shows every member of its output."""
    service, _ = both(service_name)
    operation = service.operations[operation_name]
    codec = Codec(service)
    instance = Instances(service, protocol, "output").root(operation.output, operation)
    return codec, operation, codec.encode_response(operation, instance, protocol)


def outside(message, spot: Spot):
    """What of *message* stands before and after *spot*."""
    if spot.part == "status":
        return message.headers, message.body
    text = {"body": message.body, "uri": getattr(message, "uri", "")}.get(spot.part)
    if text is None:
        text = next(value for name, value in message.headers if name.lower() == spot.name.lower())
    return text[: spot.start], text[len(text) - (len(text) - spot.end) :]


@pytest.mark.parametrize(("service", "protocol", "operation"), ANSWERS)
def test_each_value_of_an_answer_can_be_changed_by_itself(service, protocol, operation):
    """Whatever the protocol, one edit is one change of the instance."""
    codec, operation, response = output(service, protocol, operation)
    before = codec.decode_response(operation, response, protocol).instance
    places = codec.places(operation, response, protocol)
    assert places

    for place in places[:: max(1, len(places) // TRIED)]:
        container, key = place_of(before, place.pointer)
        value = "renamed" if place.is_key else other(container[key], place.spot)
        edited = codec.edit(operation, response, [(place, value)])

        assert codec.decode_response(operation, edited, protocol).instance == changed(before, place, value), place

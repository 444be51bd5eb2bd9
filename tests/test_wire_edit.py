"""A place is where its value stands: another value put there changes that value, and no byte outside its span."""

import base64
import copy
import gzip

import pytest

from bototape.errors import WireError
from bototape.interaction import Response
from bototape.wire.codec import Codec, Place
from bototape.wire.instance import Spot
from tests.wire.botocore_side import Python, both, sent
from tests.wire.instances import Instances

#: Operations of each protocol that bind members in every way it has.
OPERATIONS = [
    ("dynamodb", "json", "GetItem"),
    ("sagemaker", "json", "DescribeAutoMLJob"),
    ("kinesis", "json", "SubscribeToShard"),
    ("lambda", "rest-json", "Invoke"),
    ("lambda", "rest-json", "CreateFunction"),
    ("lex-runtime", "rest-json", "PostContent"),
    ("bedrock-runtime", "rest-json", "ConverseStream"),
    ("apigateway", "rest-json", "GetExport"),
    ("s3", "rest-xml", "GetObject"),
    ("s3", "rest-xml", "ListObjectsV2"),
    ("s3", "rest-xml", "PutBucketAcl"),
    ("s3", "rest-xml", "SelectObjectContent"),
    ("cloudfront", "rest-xml", "CreateDistribution"),
    ("route53", "rest-xml", "ChangeResourceRecordSets"),
    ("iam", "query", "GetUser"),
    ("rds", "query", "DescribeDBInstances"),
    ("sns", "query", "GetTopicAttributes"),
    ("ec2", "ec2", "DescribeInstances"),
    ("cloudwatch", "query", "GetMetricData"),
    ("cloudwatch", "json", "GetMetricData"),
    ("cloudwatch", "smithy-rpc-v2-cbor", "GetMetricData"),
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


def asked(service_name, protocol, operation_name):
    """A codec, an operation, and the request that botocore sends for every member of its input."""
    service, model = both(service_name)
    operation = service.operations[operation_name]
    instance = Instances(service, protocol, "input").root(operation.input, operation)
    parameters = Python(service.shapes, protocol).parameters(instance, operation.input)
    return Codec(service), operation, sent(protocol, parameters, model.operation_model(operation_name))


def check(codec, operation, protocol, message, decode):
    """Change some values of *message*, one at a time."""
    before = decode(operation, message, protocol)
    places = codec.places(operation, message, protocol)
    assert places

    for place in places[:: max(1, len(places) // TRIED)]:
        container, key = place_of(before, place.pointer)
        value = "renamed" if place.is_key else other(container[key], place.spot)
        edited = codec.edit(operation, message, [(place, value)])

        assert decode(operation, edited, protocol) == changed(before, place, value), place


@pytest.mark.parametrize(("service", "protocol", "name"), [each for each in OPERATIONS if each[2] != "PutBucketAcl"])
def test_each_value_of_an_answer_can_be_changed_by_itself(service, protocol, name):
    """Whatever the protocol, one edit is one change of the instance."""
    codec, operation, response = output(service, protocol, name)

    check(codec, operation, protocol, response, lambda *call: codec.decode_response(*call).instance)


@pytest.mark.parametrize(("service", "protocol", "name"), OPERATIONS)
def test_each_value_of_a_request_can_be_changed_by_itself(service, protocol, name):
    """The same for what a client sends: URI, headers and body."""
    codec, operation, request = asked(service, protocol, name)

    check(codec, operation, protocol, request, codec.decode_request)


def json_call():
    """A codec, an operation and an answer with an escaped slash."""
    codec, operation, _ = output("dynamodb", "json", "GetItem")
    return codec, operation


def test_no_byte_outside_the_place_changes():
    """White space, order and spelling of the rest stay as the service wrote them."""
    codec, operation = json_call()
    body = b'{ "Item" : {"a\\/b": {"S": "x\\/\\u00e9" } ,\n "n":{"N":"1"}} }'
    response = Response(200, "", (("Content-Type", "application/x-amz-json-1.0"),), body)
    [place] = [each for each in codec.places(operation, response) if each.pointer == "/Item/a~1b/S"]

    edited = codec.edit(operation, response, [(place, "/é")])

    assert edited.body == body.replace(b'"x\\/\\u00e9"', b'"\\/\\u00e9"')


def test_a_coding_stays():
    """A compressed body is opened, changed, and compressed again."""
    codec, operation = json_call()
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("Content-Encoding", "gzip"))
    response = Response(200, "", headers, gzip.compress(b'{"Item":{"a":{"S":"x"}}}'))
    [place] = [each for each in codec.places(operation, response) if each.pointer == "/Item/a/S"]

    edited = codec.edit(operation, response, [(place, "y")])

    assert (headers, b'{"Item":{"a":{"S":"y"}}}') == (edited.headers, gzip.decompress(edited.body))


@pytest.mark.parametrize("value", ["two\r\nlines", "snow \u2603", float("nan")])
def test_a_value_that_its_place_cannot_hold_is_refused(value):
    """A header holds one line of Latin-1; JSON has no NaN."""
    codec, operation, response = output("s3", "rest-xml", "GetObject")
    [place] = [each for each in codec.places(operation, response) if each.pointer == "/CacheControl"]

    if isinstance(value, float):
        codec, operation = json_call()
        response = Response(200, "", (("Content-Type", "application/x-amz-json-1.0"),), b'{"Item":{"a":{"N":1}}}')
        [place] = [each for each in codec.places(operation, response) if not each.is_key]

    with pytest.raises(WireError, match="a value cannot stand there"):
        codec.edit(operation, response, [(place, value)])

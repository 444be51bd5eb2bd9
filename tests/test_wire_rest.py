"""The REST protocols: what is where in a message, and why a message is refused."""

import base64
import functools
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bototape.errors import WireError
from bototape.interaction import Request, Response, header
from bototape.releases.directory import directory
from bototape.shapes import parse
from bototape.wire.codec import Codec
from bototape.wire.instance import Decoded
from tests.wire.botocore_side import both, parsed, parsed_error
from tests.wire.signed import Catcher, session

WHEN = datetime(2021, 11, 5, 12, 34, 56, tzinfo=UTC)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


@functools.cache
def models():
    found = directory()
    return found, {each.name: each for each in found.entries}


@functools.cache
def codec(name):
    found, latest = models()
    return Codec(found.load(latest[name]))


@functools.cache
def clients():
    return session()


@functools.cache
def catcher(service, **options):
    return Catcher(service, owner=clients(), **options)


def operation(service, name):
    return codec(service).service.operations[name]


def request_of(service, name, parameters, **options):
    """What a client sends."""
    return catcher(service, **options).request(name, parameters)


def decoded(service, name, request):
    return codec(service).decode_request(operation(service, name), request)


REQUESTS = [
    ("s3", "GetObject", {"Bucket": "b1x", "Key": "a b/é+%/c", "VersionId": "v/1", "IfModifiedSince": WHEN}),
    ("s3", "GetObject", {"Bucket": "b1x", "Key": "/odd//key/"}),
    ("s3", "ListObjectsV2", {"Bucket": "b1x", "Prefix": "a/b c", "MaxKeys": 7, "FetchOwner": True}),
    (
        "s3",
        "GetObjectAttributes",
        {"Bucket": "b1x", "Key": "k", "ObjectAttributes": ["ETag", "ObjectSize"], "MaxParts": 3},
    ),
    ("s3", "CreateMultipartUpload", {"Bucket": "b1x", "Key": "k", "Metadata": {"one": "1", "two-2": "b c"}}),
    ("s3", "WriteGetObjectResponse", {"RequestRoute": "route-1", "RequestToken": "t", "StatusCode": 404}),
    ("lambda", "GetFunction", {"FunctionName": FUNCTION, "Qualifier": "$LATEST"}),
    ("lambda", "UntagResource", {"Resource": FUNCTION, "TagKeys": ["a&b", "c d"]}),
    ("apigateway", "GetResources", {"restApiId": "a", "limit": 5, "embed": ["methods", "x"]}),
    ("iot-data", "Publish", {"topic": "a/b c", "qos": 1, "retain": True}),
    ("xray", "BatchGetTraces", {"TraceIds": ["1-2", "3-4"]}),
]


@pytest.mark.parametrize(("service", "name", "parameters"), REQUESTS, ids=[f"{each[0]}.{each[1]}" for each in REQUESTS])
def test_what_a_client_was_given_is_read(service, name, parameters):
    """URI, query string, headers and body of a request as botocore's clients send it, signed."""
    expected = {key: "Fri, 05 Nov 2021 12:34:56 GMT" if value == WHEN else value for key, value in parameters.items()}

    found = decoded(service, name, request_of(service, name, parameters))

    sent = {key: value for key, value in found.items() if not key.startswith("Checksum")}  # botocore's own
    for name_ in ("EncodingType", "ContentLength"):
        sent.pop(name_, None)
    assert sent == expected


@pytest.mark.parametrize(
    ("options", "uri"),
    [
        ({"config": Config(s3={"addressing_style": "virtual"})}, "https://b1x.s3."),
        ({"config": Config(s3={"addressing_style": "path"})}, "https://s3."),
        ({"endpoint_url": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/b1x/"),
        (
            {"endpoint_url": "http://localhost:9000", "config": Config(s3={"addressing_style": "virtual"})},
            "http://b1x.localhost:9000/",
        ),
    ],
    ids=["virtual host", "path", "own endpoint", "own endpoint, virtual host"],
)
def test_the_bucket_is_read_wherever_it_stands(options, uri):
    """In the host or before the key."""
    client = Catcher("s3", owner=clients(), **options)
    put = client.request("PutObject", {"Bucket": "b1x", "Key": "a/b", "Body": b"x", "ContentType": "text/x"})
    listed = client.request("ListObjects", {"Bucket": "b1x"})

    assert put.uri.startswith(uri)
    assert decoded("s3", "PutObject", put)["Bucket"] == "b1x"
    assert decoded("s3", "PutObject", put)["Key"] == "a/b"
    assert decoded("s3", "PutObject", put)["ContentType"] == "text/x"
    assert decoded("s3", "ListObjects", listed) == {"Bucket": "b1x", "EncodingType": "url"}


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_url_says_what_it_was_made_for(version):
    """Nothing of the signature is a parameter."""
    config = Config(signature_version=version)
    client = clients().create_client("s3", region_name="us-east-1", config=config)
    given_ = {"Bucket": "b1x", "Key": "k k", "ResponseContentType": "text/plain"}
    url = client.generate_presigned_url("get_object", given_)

    assert decoded("s3", "GetObject", Request("GET", url)) == given_


def test_a_query_parameter_that_the_model_lacks_is_kept():
    """As a member of a body would be; the query's literals and the operation's name are none."""
    uri = "https://b1x.s3.us-east-1.amazonaws.com/?list-type=2&x-id=ListObjectsV2&new=1&more=a%20b&more=c&prefix=p&flag"

    assert decoded("s3", "ListObjectsV2", Request("GET", uri)) == {
        "Bucket": "b1x",
        "Prefix": "p",
        "new": "1",
        "more": ["a b", "c"],
        "flag": "",
    }


def test_a_stage_before_the_path_is_no_part_of_a_label():
    """An API's connections stand below its stage, a proxy's service below its prefix."""
    for endpoint in ("https://a1.execute-api.us-east-1.amazonaws.com/prod", "http://127.0.0.1/a/b"):
        client = catcher("apigatewaymanagementapi", endpoint_url=endpoint)
        sent = client.request("PostToConnection", {"ConnectionId": "c=/", "Data": b"\x00"})

        assert decoded("apigatewaymanagementapi", "PostToConnection", sent) == {"ConnectionId": "c=/", "Data": "AA=="}


def test_a_get_that_was_sent_as_a_form_is_read():
    """botocore sends Amazon CloudSearch's search as POST."""
    parameters = {"query": "a b&c", "size": 3, "partial": True}
    sent = request_of("cloudsearchdomain", "Search", parameters)

    assert (sent.method, b"size=3" in sent.body) == ("POST", True)
    assert decoded("cloudsearchdomain", "Search", sent) == parameters


def test_json_in_a_header_is_its_value():
    """``jsonvalue``: base64 on the wire, JSON in the instance."""
    attributes = {"a": [1, None], "é": "x"}
    sent = request_of(
        "lex-runtime",
        "PostContent",
        {
            "botName": "b",
            "botAlias": "a",
            "userId": "us",
            "sessionAttributes": json.dumps(attributes),
            "contentType": "text/plain; charset=utf-8",
            "inputStream": b"hello",
        },
    )
    header_value = header(sent.headers, "x-amz-lex-session-attributes")

    found = decoded("lex-runtime", "PostContent", sent)

    assert json.loads(base64.b64decode(header_value)) in (attributes, json.dumps(attributes))
    assert found["sessionAttributes"] == json.loads(base64.b64decode(header_value))
    assert found["inputStream"] == base64.b64encode(b"hello").decode()


SHAPES = {
    "S": {"type": "string"},
    "I": {"type": "integer"},
    "B": {"type": "blob"},
    "T": {"type": "timestamp"},
    "L": {"type": "list", "member": {"shape": "S"}},
    "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
    "ML": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "L"}},
    "Inner": {"type": "structure", "members": {"Name": {"shape": "S", "locationName": "name"}}},
    "In": {
        "type": "structure",
        "members": {
            "Id": {"shape": "S", "location": "uri", "locationName": "id"},
            "Rest": {"shape": "S", "location": "uri", "locationName": "rest"},
            "Count": {"shape": "I", "location": "querystring", "locationName": "n"},
            "Many": {"shape": "L", "location": "querystring", "locationName": "m"},
            "Others": {"shape": "ML", "location": "querystring"},
            "Tag": {"shape": "L", "location": "header", "locationName": "X-Tag"},
            "Since": {"shape": "T", "location": "header", "locationName": "If-Since"},
            "Doc": {"shape": "S", "location": "header", "locationName": "X-Doc", "jsonvalue": True},
            "Meta": {"shape": "M", "location": "headers", "locationName": "X-Meta-"},
            "Body": {"shape": "Inner"},
        },
    },
    "Out": {
        "type": "structure",
        "members": {
            "Code": {"shape": "I", "location": "statusCode"},
            "Type": {"shape": "S", "location": "header", "locationName": "Content-Type"},
            "Meta": {"shape": "M", "location": "headers", "locationName": "X-Meta-"},
            "Payload": {"shape": "B"},
        },
        "payload": "Payload",
    },
    "Text": {"type": "structure", "members": {"Text": {"shape": "S"}}, "payload": "Text"},
    "Nested": {
        "type": "structure",
        "members": {"Inner": {"shape": "Inner"}, "Tag": {"shape": "S", "location": "header", "locationName": "ETag"}},
        "payload": "Inner",
    },
    "Plain": {"type": "structure", "members": {"Name": {"shape": "S"}, "When": {"shape": "T"}}},
    "Bound": {
        "type": "structure",
        "members": {"Tag": {"shape": "S", "location": "header", "locationName": "ETag"}},
    },
    "Busy": {
        "type": "structure",
        "members": {
            "message": {"shape": "S"},
            "After": {"shape": "I", "location": "header", "locationName": "Retry-After"},
            "Reason": {"shape": "S"},
        },
        "error": {"httpStatusCode": 429},
        "exception": True,
    },
}


def lab(protocol="rest-json"):
    def made(name, method, uri, source=None, output=None, **http):
        sides = {"input": source, "output": output}
        return {
            "name": name,
            "http": {"method": method, "requestUri": uri, **http},
            **{key: {"shape": value} for key, value in sides.items() if value},
            "errors": [{"shape": "Busy"}],
        }

    made_ = [
        made("Put", "PUT", "/things/{id}/{rest+}?flag", "In"),
        made("Get", "GET", "/blob", None, "Out"),
        made("GetText", "GET", "/text", None, "Text"),
        made("GetNested", "GET", "/nested", None, "Nested"),
        made("GetPlain", "GET", "/plain", None, "Plain"),
        made("GetBound", "GET", "/bound", None, "Bound"),
        made("Delete", "DELETE", "/gone", None, None, responseCode=204),
    ]
    raw = {
        "metadata": {"protocol": protocol, "endpointPrefix": "lab", "serviceId": "Lab", "apiVersion": "2020-01-01"},
        "operations": {each["name"]: each for each in made_},
        "shapes": SHAPES,
    }
    return Codec(parse(raw))


def op(name, protocol="rest-json"):
    found = lab(protocol)
    return found, found.service.operations[name]


PUT = Request(
    "PUT",
    "https://lab.us-east-1.amazonaws.com/things/a%2Fb%20c/d/e%2B/?flag&n=7&m=x+y&m=%C3%A9&other=1&other=2&X-Amz-Date=0#f",
    (
        ("X-Tag", 'one, "two,three"'),
        ("if-since", "Fri, 05 Nov 2021 12:34:56 GMT"),
        ("X-Doc", base64.b64encode(b'{"a":1}').decode()),
        ("x-meta-One", "1"),
        ("X-META-two", "2"),
        ("X-Other", "unbound"),
    ),
    b'{"Body":{"name":"n"},"More":[1]}',
)


def test_every_binding_of_a_request_is_read():
    """Labels decoded, parameters by name, headers without case, what the model lacks kept."""
    codec_, put = op("Put")

    assert codec_.decode_request(put, PUT) == {
        "Id": "a/b c",
        "Rest": "d/e+/",
        "Count": 7,
        "Many": ["x y", "é"],
        "Others": {"other": ["1", "2"]},
        "Tag": ["one", "two,three"],
        "Since": "Fri, 05 Nov 2021 12:34:56 GMT",
        "Doc": {"a": 1},
        "Meta": {"One": "1", "two": "2"},
        "Body": {"Name": "n"},
        "More": [1],
    }


def test_every_value_of_a_request_is_found_where_it_stands():
    """The span of each place holds what was read there."""
    codec_, put = op("Put")

    places = {(each.pointer, each.is_key): each.spot for each in codec_.places(put, PUT)}

    def text(spot):
        if spot.part == "uri":
            return PUT.uri[spot.start : spot.end]
        if spot.part == "body":
            return PUT.body[spot.start : spot.end].decode()
        if spot.style == "name":
            return spot.name[spot.start : spot.end]
        return header(PUT.headers, spot.name)[spot.start : spot.end]

    assert {key: (spot.part, spot.style, text(spot)) for key, spot in places.items() if key[0][:5] != "/Body"} == {
        ("/Id", False): ("uri", "path", "a%2Fb%20c"),
        ("/Rest", False): ("uri", "path", "d/e%2B/"),
        ("/Count", False): ("uri", "query", "7"),
        ("/Many/0", False): ("uri", "query", "x+y"),
        ("/Many/1", False): ("uri", "query", "%C3%A9"),
        ("/Others/other", True): ("uri", "query", "other"),
        ("/Others/other/0", False): ("uri", "query", "1"),
        ("/Others/other/1", False): ("uri", "query", "2"),
        ("/Tag/0", False): ("header", "text", "one"),
        ("/Tag/1", False): ("header", "text", "two,three"),
        ("/Since", False): ("header", "text", "Fri, 05 Nov 2021 12:34:56 GMT"),
        ("/Doc", False): ("header", "base64", base64.b64encode(b'{"a":1}').decode()),
        ("/Meta/One", True): ("header", "name", "One"),
        ("/Meta/One", False): ("header", "text", "1"),
        ("/Meta/two", True): ("header", "name", "two"),
        ("/Meta/two", False): ("header", "text", "2"),
        ("/More/0", False): ("body", "json", "1"),
        ("/More", True): ("body", "json", '"More"'),
    }


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://lab.us-east-1.amazonaws.com/others/1/2", "its path is not one of Put"),
        ("https://lab.us-east-1.amazonaws.com/things/1", "its path is not one of Put"),
        ("https://lab.us-east-1.amazonaws.com/stage/things/1/2", "its path is not one of Put"),
        ("https://lab.us-east-1.amazonaws.com", "its path is not one of Put"),
        ("https://lab.us-east-1.amazonaws.com/things/%FF/2", "its path is not UTF-8"),
        ("https://lab.us-east-1.amazonaws.com/things/1/2?n=%FF", "a field is not UTF-8"),
    ],
)
def test_a_uri_that_is_not_the_operations_is_refused(uri, reason):
    """With the place and what was expected."""
    codec_, put = op("Put")

    with pytest.raises(WireError, match=reason):
        codec_.decode_request(put, replace(PUT, uri=uri))


@pytest.mark.parametrize(
    ("name", "instance", "status", "headers", "body"),
    [
        (
            "Get",
            {"Code": 206, "Type": "image/png", "Meta": {"a": "1"}, "Payload": "AP8="},
            206,
            {"Content-Type": "image/png", "Content-Length": "2", "X-Meta-a": "1"},
            b"\x00\xff",
        ),
        (
            "GetText",
            {"Text": "é\r\n"},
            200,
            {"Content-Type": "text/plain", "Content-Length": "4"},
            "é\r\n".encode(),
        ),
        (
            "GetNested",
            {"Inner": {"Name": "n"}, "Tag": "t"},
            200,
            {"Content-Type": "application/json", "Content-Length": "12", "ETag": "t"},
            b'{"name":"n"}',
        ),
        (
            "GetPlain",
            {"Name": "n", "When": 1.5, "New": {"x": [None]}},
            200,
            {"Content-Type": "application/json", "Content-Length": "45"},
            b'{"Name":"n","When":1.5,"New":{"x":[null]}}',
        ),
        ("GetBound", {"Tag": "t"}, 200, {"Content-Length": "0", "ETag": "t"}, b""),
        ("Delete", {}, 204, {"Content-Length": "0"}, b""),
    ],
    ids=["blob", "text", "structure", "whole", "headers only", "nothing"],
)
def test_an_answer_is_written_and_read_back(name, instance, status, headers, body):
    """Each binding in its place, no more than the protocol asks for."""
    codec_, operation_ = op(name)

    response = codec_.encode_response(operation_, instance)

    assert (response.status, dict(response.headers), response.body) == (
        status,
        headers | {"Content-Length": str(len(body))},
        body,
    )
    found = codec_.decode_response(operation_, response).instance
    assert {key: value for key, value in found.items() if key in instance or value != {}} == instance


@pytest.mark.parametrize("payload", ["not base64!", 7], ids=["text", "number"])
def test_a_payload_that_is_no_blob_is_refused(payload):
    """Rather than written as something else."""
    codec_, get = op("Get")

    with pytest.raises(WireError, match="a blob is not base64"):
        codec_.encode_response(get, {"Payload": payload})


def test_a_line_break_never_makes_a_header():
    """Neither from a member nor from a map's key or value."""
    codec_, get = op("Get")

    for instance in ({"Type": "a\r\nX: b"}, {"Meta": {"a": "1\n2"}}, {"Meta": {"a\r\nX": "1"}}):
        with pytest.raises(WireError):
            codec_.encode_response(get, instance)


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ((("X-Amzn-ErrorType", "Busy"),), b"{}", "Busy"),
        ((("x-amzn-errortype", "com.x#Busy:http://internal.amazon.com/coral/x/"),), b"", "Busy"),
        ((), b'{"__type":"com.x#Busy"}', "Busy"),
        ((), b'{"code":"Busy:http://x"}', "Busy"),
        ((), b'{"Code":"Busy"}', "Busy"),
    ],
)
def test_an_error_is_known_by_header_or_body(headers, body, code):
    """Smithy, "AWS restJson1 protocol", operation error serialization."""
    codec_, plain = op("GetPlain")
    response = Response(429, "", (*headers, ("Retry-After", "30")), body)

    assert codec_.decode_response(plain, response) == Decoded({"After": 30}, "Busy", code)


def test_an_error_that_the_model_lacks_keeps_all_that_was_said():
    """And one without a body keeps its status."""
    codec_, plain = op("GetPlain")
    said = Response(400, "", (("x-amzn-errortype", "New"),), b'{"message":"m","Detail":{"a":1}}')

    assert codec_.decode_response(plain, said) == Decoded({"message": "m", "Detail": {"a": 1}}, None, "New")
    assert codec_.decode_response(plain, Response(503)).error is None


@pytest.mark.parametrize("protocol", ["rest-json", "rest-xml"])
def test_an_error_is_written_and_read_back(protocol):
    """Members in headers and body, the message where the model has it."""
    codec_, plain = op("GetPlain", protocol)

    response = codec_.encode_error(plain, "Busy", "wait", members={"After": 30, "Reason": "<load>"})

    assert (response.status, header(response.headers, "Retry-After")) == (429, "30")
    assert b"After" not in response.body
    assert codec_.decode_response(plain, response) == Decoded(
        {"message": "wait", "After": 30, "Reason": "<load>"}, "Busy", "Busy"
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("GetPlain", b"<html>busy</html>"),
        ("GetPlain", b"[1]"),
        ("GetPlain", b'{"Name": '),
        ("GetPlain", b'{"Name": NaN}'),
        ("GetPlain", b'{"a":' * 10_000),
        ("GetNested", b'"text"'),
        ("GetText", b"\xff"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_body_that_is_not_the_protocols_is_refused(name, body, status):
    """With our own error, as success and as error."""
    codec_, operation_ = op(name)

    with pytest.raises(WireError, match="the response body"):
        codec_.decode_response(operation_, Response(status, "", (), body))


def test_an_answer_without_a_body_shape_may_have_any_body():
    """Services answer an empty output with ``{}``, a page or nothing."""
    for name in ("GetBound", "Delete"):
        codec_, operation_ = op(name)

        for body in (b"", b"{}", b"<html/>", b"OK"):
            found = codec_.decode_response(operation_, Response(200, "", (("ETag", "t"),), body)).instance
            assert found == ({"Tag": "t"} if name == "GetBound" else {})


@pytest.mark.parametrize("body", [b"", b"x"])
def test_an_object_of_s3_is_its_bytes(body):
    """Also the empty one, which every client gets as a stream."""
    get = operation("s3", "GetObject")
    headers = (("Content-Type", "text/plain"), ("x-amz-meta-one", "1"), ("Content-Length", str(len(body))))
    response = Response(200, "OK", headers, body)

    found = codec("s3").decode_response(get, response).instance

    assert found == {
        "Body": base64.b64encode(body).decode(),
        "ContentType": "text/plain",
        "ContentLength": len(body),
        "Metadata": {"one": "1"},
    }
    assert parsed("rest-xml", response, both("s3")[1].operation_model("GetObject")) == {
        "Body": body,
        "ContentType": "text/plain",
        "ContentLength": len(body),
        "Metadata": {"one": "1"},
    }


def test_a_status_is_a_member_where_one_is_bound_to_it():
    """Lambda tells it to the caller."""
    invoke = operation("lambda", "Invoke")

    response = codec("lambda").encode_response(invoke, {"StatusCode": 202, "Payload": "e30="})

    assert (response.status, response.body) == (202, b"{}")
    assert codec("lambda").decode_response(invoke, response).instance == {"StatusCode": 202, "Payload": "e30="}


def test_events_of_a_response_are_a_list():
    """An event stream is the payload, JSON or XML inside."""
    select = operation("s3", "SelectObjectContent")
    events = [{"Records": {"Payload": "YQ=="}}, {"Stats": {"Details": {"BytesScanned": 7}}}, {"End": {}}]

    response = codec("s3").encode_response(select, {"Payload": events})

    assert header(response.headers, "Content-Type") == "application/vnd.amazon.eventstream"
    assert codec("s3").decode_response(select, response).instance == {"Payload": events}
    assert parsed("rest-xml", response, both("s3")[1].operation_model("SelectObjectContent")) == {
        "Payload": [{"Records": {"Payload": b"a"}}, {"Stats": {"Details": {"BytesScanned": 7}}}, {"End": {}}]
    }


@pytest.mark.parametrize(
    ("service", "name", "error", "members"),
    [
        ("s3", "GetObject", "NoSuchKey", {}),
        ("route53", "GetHostedZone", "NoSuchHostedZone", {}),
        (
            "lambda",
            "Invoke",
            "TooManyRequestsException",
            {"retryAfterSeconds": "30", "Reason": "ConcurrentInvocationLimitExceeded"},
        ),
    ],
)
def test_a_fault_is_what_a_client_raises(service, name, error, members):
    """S3's bare error, the wrapped one of other XML services, JSON with its code in a header."""
    protocol = codec(service).protocols[0]
    response = codec(service).encode_error(operation(service, name), error, "why", members=members)

    code, message, found = parsed_error(protocol, response, both(service)[1].operation_model(name))

    assert (code, message) == (error, "why")
    assert found.items() >= members.items()


LABEL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(LABEL, LABEL, st.dictionaries(LABEL, LABEL, max_size=3))
def test_labels_and_parameters_survive_any_encoding_that_clients_use(one, two, others):
    """Percent-encoded as botocore does."""
    from botocore.utils import percent_encode, percent_encode_sequence  # noqa: PLC0415 - only here

    codec_, put = op("Put")
    query = percent_encode_sequence({key: [value] for key, value in others.items() if key not in ("n", "m", "flag")})
    uri = f"https://lab.us-east-1.amazonaws.com/things/{percent_encode(one)}/{percent_encode(two, safe='/~')}?{query}"

    found = codec_.decode_request(put, Request("PUT", uri))

    assert (found["Id"], found["Rest"]) == (one, two)
    assert all(
        unquote(uri[each.spot.start : each.spot.end]) == each.spot.value
        for each in codec_.places(put, Request("PUT", uri))
        if each.pointer in ("/Id", "/Rest")
    )
    assert found.get("Others", {}) == {
        key: [value] for key, value in others.items() if key not in ("n", "m", "flag") and key.lower() != "x-id"
    }


PIECES = st.sampled_from(["/", "things/", "a", "%2", "%FF", "?", "&", "=", "n=1", "#", "é", "\0", "@", ":"])


@given(
    st.sampled_from(["https://lab.us-east-1.amazonaws.com/things/1/2", "http://b.s3.amazonaws.com", "https://[", ""]),
    st.lists(PIECES, max_size=10).map("".join),
    st.lists(
        st.tuples(st.sampled_from(["X-Tag", "If-Since", "X-Doc", "X-Meta-", "x-meta-a"]), st.text(max_size=20)),
        max_size=4,
    ),
    st.binary(max_size=30),
)
def test_a_request_is_read_or_refused_with_our_own_error(start, end, headers, body):
    """And it is read alike with and without places."""
    codec_, put = op("Put")
    request = Request("PUT", start + end, tuple(headers), body)

    try:
        codec_.decode_request(put, request)
    except WireError:
        with pytest.raises(WireError):
            list(codec_.places(put, request))
    else:
        list(codec_.places(put, request))

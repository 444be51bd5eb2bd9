import base64

import pytest
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bototape import shapes
from bototape.errors import WireError
from bototape.interaction import Request, Response
from bototape.wire import form, xmlerrors
from bototape.wire.dialect import ErrorAnswer
from bototape.wire.instance import DEPTH, Decoded, Key, Reading, Spot
from bototape.wire.query import Ec2, Query

URI = "https://lab.us-east-1.amazonaws.com/"
FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
SPACE = "https://lab.amazonaws.com/doc/2020-01-01/"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
METADATA = f"<ResponseMetadata><RequestId>{xmlerrors.REQUEST_ID}</RequestId></ResponseMetadata>"


def model(protocol):
    """A service with every trait that shapes a form."""
    return {
        "version": "2.0",
        "metadata": {
            "protocol": protocol,
            "protocols": [protocol],
            "apiVersion": "2020-01-01",
            "endpointPrefix": "lab",
            "serviceId": "Lab",
            "xmlNamespace": SPACE,
        },
        "operations": {
            "Measure": {
                "name": "Measure",
                "http": {"method": "POST", "requestUri": "/"},
                "input": {"shape": "Sample"},
                "output": {"shape": "Sample", **({"resultWrapper": "MeasureResult"} if protocol == "query" else {})},
                "errors": [{"shape": "NotFound"}],
            },
            "Stop": {"name": "Stop", "http": {"method": "POST", "requestUri": "/"}},
        },
        "shapes": {
            "Sample": {
                "type": "structure",
                "members": {
                    "Name": {"shape": "Text", "locationName": "name"},
                    "Alias": {"shape": "Text", "queryName": "alias"},
                    "Count": {"shape": "Integer"},
                    "Mass": {"shape": "Double"},
                    "Alive": {"shape": "Boolean"},
                    "Born": {"shape": "Moment"},
                    "Seen": {"shape": "Moment", "timestampFormat": "unixTimestamp"},
                    "Data": {"shape": "Bytes"},
                    "Child": {"shape": "Sample"},
                    "Children": {"shape": "Samples"},
                    "Words": {"shape": "Words", "locationName": "words"},
                    "Flat": {"shape": "Words", "flattened": True},
                    "Named": {"shape": "Items"},
                    "Tags": {"shape": "Tags"},
                    "Pairs": {"shape": "Pairs"},
                },
            },
            "Samples": {"type": "list", "member": {"shape": "Sample", "locationName": "Child"}},
            "Words": {"type": "list", "member": {"shape": "Text"}},
            "Items": {"type": "list", "member": {"shape": "Text", "locationName": "Item"}, "flattened": True},
            "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Words"}},
            "Pairs": {
                "type": "map",
                "flattened": True,
                "key": {"shape": "Text", "locationName": "K"},
                "value": {"shape": "Integer", "locationName": "V"},
            },
            "NotFound": {"type": "structure", "exception": True, "members": {"Message": {"shape": "Text"}}},
            "Text": {"type": "string"},
            "Integer": {"type": "integer"},
            "Double": {"type": "double"},
            "Boolean": {"type": "boolean"},
            "Moment": {"type": "timestamp"},
            "Bytes": {"type": "blob"},
        },
    }


SERVICES = {each: shapes.parse(model(each)) for each in ("query", "ec2")}
DIALECTS = {"query": Query(SERVICES["query"]), "ec2": Ec2(SERVICES["ec2"])}
BOTOCORE = {each: ServiceModel(model(each), "lab").operation_model("Measure") for each in SERVICES}
EACH = pytest.mark.parametrize("protocol", SERVICES)


def reading(*, located=False):
    return Reading("the message", drops_nulls=False, located=located)


def operation(protocol, name="Measure"):
    return SERVICES[protocol].operations[name]


def read(protocol, body, *, uri=URI, located=False):
    """Read the input in *body* (or in *uri*)."""
    content = body.encode() if isinstance(body, str) else body
    request = Request("POST", uri, FORM, content)
    return DIALECTS[protocol].read_request(operation(protocol), request, reading(located=located))


def answered(protocol, body, *, name="Measure", located=False):
    """Read the output in *body*."""
    response = Response(200, "", (), body.encode())
    return DIALECTS[protocol].read_response(operation(protocol, name), response, reading(located=located))


def sent(protocol, parameters):
    """The body of the request that botocore makes of *parameters*."""
    found = create_serializer(protocol, include_validation=False).serialize_to_request(parameters, BOTOCORE[protocol])
    prepare_request_dict(found, URI)
    body = create_request_object(found).prepare().body
    return body.encode() if isinstance(body, str) else body


def walk(located, plain):
    """Pairs of each spot and the value at the same place of *plain*; of each key's spot and the key."""
    if isinstance(located, dict):
        for key, each in located.items():
            if isinstance(key, Key):
                yield key.spot, str(key)
            yield from walk(each, plain[str(key)])
    elif isinstance(located, list):
        for each, other in zip(located, plain, strict=True):
            yield from walk(each, other)
    else:
        yield located, plain


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
XML_TEXT = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8)
INTEGER = st.integers(-(2**63), 2**63 - 1)


def samples(text, children):
    """Instances that leave a trace in a form: empty structures, maps and (for EC2) lists do not."""
    return st.fixed_dictionaries(
        {"Count": INTEGER},
        optional={
            "Name": text,
            "Alive": st.booleans(),
            "Born": st.just("2021-11-05T12:34:56Z"),
            "Seen": st.integers(0, 253402300799),
            "Data": st.binary(max_size=5).map(lambda each: base64.b64encode(each).decode()),
            "Child": children,
            "Children": st.lists(children, min_size=1, max_size=2),
            "Words": st.lists(text, min_size=1, max_size=12),
            "Flat": st.lists(text, min_size=1, max_size=3),
            "Named": st.lists(text, min_size=1, max_size=3),
            "Tags": st.dictionaries(text, st.lists(text, min_size=1, max_size=2), min_size=1, max_size=2),
            "Pairs": st.dictionaries(text, INTEGER, min_size=1, max_size=2),
        },
    )


SAMPLES = st.deferred(lambda: samples(TEXT, SAMPLES))
XML_SAMPLES = st.deferred(lambda: samples(XML_TEXT, XML_SAMPLES))


def parameters(value):
    """*value* as botocore takes it: blobs as bytes."""
    if isinstance(value, dict):
        return {
            key: base64.b64decode(each) if key == "Data" and isinstance(each, str) else parameters(each)
            for key, each in value.items()
        }
    return [parameters(each) for each in value] if isinstance(value, list) else value


@EACH
@settings(max_examples=25)
@given(instance=SAMPLES)
def test_what_botocore_sends_is_read_as_it_was_given(protocol, instance):
    """The input is what the caller wrote, and each value is known by the bytes that write it."""
    body = sent(protocol, parameters(instance))

    found = read(protocol, body)

    assert found == instance
    for spot, value in walk(read(protocol, body, located=True), found):
        span = form.characters(body[spot.start : spot.end])
        assert span == spot.value == (value if isinstance(value, str) else str(value).lower())


@EACH
@settings(max_examples=25)
@given(instance=XML_SAMPLES)
def test_what_is_answered_is_read_alike_by_botocore_and_by_us(protocol, instance):
    """An encoded response has one meaning."""
    response = DIALECTS[protocol].write_response(operation(protocol), instance)
    answer = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    plain = create_parser(
        protocol,
    ).parse(answer, BOTOCORE[protocol].output_shape)

    assert DIALECTS[protocol].read_response(operation(protocol), response, reading()) == instance
    assert plain.pop("ResponseMetadata")["RequestId"] == xmlerrors.REQUEST_ID
    assert timeless(plain) == timeless(parameters(instance))


def timeless(value):
    """*value* without its times, of which botocore makes datetimes."""
    if isinstance(value, dict):
        return {key: timeless(each) for key, each in value.items() if key not in ("Born", "Seen")}
    return [timeless(each) for each in value] if isinstance(value, list) else value


@EACH
@given(body=st.one_of(st.binary(max_size=60), st.text("Tags.entry1KVwordmb&=%F[]2", max_size=40).map(str.encode)))
@example(body=b"Child=a&Child.Count=1")
@example(body=b".=&..=&=&&%&a=b=c")
def test_any_bytes_are_read_or_refused(protocol, body):
    """Nothing but our own error comes out, and both readings agree."""
    try:
        found = read(protocol, body)
    except WireError:
        with pytest.raises(WireError):
            read(protocol, body, located=True)
        return

    for spot, value in walk(read(protocol, body, located=True), found):
        assert form.characters(body[spot.start : spot.end]) == spot.value
        assert isinstance(value, str | int | float | bool)


@pytest.mark.parametrize(
    ("protocol", "body", "expected"),
    [
        ("query", "", {}),
        ("query", "Action=Measure&Version=2020-01-01&name=a+b%20c%2B", {"Name": "a b c+"}),
        ("query", "words=&Children=&Child=&Tags=", {"Words": [], "Children": [], "Child": {}, "Tags": {}}),
        ("query", "words.member.10=c&words.member.2=b&words.member.1=a", {"Words": ["a", "b", "c"]}),
        (
            "query",
            "Children.Child.1.Count=1&Children.Child.1.Child.Count=2",
            {"Children": [{"Count": 1, "Child": {"Count": 2}}]},
        ),
        ("query", "Children.member.1.Count=1", {"Children": [{"Count": 1}]}),
        ("query", "Item.1=a&Flat.1=b", {"Named": ["a"], "Flat": ["b"]}),
        ("query", "Named.1=a", {"Named": ["a"]}),
        (
            "query",
            "Pairs.1.K=a&Pairs.1.V=1&Tags.entry.1.key=b&Tags.entry.1.value.member.1=c",
            {"Pairs": {"a": 1}, "Tags": {"b": ["c"]}},
        ),
        ("query", "Pairs.2.K=a&Pairs.2.V=2&Pairs.1.K=a&Pairs.1.V=1", {"Pairs": {"a": 2}}),
        ("query", "Pairs.1.K=a&Tags.entry.1.value=b", {"Pairs.1.K": "a", "Tags.entry.1.value": "b"}),
        (
            "query",
            "New=1&Child.Old.member.1=2&Child.Count=x",
            {"New": "1", "Child": {"Count": "x", "Old.member.1": "2"}},
        ),
        (
            "query",
            "words.Item.1=a&words.member.x=b&words.member.1=c",
            {"Words": ["c"], "words.Item.1": "a", "words.member.x": "b"},
        ),
        ("query", "Count.x=1&Count=2", {"Count": 2, "Count.x": "1"}),
        ("query", "Count=1&Count=2", {"Count": 2}),
        (
            "query",
            "Seen=1.5&Born=1.5&Mass=NaN&Alive=True",
            {"Seen": 1.5, "Born": "1.5", "Mass": "NaN", "Alive": "True"},
        ),
        ("query", "name&Count=%zz", {"Name": "", "Count": "%zz"}),
        ("query", "AWSAccessKeyId=a&Signature=b&Timestamp=c&name=d", {"Name": "d"}),
        (
            "ec2",
            "Name=a&alias=b&Words.1=c&Words.2=d&Child.Count=1",
            {"Name": "a", "Alias": "b", "Words": ["c", "d"], "Child": {"Count": 1}},
        ),
        ("ec2", "Children.1.Count=1&Named.1=x", {"Children": [{"Count": 1}], "Named": ["x"]}),
        ("ec2", "words.1=a&Words.member.1=b", {"words.1": "a", "Words.member.1": "b"}),
    ],
)
def test_a_form_is_read_as_its_input(protocol, body, expected):
    """Names, lists and maps in each of their spellings, and what the model knows nothing of."""
    assert read(protocol, body) == expected


@pytest.mark.parametrize(
    ("body", "place", "reason"),
    [
        (b"name=%FF", "the message at offset 0", "a field is not UTF-8: "),
        (b"a=b&name=\xe9", "the message at offset 4", "a field is not UTF-8: "),
        (b"Child=a&Child.Count=1", "the message", "'Child' has both a value and members"),
        (b"Name=a", "the message", "'Name' must be spelt 'name'"),
        (b"Child" + b".Child" * DEPTH + b"=a", "the message", f"a name nests deeper than {DEPTH} levels"),
        (b"a." * 100_000 + b"=a", "the message", f"a name nests deeper than {DEPTH} levels"),
    ],
)
def test_a_form_is_refused_with_what_and_where(body, place, reason):
    """The reason names the field, never its value."""
    with pytest.raises(WireError) as refusal:
        read("query", body)

    assert refusal.value.place == place
    assert refusal.value.reason.startswith(reason)


def test_a_presigned_request_is_read_from_its_uri():
    """The form is the query string; what signs it is no input. Spans count characters of the URI."""
    uri = f"{URI}?Action=Measure&Version=2020-01-01&name=a%20b&words.member.1=c&X-Amz-Signature=d#words.member.2=e"

    found = read("query", b"", uri=uri, located=True)

    assert read("query", b"", uri=uri) == {"Name": "a b", "Words": ["c"]}
    assert found == {
        "Name": Spot("uri", uri.index("a%20b"), uri.index("&words"), "query", "a b"),
        "Words": [Spot("uri", uri.index("c&X"), uri.index("&X"), "query", "c")],
    }


def test_an_operation_without_input_keeps_what_it_is_sent():
    """Nothing a caller sent goes missing because the model has no place for it."""
    request = Request("POST", URI, FORM, b"Action=Stop&Version=2020-01-01&New.1=a")

    assert DIALECTS["query"].read_request(operation("query", "Stop"), request, reading()) == {"New.1": "a"}


@pytest.mark.parametrize(
    ("protocol", "body", "expected"),
    [
        ("query", "", {}),
        (
            "query",
            f"<R xmlns='{SPACE}'><MeasureResult><name>a</name></MeasureResult><ResponseMetadata/></R>",
            {"Name": "a"},
        ),
        ("query", "<R><MeasureResult/><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>", {}),
        ("query", "<R><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>", {}),
        ("query", "<R><OtherResult><a>1</a></OtherResult></R>", {"OtherResult": {"a": "1"}}),
        ("ec2", "", {}),
        ("ec2", f"<R xmlns='{SPACE}'><requestId>r</requestId><name>a</name></R>", {"Name": "a"}),
        ("ec2", "<R><requestId>r</requestId></R>", {}),
    ],
)
def test_an_answer_is_read_as_its_output(protocol, body, expected):
    """With and without wrapper and metadata."""
    assert answered(protocol, body) == expected


@pytest.mark.parametrize(
    ("protocol", "body", "expected"),
    [
        ("query", f"<StopResponse>{METADATA}</StopResponse>", {}),
        ("query", f"<StopResponse><StopResult/>{METADATA}</StopResponse>", {}),
        ("query", f"<StopResponse><StopResult><New>1</New></StopResult>{METADATA}</StopResponse>", {"New": "1"}),
        ("ec2", "<StopResponse><requestId>r</requestId><return>true</return></StopResponse>", {"return": "true"}),
    ],
)
def test_an_answer_without_a_modeled_output_keeps_what_it_says(protocol, body, expected):
    """A model older than the recording hides nothing."""
    assert answered(protocol, body, name="Stop") == expected


def test_answers_are_wrapped_as_each_protocol_does():
    """What a server sends, to the byte."""
    found = {each: DIALECTS[each].write_response(operation(each), {"Name": "a"}) for each in SERVICES}
    empty = {each: DIALECTS[each].write_response(operation(each, "Stop"), {}).body.decode() for each in SERVICES}

    result = "<MeasureResult><name>a</name></MeasureResult>"
    query = f'{DECLARATION}<MeasureResponse xmlns="{SPACE}">{result}{METADATA}</MeasureResponse>'
    identity = f"<requestId>{xmlerrors.REQUEST_ID}</requestId>"
    ec2 = f'{DECLARATION}<MeasureResponse xmlns="{SPACE}">{identity}<name>a</name></MeasureResponse>'
    assert found == {
        each: Response(200, "OK", (("Content-Type", "text/xml"), ("Content-Length", str(len(body)))), body.encode())
        for each, body in (("query", query), ("ec2", ec2))
    }
    assert empty == {
        "query": f'{DECLARATION}<StopResponse xmlns="{SPACE}">{METADATA}</StopResponse>',
        "ec2": f'{DECLARATION}<StopResponse xmlns="{SPACE}">{identity}</StopResponse>',
    }


@EACH
def test_an_error_is_raised_by_botocore_and_read_by_us(protocol):
    """Code, message and request id are where an SDK looks for them."""
    shape = SERVICES[protocol].shapes["NotFound"]
    error = ErrorAnswer("NotFound", 404, shape=shape, members={"Message": "no <such>"})

    response = DIALECTS[protocol].write_error(operation(protocol), error)

    raised = create_parser(protocol).parse({"status_code": 404, "headers": {}, "body": response.body}, None)
    assert (raised["Error"]["Code"], raised["Error"]["Message"]) == ("NotFound", "no <such>")
    assert raised["ResponseMetadata"]["RequestId"] == xmlerrors.REQUEST_ID
    found = DIALECTS[protocol].read_error(operation(protocol), response, reading())
    assert (response.status, found) == (404, Decoded({"Message": "no <such>"}, "NotFound", "NotFound"))


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_a_form_holds_any_pairs(pairs):
    """What is written is read, in order; a field without a name and a value is none."""
    body = form.write(pairs)

    found = list(form.of_body(body, reading()))
    assert [(each.name, each.value) for each in found] == pairs
    assert [form.characters(body[each.start : each.end]) for each in found] == [value for _, value in pairs]
    assert [(each.name, each.value) for each in form.of_uri(f"{URI}?{body.decode()}", reading())] == pairs


def test_every_result_is_wrapped_by_the_name_of_its_operation():
    """The reader relies on it: no model says otherwise."""
    loader = Loader()
    models = [
        loader.load_service_model(name, "service-2") for name in ("sts", "sns", "sdb", "elasticache", "cloudwatch")
    ]

    wrappers = {
        name: each["output"]["resultWrapper"]
        for one in models
        for name, each in one["operations"].items()
        if "output" in each
    }
    assert wrappers == {name: f"{name}Result" for name in wrappers}

import base64
import datetime as dt

import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from hypothesis import example, given
from hypothesis import strategies as st

from bototape import shapes
from bototape.errors import WireError
from bototape.interaction import Response
from bototape.shapes import Member
from bototape.wire import scalars, xmlbody, xmlerrors
from bototape.wire.dialect import ErrorAnswer
from bototape.wire.instance import DEPTH, Decoded, Key, Reading, Spot
from bototape.wire.xmlformat import XmlFormat

XSI = "http://www.w3.org/2001/XMLSchema-instance"
MODEL = {
    "version": "2.0",
    "metadata": {
        "protocol": "rest-xml",
        "protocols": ["rest-xml"],
        "apiVersion": "2020-01-01",
        "endpointPrefix": "lab",
        "serviceId": "Lab",
    },
    "operations": {
        "Measure": {
            "name": "Measure",
            "http": {"method": "GET", "requestUri": "/"},
            "output": {"shape": "Sample"},
            "errors": [{"shape": "NotFound"}, {"shape": "Rejected"}, {"shape": "InvalidBatch"}],
        }
    },
    "shapes": {
        "Sample": {
            "type": "structure",
            "members": {
                "Name": {"shape": "Text", "locationName": "name"},
                "Count": {"shape": "Integer"},
                "Mass": {"shape": "Double"},
                "Alive": {"shape": "Boolean"},
                "Born": {"shape": "Moment"},
                "Seen": {"shape": "Epoch"},
                "Sent": {"shape": "Moment", "timestampFormat": "rfc822"},
                "Data": {"shape": "Bytes"},
                "Choice": {"shape": "Choice"},
                "Owner": {"shape": "Owner", "locationName": "owner"},
                "Children": {"shape": "Samples"},
                "Words": {"shape": "Words"},
                "Flat": {"shape": "Words", "flattened": True, "locationName": "flat"},
                "Named": {"shape": "Items"},
                "Tags": {"shape": "Tags"},
                "Pairs": {"shape": "Pairs"},
                "Key": {"shape": "SseKey"},
                "Etag": {"shape": "Text", "location": "header", "locationName": "ETag"},
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
        "Choice": {"type": "structure", "union": True, "members": {"A": {"shape": "Text"}, "B": {"shape": "Sample"}}},
        "Owner": {
            "type": "structure",
            "xmlNamespace": {"prefix": "xsi", "uri": XSI},
            "members": {
                "Type": {"shape": "Text", "locationName": "xsi:type", "xmlAttribute": True},
                "Id": {"shape": "Text"},
            },
        },
        "Twice": {
            "type": "structure",
            "members": {
                "Events": {"shape": "Words", "flattened": True, "locationName": "Event"},
                "Event": {"shape": "Text", "deprecated": True},
            },
        },
        "SseKey": {"type": "structure", "locationName": "SSE-KEY", "members": {"Id": {"shape": "Text"}}},
        "GetBucketLocationOutput": {"type": "structure", "members": {"LocationConstraint": {"shape": "Text"}}},
        "NotFound": {
            "type": "structure",
            "exception": True,
            "members": {"message": {"shape": "Text"}, "Resource": {"shape": "Text", "locationName": "resource"}},
        },
        "Rejected": {
            "type": "structure",
            "exception": True,
            "error": {"code": "Rejected.Twice", "httpStatusCode": 409},
            "members": {"Message": {"shape": "Text"}, "Code": {"shape": "Text"}},
        },
        "InvalidBatch": {"type": "structure", "exception": True, "members": {"messages": {"shape": "Words"}}},
        "Text": {"type": "string"},
        "Integer": {"type": "integer"},
        "Double": {"type": "double"},
        "Boolean": {"type": "boolean"},
        "Moment": {"type": "timestamp"},
        "Epoch": {"type": "timestamp", "timestampFormat": "unixTimestamp"},
        "Bytes": {"type": "blob"},
    },
}
SERVICE = shapes.parse(MODEL)
SHAPES = SERVICE.shapes
SAMPLE = SHAPES["Sample"]
MEASURE = SERVICE.operations["Measure"]
XML = XmlFormat(SHAPES, rest=True)
BOTOCORE = ServiceModel(MODEL, "lab").operation_model("Measure")


def read(body, shape="Sample", **options):
    """Read *body* as *shape*."""
    return XML.read(body.encode() if isinstance(body, str) else body, SHAPES[shape], reading(**options))


def reading(*, located=False):
    """A reading of a response."""
    return Reading("the response body", drops_nulls=True, located=located)


def parsed(body):
    """What botocore's own parser returns for *body*."""
    answer = create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": body}, BOTOCORE.output_shape)
    answer.pop("ResponseMetadata")
    return answer


def pythonic(value, name="Sample"):
    """*value* of the shape *name* as botocore returns it."""
    shape = SHAPES[name]
    match shape.type:
        case "structure":
            return {key: pythonic(each, shape.members[key].shape) for key, each in value.items()}
        case "list":
            return [pythonic(each, shape.element.shape) for each in value]
        case "map":
            return {key: pythonic(each, shape.value.shape) for key, each in value.items()}
        case "blob":
            return base64.b64decode(value)
        case "timestamp":
            return create_parser("rest-xml")._timestamp_parser(value)
    return value


def walk(located, plain):
    """Pairs of each spot and the value at the same place of *plain*; of each key's spot and the key."""
    if isinstance(located, dict):
        assert [str(each) for each in located] == list(plain)
        for key, each in located.items():
            if isinstance(key, Key):
                yield key.spot, str(key)
            yield from walk(each, plain[str(key)])
    elif isinstance(located, list):
        assert len(located) == len(plain)
        for each, other in zip(located, plain, strict=True):
            yield from walk(each, other)
    else:
        yield located, plain


def as_text(value):
    """The text of a scalar that was converted."""
    return value if isinstance(value, str) else scalars.spell(value, "string")


TEXT = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])),
    ),
    max_size=8,
)
INTEGER = st.integers(-(2**63), 2**63 - 1)
#: What can be told from nothing: an empty flattened list or map leaves no trace.
SAMPLES = st.deferred(
    lambda: st.fixed_dictionaries(
        {},
        optional={
            "Name": TEXT,
            "Count": INTEGER,
            "Mass": st.floats(allow_nan=False, allow_infinity=False),
            "Alive": st.booleans(),
            "Born": st.datetimes(dt.datetime(1, 1, 2)).map(lambda each: each.isoformat() + "Z"),  # noqa: DTZ001 - it is text
            "Seen": st.integers(0, 253402300799),
            "Data": st.binary(max_size=5).map(lambda each: base64.b64encode(each).decode()),
            "Choice": st.one_of(st.fixed_dictionaries({"A": TEXT}), st.fixed_dictionaries({"B": SAMPLES})),
            "Owner": st.fixed_dictionaries({"Type": TEXT}, optional={"Id": TEXT}),
            "Children": st.lists(SAMPLES, max_size=2),
            "Words": st.lists(TEXT, max_size=3),
            "Flat": st.lists(TEXT, min_size=1, max_size=3),
            "Named": st.lists(TEXT, min_size=1, max_size=3),
            "Tags": st.dictionaries(TEXT, st.lists(TEXT, max_size=2), max_size=2),
            "Pairs": st.dictionaries(TEXT, INTEGER, min_size=1, max_size=2),
            "Key": st.fixed_dictionaries({}, optional={"Id": TEXT}),
        },
    )
)


@given(SAMPLES)
@example({"Name": "\r\n\t ]]> <&>\"' \x85\u2028"})
@example({"Owner": {"Type": "\r\n\t <&>\"'"}})
def test_what_is_written_is_read_alike_by_botocore_and_by_us(instance):
    """An encoded response has one meaning."""
    body = XML.write(instance, SAMPLE)

    assert read(body) == instance
    assert parsed(body) == pythonic(instance)


@given(SAMPLES, st.data())
def test_every_value_is_known_by_the_bytes_that_write_it(instance, data):
    """The span of each value holds it, and putting another value there changes this value alone."""
    body = XML.write(instance, SAMPLE)
    places = list(walk(read(body, located=True), read(body)))

    for spot, value in places:
        assert xmlbody.characters(body[spot.start : spot.end], spot.style) == spot.value == as_text(value)
    if places:
        at = data.draw(st.integers(0, len(places) - 1))
        spot = places[at][0]
        new = xmlbody.respell(body[spot.start : spot.end], "é <new>\r", spot.style)
        again = body[: spot.start] + new + body[spot.end :]
        expected = [as_text(value) for _, value in places]
        expected[at] = "é <new>\r"
        assert [each.value for each, _ in walk(read(again, located=True), read(again))] == expected


@given(st.binary(max_size=60))
@example(b"\xff\xfe<\x00a\x00/\x00>\x00")
@example("<a/>".encode("utf-16"))
@example(b"<?xml version='1.0' encoding='nonsense'?><a/>")
def test_any_bytes_are_read_or_refused(body):
    """Nothing but our own error comes out."""
    for located in (False, True):
        try:
            read(body, located=located)
        except WireError:
            continue


@given(st.text(st.sampled_from("<>/abNameTgs=\"'& ;#x!-[]?CDATA\n"), max_size=40), st.text("<>/&;-![]ab", max_size=12))
def test_both_readings_accept_the_same_bodies(inside, name):
    """A body that can be read can be located, and the other way round."""
    body = f"<Sample><name>{name}</name>{inside}</Sample>"
    try:
        plain = read(body)
    except WireError:
        with pytest.raises(WireError):
            read(body, located=True)
        return

    for spot, value in walk(read(body, located=True), plain):
        span = body.encode()[spot.start : spot.end]
        assert xmlbody.characters(span, spot.style) == spot.value == as_text(value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<x/>", {}),
        ("<x>\n  </x>", {}),
        ("", {}),
        ('<?xml version="1.0"?>\n<!-- c --><x xmlns="urn:x"><name>a</name></x>', {"Name": "a"}),
        ("<x><name/><Words/><Tags/><SSE-KEY/></x>", {"Name": "", "Words": [], "Tags": {}, "Key": {}}),
        ("<x><name><![CDATA[<a>]]>&#65;<!-- b -->&amp;</name></x>", {"Name": "<a>A&"}),
        ("<x><Words><a>1</a><b>2</b></Words></x>", {"Words": ["1", "2"]}),
        ("<x><flat>1</flat><Count>1</Count><flat>2</flat></x>", {"Flat": ["1", "2"], "Count": 1}),
        ("<x><Item>1</Item><Item/></x>", {"Named": ["1", ""]}),
        ("<x><Named>1</Named></x>", {"Named": ["1"]}),
        ("<x><Pairs><K>a</K><V>1</V></Pairs><Pairs><V>x</V><K>b</K></Pairs></x>", {"Pairs": {"a": 1, "b": "x"}}),
        (
            "<x><Tags><e><key>a</key><value/></e><e><key>a</key><value><m>1</m></value></e></Tags></x>",
            {"Tags": {"a": ["1"]}},
        ),
        ("<x><Count> 7 </Count><Mass>5</Mass><Alive>true</Alive></x>", {"Count": 7, "Mass": 5.0, "Alive": True}),
        (
            "<x><Count>1_0</Count><Mass>NaN</Mass><Alive>True</Alive></x>",
            {"Count": "1_0", "Mass": "NaN", "Alive": "True"},
        ),
        ("<x><Count>٣</Count><Mass>1e999</Mass></x>", {"Count": "٣", "Mass": "1e999"}),
        (f"<x><Count>{'9' * 5000}</Count></x>", {"Count": "9" * 5000}),
        ("<x><Seen>1.5</Seen><Born>1.5</Born></x>", {"Seen": 1.5, "Born": "1.5"}),
        (
            "<x><Count><a>1</a></Count><Words>no</Words><Tags>no</Tags></x>",
            {"Count": {"a": "1"}, "Words": "no", "Tags": "no"},
        ),
        ("<x><owner>no</owner></x>", {"Owner": "no"}),
        (f'<x><owner xmlns:p="{XSI}" p:type="T" a="b"/></x>', {"Owner": {"Type": "T", "@a": "b"}}),
        ("<x><new>1</new><old><a/><a>2</a></old><new/></x>", {"new": ["1", ""], "old": {"a": ["", "2"]}}),
        ("<x><ETag>e</ETag></x>", {"ETag": "e"}),
        ("<x><name>a</name><name>b</name><name/></x>", {"Name": ["a", "b", ""]}),
        ("<x><Words><m>1</m></Words><Words><m>2</m></Words></x>", {"Words": ["1", "2"]}),
        ("<x><Choice><C>new</C></Choice></x>", {"Choice": {"C": "new"}}),
    ],
)
def test_an_element_is_read_as_its_member(body, expected):
    """Names, wrappers, repetitions, and all that a model knows nothing of."""
    assert read(body) == expected


TYPED = "it has a document type, which AWS never sends and entities come from"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("text", "it is not XML: syntax error: line 1, column 0"),
        ("<a>", "it is not XML: no element found: line 1, column 3"),
        ("<a>&nbsp;</a>", "it is not XML: undefined entity: line 1, column 3"),
        ("<!DOCTYPE a><a/>", TYPED),
        (" <!-- > --><?a b?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", TYPED),
        ("<a/>".encode("utf-16"), "it is UTF-16, expected UTF-8"),
        (b"<a>\xe9</a>", "it is not XML: not well-formed (invalid token): line 1, column 3"),
        ("<x>text</x>", "/x: expected elements, found text"),
        ("<x><Tags><e/></Tags></x>", "/x/Tags/e: expected one <key> and one <value>, found none"),
        (
            "<x><Pairs><K/><V/></Pairs><Pairs><K>a</K><V/><V/></Pairs></x>",
            "/x/Pairs[2]: expected one <K> and one <V>, found <K> and <V> and <V>",
        ),
        ("<x><Pairs><K><a/></K><V/></Pairs></x>", "/x/Pairs/K: expected the text of a map's key, found elements"),
        ("<x><Name>a</Name></x>", "/x/Name: 'Name' must be spelt 'name'"),
        ("<a>" * (DEPTH + 1) + "</a>" * (DEPTH + 1), f"it nests deeper than {DEPTH} levels"),
        ("<a>" * 10_000 + "</a>" * 10_000, f"it nests deeper than {DEPTH} levels"),
    ],
)
@pytest.mark.parametrize("located", [False, True])
def test_a_body_is_refused_with_what_and_where(body, why, located):
    """The reason names the element."""
    with pytest.raises(WireError) as refusal:
        read(body, located=located)

    at, _, reason = why.rpartition(": ") if why.startswith("/") else ("", "", why)
    place = f"the response body at {at}" if at else "the response body"
    assert (refusal.value.place, refusal.value.reason) == (place, reason)


def test_a_body_may_nest_as_deep_as_any():
    """The limit is what it says."""
    body = "<a>" * DEPTH + "</a>" * DEPTH
    expected = ""
    for _ in range(DEPTH - 1):
        expected = {"a": expected}

    assert read(body) == expected
    assert [value for _, value in walk(read(body, located=True), expected)] == [""]


def test_an_element_of_two_members_is_the_lists():
    """S3's deprecated notifications: a list and a text go by one name."""
    assert read("<x><Event>a</Event><Event>b</Event></x>", "Twice") == {"Events": ["a", "b"]}


def test_a_bucket_location_is_the_document():
    """S3's one output that is no element of the document but its text, absent for us-east-1."""
    name = "GetBucketLocationOutput"

    assert read('<LocationConstraint xmlns="urn:x">EU</LocationConstraint>', name) == {"LocationConstraint": "EU"}
    assert read("<LocationConstraint/>", name) == {}
    assert XML.write({"LocationConstraint": "EU"}, SHAPES[name]).endswith(
        b">\n<LocationConstraint>EU</LocationConstraint>"
    )
    assert XML.write({}, SHAPES[name]).endswith(b">\n<LocationConstraint></LocationConstraint>")


def test_a_document_is_written_by_the_traits():
    """The root, its namespace, attributes, wrappers, times, and what the model lacks."""
    member = Member("Payload", "Sample", False, {"locationName": "Root", "xmlNamespace": {"uri": "urn:y"}})  # noqa: FBT003 - as in shapes
    instance = {
        "Name": "a\r<",
        "Owner": {"Type": "T\n", "@new": 'say "x"'},
        "Born": 0.5,
        "Seen": 1e9,
        "Sent": 1.25,
        "Children": [{"Count": 1}],
        "Etag": "in the header",
        "Count": None,
        "New": {"Deep": [True, 2]},
    }

    assert XML.write(instance, SAMPLE, member).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Root xmlns="urn:y"><name>a&#13;&lt;</name>'
        f'<owner xmlns:xsi="{XSI}" xsi:type="T&#10;" new="say &quot;x&quot;"></owner>'
        "<Born>1970-01-01T00:00:00.5Z</Born><Seen>1000000000</Seen><Sent>Thu, 01 Jan 1970 00:00:01.25 GMT</Sent>"
        "<Children><Child><Count>1</Count></Child></Children>"
        "<New><Deep>true</Deep><Deep>2</Deep></New></Root>"
    )
    assert (
        XmlFormat(SHAPES, namespace="urn:z")
        .write({"Etag": "e"}, SAMPLE)
        .endswith(b'<Sample xmlns="urn:z"><ETag>e</ETag></Sample>')
    )


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        ([1], "the instance at /0: expected an object, found a number"),
        ({"Words": {"a": 1}}, "the instance at /Words: expected an array, found an object"),
        ({"Words": [None]}, "the instance at /Words/0: expected a scalar, found null"),
        ({"Children": [None]}, "the instance at /Children/0: expected an object, found null"),
        ({"Name": "\x00"}, "the instance at /Name: XML has no character U+0000"),
        ({"Name": "\ud800"}, "the instance at /Name: XML has no character U+D800"),
        ({"Owner": {"Type": "\uffff"}}, "the instance at /Owner: XML has no character U+FFFF"),
        ({"Born": 1e20}, "the instance at /Born: a time outside the years 1 to 9999"),
        ({"no name": 1}, "the instance: 'no name' is in no model and cannot be the name of an element"),
    ],
)
def test_what_xml_cannot_hold_is_not_written(instance, message):
    """The reason names the value's place, never the value."""
    with pytest.raises(WireError) as refusal:
        XML.write(instance, SAMPLE)

    assert f"{refusal.value.place}: {refusal.value.reason}" == message


def test_an_instance_too_deep_is_not_written():
    """What would not be read is not written either."""
    instance = {}
    for _ in range(10_000):
        instance = {"new": instance}

    with pytest.raises(WireError, match=f"it nests deeper than {DEPTH} levels"):
        XML.write(instance, SAMPLE)


@pytest.mark.parametrize(
    ("old", "value", "style", "expected"),
    [
        (b"old", "a<b", "xml", b"a&lt;b"),
        (b"<name/>", "new", "xml", b"<name>new</name>"),
        (b"<p:name\n a='b' />", "new", "xml", b"<p:name\n a='b'>new</p:name>"),
        (b"<name/>", "", "xml", b"<name/>"),
        (b"<![CDATA[old]]>", "a<b", "xml", b"<![CDATA[a<b]]>"),
        (b"<![CDATA[old]]>", "]]>", "xml", b"]]&gt;"),
        (b"<!-- c -->old", "new", "xml", b"new"),
        (b"old", "'\"<\n", "attribute", b"&apos;&quot;&lt;&#10;"),
    ],
)
def test_another_value_is_put_where_one_stands(old, value, style, expected):
    """The spelling is that of the place."""
    assert xmlbody.respell(old, value, style) == expected


def test_places_count_bytes_not_characters():
    """A byte order mark, characters of several bytes, an attribute, an empty element."""
    body = f"\ufeff<x><name>é</name><owner xmlns:x=\"{XSI}\" x:type='ü'><Id/></owner></x>".encode()

    name, owner = body.index("é".encode()), body.index("ü".encode())
    empty = body.index(b"<Id/>")
    assert read(body, located=True) == {
        "Name": Spot("body", name, name + 2, "xml", "é"),
        "Owner": {
            "Id": Spot("body", empty, empty + 5, "xml", ""),
            "Type": Spot("body", owner, owner + 2, "attribute", "ü"),
        },
    }


def test_of_two_equal_keys_the_last_one_counts_and_is_told():
    """A map's keys are known by their places too."""
    body = "<x><Pairs><K>a</K><V>1</V></Pairs><Pairs><K>b</K><V>2</V></Pairs><Pairs><K>a</K><V>3</V></Pairs></x>"

    found = read(body, located=True)["Pairs"]

    keys = {str(key): (key.spot.start, key.spot.value) for key in found if isinstance(key, Key)}
    assert keys == {"b": (body.index("b</K>"), "b"), "a": (body.rindex("a</K>"), "a")}
    assert {str(key): each.value for key, each in found.items()} == read(body)["Pairs"] | {"a": "3", "b": "2"}


def test_an_attribute_is_read_as_xml_says():
    """White space is spaces, references are not; a declaration of a namespace is no attribute."""
    body = f'<x><owner xmlns:x="{XSI}" x:type="a\r\nb\tc&#10;&lt;" xmlns:type="urn:no"/></x>'

    assert read(body) == {"Owner": {"Type": "a b c\n<"}}
    assert read(body, located=True)["Owner"]["Type"].value == "a b c\n<"


WRAPPED = "<ErrorResponse xmlns='urn:x'><Error><Type>Sender</Type>{}</Error><RequestId>r</RequestId></ErrorResponse>"
EC2 = "<Response><Errors><Error>{}</Error></Errors><RequestID>r</RequestID></Response>"
BARE = "<Error>{}<RequestId>r</RequestId><HostId>h</HostId></Error>"


@pytest.mark.parametrize("wrapper", [WRAPPED, EC2, BARE], ids=["query", "ec2", "s3"])
def test_an_error_is_read_whatever_wraps_it(wrapper):
    """The code names the shape, the message is the member however it is spelt, the rest is kept."""
    body = wrapper.format("<Code>NotFound</Code><Message>m</Message><resource>a</resource><New>b</New>")

    found = xmlerrors.decode(MEASURE, Response(404, "", (), body.encode()), XML, reading())

    assert found == Decoded({"message": "m", "Resource": "a", "New": "b"}, "NotFound", "NotFound")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", Decoded({}, None, "503")),
        (" <html><body>Unavailable", Decoded({}, None, "503")),
        ("<!doctype HTML><p>", Decoded({}, None, "503")),
        (
            "<Error><Code>Other</Code><Message>m</Message></Error>",
            Decoded({"Code": "Other", "Message": "m"}, None, "Other"),
        ),
        ("<Error><Message>m</Message></Error>", Decoded({"Message": "m"}, None, "503")),
        (
            "<Error><Code> Rejected.Twice\n</Code></Error>",
            Decoded({"Code": " Rejected.Twice\n"}, "Rejected", "Rejected.Twice"),
        ),
        (
            "<Error><Code>NotFound</Code><Message>a</Message><message>b</message></Error>",
            Decoded({"message": "b"}, "NotFound", "NotFound"),
        ),
        (
            "<InvalidBatch><messages><m>a</m></messages><RequestId/></InvalidBatch>",
            Decoded({"messages": ["a"]}, "InvalidBatch", "InvalidBatch"),
        ),
        ("<Teapot><a>b</a></Teapot>", Decoded({"a": "b"}, None, "503")),
        ("<Response><Errors/></Response>", Decoded({"Errors": ""}, None, "503")),
    ],
)
def test_an_error_body_is_read_for_what_it_is(body, expected):
    """No code but the status, pages of proxies, codes that differ from names, roots that are the code."""
    assert xmlerrors.decode(MEASURE, Response(503, "", (), body.encode()), XML, reading()) == expected


def test_an_error_body_that_is_no_xml_is_refused():
    """A recorded answer that no SDK reads is worth telling."""
    with pytest.raises(WireError, match="it is not XML"):
        xmlerrors.decode(MEASURE, Response(400, "", (), b"oops"), XML, reading())


def test_the_places_of_an_error_are_known():
    """Scrubbing an error needs them as much as scrubbing an answer."""
    body = WRAPPED.format("<Code>NotFound</Code><Message>m</Message>").encode()
    at = body.index(b"m</Message>")

    found = xmlerrors.decode(MEASURE, Response(404, "", (), body), XML, reading(located=True))

    assert found == Decoded({"message": Spot("body", at, at + 1, "xml", "m")}, "NotFound", "NotFound")


SENDER = "<Error><Type>Sender</Type>{}</Error>"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "query",
            f'<ErrorResponse xmlns="urn:&amp;">{SENDER}<RequestId>{{id}}</RequestId></ErrorResponse>',
        ),
        ("ec2", "<Response><Errors><Error>{}</Error></Errors><RequestID>{id}</RequestID></Response>"),
        ("s3", "<Error>{}<RequestId>{id}</RequestId><HostId>{id}</HostId></Error>"),
    ],
)
def test_an_error_is_written_in_each_wrapping(style, expected):
    """The message stands where SDKs look for it, and in the modeled member."""
    error = ErrorAnswer("NotFound", 404, shape=SHAPES["NotFound"], members={"message": "m", "Resource": "a"})
    inside = "<resource>a</resource><Code>NotFound</Code><Message>m</Message><message>m</message>"

    body = xmlerrors.write(error, XML, style, "urn:&")

    document = expected.format(inside, id=xmlerrors.REQUEST_ID)
    assert body.decode() == f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'
    found = xmlerrors.decode(MEASURE, Response(404, "", (), body), XML, reading())
    assert found == Decoded({"message": "m", "Resource": "a"}, "NotFound", "NotFound")


@pytest.mark.parametrize(
    ("value", "type_name", "form", "expected"),
    [
        (True, "boolean", "", "true"),
        (1.5, "double", "", "1.5"),
        (10.0, "double", "", "10"),
        (1e300, "double", "", "1e+300"),
        (float("nan"), "double", "", "NaN"),
        (float("-inf"), "double", "", "-Infinity"),
        ("kept", "integer", "", "kept"),
        (0, "timestamp", "iso8601", "1970-01-01T00:00:00Z"),
        (-1.5, "timestamp", "iso8601", "1969-12-31T23:59:58.5Z"),
        (0.1, "timestamp", "unixTimestamp", "0.1"),
        (1636115696, "timestamp", "rfc822", "Fri, 05 Nov 2021 12:34:56 GMT"),
    ],
)
def test_a_scalar_has_one_spelling(value, type_name, form, expected):
    """Numbers, words for what is none, and times in each format."""
    assert scalars.spell(value, type_name, form) == expected

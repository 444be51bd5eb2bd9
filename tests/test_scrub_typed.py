import base64
import gzip
import json
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import releases
from bototape.interaction import Call, Interaction, Request, Response
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing
from bototape.shapes import parse
from bototape.wire import cborwrite
from bototape.wire.codec import Codec
from bototape.wire.instance import Reading

UUID = "77383a24-adb6-466e-a02b-f42a5a950918"
OTHER = "0b1a2c3d-adb6-466e-a02b-f42a5a950918"
KEY = "00000000-0000-4000-8000-f00000000001"
HEX = "7179e3e80f8b731ac324e8ec1a61d1dd2277166a1c52207f87036b91fde72c22"
FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
XML = (("Content-Type", "text/xml"),)


@cache
def typing_of(service):
    return Typing(releases.load("installed", service).service)


def clean(raw, service, operation, protocol, estate=None):
    """Return what a recording of *operation* keeps; scrubbing that again changes nothing."""
    call = Call(service, operation, "us-east-1", protocol)
    typed = typing_of(service).of(call)
    estate = estate or Estate()
    done = scrub(raw, estate, Pseudonyms(b"a key for tests", {}), typed=typed)
    assert scrub(done, estate, Pseudonyms(b"a key for tests", {}), typed=typed) == done
    return done


def answered(service, operation, body, protocol="json", headers=(), status=200):
    """Return the scrubbed body of an answer, a JSON value where it is given as one."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    raw = Interaction(
        Request("POST", f"https://{service}.us-east-1.amazonaws.com/"), Response(status, "", headers, sent)
    )
    done = clean(raw, service, operation, protocol).response.body
    return done if isinstance(body, bytes) else json.loads(done)


def requested(service, operation, protocol, request):
    """Return the scrubbed *request*."""
    return clean(Interaction(request, Response(200)), service, operation, protocol).request


def test_a_key_is_known_by_its_shape():
    """In KMS itself a key is called KeyId, and looks like any UUID."""
    body = {"KeyMetadata": {"KeyId": UUID, "AWSAccountId": "604913827755", "Description": OTHER}}

    assert answered("kms", "DescribeKey", body) == {
        "KeyMetadata": {"KeyId": KEY, "AWSAccountId": "111122223333", "Description": OTHER}
    }


def test_people_and_roles_are_known_by_their_members():
    """A name has no form; what IAM calls UserName is one."""
    request = Request("POST", "https://iam.amazonaws.com/", FORM, b"Action=GetUser&Version=2010-05-08&UserName=dana")
    body = (
        "<GetUserResponse><GetUserResult><User><Path>/é/</Path><UserName>dana</UserName>"
        "<Arn>arn:aws:iam::604913827755:user/dana</Arn></User></GetUserResult></GetUserResponse>"
    ).encode()

    done = clean(Interaction(request, Response(200, "", XML, body)), "iam", "GetUser", "query")

    assert done.request.body == b"Action=GetUser&Version=2010-05-08&UserName=example-user-1"
    assert done.response.body == body.replace(b"dana", b"example-user-1").replace(b"604913827755", b"111122223333")


def test_members_in_uri_and_headers_are_known():
    """A bucket in the path, an owner in a header."""
    owner = (("x-amz-expected-bucket-owner", "604913827755"),)
    request = Request("GET", "https://s3.us-east-1.example.com/kelp-lake/a/b?versionId=1", owner)

    assert requested("s3", "GetObject", "rest-xml", request) == Request(
        "GET",
        "https://s3.us-east-1.example.com/amzn-s3-demo-bucket-1/a/b?versionId=1",
        (("x-amz-expected-bucket-owner", "111122223333"),),
    )


def test_an_element_is_known_by_its_shape():
    """Owner and bucket of a listing; the namespace that looks like a bucket's address stays."""
    space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    body = (
        f"<ListAllMyBucketsResult {space}><Owner><ID>{HEX}</ID><DisplayName>kelp</DisplayName></Owner>"
        "<Buckets><Bucket><Name>kelp-lake</Name></Bucket></Buckets></ListAllMyBucketsResult>"
    )
    expected = (
        body.replace(HEX, "eeeeeeee" + "0" * 55 + "1")
        .replace(">kelp<", ">example-user-1<")
        .replace("kelp-lake", "amzn-s3-demo-bucket-1")
    )

    assert answered("s3", "ListBuckets", body.encode(), "rest-xml", XML) == expected.encode()


def test_what_is_marked_sensitive_is_replaced():
    """The trait counts for all that is below it; a form of its own keeps that form."""
    body = {
        "UserAttributes": [{"Name": "phone_number", "Value": "+15551234"}, {"Name": "email", "Value": "d@kelp.io"}],
        "UserStatus": "CONFIRMED",
    }

    assert answered("cognito-idp", "AdminGetUser", body) == {
        "UserAttributes": [
            {"Name": "phone_number", "Value": "SCRUBBED000001"},
            {"Name": "email", "Value": "user-1@example.com"},
        ],
        "UserStatus": "CONFIRMED",
    }


def test_equal_secrets_stay_equal():
    """Two values that a model marks get two pseudonyms, one value gets one."""
    body = {"Configuration": {"Environment": {"Variables": {"A": "one", "B": "two", "C": "one"}}}}

    done = answered("lambda", "GetFunction", body, "rest-json")

    assert done["Configuration"]["Environment"]["Variables"] == {
        "A": "SCRUBBED000001",
        "B": "SCRUBBED000002",
        "C": "SCRUBBED000001",
    }


def test_a_token_of_the_tests_own_stays():
    """An idempotency token is chosen by who calls; it may look like anything."""
    body = {"SecretId": "s", "ClientRequestToken": "i-0e64b440104d2a5bd"}
    sent = json.dumps(body).encode()

    done = requested("secretsmanager", "PutSecretValue", "json", Request("POST", "https://h/", (), sent))

    assert done.body == sent


def test_a_url_that_is_a_credential_keeps_no_parameter():
    """The answer to CreatePresignedDomainUrl opens the door, whatever its parameters are called."""
    body = {"AuthorizedUrl": "https://d-k5hu3oyhlhfo.studio.us-east-1.sagemaker.aws/auth?code=opaque&region=us-east-1"}

    assert answered("sagemaker", "CreatePresignedDomainUrl", body) == {
        "AuthorizedUrl": "https://d-example00001.studio.us-east-1.sagemaker.aws/auth?code=SCRUBBED&region=us-east-1"
    }


def test_an_error_is_read_by_its_own_shape():
    """Members of a modeled error are those of the error, not of the output."""
    body = {"__type": "ResourceInUse", "Message": "by arn:aws:iam::604913827755:user/dana"}

    assert answered("sagemaker", "CreateTrainingJob", body, status=400) == {
        "__type": "ResourceInUse",
        "Message": "by arn:aws:iam::111122223333:user/example-user-1",
    }


def test_an_error_has_shapes_of_its_own():
    """What only the error's shape tells is found in an error."""
    shapes = {
        "Out": {"type": "structure", "members": {"Owner": {"shape": "Text"}}},
        "Taken": {"type": "structure", "members": {"LogBucket": {"shape": "Text"}}, "error": {"httpStatusCode": 409}},
        "Text": {"type": "string"},
    }
    operation = {"name": "Get", "output": {"shape": "Out"}, "errors": [{"shape": "Taken"}]}
    metadata = {"endpointPrefix": "x", "protocol": "json", "jsonVersion": "1.1"}
    typed = Typing(parse({"metadata": metadata, "operations": {"Get": operation}, "shapes": shapes}))
    body = b'{"__type":"Taken","LogBucket":"kelp-lake"}'
    raw = Interaction(Request("POST", "https://h/"), Response(409, "", (), body))

    done = scrub(raw, Estate(), Pseudonyms(b"a key for tests", {}), typed=typed.of(Call("x", "Get")))

    assert done.response.body == b'{"__type":"Taken","LogBucket":"amzn-s3-demo-bucket-1"}'


def test_what_is_below_something_sensitive_is_sensitive():
    """The trait of a structure counts for its members, those of its lists as well."""
    shapes = {
        "Out": {"type": "structure", "members": {"Card": {"shape": "Card"}, "Note": {"shape": "Text"}}},
        "Card": {"type": "structure", "sensitive": True, "members": {"Lines": {"shape": "Lines"}}},
        "Lines": {"type": "list", "member": {"shape": "Text"}},
        "Text": {"type": "string"},
    }
    metadata = {"endpointPrefix": "x", "protocol": "json", "jsonVersion": "1.1"}
    operations = {"Get": {"name": "Get", "output": {"shape": "Out"}}}
    typed = Typing(parse({"metadata": metadata, "operations": operations, "shapes": shapes}))
    body = b'{"Card":{"Lines":["a b c","d e f"]},"Note":"a b c"}'
    raw = Interaction(Request("POST", "https://h/"), Response(200, "", (), body))

    done = scrub(raw, Estate(), Pseudonyms(b"a key for tests", {}), typed=typed.of(Call("x", "Get")))

    assert done.response.body == b'{"Card":{"Lines":["SCRUBBED000001","SCRUBBED000002"]},"Note":"a b c"}'


def test_a_compressed_body_is_known_as_well():
    """What the model says is said of the body without its codings."""
    body = gzip.compress(json.dumps({"KeyMetadata": {"KeyId": UUID}}).encode(), mtime=0)

    done = answered("kms", "DescribeKey", body, "json", (("Content-Encoding", "gzip"),))

    assert json.loads(gzip.decompress(done)) == {"KeyMetadata": {"KeyId": KEY}}


def test_cbor_is_known_by_its_shapes():
    """RPC v2 CBOR has the same members as JSON."""
    metadata = {"endpointPrefix": "kms", "protocols": ["smithy-rpc-v2-cbor"], "serviceId": "K"}
    shapes = {
        "Out": {"type": "structure", "members": {"Key": {"shape": "KeyIdType"}, "Pin": {"shape": "Pin"}}},
        "KeyIdType": {"type": "string"},
        "Pin": {"type": "blob", "sensitive": True},
    }
    model = {"metadata": metadata, "operations": {"Get": {"name": "Get", "output": {"shape": "Out"}}}, "shapes": shapes}
    typed = Typing(parse(model)).of(Call("k", "Get", "", "smithy-rpc-v2-cbor"))

    def body(key, pin):
        return cborwrite.dump({"Key": key, "Pin": pin}, Reading("a body", drops_nulls=False))

    headers = (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"))
    raw = Interaction(Request("POST", "https://h/"), Response(200, "", headers, body(UUID, b"\xff1234")))
    done = scrub(raw, Estate(), Pseudonyms(b"a key for tests", {}), typed=typed)

    assert done.response.body == body(KEY, b"SCRUBBED000001")


def test_a_message_that_is_not_the_models_is_scrubbed_by_form():
    """A body that the model cannot read is no error: forms still tell."""
    raw = b'{"KeyMetadata": [arn:aws:iam::604913827755:root'

    assert answered("kms", "DescribeKey", raw) == raw.replace(b"604913827755", b"111122223333")
    assert typing_of("kms").of(Call("kms", "NoSuchOperation")) is None
    assert typing_of("kms").of(None) is None


def model_of(**members):
    """Return the typing of a service whose answer has *members*, each a shape."""
    shapes = {
        "Out": {"type": "structure", "members": {name: {"shape": f"{name}Shape"} for name in members}},
        **{f"{name}Shape": shape for name, shape in members.items()},
    }
    return Typing(
        parse(
            {
                "metadata": {"endpointPrefix": "x", "protocol": "json", "jsonVersion": "1.1"},
                "operations": {"Get": {"name": "Get", "output": {"shape": "Out"}}},
                "shapes": shapes,
            }
        )
    )


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        ({"pattern": "[a-zA-Z0-9]{10}", "min": 10, "max": 10}, "aB3dE5fG7h", "SCRUBBED00"),
        ({"pattern": "[a-z0-9]{10,20}"}, "ab3de5fg7h", "scrubbed000001"),
        ({"pattern": "[0-9]{6}"}, "482910", "000000"),
        ({"pattern": r"\+[0-9]{4,15}"}, "+15551234", "+00000000"),
        ({"pattern": "[a-f0-9]{8}-[a-f0-9]{4}"}, "48291af3-10bc", "00000ee0-00ee"),
        ({"min": 40, "max": 64}, "x" * 40, "SCRUBBED000001".ljust(40, "0")),
        ({"max": 9}, "x" * 9, "SCRUBBED0"),
        ({"max": 1}, "B", "E"),
        ({"pattern": "s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?"}, "s3://kelp-lake/x", "s3://scrubbed000001"),
        ({"pattern": r"(0|([1-9][0-9]{0,30}))(\.[0-9]{0,2})?"}, "4711.20", "0"),
        ({"pattern": r"^\+?[1-9]\d{1,14}$"}, "+4930123456", "1000000001"),
        ({}, "anything at all", "SCRUBBED000001"),
        ({"pattern": "[0-9]{6}"}, "not as the model says", "SCRUBBED000001"),
    ],
)
def test_a_pseudonym_fits_its_member(shape, value, expected):
    """Pattern and length of the model hold for what stands there instead, and it is known again."""
    typed = model_of(Pin={"type": "string", "sensitive": True, **shape}).of(Call("x", "Get"))
    raw = Interaction(Request("POST", "https://h/"), Response(200, "", (), json.dumps({"Pin": value}).encode()))

    done = scrub(raw, Estate(), Pseudonyms(b"a key for tests", {}), typed=typed)

    assert json.loads(done.response.body) == {"Pin": expected}
    assert scrub(done, Estate(), Pseudonyms(b"another key of tests", {}), typed=typed) == done


@pytest.mark.parametrize(
    ("name", "shape", "value", "expected"),
    [
        ("BilledTo", {"pattern": r"^\d{12}$"}, "604913827755", "111122223333"),
        ("Quota", {"pattern": "[a-z0-9]{12}"}, "604913827755", "604913827755"),
        ("Status", {"enum": ["vpc-08064e060037ef074"]}, "vpc-08064e060037ef074", "vpc-08064e060037ef074"),
        ("Status", {"enum": ["other"]}, "vpc-08064e060037ef074", "vpc-0feed000000000001"),
        ("RoleName", {"pattern": "[A-Z]+-[0-9]"}, "KELP-1", "example-role-1"),
        ("RoleName", {"pattern": "[A-Za-z0-9]+"}, "KelpExec", "examplerole1"),
        ("RoleName", {"pattern": "[A-Z_0-9]+"}, "KELP_EXEC", "EXAMPLE_ROLE_1"),
        ("LogBucketName", {}, "kelp-lake", "amzn-s3-demo-bucket-1"),
        ("RoleName", {}, "kelp-exec", "example-role-1"),
        ("RoleName", {}, "AWSServiceRoleForSupport", "AWSServiceRoleForSupport"),
        ("RoleName", {}, "arn:aws:iam::604913827755:role/k", "arn:aws:iam::111122223333:role/example-role-1"),
        ("EndpointName", {}, "churn", "churn"),
    ],
)
def test_what_a_model_tells(name, shape, value, expected):
    """A pattern of twelve digits, a bucket's or a role's name; and what is nobody's."""
    typed = model_of(**{name: {"type": "string", **shape}}).of(Call("x", "Get"))
    raw = Interaction(Request("POST", "https://h/"), Response(200, "", (), json.dumps({name: value}).encode()))

    done = scrub(raw, Estate(), Pseudonyms(b"a key for tests", {}), typed=typed)

    assert json.loads(done.response.body) == {name: expected}


def test_a_blob_is_opened():
    """A blob is base64 whatever its length, and is base64 again."""
    typed = model_of(Data={"type": "blob"}, Pin={"type": "blob", "sensitive": True}).of(Call("x", "Get"))
    data = {"Data": base64.b64encode(b"8372-5019-6448").decode(), "Pin": base64.b64encode(b"1234").decode()}
    raw = Interaction(Request("POST", "https://h/"), Response(200, "", (), json.dumps(data).encode()))
    told = Estate(account="837250196448")

    done = json.loads(scrub(raw, told, Pseudonyms(b"a key for tests", {}), typed=typed).response.body)

    assert base64.b64decode(done["Data"], validate=True) == b"1234-5678-9012"
    assert base64.b64decode(done["Pin"], validate=True)
    assert done["Pin"].startswith("SCRUBBED")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=6
)
VALUES = st.sampled_from(["dana", "arn:aws:iam::604913827755:user/dana", "604913827755", "d@kelp.io", "plain"])


@settings(max_examples=60, deadline=None)
@given(TEXTS, VALUES, TEXTS)
def test_reading_commutes_with_scrubbing(before, value, after):
    """In every protocol, the scrubbed message says what scrubbing the values of the message says."""
    text = f"{before} {value} {after}"
    xml = quote_xml(
        "<GetUserResponse><GetUserResult><User><UserName>dana</UserName><Path>{}</Path></User></GetUserResult>"
        "</GetUserResponse>",
        text,
    )
    form = f"Action=GetUser&Version=2010-05-08&UserName=dana&Path={quote(text)}".encode()
    operation = typing_of("iam").service.operations["GetUser"]
    codec = Codec(typing_of("iam").service)

    done = clean(
        Interaction(Request("POST", "https://iam.amazonaws.com/", FORM, form), Response(200, "", XML, xml)),
        "iam",
        "GetUser",
        "query",
    )
    plain = answered("sagemaker", "CreateTrainingJob", {"Path": text}, status=400)

    assert codec.decode_request(operation, done.request) == {"UserName": "example-user-1", "Path": plain["Path"]}
    assert codec.decode_response(operation, done.response).instance == {
        "User": {"UserName": "example-user-1", "Path": plain["Path"]}
    }


def quote_xml(frame, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return frame.format(escaped).encode()

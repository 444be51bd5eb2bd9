import base64
import gzip
import hashlib
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.interaction import Call, Interaction, Request, Response, header
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.integrity import repair
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing
from bototape.shapes import parse

DATA = Path(__file__).parent / "data" / "scrub"
ESTATE = Estate.from_mapping(json.loads((DATA / "estate.json").read_text()))
ACCOUNT = ESTATE.account
URI = "https://api.sagemaker.us-east-1.amazonaws.com/"
ARN = f"arn:aws:iam::{ACCOUNT}:role/service-role/zorvane-sm-exec"
CLEAN_ARN = "arn:aws:iam::123456789012:role/service-role/example-role-1"


def fresh():
    return Pseudonyms(b"a key for tests", {})


def clean(interaction, estate=ESTATE):
    return scrub(interaction, estate, fresh())


def answered(body, *headers, status=200):
    """Return the call whose answer has *body* and *headers*."""
    return Interaction(Request("POST", URI), Response(status, "OK", headers, body))


def sent(body=b"", *headers, uri=URI):
    """Return the call that was sent with *body* and *headers*."""
    return Interaction(Request("POST", uri, headers, body), Response(200))


def test_a_whole_interaction_is_scrubbed():
    """Request and answer agree, the call is kept, volatile headers are gone, lengths are true."""
    call = Call("sagemaker", "CreateAutoMLJob", "us-east-1")
    raw = Interaction(
        Request(
            "POST",
            URI,
            (
                ("X-Amz-Target", "SageMaker.CreateAutoMLJob"),
                ("Content-Type", "application/x-amz-json-1.1"),
                ("User-Agent", "Boto3/1.44.5 os/linux#6.8.0 cfg/retry-mode#standard"),
                ("X-Amz-Date", "20240607T101112Z"),
                ("X-AMZ-SECURITY-TOKEN", ESTATE.session_token),
                ("Authorization", f"AWS4-HMAC-SHA256 Credential={ESTATE.access_key_id}/20240607/us-east-1/sagemaker"),
                ("amz-sdk-invocation-id", "8d5abcfa-4f23-4576-a597-a5cd3e280cc3"),
                ("amz-sdk-request", "attempt=1"),
                ("Content-Length", "131"),
            ),
            json.dumps({"AutoMLJobName": "churn", "RoleArn": ARN}).encode(),
        ),
        Response(
            200,
            "OK",
            (
                ("x-amzn-RequestId", "8d5abcfa-4f23-4576-a597-a5cd3e280cc3"),
                ("Content-Length", "999"),
                ("Date", "Fri, 07 Jun 2024 10:11:12 GMT"),
            ),
            f'{{"AutoMLJobArn":"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn"}}'.encode(),
        ),
        call,
    )
    body = b'{"AutoMLJobName": "churn", "RoleArn": "%b"}' % CLEAN_ARN.encode()
    answer = b'{"AutoMLJobArn":"arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"}'
    pseudonyms = fresh()

    done = scrub(raw, ESTATE, pseudonyms)

    assert done == Interaction(
        Request(
            "POST",
            URI,
            (
                ("X-Amz-Target", "SageMaker.CreateAutoMLJob"),
                ("Content-Type", "application/x-amz-json-1.1"),
                ("Content-Length", str(len(body))),
            ),
            body,
        ),
        Response(
            200,
            "OK",
            (
                ("x-amzn-RequestId", "00000000-0000-4000-8000-e00000000001"),
                ("Content-Length", str(len(answer))),
                ("Date", "Fri, 07 Jun 2024 10:11:12 GMT"),
            ),
            answer,
        ),
        call,
    )
    assert dict(pseudonyms.counts) == {"account": 1, "request-id": 1, "role": 1}
    assert sorted(pseudonyms.learned.values()) == ["123456789012", "example-role-1"]
    assert clean(done) == done


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "authorization", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-SECURITY-token"),
        *("amz-sdk-invocation-id", "amz-sdk-request", "User-Agent", "X-Amz-User-Agent", "X-Amzn-Trace-Id"),
        *("Connection", "Expect", "Cookie", "Proxy-Authorization"),
    ],
)
def test_a_volatile_request_header_is_dropped(name):
    """What differs in every call, or proves who calls, is not kept; an answer's headers are."""
    raw = Interaction(Request("POST", URI, ((name, "x"), ("Accept", "*/*"))), Response(200, "", (("Connection", "x"),)))

    done = clean(raw)

    assert done.request.headers == (("Accept", "*/*"),)
    assert done.response.headers == (("Connection", "x"),)


def test_numbers_follow_uri_headers_body_then_the_answer():
    """First appearance is counted in the order a reader sees."""
    role = "arn:aws:iam::604913827755:role/{}-role".format
    raw = Interaction(
        Request("POST", f"https://h/{role('a')}?x={role('b')}", (("X-Role", role("c")),), role("d").encode()),
        Response(200, "", (("X-Role", role("e")),), role("f").encode()),
    )

    done = clean(raw)

    texts = (done.request.uri, done.request.headers[0][1], done.request.body.decode())
    answer = (done.response.headers[0][1], done.response.body.decode())
    assert re.findall(r"example-role-(\d)", " ".join(texts + answer)) == list("123456")


def test_a_pagination_token_goes_out_as_it_came_in():
    """The next request carries the token of the answer before it, so the scrubbed calls still follow each other."""
    pseudonyms = fresh()
    first = scrub(answered(b'{"NextToken":"BQv39r6LuiqozFXTmPmu5Idq"}'), ESTATE, pseudonyms)
    second = scrub(sent(b'{"NextToken":"BQv39r6LuiqozFXTmPmu5Idq","MaxResults":10}'), ESTATE, pseudonyms)

    assert first.response.body == b'{"NextToken":"EXAMPLENEXTTOKEN00000001"}'
    assert second.request.body == b'{"NextToken":"EXAMPLENEXTTOKEN00000001","MaxResults":10}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"A": 1.581375932441E9,\r\n "b":"x\\/y\\u003d" , "c" :[ ] }',
        b"<a  b = 'c' >&#169; &amp;</a >",
        "naïve — \u2028 text".encode(),
        b"\x00\xff\xfe binary",
        gzip.compress(b"nothing to see", mtime=0),
        b"a=1&b=%2f&c",
        b'{"truncated": "',
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_without_a_finding_keeps_every_byte(body):
    """What identifies nobody is not even re-encoded."""
    assert clean(answered(body)).response.body == body
    assert clean(sent(body)).request.body == body


def test_a_changed_leaf_keeps_the_rest():
    """Number forms, escapes, white space and order around a changed value are those of the service."""
    raw = '{ "T":1.581375932441E9,\n\t"R" : "%s", "u":"x\\/y\\u003d", "T":2 }'

    done = clean(answered((raw % ARN).encode()))

    assert done.response.body == (raw % CLEAN_ARN).encode()


def test_a_compressed_body_is_opened_and_compressed_again():
    """A gzip body leaks as well as any other; it comes back as gzip, the same each time."""
    raw = answered(
        gzip.compress(f'{{"RoleArn":"{ARN}"}}'.encode(), mtime=0), ("Content-Encoding", "gzip"), ("Content-Length", "9")
    )

    done = clean(raw)

    assert gzip.decompress(done.response.body) == f'{{"RoleArn":"{CLEAN_ARN}"}}'.encode()
    assert header(done.response.headers, "Content-Length") == str(len(done.response.body))
    assert clean(raw) == done
    assert clean(done) == done


PACKED = gzip.compress(b"arn:aws:iam::837250196448:root", mtime=0)


@pytest.mark.parametrize("body", [PACKED[:-4], b"\x1f\x8b no gzip", PACKED + b"more"], ids=["cut", "text", "more"])
def test_what_only_looks_compressed_is_bytes(body):
    """A broken gzip body is not an error, and stays as it was received."""
    assert clean(answered(body)).response.body == body


def test_known_values_are_found_in_bytes():
    """In a body that is no text, known values are replaced where they stand."""
    done = clean(answered(b"\xff\x00" + ACCOUNT.encode() + b"\x00\xfe"))

    assert done.response.body == b"\xff\x00123456789012\x00\xfe"


def chunked(payload, signature=""):
    checksum = base64.b64encode(zlib.crc32(payload).to_bytes(4, "big"))
    mark = f";chunk-signature={signature}".encode() if signature else b""
    return b"%x%b\r\n%b\r\n0%b\r\nx-amz-checksum-crc32:%b\r\n\r\n" % (len(payload), mark, payload, mark, checksum)


def test_an_uploads_framing_is_made_true():
    """Chunk size, trailing checksum and decoded length belong to the scrubbed payload."""
    payload, expected = f'{{"r":"{ARN}"}}'.encode(), f'{{"r":"{CLEAN_ARN}"}}'.encode()
    headers = (
        ("Content-Encoding", "aws-chunked"),
        ("X-Amz-Decoded-Content-Length", str(len(payload))),
        ("X-Amz-Content-SHA256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    )

    done = clean(sent(chunked(payload), *headers))

    assert done.request.body == chunked(expected)
    assert done.request.headers == (headers[0], (headers[1][0], str(len(expected))), headers[2])


def test_chunk_signatures_go_even_when_the_payload_stays():
    """A signature over the upload is not kept for the sake of the same bytes."""
    done = clean(sent(chunked(b"nothing", "8cf3568e" * 8), ("Content-Encoding", "aws-chunked")))

    assert done.request.body == chunked(b"nothing")


def test_no_framing_is_no_error():
    """A body that does not have the framing its header names is scrubbed as it stands."""
    body = f"zz\r\n{ACCOUNT}".encode()

    assert clean(sent(body, ("Content-Encoding", "aws-chunked"))).request.body == b"zz\r\n123456789012"


BODY = f'{{"RoleArn":"{ARN}"}}'.encode()
SCRUBBED = f'{{"RoleArn":"{CLEAN_ARN}"}}'.encode()


def b64(data):
    return base64.b64encode(data).decode()


def md5(data):
    return hashlib.md5(data, usedforsecurity=False)


def crc(body, polynomial, bits):
    """Return the reflected CRC of *body*, bit by bit as its definition goes, in base64."""
    rest = (1 << bits) - 1
    for byte in body:
        rest ^= byte
        for _ in range(8):
            rest = rest >> 1 ^ (polynomial if rest & 1 else 0)
    return b64((rest ^ (1 << bits) - 1).to_bytes(bits // 8, "big"))


DIGESTS = {
    "Content-Length": lambda body: str(len(body)),
    "content-md5": lambda body: b64(md5(body).digest()),
    "ETag": lambda body: f'"{md5(body).hexdigest()}"',
    "x-amz-crc32": lambda body: str(zlib.crc32(body)),
    "x-amz-checksum-crc32": lambda body: b64(zlib.crc32(body).to_bytes(4, "big")),
    "x-amz-checksum-crc32c": lambda body: crc(body, 0x82F63B78, 32),
    "x-amz-checksum-crc64nvme": lambda body: crc(body, 0x9A6C9329AC4BC9B5, 64),
    "x-amz-checksum-sha1": lambda body: b64(hashlib.sha1(body, usedforsecurity=False).digest()),
    "x-amz-checksum-md5": lambda body: b64(md5(body).digest()),
    "x-amz-checksum-sha256": lambda body: b64(hashlib.sha256(body).digest()),
    "x-amz-checksum-sha512": lambda body: b64(hashlib.sha512(body).digest()),
    "X-Amz-Content-SHA256": lambda body: hashlib.sha256(body).hexdigest(),
}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_is_computed_again(name):
    """Lengths and digests are those of the scrubbed body, in requests too: the old one would be an oracle."""
    old, new = (name, DIGESTS[name](BODY)), (name, DIGESTS[name](SCRUBBED))

    assert clean(answered(BODY, old)).response.headers == (new,)
    assert clean(sent(BODY, old)).request.headers == (new,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-amz-checksum-xxhash128", "yZRlqgAAAAAAAAAAAAAAAA=="),
        ("x-amz-checksum-sha256", "2qaEPDfDLf4LVtXjXi2bO1Lv6QJX3ZrUZ7sQyJ6wVWw=-2"),
        ("x-amz-sha256-tree-hash", "ab" * 32),
        ("Content-Digest", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"),
    ],
)
def test_what_cannot_be_computed_is_dropped(name, value):
    """A checksum we cannot make true is gone when the body changed, and stays when it did not."""
    assert clean(answered(BODY, (name, value))).response.headers == ()
    assert clean(answered(b"{}", (name, value))).response.headers == ((name, value),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ETag", '"d41d8cd98f00b204e9800998ecf8427e-2"'),
        ("ETag", f'"{"ab" * 16}"'),
        ("x-amz-checksum-algorithm", "CRC32"),
        ("x-amz-checksum-type", "FULL_OBJECT"),
        ("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),
        ("X-Amz-Decoded-Content-Length", "17"),
    ],
)
def test_what_is_no_digest_of_the_body_stays(name, value):
    """Labels, and tags that are not the body's own digest, are left alone."""
    assert clean(answered(BODY, (name, value))).response.headers == ((name, value),)


def test_an_answer_without_a_body_keeps_its_length():
    """The answer to HEAD tells the length of what it does not carry."""
    assert clean(answered(b"", ("Content-Length", "4096"))).response.headers == (("Content-Length", "4096"),)


def test_repair_is_for_any_change_of_a_body():
    """A body that was re-indented gets its true length; an absent header is not added."""
    before = Response(200, "OK", (("x-amz-crc32", "1"), ("Date", "x")), b'{"a":1}')

    assert repair(replace(before, body=b"{}"), before.body) == Response(
        200, "OK", (("x-amz-crc32", str(zlib.crc32(b"{}"))), ("Date", "x")), b"{}"
    )


def test_a_queue_messages_own_digest_is_true():
    """Other SDKs verify MD5OfBody; one that was not true before is left alone."""
    body = json.dumps({"role": ARN})
    messages = [{"MD5OfBody": md5(body.encode()).hexdigest(), "Body": body}, {"MD5OfBody": "0" * 32, "Body": body}]

    done = json.loads(clean(answered(json.dumps({"Messages": messages}).encode())).response.body)

    new = json.dumps({"role": CLEAN_ARN})
    assert done == {
        "Messages": [{"MD5OfBody": md5(new.encode()).hexdigest(), "Body": new}, {"MD5OfBody": "0" * 32, "Body": new}]
    }


def test_a_sent_messages_digest_is_true():
    """The answer to SendMessage carries the digest of what was sent, in whatever protocol."""
    body = json.dumps({"role": ARN})
    new = json.dumps({"role": CLEAN_ARN})
    raw = Interaction(
        Request("POST", URI, (), json.dumps({"MessageBody": body}).encode()),
        Response(200, "", (), f"<R><MD5OfMessageBody>{md5(body.encode()).hexdigest()}</MD5OfMessageBody></R>".encode()),
    )

    done = clean(raw)

    assert json.loads(done.request.body) == {"MessageBody": new}
    assert done.response.body == f"<R><MD5OfMessageBody>{md5(new.encode()).hexdigest()}</MD5OfMessageBody></R>".encode()


def test_the_digest_of_message_attributes_is_true():
    """SDKs verify it as well; it is computed over names, types and values, each with its length."""

    def raw(arn):
        pieces = (b"Owner", b"String", arn.encode())
        sized = [len(each).to_bytes(4, "big") + each for each in pieces]
        digest = md5(sized[0] + sized[1] + b"\x01" + sized[2]).hexdigest()
        attributes = {"Owner": {"DataType": "String", "StringValue": arn}}
        return Interaction(
            Request("POST", URI, (), json.dumps({"MessageBody": "x", "MessageAttributes": attributes}).encode()),
            Response(200, "", (), json.dumps({"MD5OfMessageAttributes": digest}).encode()),
        )

    assert clean(raw(ARN)) == raw(CLEAN_ARN)


def test_the_answer_to_an_upload_carries_the_digests_of_what_was_sent():
    """Tag and checksum of the object are no oracle for what the object was."""

    def raw(body):
        headers = (
            ("ETag", f'"{md5(body).hexdigest()}"'),
            ("x-amz-checksum-crc32c", crc(body, 0x82F63B78, 32)),
            ("x-amz-checksum-sha256", b64(hashlib.sha256(body).digest())),
        )
        return Interaction(Request("PUT", URI, (), body), Response(200, "", headers))

    assert clean(raw(BODY)) == raw(SCRUBBED)


def test_a_digest_of_what_was_packed_is_true():
    """CodeSha256 is that of the scrubbed archive, which is opened and closed again."""

    def raw(account):
        packed = gzip.compress(f'{{"RoleArn":"arn:aws:iam::{account}:root"}}'.encode(), mtime=0)
        code, digest = b64(packed), b64(hashlib.sha256(packed).digest())
        return Interaction(
            Request("POST", URI, (), json.dumps({"Code": code}).encode()),
            Response(200, "", (), json.dumps({"CodeSha256": digest}).encode()),
        )

    done = clean(raw(ACCOUNT))

    code = base64.b64decode(json.loads(done.request.body)["Code"])
    assert gzip.decompress(code) == b'{"RoleArn":"arn:aws:iam::123456789012:root"}'
    assert json.loads(done.response.body) == {"CodeSha256": b64(hashlib.sha256(code).digest())}


def test_a_request_id_is_one_in_header_and_body():
    """What the header calls the request, the body does too."""
    request_id = "8d5abcfa-4f23-4576-a597-a5cd3e280cc3"
    raw = answered(f"<R><RequestId>{request_id}</RequestId></R>".encode(), ("x-amzn-RequestId", request_id))

    done = clean(raw)

    assert header(done.response.headers, "x-amzn-RequestId") == "00000000-0000-4000-8000-e00000000001"
    assert done.response.body == b"<R><RequestId>00000000-0000-4000-8000-e00000000001</RequestId></R>"


def test_what_was_seen_in_context_is_found_without():
    """Told nothing, an account that an ARN gave away is also found in prose of the same interaction."""
    raw = Interaction(
        Request("POST", URI, (), b'{"Note":"bill 837250196448, or 8372-5019-6448"}'),
        Response(200, "", (), b'{"Arn":"arn:aws:iam::837250196448:root"}'),
    )

    done = clean(raw, Estate())

    assert done.request.body == b'{"Note":"bill 111122223333, or 1111-2222-3333"}'
    assert done.response.body == b'{"Arn":"arn:aws:iam::111122223333:root"}'
    assert clean(done, Estate()) == done


def test_an_account_seen_in_context_is_found_inside_an_opaque_token():
    """Nobody told of it; one place says that it is an account, and the token holds it as bytes."""
    token = base64.b64encode(b"\xff\x01837250196448\xfe").decode()

    done = clean(answered(json.dumps({"Arn": "arn:aws:iam::837250196448:root", "Blob": token}).encode()))

    blob = json.loads(done.response.body)["Blob"]
    assert base64.b64decode(blob) == b"\xff\x01111122223333\xfe"


def test_names_the_caller_chose_stay():
    """Job, model and endpoint names are what a test asks for."""
    body = b'{"AutoMLJobName":"churn-2024","RoleName":"my-role","ModelName":"m"}'

    assert clean(sent(body)).request.body == body


def test_a_documented_address_with_the_account_in_it_is_no_shelter():
    """A value that would stay gives way where a known value is inside it."""
    assert clean(answered(f"{ACCOUNT}@example.com".encode())).response.body == b"123456789012@example.com"


def test_what_a_change_uncovers_is_found_too():
    """A token right after a name hides both; once the token is gone the name is read again."""
    raw = answered(f"{ARN}{ESTATE.session_token}".encode())

    done = clean(raw)

    assert done.response.body == CLEAN_ARN.encode()
    assert clean(done) == done


def test_no_pseudonym_is_a_value_of_the_estate():
    """An account that happens to be one of the documented examples is not given to somebody else."""
    done = clean(answered(b"arn:aws:iam::837250196448:root"), Estate(account="111122223333"))

    assert done.response.body == b"arn:aws:iam::444455556666:root"


def test_what_is_scrubbed_already_keeps_its_numbers():
    """A recording that was scrubbed in part does not give one number to two."""
    body = b"arn:aws:iam::604913827755:role/first arn:aws:iam::123456789012:role/example-role-1"

    assert clean(answered(body)).response.body == (
        b"arn:aws:iam::111122223333:role/example-role-2 arn:aws:iam::123456789012:role/example-role-1"
    )


#: What a member may hold that identifies, by what its shape says.
CANARIES = {
    "s3": "s3://canary-bucket/output/model.tar.gz",
    "image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/image:1",
    "kms": "77383a24-adb6-466e-a02b-f42a5a950918",
    "group": "sg-08177e26862578378",
    "subnet": "subnet-0400af2372ae2e69b",
    "token": "canarytoken0123456789",
}
TRACES = (ACCOUNT, "canary-", "canarytoken", "77383a24", "sg-0817", "subnet-0400")


def canary(name, shape):
    """Return what stands in a string member: an identifier where its shape asks for one."""
    pattern = shape.metadata.get("pattern", "")
    if shape.enum:
        return shape.enum[0]
    if "arn:" in pattern:
        kinds = re.search(r":([a-z-]+)/", pattern)
        arns = (
            f"arn:aws:iam::{ACCOUNT}:role/canary-role",
            f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:{kinds and kinds[1]}/x",
        )
        return next((each for each in arns if re.search(f"^(?:{pattern})$", each)), arns[0])
    for kind, fits in {
        "s3": "s3" in name.lower() or "https|s3" in pattern,
        "image": "image" in name.lower(),
        "kms": "kms" in name.lower(),
        "group": "SecurityGroup" in shape.name,
        "subnet": "Subnet" in shape.name,
        "token": name == "NextToken",
    }.items():
        if fits:
            return CANARIES[kind]
    return "plain"


def answer_of(shape, name="", above=()):
    """Return an instance of *shape* with every member set once, and the patterns of its changed strings."""
    if shape.name in above:
        return None
    inside = (*above, shape.name)
    if shape.type_name == "structure":
        return {each: answer_of(member, each, inside) for each, member in shape.members.items()}
    if shape.type_name == "list":
        return [answer_of(shape.member, name, inside)]
    if shape.type_name == "map":
        return {"key": answer_of(shape.value, name, inside)}
    plain = {"boolean": True, "integer": 604913827755, "long": 7, "float": 0.5, "double": 0.5, "timestamp": 1.5e9}
    return plain.get(shape.type_name) or canary(name, shape)


def strings(value, shape):
    """Yield (text, pattern) of every string member."""
    if value is None:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from strings(value[name], member)
    elif shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value
        yield from strings(value[0] if shape.type_name == "list" else value["key"], inner)
    elif shape.type_name == "string" and not shape.enum:
        yield value, shape.metadata.get("pattern", "")


MODEL = Session().get_service_model("sagemaker")
TRACKED = [each for each in MODEL.operation_names if "AutoML" in each or "InferenceRecommendation" in each]


@pytest.mark.parametrize("operation", TRACKED)
def test_no_canary_survives_in_any_member(operation):
    """Every member of every tracked operation's answer is clean, and still matches its own pattern."""
    shape = MODEL.operation_model(operation).output_shape
    if shape is None:
        return
    answer = answer_of(shape)

    done = json.loads(clean(answered(json.dumps(answer).encode())).response.body)

    left = [each for each in TRACES if each in json.dumps(done)]
    broken = [
        (new, pattern)
        for (old, pattern), (new, _) in zip(strings(answer, shape), strings(done, shape), strict=True)
        if old != new and not re.search(rf"^(?:{pattern})$", new)
    ]
    assert left == []
    assert broken == []


def recording(account, role, person, bucket, seed):
    """Return the same two calls as an account of these values would have made them."""
    arn = f"arn:aws:iam::{account}:role/service-role/{role}"
    request_id = f"{seed:08x}-4f23-4576-a597-a5cd3e280cc3"
    create = Interaction(
        Request(
            "POST", URI, (("X-Amz-Date", str(seed)),), json.dumps({"RoleArn": arn, "Out": f"s3://{bucket}/o"}).encode()
        ),
        Response(200, "", (("x-amzn-RequestId", request_id),), f'{{"A":"arn:aws:x:us-east-1:{account}:y"}}'.encode()),
    )
    describe = Interaction(
        Request("POST", URI, (), b'{"Name":"j"}'),
        Response(
            400,
            "",
            (("x-amzn-RequestId", request_id.replace("4f23", "4f24")), ("Content-Length", str(seed))),
            f'{{"message":"User: arn:aws:sts::{account}:assumed-role/{role}/{person} may not; see {bucket}"}}'.encode(),
        ),
    )
    estate = Estate.from_mapping(
        {
            "account": account,
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{person}",
            "values": {"bucket": [bucket]},
        }
    )
    return estate, (create, describe)


def test_two_accounts_record_the_same():
    """One scenario recorded by two accounts gives one cassette: nothing of either is left."""
    results = []
    for told in (
        ("604913827755", "zorvane-sm-exec", "dana.okafor@zorvane-labs.io", "zorvane-lake", 1),
        ("837250196448", "kelp-runner", "ines.castel@kelp.example.net.io", "kelp-data-7", 123456),
    ):
        estate, calls = recording(*told)
        pseudonyms = fresh()
        results.append([scrub(each, estate, pseudonyms) for each in calls])

    assert results[0] == results[1]


WORDS = st.sampled_from(
    [
        *(ARN, ACCOUNT, ESTATE.access_key_id, "zorvane", ESTATE.session_token, "dana.okafor@zorvane-labs.io"),
        *("837250196448", "arn:aws:iam::837250196448:user/ines", "s3://kelp-data/x", "10.1.2.3", "d-k5hu3oyhlhfo"),
        *("8d5abcfa-4f23-4576-a597-a5cd3e280cc3", "vpc-08064e060037ef074", "plain", "1.5E9", "\\/", "%2F", "&amp;"),
        *("example-role-1", "123456789012", "user-1@example.com", "AKIAIOSFODNN7EXAMPLE", "=", "&", ":", "/", " "),
    ]
)
TEXTS = st.lists(WORDS, max_size=6).map("".join) | st.lists(WORDS, max_size=6).map(" ".join)
NAMES = st.sampled_from(["RoleArn", "OwnerId", "NextToken", "KmsKeyId", "RequestId", "HF_TOKEN", "Name", "Body"])
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | TEXTS, inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=2).map(json.dumps)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, VALUES, VALUES)
def test_scrubbing_again_changes_nothing(path, request, answer):
    """Idempotent: vcrpy runs such hooks on record, on load and on every replayed request."""
    raw = Interaction(
        Request("POST", f"https://h/{path}?q={path}", (("X-Note", path),), json.dumps(request).encode()),
        Response(200, "", (("X-Note", path),), json.dumps(answer).encode()),
    )

    done = clean(raw)

    assert clean(done) == done
    assert clean(done, Estate()) == done


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4))
def test_parsing_commutes_with_scrubbing(answer):
    """A scrubbed JSON text parses to the scrubbed values, whatever escapes it was written with."""
    plain = json.dumps(answer).encode()
    escaped = re.sub(r"[a-z:]", lambda each: f"\\u{ord(each[0]):04x}", json.dumps(list(answer.values())))
    spelled = (
        "{"
        + ",".join(
            f'"{name}":{json.dumps(json.loads(each))}'
            for name, each in zip(answer, (json.dumps(value) for value in json.loads(escaped)), strict=True)
        )
        + "}"
    )

    assert json.loads(clean(answered(plain)).response.body) == json.loads(
        clean(answered(spelled.encode())).response.body
    )


def test_a_number_under_a_secret_key_of_a_cbor_body_stays_a_number():
    """What stands for a secret is no number, and the type of a member is not changed."""
    body = b"\xa1hpassword\x1a\x3b\x9a\xca\x07"  # {"password": 1000000007}, RFC 8949 section 3
    response = Response(200, "OK", (("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")), body)

    done = scrub(Interaction(Request("GET", "https://x.example.com/"), response), Estate(), Pseudonyms(b"k" * 16, {}))

    assert done.response.body in (b"\xa1hpassword\x00", b"\xa1hpassword\x1a\x00\x00\x00\x00")


def test_a_name_that_the_recording_makes_does_not_hide_what_is_in_it():
    """Names of one's own stay; an account inside of one does not."""
    account = "6049" + "31527864"
    body = json.dumps({"UserProfileName": f"x-{account}-y"}).encode()
    sent = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", (), body)
    call = Call("sagemaker", "CreateUserProfile", "us-east-1", "json")
    model = Session().get_component("data_loader").load_service_model("sagemaker", "service-2")

    done = scrub(
        Interaction(sent, Response(200, "OK", (), b"{}"), call),
        Estate(account=account),
        Pseudonyms(b"k" * 16, {}),
        typed=Typing(parse(model)).of(call),
    )

    assert account.encode() not in done.request.body

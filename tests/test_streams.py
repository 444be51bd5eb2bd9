"""Streamed answers, recorded from a loopback server in chunks and replayed: code reads them as it read them live."""

import http.server
import io
import threading
import zlib
from base64 import b64encode
from contextlib import ExitStack, closing

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import EventStreamError, FlexibleChecksumError

import bototape
from bototape.releases import installed
from bototape.tape import recording
from bototape.wire.codec import Codec

#: One for all tests: it keeps the models it loaded.
SESSION = botocore.session.Session()
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}
LINES = b"".join(b"%d,some text of a line\n" % number for number in range(5000))


def checksum(content):
    return b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def events(service, operation, *told):
    """An event stream as the service sends it, by the installed model."""
    model = installed.model(service).service
    output = model.shapes[model.operations[operation].output]
    member = next(name for name, each in output.members.items() if model.shapes[each.shape].traits.get("eventstream"))
    return Codec(model).encode_response(model.operations[operation], {member: list(told)})


@pytest.fixture
def live():
    """A server that sends its one answer in chunks of an odd size, and closes when it is left."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            for name, value in server.headers:
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(server.content), 1001):
                piece = server.content[start : start + 1001]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *_):
            """Be quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def lived(live, path, service, use):
    """What *use* returns of a client of *service*: the same live, while it is recorded, and replayed."""
    with closing(SESSION.create_client(service, endpoint_url=live.url, **KEYS)) as client:
        found = use(client)
        with recording(path, scrub=lambda each: each, leaks=lambda _: []):
            assert use(client) == found
        with bototape.use_cassette(path) as tape:
            assert use(client) == found
            assert tape.all_played
    return found


def into(body):
    target = bytearray(10)
    return body.readinto(target), bytes(target), body.read()


#: Ways to read a body of botocore's.
WAYS = {
    "read": lambda body: body.read(),
    "read in sizes": lambda body: [body.read(size) for size in (1, 0, 1023, 10**6, 1)],
    "read into": into,
    "iter_chunks": lambda body: list(body.iter_chunks(777)),
    "iter_lines": lambda body: list(body.iter_lines()),
    "iter_lines of small chunks": lambda body: list(body.iter_lines(chunk_size=5, keepends=True))[:50],
    "for": list,
    "text": lambda body: io.TextIOWrapper(body, "utf-8").readline(),
    "readlines": lambda body: body.readlines()[-1],
    "tell": lambda body: (body.read(5), body.tell(), body.readable()),
}


@pytest.mark.parametrize(
    "way", [pytest.param(each, marks=[pytest.mark.newest_botocore] if each == "read into" else []) for each in WAYS]
)
def test_a_body_reads_as_it_did_live(way, live, tmp_path):
    """Whole, in pieces or in lines, with the checksum that botocore validates as it reads."""
    live.content, live.headers = LINES, [("Content-Type", "text/csv"), ("x-amz-checksum-crc32", checksum(LINES))]

    def use(s3):
        found = s3.get_object(Bucket="amzn-s3-demo-bucket", Key="key", ChecksumMode="ENABLED")
        with closing(found["Body"]) as body:
            return WAYS[way](body)

    lived(live, tmp_path / "one.yaml", "s3", use)


@pytest.mark.parametrize("end", ["closed", "left in the middle", "abandoned"])
def test_a_body_that_is_not_read_to_its_end(end, live, tmp_path):
    """It is recorded whole all the same, and the next call is answered."""
    live.content, live.headers = LINES, []
    left = ExitStack()

    def use(s3):
        body = left.enter_context(closing(s3.get_object(Bucket="amzn-s3-demo-bucket", Key="key")["Body"]))
        if end == "closed":
            body.close()
            return None
        if end == "abandoned":
            return body.read(7)
        with body:
            return next(body.iter_lines())

    path = tmp_path / "one.yaml"
    lived(live, path, "s3", use)
    with bototape.use_cassette(path), closing(SESSION.create_client("s3", **KEYS)) as s3:
        assert s3.get_object(Bucket="amzn-s3-demo-bucket", Key="key")["Body"].read() == LINES
    left.close()


def test_a_wrong_checksum_fails_as_it_would_live(live, tmp_path):
    """botocore's validation is on while a tape plays."""
    live.content, live.headers = LINES, [("x-amz-checksum-crc32", checksum(b"other"))]

    def use(s3):
        body = s3.get_object(Bucket="amzn-s3-demo-bucket", Key="key", ChecksumMode="ENABLED")["Body"]
        with pytest.raises(FlexibleChecksumError) as caught:
            body.read()
        return str(caught.value)

    lived(live, tmp_path / "one.yaml", "s3", use)


SAID = [{"contentBlockDelta": {"delta": {"text": f"word {n} ü"}, "contentBlockIndex": 0}} for n in range(200)]

#: By operation: the service, the events, the member of the answer that has them, and how it is called.
STREAMS = {
    "InvokeEndpointWithResponseStream": (
        "sagemaker-runtime",
        [{"PayloadPart": {"Bytes": "AAH/"}}, {"PayloadPart": {"Bytes": "eHg="}}],
        "Body",
        {"EndpointName": "churn", "Body": b"1,2,3"},
    ),
    "ConverseStream": (
        "bedrock-runtime",
        [{"messageStart": {"role": "assistant"}}, *SAID, {"messageStop": {"stopReason": "end_turn"}}],
        "stream",
        {"modelId": "amazon.nova-lite-v1:0", "messages": [{"role": "user", "content": [{"text": "hello"}]}]},
    ),
    "SelectObjectContent": (
        "s3",
        [
            {"Records": {"Payload": b64encode(b"a,b\n" * 900).decode()}},
            {"Stats": {"Details": {"BytesScanned": 3600}}},
            {"End": {}},
        ],
        "Payload",
        {
            "Bucket": "amzn-s3-demo-bucket",
            "Key": "key",
            "Expression": "select * from s3object",
            "ExpressionType": "SQL",
            "InputSerialization": {"CSV": {}},
            "OutputSerialization": {"CSV": {}},
        },
    ),
    "StartLiveTail": (
        "logs",
        [
            {"sessionStart": {"requestId": "1", "sessionId": "2", "logGroupIdentifiers": ["group"]}},
            {"sessionUpdate": {"sessionResults": [{"message": "<&> ü", "timestamp": 1700000000000}]}},
        ],
        "responseStream",
        {"logGroupIdentifiers": ["arn:aws:logs:us-east-1:123456789012:log-group:group"]},
    ),
}


def called(client, operation, member, parameters):
    """The event stream that a call answers with."""
    return getattr(client, xform_name(operation))(**parameters)[member]


def answering(live, operation):
    """Let *live* answer *operation*; return its service, member and parameters."""
    service, told, member, parameters = STREAMS[operation]
    answer = events(service, operation, *told)
    live.content, live.headers = answer.body, [each for each in answer.headers if each[0] != "Content-Length"]
    return service, member, parameters


@pytest.mark.newest_botocore
@pytest.mark.parametrize("operation", STREAMS)
def test_events_arrive_as_they_did_live(operation, live, tmp_path, monkeypatch):
    """Each event, in order; and when code closes the stream after the first one, the next call is answered."""
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    service, member, parameters = answering(live, operation)

    found = lived(
        live, tmp_path / "all.yaml", service, lambda client: list(called(client, operation, member, parameters))
    )
    assert len(found) == len(STREAMS[operation][1])

    def first(client):
        with closing(called(client, operation, member, parameters)) as stream:
            return next(iter(stream))

    assert lived(live, tmp_path / "first.yaml", service, first) == found[0]


@pytest.mark.newest_botocore
def test_an_exception_amid_events_is_botocores_own(live, tmp_path):
    """What came before it is read, then it is raised; as live."""
    failed = {"modelStreamErrorException": {"message": "no more"}}
    answer = events("bedrock-runtime", "ConverseStream", *SAID[:2], failed)
    live.content, live.headers = answer.body, [each for each in answer.headers if each[0] != "Content-Length"]

    def use(client):
        with closing(called(client, "ConverseStream", "stream", STREAMS["ConverseStream"][3])) as stream:
            told = iter(stream)
            seen = [next(told), next(told)]
            with pytest.raises(EventStreamError) as caught:
                next(told)
        return len(seen), str(caught.value)

    assert lived(live, tmp_path / "one.yaml", "bedrock-runtime", use)[0] == 2

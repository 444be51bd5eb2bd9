"""A call that is to fail fails as it would live: botocore's classes, retries and pauses, in every protocol."""

import contextlib
import json
import re
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError, ResponseStreamingError

from bototape import FaultUnmet, UsageError, use_cassette
from bototape.interaction import Call, Interaction, Request, Response
from tests.builders import describe, written

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
JOB = {"AutoMLJobName": "a"}


def client(service="sagemaker", *, mode="legacy", attempts=5, **kwargs):
    """A real client."""
    config = Config(retries={"mode": mode, "max_attempts": attempts}, **kwargs.pop("config", {}))
    return boto3.session.Session().client(service, region_name="us-east-1", config=config, **KEYS, **kwargs)


@pytest.fixture
def tape(tmp_path):
    """A cassette of one answer that repeats."""
    with use_cassette(written(tmp_path, describe("a", repeat=True))) as tape:
        yield tape


#: One modeled error in each protocol: service, method, parameters, error, further members, what the client raises.
MODELED = {
    "json": (
        "dynamodb",
        "put_item",
        {"TableName": "t", "Item": {}},
        "ConditionalCheckFailedException",
        {"Item": {"k": {"S": "v"}}},
        400,
    ),
    "json query-compatible": ("sqs", "get_queue_url", {"QueueName": "q"}, "QueueDoesNotExist", {}, 400),
    "rest-json": (
        "lambda",
        "get_function",
        {"FunctionName": "f"},
        "TooManyRequestsException",
        {"retryAfterSeconds": "7"},
        429,
    ),
    "rest-xml s3": (
        "s3",
        "get_object",
        {"Bucket": "b", "Key": "k"},
        "InvalidObjectState",
        {"StorageClass": "GLACIER"},
        403,
    ),
    "rest-xml": ("cloudfront", "get_distribution", {"Id": "d"}, "NoSuchDistribution", {}, 404),
    "query": ("iam", "get_user", {"UserName": "u"}, "NoSuchEntityException", {}, 404),
    "query sts": (
        "sts",
        "assume_role",
        {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "se"},
        "ExpiredTokenException",
        {},
        400,
    ),
    "cbor": (
        "arc-region-switch",
        "get_plan",
        {"arn": "arn:aws:arc-region-switch::123456789012:plan/p:1a2b3c"},
        "ResourceNotFoundException",
        {},
        404,
    ),
}


@pytest.mark.newest_botocore
@pytest.mark.parametrize("case", MODELED.values(), ids=MODELED.keys())
def test_a_modeled_error_is_the_clients_own_exception(tape, case):
    """Class, code, message, members and status are those of the live service, whatever the protocol."""
    service, method, parameters, error, members, status = case
    aws = client(service, attempts=1)
    operation = aws.meta.method_to_api_mapping[method]
    fault = tape.fail(operation, error=error, message="told so", members=members, times=None)

    with pytest.raises(ClientError) as raised:
        getattr(aws, method)(**parameters)
    answer = raised.value.response
    own = aws.exceptions.from_code(answer["Error"]["Code"])
    assert own is not ClientError
    assert type(raised.value) is own
    assert answer["Error"]["Message"] == "told so"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert answer["ResponseMetadata"]["RequestId"] == "00000000-0000-0000-0000-000000000000"
    found = {**answer["Error"], **answer}
    assert {name: found.get(name) for name in members} == members
    assert fault.met >= 1


#: Codes that no model has: service, call, code, status.
CODES = {
    "ec2": ("ec2", "describe_instances", {}, "InvalidInstanceID.NotFound", 400),
    "s3": ("s3", "list_objects_v2", {"Bucket": "b"}, "AccessDenied", 403),
    "iam": ("iam", "list_users", {}, "AccessDenied", 403),
    "json": ("sagemaker", "list_models", {}, "AccessDeniedException", 400),
    "rest-json": ("lambda", "list_functions", {}, "AccessDeniedException", 400),
    "cbor": ("arc-region-switch", "list_plans", {}, "ExpiredTokenException", 400),
}


@pytest.mark.newest_botocore
@pytest.mark.parametrize("case", CODES.values(), ids=CODES.keys())
def test_any_code_is_a_client_error(tape, case):
    """What services report and models leave out comes as a plain ClientError with its code."""
    service, method, parameters, code, status = case
    aws = client(service, attempts=1)
    tape.fail(aws.meta.method_to_api_mapping[method], error=code)

    with pytest.raises(ClientError) as raised:
        getattr(aws, method)(**parameters)
    error = {key: raised.value.response["Error"][key] for key in ("Code", "Message")}
    assert error == {"Code": code, "Message": "injected by the test"}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.slow
@pytest.mark.newest_botocore
@pytest.mark.parametrize("service", ["sagemaker", "lambda", "s3", "iam", "ec2", "arc-region-switch"])
def test_a_status_alone_is_an_error_of_that_code(tape, service):
    """The answer of a gateway: no code but the status, in each protocol, and retried as botocore does."""
    aws = client(service, mode="standard", attempts=3)
    methods = {"sagemaker": "list_models", "lambda": "list_functions", "s3": "list_buckets", "iam": "list_users"}
    method = methods.get(service, {"ec2": "describe_instances"}.get(service, "list_plans"))
    fault = tape.fail("*", status=503, times=None)

    with pytest.raises(ClientError) as raised:
        getattr(aws, method)()
    assert raised.value.response["Error"]["Code"] == "503"
    assert raised.value.response["Error"]["Message"] == "Service Unavailable"
    assert fault.met == 4  # three retries


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize(
    "how",
    [{"error": "ThrottlingException"}, {"status": 500}, {"network": "reset"}, {"network": "read-timeout"}],
    ids=lambda how: next(iter(how.values())),
)
def test_retries_get_through(tape, mode, how):
    """Two failures, then the recording: the code under test sees one answer, and nobody has waited."""
    fault = tape.fail("DescribeAutoMLJob", **how, times=2)
    started = time.monotonic()

    answer = client(mode=mode).describe_auto_ml_job(**JOB)
    assert answer["AutoMLJobStatus"] == "Completed"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert fault.met == 2
    assert len(tape.pauses) >= 2
    assert tape.play_count == 1
    assert time.monotonic() - started < 60


def test_retries_are_used_up(tape):
    """A service that never recovers costs as many attempts as the client is configured for, four retries here."""
    fault = tape.fail("sagemaker.DescribeAutoMLJob", error="ThrottlingException", times=None)

    with pytest.raises(ClientError, match="ThrottlingException"):
        client(mode="standard", attempts=4).describe_auto_ml_job(**JOB)
    assert fault.met == 5


def test_a_head_request_has_no_error_body(tape):
    """HEAD tells only a status, live and here."""
    tape.fail("HeadObject", error="NoSuchKey")

    with pytest.raises(ClientError) as raised:
        client("s3").head_object(Bucket="b", Key="k")
    assert raised.value.response["Error"] == {"Code": "404", "Message": "Not Found"}


def read_request(connection):
    """Read one request whole."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    fields, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", fields)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)


@contextlib.contextmanager
def broken_server(behaviour, answer):
    """A real server on loopback that breaks its connections: what the tape's faults are held to."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    held = []

    def serve():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                held.append(connection)
                read_request(connection)  # one that is left unread turns a close into a reset
                connection.sendall(answer)
                if behaviour == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if behaviour in ("reset", None):
                    time.sleep(0.05)  # what was sent arrives before the end does
                    connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    for each in held:
        each.close()
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def outcome(make):
    """What came of a call: what it returned, or the class and text of what it raised."""
    try:
        answer = make()
    except (BotoCoreError, ClientError) as error:
        return type(error).__name__, str(error)
    answer.get("ResponseMetadata", {}).pop("HTTPHeaders", None)
    return answer


def head(body, *fields):
    return b"\r\n".join([b"HTTP/1.1 200 OK", *fields, b"", body])


BODY = json.dumps({"AutoMLJobName": "a", "AutoMLJobStatus": "Completed"}).encode()
BREAKS = [
    pytest.param("reset", None, id="reset before the answer"),
    pytest.param("read-timeout", None, id="no answer"),
    pytest.param(None, 20, id="closed in mid-body"),
    pytest.param("reset", 20, id="reset in mid-body"),
    pytest.param("read-timeout", 20, id="stalled in mid-body"),
]


def comparable(found, url):
    """An outcome without what only a kernel knows, and without the address."""
    return (found[0], found[1].replace(url, "URL")) if isinstance(found, tuple) else found


@pytest.mark.slow
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize(("network", "count"), BREAKS)
def test_a_broken_connection_is_what_a_real_one_is(tmp_path, network, count, framing):
    """The same error, or the same silent loss, as from a server on loopback that breaks its connections."""
    field = (b"Transfer-Encoding: chunked", f"{len(BODY):x}\r\n".encode()) if framing == "chunked" else None
    field = field or (f"Content-Length: {len(BODY)}".encode(), b"")
    kind = b"Content-Type: application/x-amz-json-1.1"
    sent = b"" if count is None else head(field[1] + BODY[:count], kind, field[0])
    patience = {"read_timeout": 0.5, "connect_timeout": 0.5}
    with broken_server(network, sent) as url:
        live = outcome(lambda: client(attempts=0, endpoint_url=url, config=patience).describe_auto_ml_job(**JOB))
    recorded = describe("a")
    name, _, value = field[0].decode().partition(": ")
    answer = Response(200, "OK", (("Content-Type", "application/x-amz-json-1.1"), (name, value)), BODY)
    path = written(tmp_path, Interaction(recorded.request, answer, recorded.call))

    with use_cassette(path) as tape:
        how = {"network": network, "body_bytes": count}
        tape.fail("DescribeAutoMLJob", **{key: each for key, each in how.items() if each is not None})
        played = outcome(lambda: client(attempts=0, endpoint_url=url, config=patience).describe_auto_ml_job(**JOB))
    assert comparable(played, url) == comparable(live, url)


STREAMED = b"0123456789" * 10
S3_GET = Interaction(
    Request("GET", "https://amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com/k"),
    Response(200, "OK", (("Content-Length", "100"), ("Content-Type", "binary/octet-stream")), STREAMED),
    Call("s3", "GetObject", "us-east-1", "rest-xml", repeat=True),
)


@pytest.mark.parametrize("amount", [None, 30], ids=["at once", "in pieces"])
@pytest.mark.parametrize(("network", "count"), BREAKS[2:])
def test_a_stream_breaks_when_it_is_read(tmp_path, network, count, amount):
    """get_object returns; reading its body fails with what a real connection gives."""

    def read(aws):
        body = aws.get_object(Bucket="amzn-s3-demo-bucket", Key="k")["Body"]
        arrived = []
        while True:
            try:
                piece = body.read(amount)
            except BotoCoreError as error:
                return b"".join(arrived), type(error).__name__, str(error)
            arrived.append(piece)
            if not piece or amount is None:
                return b"".join(arrived)

    config = {"read_timeout": 0.5, "s3": {"addressing_style": "path"}, "response_checksum_validation": "when_required"}
    with broken_server(network, head(STREAMED[:count], b"Content-Length: 100")) as url:
        live = read(client("s3", attempts=0, endpoint_url=url, config=dict(config)))

    with use_cassette(written(tmp_path, S3_GET)) as tape:
        how = {"network": network, "body_bytes": count}
        tape.fail("GetObject", **{key: each for key, each in how.items() if each is not None})
        del config["s3"]
        played = read(client("s3", attempts=0, config=config))
    assert played == live


def test_a_chunked_stream_gives_what_arrived(tmp_path):
    """Of a chunk that is cut short the bytes that came are read, then it breaks."""
    headers = (("Transfer-Encoding", "chunked"), ("Content-Type", "binary/octet-stream"))
    chunked = Interaction(S3_GET.request, Response(200, "OK", headers, STREAMED), S3_GET.call)

    with use_cassette(written(tmp_path, chunked)) as tape:
        tape.fail("GetObject", network="reset", body_bytes=25)
        body = client("s3").get_object(Bucket="amzn-s3-demo-bucket", Key="k")["Body"]
        assert body.read(20) == STREAMED[:20]
        with pytest.raises(ResponseStreamingError, match="Connection reset by peer"):
            body.read()


def test_a_cut_stream_is_an_error_of_botocore(tmp_path):
    """The class that code catches: not an OSError, not a miss."""
    with use_cassette(written(tmp_path, S3_GET)) as tape:
        tape.fail("GetObject", network="reset", body_bytes=5)
        body = client("s3").get_object(Bucket="amzn-s3-demo-bucket", Key="k")["Body"]
        with pytest.raises(ResponseStreamingError):
            body.read()
        assert client("s3").get_object(Bucket="amzn-s3-demo-bucket", Key="k")["Body"].read() == STREAMED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "name"),
    [
        ("connect-timeout", "ConnectTimeoutError"),
        ("read-timeout", "ReadTimeoutError"),
        ("refused", "EndpointConnectionError"),
        ("dns", "EndpointConnectionError"),
        ("reset", "ConnectionClosedError"),
        ("tls", "SSLError"),
        ("proxy", "ProxyConnectionError"),
    ],
)
def test_each_network_failure_has_botocores_class(tape, network, name):
    """Without retries, the code under test gets the class that botocore raises for it."""
    tape.fail("DescribeAutoMLJob", network=network, times=None)

    with pytest.raises(BotoCoreError) as raised:
        client(attempts=0).describe_auto_ml_job(**JOB)
    assert type(raised.value).__name__ == name


def test_a_cut_answer_leaves_the_recording_to_the_retry(tmp_path):
    """The one recorded answer is there for the attempt after the broken one."""
    with use_cassette(written(tmp_path, describe("a"))) as tape:
        tape.fail("DescribeAutoMLJob", network="reset", body_bytes=10)
        assert client().describe_auto_ml_job(**JOB)["AutoMLJobStatus"] == "Completed"
    assert tape.play_count == 1


def test_latency_is_told_and_not_waited_for(tape):
    """A slow answer is an answer; the seconds are on the tape."""
    tape.fail("DescribeAutoMLJob", latency=45)

    assert client().describe_auto_ml_job(**JOB)["AutoMLJobStatus"] == "Completed"
    assert tape.delays == [45]


def test_latency_beyond_the_clients_patience_is_its_timeout(tape):
    """The client's own read timeout decides, and ends the wait."""
    tape.fail("DescribeAutoMLJob", latency=45, times=None)

    with pytest.raises(ReadTimeoutError):
        client(attempts=1, config={"read_timeout": 20}).describe_auto_ml_job(**JOB)
    assert tape.delays == [20, 20]


def test_latency_and_an_error(tape):
    """An error may come late."""
    tape.fail("DescribeAutoMLJob", latency=5, error="ResourceNotFound")

    with pytest.raises(ClientError, match="ResourceNotFound"):
        client().describe_auto_ml_job(**JOB)
    assert tape.delays == [5]


def test_some_attempts_are_let_through(tape):
    """``after`` counts attempts; faults that follow each other are met one after the other."""
    tape.fail("DescribeAutoMLJob", error="ResourceNotFound", after=1)
    tape.fail("DescribeAutoMLJob", error="ValidationException", after=1)
    aws = client()

    found = [outcome(lambda: aws.describe_auto_ml_job(**JOB)) for _ in range(4)]
    assert [each[0] if isinstance(each, tuple) else each["AutoMLJobStatus"] for each in found] == [
        "Completed",
        "ResourceNotFound",
        "ClientError",
        "Completed",
    ]


@pytest.mark.parametrize("where", [{"AutoMLJobName": "b"}, lambda sent: sent["AutoMLJobName"] == "b"])
def test_only_some_calls_fail(tmp_path, where):
    """Which calls fail may depend on their parameters."""
    with use_cassette(written(tmp_path, describe("a"), describe("b"))) as tape:
        tape.fail("DescribeAutoMLJob", error="ResourceNotFound", where=where, times=None)
        aws = client()
        assert aws.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] == "Completed"
        with pytest.raises(aws.exceptions.ResourceNotFound):
            aws.describe_auto_ml_job(AutoMLJobName="b")


def test_resources_fail_alike(tape):
    """A boto3 resource goes through the same seam."""
    table = boto3.session.Session().resource("dynamodb", region_name="us-east-1", **KEYS).Table("t")
    tape.fail("GetItem", error="ResourceNotFoundException", message="no such table")

    with pytest.raises(table.meta.client.exceptions.ResourceNotFoundException, match="no such table"):
        table.get_item(Key={"k": "v"})


@pytest.mark.slow
def test_threads_share_a_fault(tape):
    """Of 200 calls from 8 threads exactly as many fail as were planned."""
    fault = tape.fail("DescribeAutoMLJob", error="ResourceNotFound", times=37)
    aws = client()

    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: isinstance(outcome(lambda: aws.describe_auto_ml_job(**JOB)), tuple), range(200))
        )
    assert (found.count(True), fault.met, tape.play_count) == (37, 37, 163)


def test_a_fault_that_no_call_meets_fails_the_test(tmp_path):
    """A misspelt operation must not make a test that tests nothing."""
    using = use_cassette(written(tmp_path, describe("a")))
    using.__enter__().fail("DescribeAutoMlJob", error="ThrottlingException")
    client().describe_auto_ml_job(**JOB)

    with pytest.raises(FaultUnmet) as raised:
        using.__exit__(None, None, None)
    assert str(raised.value) == (
        "no call met the fault DescribeAutoMlJob: error='ThrottlingException'\n"
        "  calls made: DescribeAutoMLJob\n"
        "  fix: name an operation that is called, or plan fewer faults"
    )


def test_an_error_of_the_block_is_not_covered_by_an_unmet_fault(tmp_path):
    """What went wrong first is what is reported."""
    using = use_cassette(written(tmp_path, describe("a")))
    using.__enter__().fail("DescribeAutoMLJob", error="ThrottlingException")

    assert using.__exit__(ZeroDivisionError, ZeroDivisionError(), None) is None


@pytest.mark.parametrize(
    ("operation", "how", "reason"),
    [
        ("describe_auto_ml_job", {"error": "X"}, "'describe_auto_ml_job' is no operation"),
        ("", {"error": "X"}, "'' is no operation"),
        ("A", {}, "nothing says how"),
        ("A", {"network": "gone"}, "network='gone' is not known"),
        ("A", {"error": "X", "network": "reset"}, "exclude each other"),
        ("A", {"entries": [0], "body_bytes": 1}, "exclude each other"),
        ("A", {"status": 200}, "200 is not the status of an error"),
        ("A", {"status": 500, "members": {"a": 1}}, "members= are those of an error"),
        ("A", {"network": "dns", "body_bytes": 1}, "happens before any of the body"),
        ("A", {"error": "X", "times": 0}, "a number is too small"),
        ("A", {"error": "X", "after": -1}, "a number is too small"),
        ("A", {"entries": [-1]}, "a number is too small"),
        ("A", {"eror": "X"}, r"eror is not known\n  fix: did you mean error\?"),
        ("A", {"zeal": 1}, "zeal is not known\n  fix: there are error, message, .*, where$"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(tape, operation, how, reason):
    """Where it is written, not where a call is made."""
    with pytest.raises(UsageError, match=reason):
        tape.fail(operation, **how)


def test_the_plugin_fails_the_test_itself(pytester):
    """An unmet fault is a failure of the test, once, and not an error of its teardown."""
    directory = pytester.mkdir("cassettes")
    written(directory, describe("a", repeat=True), name="c.yaml")
    pytester.makepyfile(
        """
        import boto3, pytest

        @pytest.mark.bototape("c")
        def test_unmet(bototape):
            bototape.fail("ListModels", error="ThrottlingException")

        @pytest.mark.bototape("c")
        def test_failing_of_its_own(bototape):
            bototape.fail("ListModels", error="ThrottlingException")
            assert False

        @pytest.mark.bototape("c")
        def test_met(bototape):
            bototape.fail("DescribeAutoMLJob", error="ThrottlingException", times=2)
            boto3.client("sagemaker").describe_auto_ml_job(AutoMLJobName="a")
        """
    )

    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(failed=2, passed=1)
    done.stdout.fnmatch_lines(["*FaultUnmet: no call met the fault ListModels*"])

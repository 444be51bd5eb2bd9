"""While a cassette plays, every botocore call of the process is answered by it and none is sent."""

import asyncio
import contextlib
import contextvars
import http.server
import json
import logging
import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import awscrt.s3
import boto3
import botocore.session
import pytest
from boto3.s3 import transfer
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session
from moto import mock_aws

from bototape import CassetteMissing, NoMatch, cassettes, use_cassette
from bototape.adapters import active
from bototape.interaction import Call, Interaction
from bototape.tape import recording
from tests.builders import cassette, describe, interaction, request, response, written

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


class Counter(http.server.BaseHTTPRequestHandler):
    """A live endpoint that counts and says that it is live."""

    hits: list = []  # noqa: RUF012 - replaced per server

    def do_POST(self):
        self.hits.append(self.headers["X-Amz-Target"])
        body = b'{"AutoMLJobStatus": "live"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST  # noqa: N815 - the library's names

    def log_message(self, *_):
        """Be quiet."""


@pytest.fixture
def live():
    """A loopback endpoint; ``hits`` lists what reached it."""
    handler = type("Handler", (Counter,), {"hits": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.hits = handler.hits
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def client(live=None, **kwargs):
    """A SageMaker client with keys, pointed at the live endpoint."""
    extra = {"endpoint_url": live.url} if live else {}
    return boto3.session.Session().client("sagemaker", region_name="us-east-1", **KEYS, **extra, **kwargs)


def status(sagemaker, name="a"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]


def test_clients_made_before_and_after_are_answered(tmp_path, live):
    """It does not matter when a client was made."""
    path = written(tmp_path, describe("a", "recorded", repeat=True))
    before = client(live)

    with use_cassette(path) as tape:
        assert [status(before), status(client(live))] == ["recorded", "recorded"]
    assert tape.play_count == 2
    assert live.hits == []


def test_the_default_session_is_answered_before_and_after(tmp_path, live, monkeypatch):
    """boto3.client() and a default session set up earlier are covered like any other."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    before = boto3.client("sagemaker", region_name="us-east-1", endpoint_url=live.url, **KEYS)

    with use_cassette(written(tmp_path, describe("a", "recorded", repeat=True))):
        after = boto3.client("sagemaker", endpoint_url=live.url)
        assert [status(before), status(after)] == ["recorded", "recorded"]
    assert live.hits == []


def test_resources_are_answered(tmp_path, live):
    """A boto3 resource made earlier or later goes through the same seam."""
    tables = Interaction(
        request("ListTables"),
        response({"TableNames": ["recorded"]}),
        Call("dynamodb", "ListTables", "us-east-1"),
    )
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"))
    sent = type(tables.request)("POST", "https://dynamodb.us-east-1.amazonaws.com/", headers, b"{}")
    path = written(tmp_path, Interaction(sent, tables.response, replace(tables.call, repeat=True)))

    def resource():
        return boto3.session.Session().resource("dynamodb", region_name="us-east-1", endpoint_url=live.url, **KEYS)

    before = resource()
    with use_cassette(path):
        assert [each.name for made in (before, resource()) for each in made.tables.all()] == ["recorded", "recorded"]
    assert live.hits == []


@pytest.mark.parametrize("when", ["pool made before", "pool made after"])
def test_pools_are_answered(tmp_path, live, when):
    """Threads do not inherit the tape, and are answered all the same: none of 600 calls is sent."""
    recorded = [describe(f"job-{n}", f"S{n}") for n in range(300)]
    path = written(tmp_path, *recorded)
    shared = client(live)
    early = ThreadPoolExecutor(8)
    early.submit(int).result()

    for _ in range(2):
        with use_cassette(path):
            pool = early if when == "pool made before" else ThreadPoolExecutor(8)
            got = list(pool.map(lambda n: status(shared, f"job-{n}"), range(300)))
            if pool is not early:
                pool.shutdown()
        assert got == [f"S{n}" for n in range(300)]
    early.shutdown()
    assert live.hits == []


@pytest.mark.slow
def test_threads_with_a_client_each_are_answered(tmp_path, live):
    """Clients made inside threads, while others call, are answered too."""
    path = written(tmp_path, *[describe(f"job-{n}", f"S{n}") for n in range(16)])

    with use_cassette(path), ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: status(client(live), f"job-{n}"), range(16)))
    assert got == [f"S{n}" for n in range(16)]
    assert live.hits == []


def test_nested_tapes_answer_innermost_first(tmp_path, live):
    """The inner cassette answers until it closes; then the outer one does."""
    outer = written(tmp_path, describe("a", "outer", repeat=True), name="outer.yaml")
    inner = written(tmp_path, describe("a", "inner", repeat=True), name="inner.yaml")
    sagemaker = client(live)

    with use_cassette(outer), ThreadPoolExecutor(1) as pool:
        first = status(sagemaker)
        with use_cassette(inner):
            second = (status(sagemaker), pool.submit(status, sagemaker).result())
        third = (status(sagemaker), pool.submit(status, sagemaker).result())
    assert (first, second, third) == ("outer", ("inner", "inner"), ("outer", "outer"))
    assert live.hits == []


def test_tapes_may_close_in_any_order(tmp_path):
    """Two fixtures that close the wrong way round leave the open one answering."""
    first, second = (
        use_cassette(written(tmp_path, describe("a", name, repeat=True), name=f"{name}.yaml")) for name in ("x", "y")
    )
    sagemaker = client()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    with ThreadPoolExecutor(1) as pool:
        assert (status(sagemaker), pool.submit(status, sagemaker).result()) == ("y", "y")
    second.__exit__(None, None, None)
    assert active.current() is None


def test_a_tape_in_the_middle_may_close_first(tmp_path):
    """Of those opened in one context the innermost that is open answers."""
    uses = [use_cassette(written(tmp_path, describe("a", name, repeat=True), name=f"{name}.yaml")) for name in "xyz"]
    sagemaker, answers = client(), []
    for use in uses:
        use.__enter__()

    for use in (uses[1], uses[2], uses[0]):
        answers.append(status(sagemaker))
        use.__exit__(None, None, None)
    assert answers == ["z", "z", "x"]
    assert active.current() is None


@pytest.mark.slow
def test_a_thread_that_outlives_its_tape_misses(tmp_path, live):
    """A call made by a running thread after the tape closed is a miss on that tape, not a live call."""
    path = written(tmp_path, describe("a", repeat=True))
    sagemaker = client(live)
    closed = threading.Event()

    def late():
        closed.wait(10)
        return status(sagemaker)

    with ThreadPoolExecutor(1) as pool:
        with use_cassette(path) as tape:
            running = pool.submit(late)
        closed.set()
        with pytest.raises(NoMatch) as caught:
            running.result()
    assert str(caught.value) == (
        "cannot replay sagemaker.DescribeAutoMLJob: no recording matches\n"
        f"  cassette: {path}\n"
        "  the cassette was closed before this call was made, by a thread or task that outlived it\n"
        "  fix: wait for the thread or task before the cassette closes"
    )
    assert tape.misses == [caught.value]
    assert live.hits == []


def test_a_context_that_outlives_its_tape_misses(tmp_path, live):
    """A task that copied its context while the tape was open never goes live."""
    sagemaker = client(live)
    with use_cassette(written(tmp_path, describe("a"))):
        context = contextvars.copy_context()

    with pytest.raises(NoMatch):
        context.run(status, sagemaker)
    assert live.hits == []


def test_after_a_tape_the_network_is_back(tmp_path, live):
    """What has no tape is none of our business: the same client goes live again."""
    sagemaker = client(live)
    with use_cassette(written(tmp_path, describe("a", "recorded"))):
        assert status(sagemaker) == "recorded"

    assert status(sagemaker) == "live"
    assert live.hits == ["SageMaker.DescribeAutoMLJob"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_miss_is_neither_wrapped_nor_retried(tmp_path, live, mode):
    """The miss arrives as it is, after one attempt, whatever the retry mode."""
    sagemaker = client(live, config=Config(retries={"mode": mode, "max_attempts": 4}))

    with use_cassette(written(tmp_path, describe("a"))) as tape:
        with pytest.raises(NoMatch) as caught:
            status(sagemaker, "b")
        assert tape.misses == [caught.value]
        tape.forget_misses()
    assert not isinstance(caught.value, BotoCoreError | ClientError | OSError)
    assert isinstance(caught.value, AssertionError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own error


def test_a_swallowed_miss_still_fails(tmp_path):
    """Code under test that catches everything cannot hide a miss."""
    with pytest.raises(NoMatch), use_cassette(written(tmp_path, describe("a"))):  # noqa: PT012 - the with ends it
        try:
            status(client(), "b")
        except Exception:  # noqa: BLE001 - what code under test does
            logging.getLogger(__name__).debug("swallowed")


def test_a_failure_of_the_test_is_not_hidden_by_a_miss(tmp_path):
    """The first thing that went wrong is what is reported."""
    with pytest.raises(ZeroDivisionError), use_cassette(written(tmp_path, describe("a"))):  # noqa: PT012 - same
        with pytest.raises(NoMatch):
            status(client(), "b")
        raise ZeroDivisionError


def test_no_credentials_and_no_region_are_needed(tmp_path, monkeypatch):
    """A bare machine replays: clients made in the tape without keys or region, and earlier without keys."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    path = written(tmp_path, describe("a", "recorded", repeat=True, region="eu-west-1"))
    keyless = botocore.session.Session().create_client("sagemaker", region_name="eu-west-1")

    with use_cassette(path):
        inside = boto3.session.Session().client("sagemaker")
        assert [status(keyless), status(inside)] == ["recorded", "recorded"]
        assert inside.meta.region_name == "eu-west-1"


@pytest.mark.slow
def test_the_machines_configuration_has_no_say(tmp_path, live, monkeypatch):
    """Profiles, endpoints and credential processes of the machine are out of reach, and come back afterwards."""
    config = tmp_path / "config"
    config.write_text("[profile x]\nregion = sa-east-1\ncredential_process = /bin/false\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", live.url)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    before = dict(os.environ)

    with use_cassette(written(tmp_path, describe("a", "recorded"))):
        sagemaker = boto3.session.Session().client("sagemaker")
        assert status(sagemaker) == "recorded"
        assert sagemaker.meta.endpoint_url == "https://api.sagemaker.us-east-1.amazonaws.com"
    assert dict(os.environ) == before
    assert live.hits == []


def test_transfers_stay_on_the_classic_client(tmp_path, monkeypatch):
    """The CRT client passes by the seam, so it is not used while a tape is open, even where boto3 prefers it."""
    monkeypatch.setattr(awscrt.s3, "is_optimized_for_system", lambda: True)
    wanted = transfer.TransferConfig(preferred_transfer_client="auto")
    source = tmp_path / "source"
    source.write_bytes(b"x")
    s3 = boto3.session.Session().client("s3", region_name="us-east-1", **KEYS)

    assert transfer._should_use_crt(wanted)
    with use_cassette(written(tmp_path, describe("a"))) as tape:
        assert not transfer._should_use_crt(wanted)
        with pytest.raises(NoMatch):
            s3.upload_file(str(source), "amzn-s3-demo-bucket", "key", Config=wanted)
        tape.forget_misses()
    assert transfer._should_use_crt(wanted)


def test_moto_answers_beside_us_and_is_counted(tmp_path):
    """moto answers before the seam; the tape says which calls never came to it."""
    with mock_aws(), use_cassette(written(tmp_path, describe("a"))) as tape:
        sts = boto3.session.Session().client("sts", region_name="us-east-1", **KEYS)
        assert sts.get_caller_identity()["Account"] == "123456789012"
    assert tape.bypasses == [Call("sts", "GetCallerIdentity", "us-east-1", "query")]
    assert tape.play_count == 0


@pytest.mark.slow
def test_it_decorates_functions_and_coroutines(tmp_path):
    """Each call of a decorated function plays the cassette from its start."""
    path = written(tmp_path, describe("a", "recorded"))

    @use_cassette(path)
    def plain(name):
        return status(client(), name)

    @use_cassette(path)
    async def coroutine(name):
        await asyncio.sleep(0)
        return await asyncio.to_thread(status, client(), name)

    async def block():
        async with use_cassette(path) as tape:
            return status(client()), tape.all_played

    assert [plain("a"), plain("a"), asyncio.run(coroutine("a"))] == ["recorded"] * 3
    assert asyncio.run(block()) == ("recorded", True)
    assert (plain.__name__, coroutine.__name__) == ("plain", "coroutine")


def test_errors_and_retries_are_botocores_own(tmp_path):
    """A recorded error comes out as botocore's modeled exception, with its metadata."""
    answer = {"__type": "ResourceNotFound", "message": "gone"}
    recorded = interaction(parameters={"AutoMLJobName": "a"})
    body = json.dumps(answer).encode()
    failing = Interaction(recorded.request, response(answer, 400, "Bad Request"), recorded.call)
    assert failing.response.body == body
    sagemaker = client()

    with use_cassette(written(tmp_path, failing)), pytest.raises(sagemaker.exceptions.ResourceNotFound) as caught:
        status(sagemaker)
    assert caught.value.response["Error"] == {"Code": "ResourceNotFound", "Message": "gone"}
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_the_tape_can_be_asked(tmp_path):
    """What was recorded, what was played and what was not can be asserted on."""
    path = written(tmp_path, describe("a"), describe("b"))

    with use_cassette(path) as tape:
        status(client(), "b")
        assert (tape.played, tape.unplayed, tape.play_count, tape.all_played) == ({1: 1}, [0], 1, False)
    assert [each.body for each in tape.requests] == [b'{"AutoMLJobName": "a"}', b'{"AutoMLJobName": "b"}']
    assert [each.status for each in tape.responses] == [200, 200]
    assert cassette(describe("a"), describe("b")).interactions[0].request == tape.requests[0]


def test_a_missing_cassette_is_said_to_be_missing(tmp_path):
    """Nothing is recorded or sent because a file is not there."""
    with pytest.raises(CassetteMissing) as caught, use_cassette(tmp_path / "none.yaml"):
        pass
    assert caught.value.path == str(tmp_path / "none.yaml")


def test_a_tape_may_close_in_another_context(tmp_path, live):
    """An async fixture opens its tape in one context and closes it in another: no tape is left behind."""
    sagemaker = client(live)
    use = use_cassette(written(tmp_path, describe("a", "recorded")))
    use.__enter__()

    contextvars.copy_context().run(use.__exit__, None, None, None)
    with pytest.raises(NoMatch):
        status(sagemaker)
    active._of_context.set(())
    assert status(sagemaker) == "live"


def test_what_a_loopback_server_answered_is_marked_custom(tmp_path, live):
    """A recording never passes for AWS's own: the URI is what AWS would have had, the mark says otherwise."""
    path = tmp_path / "new.yaml"

    with recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="aws") as tape:
        status(client(live))
    assert len(tape) == 1
    written_cassette = cassettes.read(path)
    assert written_cassette.provenance.endpoint == "custom"
    assert written_cassette.interactions[0].request.uri == "https://api.sagemaker.us-east-1.amazonaws.com/"


def test_what_fetches_credentials_is_not_recorded(tmp_path, live):
    """Metadata requests, and calls of services that were not asked for, are sent and not kept."""
    path = tmp_path / "new.yaml"
    sts = boto3.session.Session().client("sts", region_name="us-east-1", endpoint_url=live.url, **KEYS)

    with recording(path, scrub=lambda each: each, leaks=lambda _: [], services=["sagemaker"]) as tape:
        URLLib3Session().send(AWSRequest("GET", f"{live.url}/latest/meta-data/").prepare())
        with contextlib.suppress(Exception):  # the live endpoint does not speak STS
            sts.get_caller_identity()
        status(client(live))
    assert len(live.hits) >= 3
    assert [each.call.operation for each in cassettes.read(path).interactions] == ["DescribeAutoMLJob"]
    assert len(tape) == 1


def test_a_recording_inside_a_playing_tape_is_live(tmp_path, live):
    """The innermost tape decides, of calls and of connections."""
    path = tmp_path / "new.yaml"

    with use_cassette(written(tmp_path, describe("a", "recorded", repeat=True))):
        sagemaker = client(live)
        with recording(path, scrub=lambda each: each, leaks=lambda _: []):
            inside = status(sagemaker)
        assert (inside, status(sagemaker)) == ("live", "recorded")


@pytest.mark.slow
def test_an_unfinished_recording_writes_nothing(tmp_path, live):
    """After an exception the old cassette is there as it was."""
    path = written(tmp_path, describe("a", "old"))
    before = path.read_bytes()

    with pytest.raises(ZeroDivisionError), recording(path, scrub=lambda each: each, leaks=lambda _: []):  # noqa: PT012 - the with ends it
        status(client(live))
        raise ZeroDivisionError
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]

"""Clients of aiobotocore: recording and replay on its sessions, with aiohttp and with httpx."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import warnings

import boto3
import pytest

pytest.importorskip("aiobotocore", reason="aiobotocore lives with botocore releases of its own: scripts/test")

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
)

from bototape import cassettes, use_cassette
from bototape.adapters import vcr
from bototape.errors import FaultUnmet, NoMatch
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.tape import recording
from bototape.wire import frames

REGION = "eu-west-1"
BUCKET = "amzn-s3-demo-bucket1"


def backends():
    """Return the HTTP libraries that this aiobotocore can use, as client configuration."""
    found = [pytest.param({}, id="aiohttp")]
    with contextlib.suppress(ImportError):
        from aiobotocore.httpxsession import HttpxSession  # noqa: PLC0415 - newer releases have it

        found.append(pytest.param({"http_session_cls": HttpxSession}, id="httpx"))
    return found


any_backend = pytest.mark.parametrize("backend", backends())


@pytest.fixture(autouse=True)
def keyless(monkeypatch):
    """No credentials, and no warning about the choice of an HTTP library."""
    for name in [*os.environ]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    warnings.filterwarnings("ignore", message="aiobotocore's httpx backend", category=DeprecationWarning)


def item(number, **attributes):
    """Return a recorded GetItem."""
    request = {"TableName": "orders", "Key": {"id": {"N": str(number)}}}
    answer = {"Item": {"id": {"N": str(number)}, **attributes}}
    return described("GetItem", request, answer)


def described(operation, request, answer, service="dynamodb", target="DynamoDB_20120810"):
    kind = ("Content-Type", "application/x-amz-json-1.0")
    return Interaction(
        Request(
            "POST",
            f"https://{service}.{REGION}.amazonaws.com/",
            (kind, ("X-Amz-Target", f"{target}.{operation}")),
            json.dumps(request).encode(),
        ),
        Response(200, "OK", (kind,), json.dumps(answer).encode()),
        Call(service, operation, REGION),
    )


def s3_object(key, body, *headers):
    length = ("Content-Length", str(len(body)))
    return Interaction(
        Request("GET", f"https://{BUCKET}.s3.{REGION}.amazonaws.com/{key}"),
        Response(200, "OK", (length, ("x-amz-meta-Colour", "red"), *headers), body),
        Call("s3", "GetObject", REGION, "rest-xml"),
    )


def stored(path, *interactions):
    cassettes.write(path, Cassette(interactions, Provenance("custom", "2026-11-01", "1.43.117")), lambda _: [])
    return path


def client(service, backend=None, **options):
    config = AioConfig(retries=options.pop("retries", None), **(backend or {}))
    return get_session().create_client(service, region_name=REGION, config=config, **options)


async def number_of(dynamodb, number):
    found = await dynamodb.get_item(TableName="orders", Key={"id": {"N": str(number)}})
    return int(found["Item"]["id"]["N"])


@any_backend
def test_clients_made_before_and_after_are_answered(backend, tmp_path):
    """Without credentials and network: a client made ahead of the tape, and one made while it plays."""
    path = stored(tmp_path / "c.yaml", item(1), item(2))

    async def play():
        async with client("dynamodb", backend) as before:
            async with use_cassette(path) as tape:
                first = await number_of(before, 1)
                async with client("dynamodb", backend) as after:
                    second = await number_of(after, 2)
            return first, second, tape.played, tape.blocked

    assert asyncio.run(play()) == (1, 2, {0: 1, 1: 1}, [])


@any_backend
def test_concurrent_calls_get_each_its_own_answer(backend, tmp_path):
    """A hundred calls under way at once are answered each by its own recording, and none reaches a socket."""
    path = stored(tmp_path / "c.yaml", *(item(number) for number in range(100)))

    async def play():
        async with use_cassette(path) as tape, client("dynamodb", backend) as dynamodb:
            found = await asyncio.gather(*(number_of(dynamodb, number) for number in reversed(range(100))))
        return found, tape.all_played, tape.blocked

    assert asyncio.run(play()) == (list(reversed(range(100))), True, [])


def test_clients_of_several_threads_and_loops_are_answered(tmp_path):
    """Each thread has a loop of its own, as in s3fs; the tape is the process's."""
    path = stored(tmp_path / "c.yaml", *(item(number) for number in range(40)))
    found = []

    async def play(numbers):
        async with client("dynamodb") as dynamodb:
            found.extend(await asyncio.gather(*(number_of(dynamodb, number) for number in numbers)))

    with use_cassette(path):
        threads = [
            threading.Thread(target=lambda at=at: asyncio.run(play(range(at * 10, at * 10 + 10)))) for at in range(4)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert sorted(found) == list(range(40))


@any_backend
def test_a_polling_loop_lets_other_tasks_run(backend, tmp_path):
    """An answer that is there at once is no reason to starve the task that the loop waits for."""
    path = stored(tmp_path / "c.yaml", *(item(1) for _ in range(50)))

    async def play():
        done = asyncio.Event()

        async def poll(dynamodb):
            polls = 0
            while not done.is_set():
                await number_of(dynamodb, 1)
                polls += 1
            return polls

        async def finish():
            await asyncio.sleep(0)
            done.set()

        async with use_cassette(path), client("dynamodb", backend) as dynamodb:
            polls, _ = await asyncio.gather(poll(dynamodb), finish())
        return polls

    assert asyncio.run(play()) < 50


@any_backend
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_miss_comes_out_unwrapped_and_sticks(backend, mode, tmp_path):
    """NoMatch is raised at the call, once, in every retry mode, and again at the end when it was swallowed."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        async with use_cassette(path) as tape, client("dynamodb", backend, retries={"mode": mode}) as dynamodb:
            with pytest.raises(NoMatch):
                await number_of(dynamodb, 2)
            assert len(tape.misses) == 1

    with pytest.raises(NoMatch, match=r"closest: #1 \(not played\) differs in Key.id.N"):
        asyncio.run(play())


@any_backend
def test_a_late_call_of_a_task_is_a_miss(backend, tmp_path):
    """A task that outlives its tape never goes live."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        async with client("dynamodb", backend) as dynamodb:
            go = asyncio.Event()

            async def late():
                await go.wait()
                return await number_of(dynamodb, 1)

            async with use_cassette(path):
                task = asyncio.ensure_future(late())
                await asyncio.sleep(0)
            go.set()
            with pytest.raises(NoMatch, match="the cassette was closed"):
                await task

    asyncio.run(play())


@any_backend
def test_streamed_bodies_are_read_as_live(backend, tmp_path):
    """Whole, in chunks, by lines, in an async with: a body larger than any buffer, and metadata by its name."""
    body = b"line\n" * 100_000
    path = stored(tmp_path / "c.yaml", *(s3_object("k", body) for _ in range(4)))

    async def play():
        found = []
        async with use_cassette(path), client("s3", backend) as s3:
            answer = await s3.get_object(Bucket=BUCKET, Key="k")
            async with answer["Body"] as stream:
                found.append(await stream.read())
            answer = await s3.get_object(Bucket=BUCKET, Key="k")
            found.append(b"".join([part async for part in answer["Body"].iter_chunks(1000)]))
            answer = await s3.get_object(Bucket=BUCKET, Key="k")
            found.append(b"\n".join([line async for line in answer["Body"].iter_lines()]) + b"\n")
            answer = await s3.get_object(Bucket=BUCKET, Key="k")
            found.append(await answer["Body"].read(7) + await answer["Body"].read())
        return found, answer["Metadata"]

    assert asyncio.run(play()) == ([body] * 4, {"colour": "red"})


def test_event_streams_are_read_as_live(tmp_path):
    """The records of SelectObjectContent come out as events, in order."""

    def event(kind, payload=b""):
        names = {":message-type": "event", ":event-type": kind, ":content-type": "application/octet-stream"}
        return frames.write([frames.Header(name, "string", value) for name, value in names.items()], payload)

    asked = (
        '<SelectObjectContentRequest xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        "<Expression>SELECT * FROM S3Object</Expression><ExpressionType>SQL</ExpressionType>"
        "<InputSerialization><CSV/></InputSerialization><OutputSerialization><CSV/></OutputSerialization>"
        "</SelectObjectContentRequest>"
    )
    selected = Interaction(
        Request("POST", f"https://{BUCKET}.s3.{REGION}.amazonaws.com/k?select&select-type=2", (), asked.encode()),
        Response(200, "OK", (), event("Records", b"a,b\n") + event("End")),
        Call("s3", "SelectObjectContent", REGION, "rest-xml"),
    )
    path = stored(tmp_path / "c.yaml", selected)

    async def play():
        async with use_cassette(path), client("s3") as s3:
            answer = await s3.select_object_content(
                Bucket=BUCKET,
                Key="k",
                Expression="SELECT * FROM S3Object",
                ExpressionType="SQL",
                InputSerialization={"CSV": {}},
                OutputSerialization={"CSV": {}},
            )
            return [event async for event in answer["Payload"]]

    assert asyncio.run(play()) == [{"Records": {"Payload": b"a,b\n"}}, {"End": {}}]


@any_backend
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_planned_faults_are_retried_without_waiting(backend, mode, tmp_path):
    """A throttled call is tried again as botocore does, at once; the calls tell the attempts."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        async with (
            use_cassette(path) as tape,
            client("dynamodb", backend, retries={"mode": mode, "max_attempts": 4}) as dynamodb,
        ):
            tape.fail("GetItem", error="ProvisionedThroughputExceededException", times=2)
            found = await number_of(dynamodb, 1)
        call = tape.calls("GetItem")[0]
        return found, call.attempts, call.parameters["TableName"], bool(tape.pauses)

    assert asyncio.run(play()) == (1, 3, "orders", True)


@any_backend
def test_modeled_errors_are_the_clients_own(backend, tmp_path):
    """A planned error of the model is raised as the client's exception."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        async with use_cassette(path) as tape, client("dynamodb", backend) as dynamodb:
            tape.fail("GetItem", error="ResourceNotFoundException")
            with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
                await number_of(dynamodb, 1)

    asyncio.run(play())


@any_backend
@pytest.mark.parametrize(
    ("network", "error"),
    [("refused", EndpointConnectionError), ("reset", ConnectionClosedError), ("read-timeout", ReadTimeoutError)],
)
def test_broken_connections_raise_what_botocore_raises(backend, network, error, tmp_path):
    """A connection that breaks before an answer is the same class of botocore's, whatever library is below."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        async with (
            use_cassette(path) as tape,
            client("dynamodb", backend, retries={"max_attempts": 0}) as dynamodb,
        ):
            tape.fail("GetItem", network=network)
            with pytest.raises(error):
                await number_of(dynamodb, 1)

    asyncio.run(play())


@contextlib.contextmanager
def half_an_answer(content_type="application/x-amz-json-1.0", announced=100, arrived=b'{"Item"'):
    """A real server on loopback that announces more than it sends."""

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {announced}\r\n\r\n"
                connection.sendall(head.encode() + arrived)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
    thread.join()


KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
STREAMED = {"s3": {"addressing_style": "path"}, "response_checksum_validation": "when_required"}


async def failing(call):
    try:
        await call
    except Exception as error:  # noqa: BLE001 - which one is the question
        return type(error)
    return None


@any_backend
def test_an_answer_that_is_cut_short_is_what_a_real_server_gives(backend, tmp_path):
    """Half a body is the same error as over a real connection that ends early."""
    path = stored(tmp_path / "c.yaml", item(1))

    async def play():
        once = {"max_attempts": 0}
        with half_an_answer() as url:
            async with client("dynamodb", backend, retries=once, endpoint_url=url, **KEYS) as dynamodb:
                live = await failing(number_of(dynamodb, 1))
        async with use_cassette(path) as tape, client("dynamodb", backend, retries=once) as dynamodb:
            tape.fail("GetItem", body_bytes=7)
            return live, await failing(number_of(dynamodb, 1))

    live, replayed = asyncio.run(play())
    assert live == replayed
    assert live in (ConnectionClosedError, HTTPClientError)


@any_backend
def test_a_stream_that_is_cut_short_fails_when_it_is_read(backend, tmp_path):
    """What arrived is read, then comes the error that a real connection gives."""
    path = stored(tmp_path / "c.yaml", s3_object("k", b"x" * 100))

    async def read(s3):
        answer = await s3.get_object(Bucket=BUCKET, Key="k")
        async with answer["Body"]:
            return await failing(answer["Body"].read())

    async def play():
        with half_an_answer("binary/octet-stream") as url:
            async with client("s3", backend, endpoint_url=url, **KEYS) as s3:
                live = await read(s3)
        async with use_cassette(path) as tape, client("s3", backend) as s3:
            tape.fail("GetObject", body_bytes=7)
            return live, await read(s3)

    live, replayed = asyncio.run(play())
    assert live == replayed
    assert live is not None


@any_backend
def test_waiters_do_not_wait(backend, tmp_path):
    """The waiter's pauses are told to the tape, and nobody sleeps 20 s."""
    table = {"TableName": "orders"}
    states = [described("DescribeTable", table, {"Table": {"TableStatus": state}}) for state in ("CREATING", "ACTIVE")]
    path = stored(tmp_path / "c.yaml", *states)

    async def play():
        async with use_cassette(path) as tape, client("dynamodb", backend) as dynamodb:
            await dynamodb.get_waiter("table_exists").wait(**table)
        return tape.pauses

    assert asyncio.run(play()) == [20]


def test_an_unmet_fault_fails(tmp_path):
    """A fault that no call met is an error, as with botocore."""

    async def play():
        async with use_cassette(stored(tmp_path / "c.yaml", item(1))) as tape, client("dynamodb") as dynamodb:
            tape.fail("PutItem", error="ThrottlingException")
            await number_of(dynamodb, 1)

    with pytest.raises(FaultUnmet):
        asyncio.run(play())


@pytest.fixture(scope="module")
def moto():
    """Serve moto's AWS on loopback, with a bucket."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - slow to import

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    s3 = boto3.client("s3", region_name=REGION, endpoint_url=url, **KEYS)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield url
    server.stop()


def recorded(path, **options):
    return recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", **options)


@any_backend
def test_what_aiobotocore_recorded_plays_for_both(backend, moto, tmp_path):
    """Uploads, streamed bodies and errors are recorded as sent and answered; boto3 is answered from them as well."""
    path = tmp_path / "c.yaml"

    async def calls(**options):
        async with client("s3", backend, **options) as s3:
            await s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")
            answer = await s3.get_object(Bucket=BUCKET, Key="k")
            async with answer["Body"] as stream:
                body = await stream.read()
            with pytest.raises(ClientError) as caught:
                await s3.get_object(Bucket=BUCKET, Key="missing")
            return body, caught.value.response["Error"]["Code"]

    with recorded(path):
        live = asyncio.run(calls(endpoint_url=moto, **KEYS))
    with use_cassette(path) as tape:
        replayed = asyncio.run(calls())
    with use_cassette(path):
        s3 = boto3.client("s3", region_name=REGION)
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")
        by_boto3 = s3.get_object(Bucket=BUCKET, Key="k")["Body"].read()

    assert live == replayed == (b"hello", "NoSuchKey")
    assert by_boto3 == b"hello"
    assert tape.all_played
    assert [each.call.operation for each in cassettes.read(path).interactions] == [
        "PutObject",
        "GetObject",
        "GetObject",
    ]


def test_what_boto3_recorded_plays_for_aiobotocore(moto, tmp_path):
    """A cassette says nothing about the client that made it."""
    path = tmp_path / "c.yaml"
    with recorded(path):
        s3 = boto3.client("s3", region_name=REGION, endpoint_url=moto, **KEYS)
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")
        s3.get_object(Bucket=BUCKET, Key="k")["Body"].read()

    async def play():
        async with client("s3") as s3:
            await s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")
            return await (await s3.get_object(Bucket=BUCKET, Key="k"))["Body"].read()

    with use_cassette(path):
        assert asyncio.run(play()) == b"hello"


@any_backend
def test_a_call_is_recorded_once(backend, moto, tmp_path):
    """The patches for other HTTP libraries see aiobotocore's requests too, and leave them alone."""
    path = tmp_path / "c.yaml"

    async def call():
        async with client("s3", backend, endpoint_url=moto, **KEYS) as s3:
            await s3.list_buckets()

    with vcr.patched(), recorded(path, http=True):
        asyncio.run(call())

    assert [each.call.operation for each in cassettes.read(path).interactions] == ["ListBuckets"]


def test_s3fs_is_recorded_and_replayed(moto, tmp_path):
    """Files written, listed and read through s3fs, whose calls run in a thread and loop of its own."""
    s3fs = pytest.importorskip("s3fs")
    path = tmp_path / "c.yaml"

    def work(**options):
        files = s3fs.S3FileSystem(
            skip_instance_cache=True, client_kwargs={"region_name": REGION}, use_listings_cache=False, **options
        )
        with files.open(f"{BUCKET}/dir/a.txt", "wb") as file:
            file.write(b"one\ntwo\n")
        with files.open(f"{BUCKET}/dir/a.txt", "rb") as file:
            lines = file.readlines()
        return lines, files.ls(f"{BUCKET}/dir"), files.exists(f"{BUCKET}/dir/b.txt")

    with recorded(path):
        live = work(key="AKIAIOSFODNN7EXAMPLE", secret="x", endpoint_url=moto)
    with use_cassette(path) as tape:
        replayed = work()

    assert live == replayed == ([b"one\n", b"two\n"], [f"{BUCKET}/dir/a.txt"], False)
    assert (tape.all_played, tape.misses) == (True, [])


def test_aiobotocore_loaded_while_a_tape_plays_is_met(tmp_path):
    """A tape does not import aiobotocore; the first client of its that is made tells."""
    path = stored(tmp_path / "c.yaml", item(1))
    code = f"""
import asyncio, sys
from bototape import use_cassette

async def play():
    async with use_cassette({str(path)!r}) as tape:
        loaded = "aiobotocore" in sys.modules
        from aiobotocore.session import get_session
        async with get_session().create_client("dynamodb", region_name={REGION!r}) as dynamodb:
            found = await dynamodb.get_item(TableName="orders", Key={{"id": {{"N": "1"}}}})
        print(loaded, found["Item"]["id"]["N"], tape.blocked)

asyncio.run(play())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("False 1 []\n", 0), done.stderr


def test_pauses_without_a_tape_are_as_before():
    """What gives up long polling sleeps in its loop, also after botocore's handlers were patched."""
    standard = pytest.importorskip("aiobotocore.retries.standard")
    if not hasattr(standard.AioRetryHandler, "needs_retry"):
        pytest.skip("this release has no such handler")
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    handler = object.__new__(standard.AioRetryHandler)
    handler._sleep = sleep

    asyncio.run(handler._sleep(3))
    assert slept == [3]


@any_backend
def test_record_modes_hold_for_aiobotocore(backend, moto, tmp_path, monkeypatch):
    """``once`` asks STS who calls, records scrubbed, and replays then; without credentials nothing is sent."""
    monkeypatch.delenv("CI", raising=False)  # there a test's own record mode is not heeded
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "0123456789abcdef" * 4)
    path = tmp_path / "c.yaml"

    async def calls(**options):
        async with client("s3", backend, **options) as s3:
            await s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")
            return await (await s3.get_object(Bucket=BUCKET, Key="k"))["Body"].read()

    found, recorded_then = [], []
    for options in ({"endpoint_url": moto, **KEYS}, {}):
        with use_cassette(path, record_mode="once") as tape:
            found.append(asyncio.run(calls(**options)))
        recorded_then.append(tape.recorded)
    with pytest.raises(NoCredentialsError), use_cassette(tmp_path / "other.yaml", record_mode="once"):
        asyncio.run(calls(endpoint_url=moto))

    assert (found, recorded_then) == ([b"hello", b"hello"], [2, 0])
    assert not (tmp_path / "other.yaml").exists()

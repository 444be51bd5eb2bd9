"""Child processes play a tape's cassette too: forked ones as they are, all others through ``tape.serve()``."""

import http.client
import multiprocessing
import os
import subprocess
import sys
import threading
from contextlib import closing
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

import bototape
from bototape.adapters import active
from bototape.errors import NetworkBlocked, UsageError
from bototape.interaction import Call, Interaction, Request, Response
from tests.builders import describe, written

CHILD = """
import boto3, sys
client = boto3.client("sagemaker")
for name in sys.argv[1:]:
    try:
        print(client.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"])
    except Exception as error:
        print(str(error).splitlines()[0])
"""


def child(*names, **options):
    """Run a process that describes jobs; what it printed."""
    command = [sys.executable, "-c", CHILD, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def status(name, region="us-east-1"):
    """What this process is answered."""
    with closing(boto3.session.Session().client("sagemaker", region_name=region)) as client:
        return client.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]


def test_a_child_gets_the_recordings_in_order_with_its_parent(tmp_path, monkeypatch):
    """One cassette for both: a child that inherits the environment, or is given it, takes its turn in the sequence."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    path = written(tmp_path, *(describe("a", text, region="eu-west-1") for text in "123"), describe("b", "last"))

    elsewhere = {"AWS_DEFAULT_REGION": "us-east-1"}

    with bototape.use_cassette(path) as tape, tape.serve() as served:
        answers = [*child("a", "a"), status("a", "eu-west-1"), *child("b", env=served.environment | elsewhere)]
    assert answers == ["1", "2", "3", "last"]
    assert (tape.all_played, tape.play_count) == (True, 4)


def test_a_miss_of_a_child_fails_the_test(tmp_path):
    """The child sees an error of AWS, the parent a miss at the end, though nobody raised anything here."""
    printed = []
    path = written(tmp_path, describe("a"))

    with pytest.raises(bototape.NoMatch) as caught, bototape.use_cassette(path) as tape, tape.serve():
        printed += child("unknown")
    assert printed[0].startswith(
        "An error occurred (NoMatch) when calling the DescribeAutoMLJob operation: cannot replay"
    )
    assert caught.value.explanation[0] == (
        "closest: #1 (not played) differs in AutoMLJobName: 'a' recorded, 'unknown' sent"
    )


SPAWNING = """
import multiprocessing, sys
import boto3, bototape

def status(name):
    return boto3.client("sagemaker").describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]

if __name__ == "__main__":
    with bototape.use_cassette(sys.argv[1]) as tape, tape.serve():
        with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
            print(sorted(pool.map(status, "ab")), tape.all_played)
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_pools_of_other_interpreters(method, tmp_path):
    """multiprocessing's children that do not inherit memory inherit the environment."""
    program = tmp_path / "program.py"
    program.write_text(SPAWNING, encoding="utf-8")
    path = written(tmp_path, describe("a", "1"), describe("b", "2"))

    done = subprocess.run([sys.executable, program, path, method], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("['1', '2'] True\n", "")


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_forked_children_play_on_their_own(tmp_path):
    """A forked child has the open tape as it was: it is answered, and its miss comes back as one."""
    path = written(tmp_path, describe("a", "1"), describe("b", "2"))

    with bototape.use_cassette(path) as tape, multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(status, "ab") == ["1", "2"]
        with pytest.raises(bototape.NoMatch):
            pool.apply(status, ("c",))
        assert tape.play_count == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_amid_calls_of_other_threads_does_not_hang():
    """The child of a process whose threads are calling can ask for its tape."""
    done = threading.Event()

    def call():
        while not done.is_set():
            active.current()

    threads = [threading.Thread(target=call) for _ in range(2)]
    for each in threads:
        each.start()
    children = []
    for _ in range(30):
        number = os.fork()
        if not number:
            active.current()
            os._exit(0)
        children.append(number)
    done.set()
    for each in threads:
        each.join()
    assert [os.waitpid(number, 0)[1] for number in children] == [0] * 30


def test_the_environment_is_lent(tmp_path, monkeypatch):
    """The endpoint is set while the block runs, whatever a test had set, and comes back."""
    with bototape.use_cassette(written(tmp_path, describe("a"))) as tape:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", "http://localhost:4566")
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        before = dict(os.environ)
        with tape.serve() as served:
            inside = dict(os.environ)
        assert dict(os.environ) == before
    assert inside == served.environment
    assert {name for name in inside if name.startswith("AWS_ENDPOINT_URL")} == {"AWS_ENDPOINT_URL"}
    assert inside["AWS_ENDPOINT_URL"] == served.url
    assert inside["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"
    assert "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" not in inside


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_serving_without_the_extra_says_which(missing, tmp_path, monkeypatch):
    """What is not installed is named, with the command that installs it; nothing of the environment has changed."""
    for name in [each for each in sys.modules if each.split(".")[0] == missing or each == "bototape.server"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(bototape, "server", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)

    with bototape.use_cassette(written(tmp_path, describe("a"))) as tape:
        with pytest.raises(UsageError) as caught, tape.serve():
            pass
        assert "AWS_ENDPOINT_URL" not in os.environ
    assert str(caught.value) == (
        f'cannot serve: {missing} is not installed\n  fix: install the extra: pip install "bototape[server]"'
    )


def test_the_guard_knows_its_own_server(tmp_path):
    """What is served may be fetched in this process too; any other port is refused, and the same one afterwards."""
    with bototape.use_cassette(written(tmp_path, describe("a"))) as tape:
        with tape.serve() as served:
            assert b'"interactions": 1' in fetched(served.url)[1]
            with pytest.raises(NetworkBlocked):
                fetched("http://127.0.0.1:1")
        with pytest.raises(NetworkBlocked):
            fetched(served.url)
        tape.forget_misses()


def fetched(url, method="GET", body=None):
    """Fetch *url* as other code than botocore does, with no field that it did not sign."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request(method, f"{parts.path or '/'}?{parts.query}", body)
        response = connection.getresponse()
        return response.status, response.read(), response.headers


BUCKET = "https://amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com"
TEXT = (("Content-Type", "text/plain"), ("Content-Length", "8"))


@pytest.fixture
def objects(tmp_path):
    """A cassette with an object that was fetched and one that was put."""
    return written(
        tmp_path,
        Interaction(
            Request("GET", f"{BUCKET}/a%20key"),
            Response(200, "OK", TEXT, b"recorded"),
            Call("s3", "GetObject", "eu-west-1", "rest-xml", repeat=True),
        ),
        Interaction(
            Request("PUT", f"{BUCKET}/new", (), b"content"),
            Response(200, "OK", (("ETag", '"e"'), ("Content-Length", "0"))),
            Call("s3", "PutObject", "eu-west-1", "rest-xml"),
        ),
    )


@pytest.mark.parametrize(("signature", "style"), [("s3v4", "path"), ("s3", "auto")])
def test_presigned_urls_of_a_served_cassette(objects, signature, style):
    """A URL signed here and fetched by anything is the call it was signed for; signatures and expiry do not count."""
    config = Config(signature_version=signature, s3={"addressing_style": style})

    with bototape.use_cassette(objects) as tape, tape.serve() as served:
        with closing(boto3.client("s3", config=config)) as s3:
            place = {"Bucket": "amzn-s3-demo-bucket"}
            get = s3.generate_presigned_url("get_object", place | {"Key": "a key"}, ExpiresIn=60)
            put = s3.generate_presigned_url("put_object", place | {"Key": "new"})
        assert get.startswith(served.url)
        assert fetched(get)[:2] == (200, b"recorded")
        assert fetched(put, "PUT", b"content")[2]["ETag"] == '"e"'
        assert tape.all_played


def test_a_presigned_url_of_another_object_is_a_miss(objects):
    """A URL that was signed is not yet one that was recorded."""
    with bototape.use_cassette(objects) as tape, tape.serve():
        with closing(boto3.client("s3")) as s3:
            url = s3.generate_presigned_url("get_object", {"Bucket": "amzn-s3-demo-bucket", "Key": "other"})
        code, body, _ = fetched(url)
        assert (code, b"<Code>NoMatch</Code>" in body) == (400, True)
        assert len(tape.misses) == 1
        tape.forget_misses()


@pytest.mark.slow
@pytest.mark.newest_botocore
def test_hosts_below_the_endpoint(tmp_path):
    """Step Functions puts ``sync-`` before its host; a served cassette has no such host, and is called all the same."""
    sent = Request(
        "POST",
        "https://sync-states.us-east-1.amazonaws.com/",
        (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AWSStepFunctions.StartSyncExecution")),
        b'{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:one"}',
    )
    answer = Response(200, "OK", (("Content-Type", "application/x-amz-json-1.0"),), b'{"status": "SUCCEEDED"}')
    path = written(tmp_path, Interaction(sent, answer, Call("stepfunctions", "StartSyncExecution", "us-east-1")))
    code = (
        "import boto3; print(boto3.client('stepfunctions').start_sync_execution("
        "stateMachineArn='arn:aws:states:us-east-1:123456789012:stateMachine:one')['status'])"
    )

    with bototape.use_cassette(path) as tape, tape.serve():
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("SUCCEEDED\n", "")


@pytest.mark.slow
def test_the_aws_cli_is_a_child_like_any_other(tmp_path, peers):
    """Nothing is to be told to the CLI but its environment."""
    command = [
        peers("aws"),
        "sagemaker",
        "describe-auto-ml-job",
        "--auto-ml-job-name",
        "a",
        "--query",
        "AutoMLJobStatus",
    ]

    with bototape.use_cassette(written(tmp_path, describe("a", "recorded"))) as tape, tape.serve() as served:
        done = subprocess.run(command, env=served.environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('"recorded"\n', "")

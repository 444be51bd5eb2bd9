"""``bototape serve`` as users run it: a process of its own, called by botocore and by raw HTTP."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bototape.cli import main
from bototape.interaction import Call, Interaction, Request, Response
from tests.builders import describe, interaction, written

FORM = "application/x-www-form-urlencoded; charset=utf-8"


#: One for all tests: it keeps the models it loaded.
SESSION = botocore.session.Session()
SESSION.set_credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


class Served:
    """A running server: its process, its first line and its address."""

    def __init__(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "bototape", "serve", *map(str, arguments)]
        environment = {**os.environ, "PYTHONUNBUFFERED": ""}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.line = self.process.stdout.readline()
        found = re.fullmatch(r"serving \d+ interactions on (http://127\.0\.0\.1:(\d+))\n", self.line)
        assert found, self.line + self.process.stderr.read()
        self.url, self.port = found[1], int(found[2])

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal; return exit code, the rest of stdout, and stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err

    def get(self, path="/", method="GET", headers=None, body=None) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response, response.read()


@pytest.fixture
def serve() -> Iterator:
    """Start servers; all are stopped at the end."""
    running: list[Served] = []

    def start(*arguments) -> Served:
        running.append(Served(*arguments))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.stop()
        each.process.stdout.close()
        each.process.stderr.close()


def client(served: Served, service="sagemaker", region="us-east-1"):
    config = Config(retries={"mode": "standard", "max_attempts": 4}, max_pool_connections=20)
    return SESSION.create_client(service, region, endpoint_url=served.url, config=config)


@pytest.mark.slow
def test_answers_as_another_release(serve, tmp_path):
    """What it does not know is left out; what it could not answer is refused, with the reason."""
    answer = {"AutoMLJobName": "a", "ModelDeployConfig": {"EndpointName": "e"}}
    recorded = interaction(parameters={"AutoMLJobName": "a"}, answer=answer)
    served = serve(written(tmp_path, recorded, interaction("ListInferenceRecommendationsJobs")), "--release", "1.20.41")
    sagemaker = client(served)

    assert "ModelDeployConfig" not in sagemaker.describe_auto_ml_job(AutoMLJobName="a")
    with pytest.raises(ClientError, match=r"is not in release 1\.20\.41 \(appeared in 1\.2"):
        sagemaker.list_inference_recommendations_jobs()


def raw(response: Response, method="GET", path="/things/1") -> Interaction:
    """An interaction that is no AWS call, for looking at the bytes."""
    return Interaction(Request(method, f"https://api.example.com{path}"), response)


@pytest.mark.slow
def test_answers_botocore_from_a_cassette(serve, tmp_path):
    """A client with the endpoint URL gets the recorded answers in order, and nothing else is printed."""
    served = serve(written(tmp_path, describe("demo", "InProgress"), describe("demo", "Completed", repeat=True)))

    sagemaker = client(served)
    answers = [sagemaker.describe_auto_ml_job(AutoMLJobName="demo")["AutoMLJobStatus"] for _ in range(3)]

    assert answers == ["InProgress", "Completed", "Completed"]
    assert served.line == f"serving 2 interactions on {served.url}\n"
    assert served.stop() == (0, "", "")


def test_a_miss_is_an_aws_error(serve, tmp_path):
    """A call without a recording fails at the client, unretried, with what was recorded instead; stderr has a line."""
    served = serve(written(tmp_path, describe("demo")))

    with pytest.raises(ClientError) as caught:
        client(served).describe_auto_ml_job(AutoMLJobName="other")

    assert caught.value.response["Error"]["Code"] == "NoMatch"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "AutoMLJobName: 'demo' recorded, 'other' sent" in str(caught.value)
    code, out, err = served.stop()
    assert (code, out, len(err.splitlines())) == (0, "", 1)
    assert err.startswith("bototape serve: cannot replay DescribeAutoMLJob: no recording matches; cassette: ")


def test_a_region_is_part_of_the_call(serve, tmp_path):
    """The region a client signs for finds the recording; the host it calls does not matter."""
    served = serve(written(tmp_path, describe("demo", "Failed", region="eu-west-1"), describe("demo", "Completed")))

    assert client(served).describe_auto_ml_job(AutoMLJobName="demo")["AutoMLJobStatus"] == "Completed"
    assert client(served, region="eu-west-1").describe_auto_ml_job(AutoMLJobName="demo")["AutoMLJobStatus"] == "Failed"


IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def test_the_query_protocol(serve, tmp_path):
    """STS speaks forms and XML: answers and misses come in its own words."""
    sent = Request(
        "POST",
        "https://sts.us-east-1.amazonaws.com/",
        (("Content-Type", FORM),),
        b"Action=GetCallerIdentity&Version=2011-06-15",
    )
    answer = Response(200, "OK", (("Content-Type", "text/xml"),), IDENTITY.encode())
    call = Call("sts", "GetCallerIdentity", "us-east-1", "query")
    served = serve(written(tmp_path, Interaction(sent, answer, call)))
    sts = client(served, "sts")

    assert sts.get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError) as caught:
        sts.get_session_token()
    assert caught.value.response["Error"]["Code"] == "NoMatch"
    assert "recorded operations: GetCallerIdentity (1)" in caught.value.response["Error"]["Message"]


def test_modeled_errors_stay_errors(serve, tmp_path):
    """A recorded error is raised as the client's own exception class."""
    wrong = interaction(parameters={"AutoMLJobName": "gone"})
    body = b'{"__type":"ResourceNotFound","Message":"Could not find the job."}'
    headers = (("x-amzn-RequestId", "00000000-0000-4000-8000-e00000000001"), ("Content-Length", "1"))
    answer = Response(400, "Bad Request", headers, body)
    served = serve(written(tmp_path, Interaction(wrong.request, answer, wrong.call)))
    sagemaker = client(served)

    with pytest.raises(sagemaker.exceptions.ResourceNotFound) as caught:
        sagemaker.describe_auto_ml_job(AutoMLJobName="gone")

    assert caught.value.response["Error"]["Message"] == "Could not find the job."
    assert caught.value.response["ResponseMetadata"]["RequestId"] == "00000000-0000-4000-8000-e00000000001"


def test_bytes_and_fields_are_as_recorded(serve, tmp_path):
    """Body bytes, repeated fields and their order are kept; connection fields and a wrong length are not."""
    body = bytes(range(256))
    headers = (
        ("Content-Type", "application/octet-stream"),
        ("X-Twice", "a"),
        ("X-Twice", "b"),
        ("X-Latin", "caf\xe9"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
        ("Content-Length", "3"),
        ("Date", "Fri, 20 Nov 2026 10:00:00 GMT"),
    )
    served = serve(written(tmp_path, raw(Response(201, "Created", headers, body))))

    response, found = served.get("/things/1")

    assert (response.status, found) == (201, body)
    assert response.getheaders() == [
        ("Content-Type", "application/octet-stream"),
        ("X-Twice", "a"),
        ("X-Twice", "b"),
        ("X-Latin", "caf\xe9"),
        ("Date", "Fri, 20 Nov 2026 10:00:00 GMT"),
        ("content-length", "256"),
    ]


def test_head_and_bodiless_statuses(serve, tmp_path):
    """A HEAD keeps the length of what a GET would send (S3 tells an object's size by it); 204 and 304 have none."""
    served = serve(
        written(
            tmp_path,
            raw(Response(200, "OK", (("Content-Length", "12345"),)), "HEAD"),
            raw(Response(204, "No Content", (("Content-Length", "0"),)), "DELETE"),
            raw(Response(304, "Not Modified", (("ETag", '"e"'),))),
        )
    )

    head, nothing = served.get("/things/1", "HEAD")
    gone, _ = served.get("/things/1", "DELETE")
    same, _ = served.get("/things/1")

    assert (head.status, head.getheader("Content-Length"), nothing) == (200, "12345", b"")
    assert (gone.status, gone.getheaders()) == (204, [])
    assert (same.status, same.getheaders()) == (304, [("ETag", '"e"')])


def test_a_field_value_cannot_break_the_message(serve, tmp_path):
    """A cassette from elsewhere may hold line breaks or other scripts in a header; the answer stays one message."""
    headers = (("X-Odd", "a\r\nX-Injected: 1"), ("X-Far", "日本"))
    served = serve(written(tmp_path, raw(Response(200, "OK", headers, b"x"))))

    response, found = served.get("/things/1")

    assert found == b"x"
    assert response.getheader("X-Injected") is None
    assert response.getheader("X-Odd") == "a  X-Injected: 1"


def test_looks_at_the_server(serve, tmp_path):
    """A plain GET of the URL tells the counts; a signed one is a call (S3 lists buckets so)."""
    served = serve(written(tmp_path, describe("demo"), describe("demo")))
    client(served).describe_auto_ml_job(AutoMLJobName="demo")

    response, found = served.get()
    head, nothing = served.get(method="HEAD")
    call, _ = served.get(headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x"})

    assert (response.status, json.loads(found)) == (200, {"interactions": 2, "played": 1, "unplayed": 1, "misses": 0})
    assert (head.status, nothing) == (200, b"")
    assert call.status == 400
    assert json.loads(served.get()[1])["misses"] == 1


def test_threads_get_their_own_answers(serve, tmp_path):
    """Sixteen clients at once: each call gets the answer of its own job, each recording plays once."""
    jobs = [f"job-{number}" for number in range(16)]
    served = serve(written(tmp_path, *(describe(job, f"{job}:{turn}") for job in jobs for turn in range(5))))
    sagemaker = client(served)

    def ask(job: str) -> list[str]:
        return [sagemaker.describe_auto_ml_job(AutoMLJobName=job)["AutoMLJobStatus"] for _ in range(5)]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, jobs))

    assert answers == [[f"{job}:{turn}" for turn in range(5)] for job in jobs]
    assert json.loads(served.get()[1]) == {"interactions": 80, "played": 80, "unplayed": 0, "misses": 0}


def test_equal_calls_of_many_threads_are_all_different_recordings(serve, tmp_path):
    """The same call from many threads takes every recording exactly once."""
    served = serve(written(tmp_path, *(describe("demo", str(number)) for number in range(60))))
    sagemaker = client(served)

    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: sagemaker.describe_auto_ml_job(AutoMLJobName="demo")["AutoMLJobStatus"], range(60))
        )

    assert sorted(answers, key=int) == [str(number) for number in range(60)]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_stops_at_once_and_frees_the_port(serve, tmp_path, number):
    """A signal ends it with exit 0, idle and half-sent requests notwithstanding; the port is free."""
    path = written(tmp_path, describe("demo"))
    served = serve(path)
    idle = socket.create_connection(("127.0.0.1", served.port))
    half = socket.create_connection(("127.0.0.1", served.port))
    half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    client(served).describe_auto_ml_job(AutoMLJobName="demo")

    code, out, _ = served.stop(number)

    assert (code, out) == (0, "")
    idle.close()
    half.close()
    assert serve(path, "--port", served.port).port == served.port


def test_a_client_that_leaves_is_no_trouble(serve, tmp_path):
    """A client that hangs up amid its request disturbs nobody and fills no log."""
    served = serve(written(tmp_path, describe("demo")))
    with socket.create_connection(("127.0.0.1", served.port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
    with socket.create_connection(("127.0.0.1", served.port)) as noise:
        noise.sendall(b"\x16\x03\x01 no HTTP at all\r\n\r\n")

    assert client(served).describe_auto_ml_job(AutoMLJobName="demo")["AutoMLJobStatus"] == "Completed"
    assert served.stop() == (0, "", "")


def test_a_port_in_use(tmp_path, capsys):
    """A port that is taken is a clear error, exit 2, before anything is printed."""
    path = written(tmp_path, describe("demo"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert main(["serve", str(path), "--port", str(port)]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"bototape: cannot serve on 127.0.0.1 port {port}: Address already in use\n"
        "  fix: take another --port, or --port 0 for any free one\n"
    )


def test_listens_on_loopback_only(serve, tmp_path):
    """No other machine can reach it unless --host says so."""
    served = serve(written(tmp_path, describe("demo")))
    listening = Path(f"/proc/{served.process.pid}/net/tcp")
    if not listening.exists():
        pytest.skip("no /proc here")

    hosts = {
        line.split()[1].partition(":")[0]
        for line in listening.read_text("ascii").splitlines()[1:]
        if line.split()[1].endswith(f":{served.port:04X}") and line.split()[3] == "0A"
    }

    assert hosts == {"0100007F"}


def test_directories_are_one_cassette(serve, tmp_path):
    """All cassettes below a directory answer together."""
    (tmp_path / "in").mkdir()
    written(tmp_path / "in", describe("a"), name="a.yaml")
    written(tmp_path / "in", describe("b", "Failed"), name="b.yaml")
    served = serve(tmp_path / "in")
    sagemaker = client(served)

    assert served.line == f"serving 2 interactions on {served.url}\n"
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="b")["AutoMLJobStatus"] == "Failed"
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] == "Completed"


def test_a_cassette_that_cannot_be_read(tmp_path, capsys):
    """What cannot be loaded is exit 3, and nothing is served."""
    (tmp_path / "bad.yaml").write_text("interactions: [", encoding="utf-8")

    assert main(["serve", str(tmp_path / "missing.yaml")]) == 3
    assert main(["serve", str(tmp_path / "bad.yaml")]) == 3
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_a_missing_extra_is_named(tmp_path, capsys, monkeypatch, missing):
    """Without the extra the command says which one to install."""
    import bototape  # noqa: PLC0415 - the package, to take a module out of

    path = written(tmp_path, describe("demo"))
    for name in [each for each in sys.modules if each.split(".")[0] == missing or each == "bototape.server"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(bototape, "server", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)

    assert main(["serve", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"bototape: cannot serve: {missing} is not installed\n"
        '  fix: install the extra: pip install "bototape[server]"\n'
    )


def test_serves_inside_a_process(tmp_path):
    """A thread may serve as well: no signal is touched there."""
    from bototape import cassettes, server  # noqa: PLC0415 - an extra
    from bototape.replay import Player  # noqa: PLC0415 - with it

    before = signal.getsignal(signal.SIGTERM)
    ready = threading.Event()
    listening = server.listen("127.0.0.1", 0)
    player = Player(cassettes.read(written(tmp_path, describe("demo"))), "demo")
    thread = threading.Thread(target=server.serve, args=(player, listening, ready.set), daemon=True)
    thread.start()

    assert ready.wait(10)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", listening.getsockname()[1])) as connection:
        connection.request("GET", "/")
        assert json.loads(connection.getresponse().read())["interactions"] == 1
    assert signal.getsignal(signal.SIGTERM) is before

"""Half an answer is a fault of the network while a cassette is recorded, in whatever way the rest is missing."""

import http.server
import threading
from contextlib import closing

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from bototape import cassettes
from bototape.tape import recording

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}

WHOLE = (("Content-Length", "4"),), b"true"
SHORT = (("Content-Length", "9"),), b"half"
CHUNKED = (("Transfer-Encoding", "chunked"),), b"9\r\nhalf"
BODILESS = (("Content-Length", "9"),), b""


@pytest.fixture
def serve():
    """Return a function that serves answers (headers and body) in turn and gives the URL."""
    servers = []

    def start(*answers, status=200):
        left = list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                headers, body = left.pop(0)
                self.send_response(status)
                for each in headers:
                    self.send_header(*each)
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_DELETE = do_GET  # noqa: N815 - the library's names

            def log_message(self, *_):
                """Be quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for each in servers:
        each.shutdown()
        each.server_close()


def taped(path, url, call, attempts):
    """Record one call of S3 and return what it gave."""
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
    with (
        recording(path, scrub=lambda each: each, leaks=lambda _text: []),
        closing(boto3.client("s3", endpoint_url=url, config=config, **KEYS)) as client,
    ):
        return call(client)


def get(client):
    return client.get_object(Bucket="b", Key="k")["Body"].read()


@pytest.mark.parametrize("half", [SHORT, CHUNKED], ids=["short", "chunk cut"])
def test_half_a_stream_is_asked_for_again(serve, tmp_path, half):
    """botocore hands a stream out before it is read; a recording reads it, and retries as for any cut connection."""
    path = tmp_path / "a.yaml"

    assert taped(path, serve(half, WHOLE), get, attempts=2) == b"true"
    assert [(each.response.body, each.call.attempt) for each in cassettes.read(path).interactions] == [(b"true", 2)]


@pytest.mark.parametrize("half", [SHORT, CHUNKED], ids=["short", "chunk cut"])
def test_half_a_stream_is_not_recorded(serve, tmp_path, half):
    """With no attempts left nothing is written, and the error does not show the query, which may be signed."""
    path, url = tmp_path / "a.yaml", serve(half)

    with pytest.raises(ConnectionClosedError) as caught:
        taped(path, url, lambda client: client.get_object(Bucket="b", Key="k", VersionId="v"), attempts=1)
    assert str(caught.value).endswith(f'endpoint URL: "{url}/b/k".')
    assert not path.exists()


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (lambda client: client.head_object(Bucket="b", Key="k"), 200),
        (lambda client: client.delete_object(Bucket="b", Key="k"), 204),
    ],
    ids=["HEAD", "no content"],
)
def test_a_length_without_a_body_is_whole(serve, tmp_path, call, status):
    """What is announced there is the length of a body that is elsewhere."""
    path = tmp_path / "a.yaml"
    taped(path, serve(BODILESS, status=status), call, attempts=1)

    assert [each.response.status for each in cassettes.read(path).interactions] == [status]

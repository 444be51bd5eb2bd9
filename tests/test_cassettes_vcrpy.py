"""Both ways with stock vcrpy and pytest-recording: their cassettes are read, ours replay under them."""

import contextlib
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter

import boto3
import pytest
import urllib3
import vcr
from botocore.config import Config
from botocore.parsers import ResponseParserError

from bototape import cassettes
from bototape.interaction import Interaction, Request, Response, header
from tests.small import SMALL, URI, files, no_leaks

USUAL = "{body: {string: ''}, headers: {}, status: {code: 200, message: OK}}"


def parsed(body="body: null", response=USUAL):
    """The one interaction of a cassette in vcrpy's form."""
    text = (
        "interactions:\n- request:\n"
        f"    {body}\n    headers: {{}}\n    method: GET\n    uri: http://127.0.0.1/\n"
        f"  response: {response}\nversion: 1\n"
    )
    found = cassettes.from_text(text, "v.yaml")
    assert found.provenance is None
    return found.interactions[0]


def _x(*headers):
    return Response(200, "OK", headers, b"x")


class TestVcrpyFiles:
    @pytest.mark.parametrize(
        ("spelling", "body"),
        [
            ("body: null", b""),
            ("body: ''", b""),
            ("body: text", b"text"),
            ('body: "caf\\u00e9\\x85"', "café\x85".encode()),
            ("body: !!binary |\n      /wA=", b"\xff\x00"),
            ("body: !!python/unicode 'x'", b"x"),
            ("body: {string: null}", b""),
            ("body: {string: text}", b"text"),
            ("body: {encoding: utf-8, string: !!binary aGk=}", b"hi"),
            ("body: {base64_string: /wA=}", b"\xff\x00"),
            ("body: !!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary aGk=, 0, null]}", b"hi"),
            ("body: !!python/object/apply:builtins.iter {args: [[one, !!binary aGk=]]}", b"onehi"),
            ("body: !!python/tuple [a, b]", b"ab"),
        ],
    )
    def test_every_spelling_of_a_body_is_read(self, spelling, body):
        """What vcrpy wrote for text, bytes, files and iterators over its versions."""
        assert parsed(body=spelling).request == Request("GET", "http://127.0.0.1/", (), body)

    @pytest.mark.parametrize(
        ("spelling", "response"),
        [
            ("{body: {string: x}, headers: {A: [b]}, status: {code: 200, message: OK}}", _x(("A", "b"))),
            (
                "{body: {string: x}, headers: {A: b, C: !!python/tuple [d]}, status: {code: 200, message: OK}}",
                _x(("A", "b"), ("C", "d")),
            ),
            ("{body: null, headers: null, status: {code: 500, message: null}}", Response(500)),
            ("{body: x, status: {code: 200, message: !!binary T0s=}}", _x()),
            (
                "{body: {string: x}, headers: {!!binary QQ==: [!!binary YuI=]}, status: {code: 200, message: OK}}",
                _x(("A", "bâ")),
            ),
            (
                "{body: {string: x}, headers: {A: [5], B: 6}, status: {code: 200, message: OK}}",
                _x(("A", "5"), ("B", "6")),
            ),
            (
                "{content: x, headers: {A: [b]}, http_version: HTTP/1.1, status_code: 200}",
                Response(200, "", (("A", "b"),), b"x"),
            ),
            ("{body: {string: x}, headers: {A: []}, status: {code: 200, message: OK}, url: u}", _x()),
            ("{body: {string: x}, headers: {}, status: {code: 200}}", Response(200, "", (), b"x")),
        ],
        ids=["usual", "plain", "null", "short", "binary", "numbers", "httpx", "url", "no-reason"],
    )
    def test_every_spelling_of_a_response_is_read(self, spelling, response):
        """Header values as text or lists or binary, no reason, the httpx form of vcrpy 5."""
        assert parsed(response=spelling).response == response

    def test_a_json_cassette_is_read(self):
        """vcrpy's JSON serializer writes YAML as well: JSON is a part of it."""
        request = {"body": None, "headers": {}, "method": "GET", "uri": "http://127.0.0.1/"}
        response = {"body": {"string": "x"}, "headers": {}, "status": {"code": 200, "message": "OK"}}
        text = json.dumps({"interactions": [{"request": request, "response": response}], "version": 1})

        assert cassettes.from_text(text, "v.json").interactions == (
            Interaction(Request("GET", "http://127.0.0.1/"), Response(200, "OK", (), b"x")),
        )

    def test_what_stock_vcrpy_records_is_read_as_it_was_sent(self, tmp_path, server):
        """Text, binary, files, numbers and repeated headers, recorded over real HTTP."""
        path = tmp_path / "stock.yaml"
        with vcr.use_cassette(str(path), record_mode="all"), urllib3.PoolManager() as pool:
            pool.request("GET", f"{server}/?q=1")
            pool.request("POST", f"{server}/binary", body=b"\xff\x00")
            pool.request("POST", f"{server}/", body="text\tx", headers={"A": "x", "N": "5"})
            with (tmp_path / "upload").open("w+b") as upload:
                upload.write(b"file")
                upload.seek(0)
                pool.request("POST", f"{server}/", body=upload)

        found = cassettes.read(path)

        assert found.provenance is None
        assert [(each.call, each.request) for each in found.interactions] == [
            (None, Request("GET", f"{server}/?q=1")),
            (None, Request("POST", f"{server}/binary", (), b"\xff\x00")),
            (None, Request("POST", f"{server}/", (("A", "x"), ("N", "5")), b"text\tx")),
            (None, Request("POST", f"{server}/", (), b"file")),
        ]
        headers = (("Content-Length", "16"), ("Set-Cookie", "b=2"), ("Set-Cookie", "a=1"))
        text = Response(200, "OK", headers, "{'a': 'café\x85'}".encode())
        assert [each.response for each in found.interactions] == [
            text,
            Response(200, "OK", (("Content-Length", "4"), *headers[1:]), b"\x80\xff\x00b"),
            text,
            text,
        ]

    def test_what_stock_vcrpy_records_of_boto3_is_text_again(self, tmp_path, server):
        """botocore's headers are bytes, which vcrpy hides as base64 from every reviewer and scanner."""
        path = tmp_path / "boto3.yaml"
        client = boto3.client(
            "sagemaker",
            region_name="us-east-1",
            endpoint_url=server,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with vcr.use_cassette(str(path), record_mode="all"), contextlib.suppress(ResponseParserError):
            client.list_auto_ml_jobs(NameContains="job")
        client.close()

        assert "SageMaker" not in path.read_text(encoding="utf-8")
        request = cassettes.read(path).interactions[0].request
        assert header(request.headers, "X-Amz-Target") == "SageMaker.ListAutoMLJobs"
        assert str(header(request.headers, "Authorization")).startswith("AWS4-HMAC-SHA256 Credential=test/")
        assert request.body == b'{"NameContains": "job"}'


class _Peer(BaseHTTPRequestHandler):
    """Answers with text, or with bytes under /binary; two cookies; no Date, so that recordings are equal."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b"\x80\xff\x00b" if self.path == "/binary" else "{'a': 'café\x85'}".encode()
        self.send_response_only(200, "OK")
        for name, value in (("Content-Length", str(len(body))), ("Set-Cookie", "b=2"), ("Set-Cookie", "a=1")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  # the name http.server looks for

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """The address of a loopback HTTP server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Peer) as each:
        thread = threading.Thread(target=each.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{each.server_port}"
        each.shutdown()
        thread.join()


class TestStockReplay:
    @pytest.mark.parametrize(
        "match_on",
        [
            ("method", "scheme", "host", "port", "path", "query"),
            ("method", "uri", "body"),
            ("uri", "headers", "raw_body"),
        ],
        ids=["default", "body", "headers"],
    )
    def test_vcrpy_replays_what_we_write(self, tmp_path, match_on):
        """No bototape, no network: a team that stays with vcrpy can use our recordings."""
        path = tmp_path / "ours.yaml"
        cassettes.write(path, SMALL, no_leaks)
        before = files(tmp_path)
        first, second = SMALL.interactions

        with (
            vcr.use_cassette(str(path), record_mode="none", match_on=match_on) as played,
            urllib3.PoolManager() as pool,
        ):
            post = pool.request("POST", URI, body=first.request.body, headers=dict(first.request.headers))
            plain = http.client.HTTPSConnection("api.sagemaker.invalid")
            plain.request("GET", "/model?x=1")
            got = plain.getresponse()
            content = got.read()

        assert (200, "OK", first.response.body) == (post.status, post.reason, post.data)
        # vcrpy keeps the order of the values of one name, but not that of the names
        assert sorted(first.response.headers, key=itemgetter(0)) == sorted(post.headers.iteritems(), key=itemgetter(0))
        assert (404, second.response.body) == (got.status, content)
        assert played.all_played
        assert files(tmp_path) == before

    def test_pytest_recording_replays_what_we_write(self, pytester):
        """In mode none with the network blocked, and the file stays as it is."""
        path = pytester.path / "cassettes" / "test_ours" / "test_it.yaml"
        cassettes.write(path, SMALL, no_leaks)
        before = path.read_bytes()
        pytester.makepyfile(
            test_ours=f"""
            import pytest, urllib3

            @pytest.mark.vcr
            def test_it():
                with urllib3.PoolManager() as pool:
                    answer = pool.request("POST", {URI!r}, body={SMALL.interactions[0].request.body!r})
                assert answer.data == {SMALL.interactions[0].response.body!r}
            """
        )

        run = pytester.runpytest_subprocess("--record-mode=none", "--block-network", "-p", "no:randomly")

        run.assert_outcomes(passed=1)
        assert path.read_bytes() == before

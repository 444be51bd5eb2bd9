"""Requests of other HTTP libraries than botocore's, answered from and recorded into the same cassette."""

import asyncio
import contextlib
import contextvars
import http.client
import json
import logging
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import boto3
import httpx
import pytest
import requests
import urllib3
import vcr

from bototape import cassettes, use_cassette
from bototape.errors import NetworkBlocked, NoMatch, UsageError
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from bototape.plain import MATCH_ON, PlainPlayer, plain_of
from bototape.tape import recording
from tests.loopback import counting

API = "https://api.example.com"


@pytest.fixture(autouse=True)
def no_ci(monkeypatch):
    """In CI a test's own record mode is not heeded."""
    monkeypatch.delenv("CI", raising=False)


def answered(path, body, *, method="GET", url=API, status=200, headers=(), sent=b""):
    return Interaction(
        Request(method, f"{url}{path}", (), sent),
        Response(status, "OK" if status == 200 else "Found", (("Content-Type", "text/plain"), *headers), body),
    )


def stored(path, *interactions, ours=True):
    provenance = Provenance("custom", "2026-11-01", "1.44.0") if ours else None
    cassettes.write(path, Cassette(interactions, provenance), lambda _: [])
    return path


def with_requests(url, method="GET", **kwargs):
    return requests.request(method, url, timeout=5, **kwargs).content


def with_session(url):
    with requests.Session() as session:
        return session.get(url, timeout=5).content


def with_urllib3(url):
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url).data


def with_httpx(url):
    return httpx.get(url).content


def with_async_httpx(url):
    async def get():
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).content

    return asyncio.run(get())


def with_aiohttp(url):
    async def get():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.read()

    return asyncio.run(get())


def with_http_client(url):
    host, _, path = url.removeprefix("https://").removeprefix("http://").partition("/")
    kind = http.client.HTTPSConnection if url.startswith("https") else http.client.HTTPConnection
    with contextlib.closing(kind(host, timeout=5)) as connection:
        connection.request("GET", f"/{path}")
        return connection.getresponse().read()


def with_urllib(url):
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - a fixed address
        return response.read()


LIBRARIES = [
    with_requests,
    with_session,
    with_urllib3,
    with_httpx,
    with_async_httpx,
    with_aiohttp,
    with_http_client,
    with_urllib,
]
any_library = pytest.mark.parametrize("get", LIBRARIES, ids=lambda each: each.__name__.removeprefix("with_"))


@pytest.fixture
def server():
    with counting() as serving:
        yield serving


@any_library
def test_each_library_is_answered_from_the_cassette(get, tmp_path):
    """Whatever library makes the request, over TLS too, it gets what was recorded, in recorded order."""
    path = stored(tmp_path / "c.yaml", answered("/a", b"first"), answered("/a", b"second"), answered("/b", b"other"))

    with use_cassette(path) as tape:
        found = [get(f"{API}/{each}") for each in ("a", "b", "a")]

    assert found == [b"first", b"other", b"second"]
    assert (tape.played, tape.all_played, tape.misses, tape.blocked) == ({0: 1, 1: 1, 2: 1}, True, [], [])


@any_library
def test_a_miss_of_each_library_is_raised_at_the_call_and_sticks(get, tmp_path):
    """A request without a recording is a NoMatch, no network error, and fails the test when it is swallowed."""
    path = stored(tmp_path / "c.yaml", answered("/a?page=1", b"first"))

    with pytest.raises(NoMatch) as caught, use_cassette(path), contextlib.suppress(NoMatch):
        get(f"{API}/a?page=2")

    assert str(caught.value) == (
        f"cannot replay GET {API}/a: no recording matches\n"
        f"  cassette: {path}\n"
        f"  closest: #1 (not played), GET {API}/a, differs in query (page)\n"
        "  fix: make the request that was recorded, record this one, or allow the host: allowed_hosts=[…]"
    )


@any_library
def test_compressed_answers_come_out_alike_in_each_library(get, tmp_path, server):
    """vcrpy keeps some answers coded and some decoded; here they are plain, whoever recorded and whoever plays."""
    path = tmp_path / "c.yaml"
    url = f"{server.url}/gzip"
    with recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True):
        live = get(url)
    with use_cassette(path):
        replayed = [get(url)]
    others = (with_requests, with_async_httpx, with_aiohttp)
    stored(tmp_path / "again.yaml", *cassettes.read(path).interactions * len(others))
    with use_cassette(tmp_path / "again.yaml"):
        replayed += [each(url) for each in others]

    undecoded = get in (with_http_client, with_urllib)
    assert undecoded or live == b"live /gzip"
    assert set(replayed) == {b"live /gzip"}
    assert server.reached == ["GET /gzip"]


def test_threads_get_their_own_answers_and_never_the_network(tmp_path, server):
    """vcrpy alone lets a part of such calls go live: 8 threads, 160 requests by new and by shared connections."""
    urls = [f"{server.url}/{number}" for number in range(160)]
    path = stored(
        tmp_path / "c.yaml",
        *(answered(f"/{number}", b"recorded %d" % number, url=server.url) for number in range(160)),
    )
    pool = urllib3.PoolManager(maxsize=8, block=True)
    client = httpx.Client()
    ways = [
        with_requests,
        with_http_client,
        lambda url: client.get(url).content,
        lambda url: pool.request("GET", url).data,
    ]

    with use_cassette(path) as tape, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: ways[at % 4](urls[at]), range(160)))
    pool.clear()
    client.close()

    assert found == [b"recorded %d" % number for number in range(160)]
    assert (server.reached, tape.blocked, tape.misses) == ([], [], [])


def test_threads_over_tls_get_their_own_answers(tmp_path):
    """Connections for HTTPS are made by other classes; they race no more than the others."""
    path = stored(tmp_path / "c.yaml", *(answered(f"/{number}", b"%d" % number) for number in range(48)))
    ways = [with_requests, with_http_client, with_urllib3]

    with use_cassette(path) as tape, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: ways[at % 3](f"{API}/{at}"), range(48)))

    assert found == [b"%d" % number for number in range(48)]
    assert (tape.blocked, tape.misses) == ([], [])


def test_threads_that_miss_never_reach_the_network(tmp_path, server):
    """Without recordings every request of every thread is refused, and the server sees none."""
    path = stored(tmp_path / "c.yaml", answered("/", b""))
    refused = []

    def attempt(number):
        try:
            with_requests(f"{server.url}/{number}")
        except NoMatch:
            refused.append(number)

    with use_cassette(path) as tape:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(attempt, range(80)))
        tape.forget_misses()

    assert sorted(refused) == list(range(80))
    assert server.reached == []


def test_threads_are_recorded_whole(tmp_path, server):
    """A recording by 8 threads holds each request once: none slipped past the tape."""
    path = tmp_path / "c.yaml"
    with (
        recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True),
        ThreadPoolExecutor(8) as threads,
    ):
        list(threads.map(lambda number: with_requests(f"{server.url}/{number}"), range(60)))

    recorded = cassettes.read(path).interactions
    assert sorted(each.request.uri for each in recorded) == sorted(f"{server.url}/{number}" for number in range(60))
    assert len(server.reached) == 60


def test_what_was_recorded_plays_under_stock_vcrpy(tmp_path, server):
    """A cassette with other libraries' requests is one of vcrpy's, and theirs is one of ours."""
    ours, theirs = tmp_path / "ours.yaml", tmp_path / "theirs.yaml"
    url = f"{server.url}/x?y=1"
    with recording(ours, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True):
        with_requests(url)
    with vcr.use_cassette(str(theirs)):
        with_requests(url)

    with vcr.use_cassette(str(ours), record_mode="none"):
        under_vcrpy = with_requests(url)
    with use_cassette(theirs):
        under_us = with_requests(url)

    assert (under_vcrpy, under_us) == (b"live /x?y=1",) * 2
    assert len(server.reached) == 2


def test_a_recording_is_scrubbed_and_audited(tmp_path, server):
    """Each request passes the scrubber before it is kept, and a leak in the text means that nothing is written."""
    from bototape.errors import LeakRefused  # noqa: PLC0415 - used here alone
    from bototape.finding import Finding, Severity  # noqa: PLC0415 - used here alone

    path, seen = tmp_path / "c.yaml", []

    def leaks(text):
        seen.append(text)
        return [Finding(str(path), "leak", Severity.ERROR, "a key")] if "AKIA" in text else []

    def scrub(interaction):
        seen.append(interaction.request.uri)
        return interaction

    with (
        pytest.raises(LeakRefused),
        recording(path, scrub=scrub, leaks=leaks, endpoint="custom", http=True),
    ):
        with_requests(f"{server.url}/AKIAIOSFODNN7EXAMPLE")

    assert seen[0] == f"{server.url}/AKIAIOSFODNN7EXAMPLE"
    assert "AKIAIOSFODNN7EXAMPLE" in seen[1]
    assert not path.exists()


@any_library
def test_redirects_are_followed_in_the_recording(get, tmp_path, server):
    """Each step of a redirect is a recording of its own; http.client follows none."""
    path = tmp_path / "c.yaml"
    with recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True):
        live = get(f"{server.url}/old")
    with use_cassette(path) as tape:
        replayed = get(f"{server.url}/old")

    assert replayed == live
    assert (tape.all_played, tape.misses) == (True, [])


def test_vcrpy_logs_nothing_of_what_is_recorded(tmp_path, server, caplog):
    """vcrpy tells whole addresses at INFO, before anybody scrubbed them; while a tape is open it does not."""
    caplog.set_level(logging.DEBUG, "vcr")
    with recording(tmp_path / "c.yaml", scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True):
        with_requests(f"{server.url}/secret")
        with_httpx(f"{server.url}/secret")
        with_aiohttp(f"{server.url}/secret")

    assert [each.getMessage() for each in caplog.records if each.name.startswith("vcr")] == []


def presigned(**kwargs):
    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x"
    )
    return client.generate_presigned_url(
        "get_object", Params={"Bucket": "amzn-s3-demo-bucket1", "Key": "report.txt"}, **kwargs
    )


def s3_object(key="report.txt", body=b"of botocore"):
    return Interaction(
        Request("GET", f"https://amzn-s3-demo-bucket1.s3.eu-west-1.amazonaws.com/{key}"),
        Response(200, "OK", (("Content-Length", str(len(body))),), body),
        Call("s3", "GetObject", "eu-west-1", "rest-xml"),
    )


@pytest.mark.parametrize("get", [with_requests, with_httpx, with_aiohttp], ids=["requests", "httpx", "aiohttp"])
def test_a_presigned_url_finds_the_call_that_botocore_made(get, tmp_path):
    """The recording of a client's GetObject answers the same object fetched by its presigned URL."""
    path = stored(tmp_path / "c.yaml", s3_object("other.txt", b"no"), s3_object())

    with use_cassette(path, http=True) as tape:
        found = get(presigned())

    assert (found, tape.played) == (b"of botocore", {1: 1})


def test_a_presigned_url_fetched_when_recorded_is_found_again(tmp_path):
    """A presigned URL recorded with requests is found whatever its signature is today."""
    url = presigned()
    path = stored(tmp_path / "c.yaml", Interaction(Request("GET", url), Response(200, "OK", (), b"of requests")))

    with use_cassette(path):
        found = with_requests(presigned(ExpiresIn=60))

    assert found == b"of requests"


def test_a_presigned_url_of_another_object_is_a_miss_in_terms_of_aws(tmp_path):
    """The miss names the operation and what differs in its parameters."""
    path = stored(tmp_path / "c.yaml", s3_object("other.txt", b"no"))

    with pytest.raises(NoMatch) as caught, use_cassette(path, http=True):
        with_requests(presigned())

    assert "'other.txt' recorded, 'report.txt' sent" in str(caught.value)


def test_a_client_never_gets_the_answer_to_another_library(tmp_path):
    """A path may be the same: what requests fetched from elsewhere is no recording of a client's call."""
    elsewhere = answered("/report.txt", b"of a webhook")
    path = stored(tmp_path / "c.yaml", elsewhere)
    client = boto3.client("s3", region_name="eu-west-1")

    with pytest.raises(NoMatch) as caught, use_cassette(path):
        client.get_object(Bucket="amzn-s3-demo-bucket1", Key="report.txt")

    assert f"recorded operations: GET {API}/report.txt (1)" in str(caught.value)


def test_clients_and_other_libraries_share_one_cassette(tmp_path):
    """Both are answered from one file, in any order, and each recording is counted at its place."""
    path = stored(tmp_path / "c.yaml", answered("/a", b"a"), s3_object(), answered("/b", b"b"))
    client = boto3.client("s3", region_name="eu-west-1")

    with use_cassette(path) as tape:
        b = with_requests(f"{API}/b")
        body = client.get_object(Bucket="amzn-s3-demo-bucket1", Key="report.txt")["Body"].read()

    assert (b, body) == (b"b", b"of botocore")
    assert (tape.played, tape.unplayed) == ({1: 1, 2: 1}, [0])
    assert tape.requests[0].uri == f"{API}/a"


def test_an_allowed_host_is_reached_where_nothing_was_recorded(tmp_path, server):
    """A local service that a test lists stays reachable; what was recorded for it is still played."""
    path = stored(tmp_path / "c.yaml", answered("/recorded", b"recorded", url=server.url))

    with use_cassette(path, allowed_hosts=["127.0.0.1"]) as tape:
        found = [get(f"{server.url}/live") for get in LIBRARIES]
        recorded = with_requests(f"{server.url}/recorded")

    assert (set(found), recorded) == ({b"live /live"}, b"recorded")
    assert server.reached == ["GET /live"] * len(LIBRARIES)
    assert tape.misses == []


def test_without_recordings_of_them_other_libraries_meet_the_guard(tmp_path):
    """A cassette of AWS calls alone leaves other libraries to the network guard, unless http=True asks for more."""
    path = stored(tmp_path / "c.yaml", s3_object())

    with pytest.raises(NetworkBlocked), use_cassette(path):
        with_requests(f"{API}/a")
    with pytest.raises(NoMatch), use_cassette(path, http=True):
        with_requests(f"{API}/a")
    with pytest.raises(NetworkBlocked), use_cassette(stored(path, answered("/a", b"a")), http=False):
        with_requests(f"{API}/a")


def test_a_cassette_of_aws_calls_does_not_import_vcrpy(tmp_path):
    """vcrpy imports every HTTP library there is; who records AWS alone does not pay for it."""
    path = stored(tmp_path / "c.yaml", s3_object())
    code = f"""
import sys
from bototape import use_cassette
with use_cassette({str(path)!r}):
    pass
print(sorted({{"vcr", "httpx", "aiohttp", "requests"}} & sys.modules.keys()))
"""

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_everything_is_as_before_when_the_last_tape_has_closed(tmp_path, server):
    """Tapes share the patches and close in any order; then no trace is left."""
    names = [http.client.HTTPConnection, http.client.HTTPSConnection, urllib3.connection.HTTPConnection]
    path = stored(tmp_path / "c.yaml", answered("/a", b"a"), answered("/a", b"b"))
    fixtures = [(contextvars.copy_context(), use_cassette(path)) for _ in range(2)]
    for context, each in fixtures:
        context.run(each.__enter__)
    fixtures[0][0].run(fixtures[0][1].__exit__, None, None, None)
    between = with_requests(f"{API}/a")
    fixtures[1][0].run(fixtures[1][1].__exit__, None, None, None)

    assert between == b"a"
    assert [http.client.HTTPConnection, http.client.HTTPSConnection, urllib3.connection.HTTPConnection] == names
    assert with_requests(f"{server.url}/x") == b"live /x"


def test_tasks_play_their_own_cassettes(tmp_path):
    """Two tapes open at once in two tasks answer each its own task."""
    paths = [stored(tmp_path / f"{name}.yaml", answered("/a", name.encode())) for name in ("one", "two")]

    async def play(path, opened):
        async with use_cassette(path), httpx.AsyncClient() as client:
            await opened.wait()
            return (await client.get(f"{API}/a")).content

    async def both():
        opened = asyncio.Barrier(2)
        return await asyncio.gather(*(play(each, opened) for each in paths))

    assert asyncio.run(both()) == [b"one", b"two"]


def test_a_body_counts_when_it_is_asked_for(tmp_path):
    """By default the body does not count, as with vcrpy; JSON is compared as JSON."""
    kind = (("Content-Type", "application/json"),)
    first = Interaction(Request("POST", f"{API}/a", kind, b'{"n": 1, "m": 0}'), Response(200, "OK", (), b"one"))
    second = Interaction(Request("POST", f"{API}/a", kind, b'{"n": 2, "m": 0}'), Response(200, "OK", (), b"two"))
    path = stored(tmp_path / "c.yaml", first, second)

    with use_cassette(path, match_on=[*MATCH_ON, "body"]):
        found = [with_requests(f"{API}/a", "POST", json={"m": 0, "n": number}) for number in (2, 1)]

    assert found == [b"two", b"one"]


def test_a_matcher_that_there_is_not_is_refused():
    """A typing error in match_on is no matcher that is never asked."""
    with pytest.raises(UsageError) as caught:
        PlainPlayer(Cassette(), (), ["method", "pathh"])

    assert str(caught.value).startswith("cannot match requests on ['method', 'pathh']: expected a list of method, ")


def test_recordings_of_botocore_in_a_file_of_vcrpy_are_calls():
    """In another tool's file a request is plain when no client of AWS left its mark on it."""
    requests_sent = [
        Request("GET", f"{API}/a"),
        Request("POST", "http://localhost:4566/", (("X-Amz-Target", "SageMaker.ListModels"),)),
        Request("GET", "http://localhost:4566/bucket/key", (("User-Agent", "Boto3/1.44 Botocore/1.44"),)),
        Request("GET", "https://sqs.eu-west-1.amazonaws.com/"),
    ]
    cassette = Cassette(tuple(Interaction(each, Response(200)) for each in requests_sent))

    assert plain_of(cassette) == (0,)


def test_late_requests_of_a_thread_are_misses(tmp_path):
    """While another tape keeps the patches on, a thread that outlived its own tape is refused."""
    path = stored(tmp_path / "c.yaml", answered("/a", b"a"))
    go, outcome = threading.Event(), []

    def late():
        go.wait()
        try:
            with_requests(f"{API}/a")
        except NoMatch as error:
            outcome.append(error.explanation)

    with use_cassette(path):
        thread = threading.Thread(target=late)
        thread.start()
    with use_cassette(path, http=False):
        pass
    from bototape.adapters import vcr as patches  # noqa: PLC0415 - as an open tape elsewhere would hold them

    with patches.patched():
        go.set()
        thread.join()

    assert outcome == [("the cassette was closed before this call was made, by a thread or task that outlived it",)]


def test_the_marker_takes_http_and_match_on(pytester):
    """The plugin's marker passes both on."""
    pytester.makepyfile(
        """
        import pytest, requests
        from bototape import NoMatch

        @pytest.mark.bototape("c", match_on=["method", "host"])
        def test_any_path():
            assert requests.get("https://api.example.com/other").content == b"a"

        @pytest.mark.bototape("c", http=True)
        def test_path_counts(bototape):
            with pytest.raises(NoMatch):
                requests.get("https://api.example.com/other")
            bototape.forget_misses()
        """
    )
    stored(pytester.path / "cassettes" / "c.yaml", answered("/a", b"a"))

    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=2)


def test_json_is_recorded_as_sent_by_aiohttp(tmp_path, server):
    """An object that aiohttp is to send as JSON is recorded as JSON."""
    path = tmp_path / "c.yaml"

    async def post():
        async with aiohttp.ClientSession() as session, session.post(server.url, json={"a": 1}) as response:
            return await response.read()

    with recording(path, scrub=lambda each: each, leaks=lambda _: [], endpoint="custom", http=True):
        asyncio.run(post())

    assert json.loads(cassettes.read(path).interactions[0].request.body) == {"a": 1}


@pytest.fixture
def scrubbing(monkeypatch, tmp_path):
    """A scrub key, and a word that must not be in a recording."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "0123456789abcdef" * 4)
    (tmp_path / "estate.json").write_text('{"words": ["kelpforest"]}', encoding="utf-8")
    monkeypatch.setenv("BOTOTAPE_ESTATE", str(tmp_path / "estate.json"))


@pytest.mark.usefixtures("scrubbing")
def test_record_modes_hold_for_other_libraries(tmp_path, server):
    """``once`` records where there is no file and replays then, ``new_episodes`` adds; all of it scrubbed."""
    path = tmp_path / "c.yaml"
    found, played = [], []
    for mode, names in (("once", "a"), ("once", "a"), ("new_episodes", "ab"), ("none", "ab")):
        with use_cassette(path, record_mode=mode, http=True) as tape:
            found += [with_requests(f"{server.url}/{name}") for name in names]
        played.append((tape.recorded, tape.play_count))

    assert found == [b"live /a", b"live /a", b"live /a", b"live /b", b"live /a", b"live /b"]
    assert played == [(1, 0), (0, 1), (1, 1), (0, 2)]
    assert server.reached == ["GET /a", "GET /b"]


@pytest.mark.usefixtures("scrubbing")
def test_a_record_mode_scrubs_other_libraries_answers(tmp_path, server):
    """A word of the estate, in the address, a header and the answer, is gone from the file."""
    path = tmp_path / "c.yaml"

    with use_cassette(path, record_mode="once", http=True):
        live = with_requests(f"{server.url}/kelpforest", headers={"Authorization": "Bearer kelpforest"})

    assert live == b"live /kelpforest"
    assert "kelpforest" not in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("scrubbing")
def test_a_failing_test_leaves_no_recording_of_other_libraries(tmp_path, server):
    """What a failing block fetched is not written."""
    path = tmp_path / "c.yaml"

    with contextlib.suppress(ZeroDivisionError), use_cassette(path, record_mode="once", http=True):
        with_requests(f"{server.url}/a")
        raise ZeroDivisionError

    assert not path.exists()

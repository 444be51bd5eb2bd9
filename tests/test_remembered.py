"""Names, numbers and times that were made while recording are the same at replay."""

import asyncio
import http.server
import json
import os
import random
import subprocess
import sys
import threading
import types
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import choice as imported_choice
from uuid import uuid4 as imported_uuid4

import boto3
import pytest

from bototape import NoMatch, UsageError, VariableUnknown, cassettes, use_cassette
from bototape.audit import audit
from bototape.finding import Severity, at_or_above
from bototape.interaction import Cassette, Interaction, Provenance
from bototape.record import Recorder
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.seeded import Seeded
from bototape.tape import recording
from tests.builders import describe

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
REAL = {"uuid4": uuid.uuid4, **{name: getattr(random, name) for name in ("random", "choice", "seed", "getstate")}}
ACCOUNT = "604913827755"


class Echo(http.server.BaseHTTPRequestHandler):
    """An account in which every job is there."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"AutoMLJobName": asked["AutoMLJobName"], "AutoMLJobStatus": "Completed"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Be quiet."""


@pytest.fixture(scope="module")
def sagemaker():
    """A client of the account."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield boto3.session.Session().client(
        "sagemaker", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{server.server_port}", **KEYS
    )
    server.shutdown()
    thread.join()
    server.server_close()


def recorded(path, estate=None, **settings):
    """Record into *path*, scrubbed and audited for *estate*."""
    told = estate or Estate()
    pseudonyms = Pseudonyms(b"key", {})
    known = [value for _, value in told.known()]
    return recording(
        path,
        scrub=lambda each: scrub(each, told, pseudonyms),
        leaks=lambda text: at_or_above(audit(text, where=str(path), known=known), Severity.ERROR),
        **settings,
    )


def stored(tmp_path, seed=None, **variables):
    """A cassette that remembers."""
    path = tmp_path / "stored.yaml"
    provenance = Provenance("custom", "2026-11-20", "1.44.5", seed=seed, variables=variables)
    cassettes.write(path, Cassette((describe("a", repeat=True),), provenance), lambda _: [])
    return path


def ask(sagemaker, tape):
    """The code under test: a job of a new name."""
    name = tape.variable("job", lambda: f"churn-{uuid.uuid4().hex[:8]}")
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobName"]


def test_a_generated_name_comes_back(tmp_path, sagemaker):
    """The call that was made with it is found, and the answer is about it."""
    path = tmp_path / "a.yaml"
    with recorded(path) as tape:
        first = ask(sagemaker, tape)
    with use_cassette(path) as tape:
        second = ask(sagemaker, tape)
        assert dict(tape.variables) == {"job": second}
    assert first == second
    assert f'  variables:\n    job: "{first}"\n' in path.read_text()


def test_a_name_that_is_scrubbed_comes_back_scrubbed(tmp_path, sagemaker):
    """What identifies the account is not in the file; the scrubbed name is the one in the recorded call."""
    path = tmp_path / "a.yaml"
    estate = Estate(account=ACCOUNT, words=("marsupial",))
    made = {"job": f"marsupial-{ACCOUNT}", "map": {"of": [f"arn:aws:iam::{ACCOUNT}:role/x"], "n": 1.5}}

    def run(tape):
        kept = tape.variables.setdefault("map", lambda: made["map"])
        name = tape.variables.setdefault("job", lambda: made["job"])
        return kept, sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobName"]

    with recorded(path, estate) as tape:
        assert run(tape) == (made["map"], made["job"])
    with use_cassette(path) as tape:
        kept, name = run(tape)
        assert tape.play_count == 1
    text = path.read_text()
    assert ACCOUNT not in text
    assert "marsupial" not in text
    assert name.endswith("-123456789012")
    assert kept == {"of": ["arn:aws:iam::123456789012:role/example-role-1"], "n": 1.5}


def test_a_name_that_identifies_is_refused(tmp_path, sagemaker):
    """The audit reads variables as everything else: their names are not scrubbed, so nothing is written."""
    path = tmp_path / "a.yaml"

    def run():
        with recorded(path, Estate(account=ACCOUNT)) as tape:
            tape.variable(f"job-{ACCOUNT}", "a")
            sagemaker.describe_auto_ml_job(AutoMLJobName="a")

    with pytest.raises(Exception, match="identifiers are left in it") as caught:
        run()
    assert ACCOUNT not in str(caught.value)
    assert not path.exists()


def test_an_unknown_name_is_an_error_that_says_what_to_do(tmp_path):
    """Neither a new value, which no recording would match, nor a bare KeyError."""
    with use_cassette(stored(tmp_path, job="a", bucket="b")) as tape:
        with pytest.raises(VariableUnknown) as caught:
            tape.variable("jbo", lambda: "new")
        with pytest.raises(KeyError):
            tape.variables["jbo"]
    assert str(caught.value).splitlines() == [
        "cannot tell the variable 'jbo': the recording has no such name",
        f"  cassette: {tape.path}",
        "  variables in it: bucket, job",
        "  fix: record the cassette again, or correct the name",
    ]


def test_unused_names_are_known(tmp_path):
    """A variable that nobody asks for is told, looking at all of them is no question."""
    with use_cassette(stored(tmp_path, job="a", bucket="b")) as tape:
        assert dict(tape.variables.items()) == {"job": "a", "bucket": "b"}
    with use_cassette(stored(tmp_path, job="a", bucket="b")) as tape:
        assert tape.variables["job"] == "a"
        assert "bucket" in tape.variables
        assert list(tape.variables) == ["bucket", "job"] or len(tape.variables) == 2
        assert tape.variables.unused == ["bucket"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "job is a value of type datetime"),
        ({"at": [1, b"x"]}, r"job\['at'\]\[1\] is a value of type bytes"),
        ((1, 2), "job is a value of type tuple"),
        ({1: 2}, "job is a key that is no text"),
        (float("nan"), "job is no JSON text or number"),
        (2**60, "job is no JSON text or number"),
        ("\ud800", "job is no JSON text or number"),
    ],
    ids=["date", "nested", "tuple", "key", "nan", "large", "surrogate"],
)
def test_only_json_is_kept(tmp_path, wrong, said):
    """A value that would come back as another one is refused while recording, with its place."""

    def run():
        with recorded(tmp_path / "a.yaml") as tape:
            tape.variable("job", lambda: wrong)

    with pytest.raises(UsageError, match=said):
        run()


def test_values_are_copies(tmp_path, sagemaker):
    """What the code under test does to a value does not reach the recording."""
    path = tmp_path / "a.yaml"
    with recorded(path) as tape:
        tape.variable("tags", lambda: ["a"]).append("b")
        assert tape.variable("tags", lambda: ["c"]) == ["a"]
        sagemaker.describe_auto_ml_job(AutoMLJobName="a")
    with use_cassette(path) as tape:
        tape.variable("tags", None).append("b")
        assert tape.variables["tags"] == ["a"]


def test_threads_get_one_value(tmp_path, sagemaker):
    """A name is made once, whoever comes first; one may be made of another."""
    with recorded(tmp_path / "a.yaml") as tape:
        with ThreadPoolExecutor(8) as pool:
            jobs = [
                pool.submit(tape.variable, "job", lambda: tape.variable("base", lambda: imported_uuid4().hex))
                for _ in range(50)
            ]
        assert len({each.result() for each in jobs}) == 1
        sagemaker.describe_auto_ml_job(AutoMLJobName="a")


def test_a_failed_recording_leaves_the_variables_as_they_were(tmp_path):
    """Variables are written with the cassette or not at all."""
    path = stored(tmp_path, job="a")
    before = path.read_bytes()

    def fail():
        with recorded(path) as tape:
            tape.variable("job", "b")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == before


@pytest.mark.parametrize("wrong", ["", None, 3])
def test_a_name_is_text(tmp_path, wrong):
    """A name that could not be written is refused."""
    with use_cassette(stored(tmp_path)) as tape, pytest.raises(UsageError, match="no name of a variable"):
        tape.variable(wrong, 1)


def drawn(tape):
    """What code draws that asks the tape, and code that does not."""
    return (
        tape.uuid(),
        tape.random.random(),
        uuid.uuid4(),
        imported_uuid4(),
        random.random(),  # noqa: S311 - what the code under test does
        imported_choice(range(10**9)),  # noqa: S311 - as above
        random.sample(range(10**6), 3),
    )


def test_seeded_numbers_are_the_same_at_replay(tmp_path, sagemaker):
    """Asked for by name or drawn by code that knows of nothing; the seed is in the cassette."""
    path = tmp_path / "a.yaml"
    with recorded(path, seeded=True) as tape:
        first = drawn(tape)
        sagemaker.describe_auto_ml_job(AutoMLJobName=str(first[2]))
        more = drawn(tape)
    for _ in range(2):
        with use_cassette(path, seeded=True) as tape:
            assert drawn(tape) == first
            sagemaker.describe_auto_ml_job(AutoMLJobName=str(first[2]))
            assert drawn(tape) == more
    assert first[2].version == first[0].version == 4
    assert len({str(each) for each in (*first, *more)}) == 14
    assert isinstance(cassettes.read(path).provenance.seed, int)


def test_numbers_of_others_do_not_shift_those_of_the_code(tmp_path):
    """botocore's own tokens and jitter, and what is asked of the tape, are drawn from other sources."""
    botocores = types.FunctionType(
        compile("import random, uuid\nuuid.uuid4()\nrandom.random()", "handlers.py", "exec"),
        {"__name__": "botocore.handlers"},
    )
    path = stored(tmp_path, seed=7)
    with use_cassette(path, seeded=True):
        expected = [(uuid.uuid4(), random.randbytes(8)) for _ in range(2)]  # noqa: S311 - what the code under test does
    with use_cassette(path, seeded=True) as tape:
        found = []
        for _ in range(2):
            found.append((uuid.uuid4(), random.randbytes(8)))  # noqa: S311 - as above
            botocores()
            tape.uuid()
            tape.random.random()
    assert found == expected


def test_without_asking_there_is_no_seed_and_no_patch(tmp_path, sagemaker):
    """A recording that needs no numbers says nothing of a seed, and uuid4 is as random as ever."""
    path = tmp_path / "a.yaml"
    with recorded(path) as tape:
        sagemaker.describe_auto_ml_job(AutoMLJobName="a")
        assert uuid.uuid4 is REAL["uuid4"]
        assert len(tape) == 1
    assert cassettes.read(path).provenance.seed is None
    assert "seed" not in path.read_text()


def test_functions_are_put_back(tmp_path):
    """After the tape, an exception included, ``uuid`` and ``random`` are as they were, by name imported ones too."""
    path = stored(tmp_path, seed=7)

    def fail():
        with use_cassette(path, seeded=True):
            assert imported_uuid4 is not REAL["uuid4"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (imported_uuid4, imported_choice) == (REAL["uuid4"], REAL["choice"])
    assert {"uuid4": uuid.uuid4, **{name: getattr(random, name) for name in REAL if name != "uuid4"}} == REAL


def test_seeding_by_the_code_under_test_stays_inside(tmp_path):
    """``random.seed`` of the code under test does not reach the rest of the process."""
    before = REAL["getstate"]()
    with use_cassette(stored(tmp_path, seed=7), seeded=True):
        random.seed(3)
        first = random.randbytes(8)  # noqa: S311 - what the code under test does
        random.seed(3)
        assert random.randbytes(8) == first  # noqa: S311 - as above
    assert REAL["getstate"]() == before


def test_nested_tapes_share_the_numbers(tmp_path):
    """A tape opened inside does not start them again; one that asks for its own gets its own."""
    path = stored(tmp_path, seed=7)
    with use_cassette(path, seeded=True):
        plain = [uuid.uuid4() for _ in range(3)]
    with use_cassette(path, seeded=True):
        first = uuid.uuid4()
        with use_cassette(path):
            second = uuid.uuid4()
        with use_cassette(path, seeded=True):
            own = uuid.uuid4()
        assert [first, second, uuid.uuid4()] == plain
    assert own == plain[0]


def test_tasks_and_threads_draw_from_the_open_tape(tmp_path):
    """Code of the user's in threads, which inherit no context, and in tasks gets seeded numbers, each number once."""
    with use_cassette(stored(tmp_path, seed=7), seeded=True):
        expected = {uuid.uuid4() for _ in range(40)}

    async def task():
        return uuid.uuid4()

    async def main():
        return await asyncio.gather(*(task() for _ in range(20)))

    with use_cassette(stored(tmp_path, seed=7), seeded=True):
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: imported_uuid4(), range(20)))
        found |= set(asyncio.run(main()))
    assert found == expected


def test_a_cassette_without_a_seed_has_one_all_the_same(tmp_path):
    """Cassettes of other tools and older ones give the same numbers at each replay."""
    path = stored(tmp_path)
    with use_cassette(path) as tape:
        first = tape.uuid()
    with use_cassette(path) as tape:
        assert tape.uuid() == first


def test_seeds_mean_the_same_in_every_process():
    """Hash randomisation and the process make no difference."""
    program = (
        "from bototape.seeded import Seeded; s = Seeded(7); print(s.uuid(), s.random.random(), s.uuid_of_users(), "
        "s.patched.choice(range(10**9)))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    mine = Seeded(7)
    expected = (mine.uuid(), mine.random.random(), mine.uuid_of_users(), mine.patched.choice(range(10**9)))
    assert said == {" ".join(map(str, expected)) + "\n"}


def dated(name, date):
    """A recorded call with the Date of its answer."""
    made = describe(name)
    return replace(made, response=replace(made.response, headers=(*made.response.headers, ("Date", date))))


@pytest.fixture
def times(tmp_path):
    """Three answers, the last of them older than the second."""
    path = tmp_path / "times.yaml"
    days = ("Mon, 02 Nov 2026 10:00:00 GMT", "Mon, 02 Nov 2026 12:00:00 GMT", "Mon, 02 Nov 2026 11:00:00 GMT")
    calls = tuple(dated(name, day) for name, day in zip("abc", days, strict=True))
    cassettes.write(path, Cassette(calls, Provenance("custom")), lambda _: [])
    return path


def test_now_is_the_time_of_the_recording(times, sagemaker):
    """It begins at the first answer and goes on with those played, never back."""
    with use_cassette(times) as tape:
        seen = [tape.now()]
        for name in "abc":
            sagemaker.describe_auto_ml_job(AutoMLJobName=name)
            seen.append(tape.now())
    assert seen == [datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (10, 10, 12, 12)]


def test_now_without_any_date_is_an_error(tmp_path):
    """A cassette whose answers have no date cannot say."""
    with use_cassette(stored(tmp_path)) as tape, pytest.raises(UsageError, match="no answer in it has a Date"):
        tape.now()


def test_variables_are_scrubbed_like_a_call():
    """The recorder shows the scrubber the values, never their names."""
    seen = []

    def clean(interaction: Interaction) -> Interaction:
        seen.append(interaction.response.body)
        return interaction

    recorder = Recorder(clean, "aws", "1.44.5")
    recorder.remember({"secret_name": ["a", 1]}, 5)
    assert seen == [b'[["a", 1]]']
    assert recorder.cassette().provenance == Provenance(
        "aws", "", "1.44.5", seed=5, variables={"secret_name": ["a", 1]}
    )


def test_a_miss_is_a_miss_still(tmp_path, sagemaker):
    """A name that was not made a variable is told as what differs."""
    with pytest.raises(NoMatch, match="AutoMLJobName"), use_cassette(stored(tmp_path)):
        sagemaker.describe_auto_ml_job(AutoMLJobName="churn-1")

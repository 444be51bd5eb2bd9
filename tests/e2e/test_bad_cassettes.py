"""Cassettes that cannot be used, in every mode: a clear error with what to do, nothing sent and nothing overwritten."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from botocore.session import Session

from bototape import cassettes, modes, use_cassette
from bototape.errors import CassetteMissing, CassetteUnreadable
from tests.builders import cassette, describe, written
from tests.e2e.live import ACCESS_KEY, SECRET, Answer, account

DONE = {"AutoMLJobName": "churn", "AutoMLJobStatus": "Completed"}
GOOD = cassettes.to_text(cassette(describe("churn"), describe("churn", "Stopped")))
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20))
HAR = json.dumps({"log": {"version": "1.2", "entries": []}})


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Keys, and nothing else of this machine; no run's options."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOTOTAPE_SCRUB_KEY": "key of this test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    before = modes.settle(modes.Session())
    yield
    modes.settle(before)


def call(url):
    """What the code under test does."""
    sagemaker = Session().create_client("sagemaker", region_name="us-east-1", endpoint_url=url)
    return sagemaker.describe_auto_ml_job(AutoMLJobName="churn")["AutoMLJobStatus"]


@pytest.mark.parametrize("mode", modes.MODES)
@pytest.mark.parametrize(
    ("content", "reason", "fix"),
    [
        pytest.param(b"", "the file is empty", "restore it", id="empty"),
        pytest.param(GOOD[: len(GOOD) // 2].encode(), "", "restore it", id="cut in the middle"),
        pytest.param(
            GOOD.removesuffix("version: 1\n").encode(), "the file was cut short", "restore it", id="cut short"
        ),
        pytest.param(b"a: [1\n", "not YAML", "restore it", id="not YAML"),
        pytest.param(b"a: !!python/object/apply:os.getpid []\n", "not YAML that may be read", "restore it", id="tags"),
        pytest.param(BOMB.encode(), "aliases expand this file", "restore it", id="alias bomb"),
        pytest.param(GOOD.encode("utf-16"), "is not UTF-8 text", "save it as UTF-8", id="wrong encoding"),
        pytest.param(GOOD.replace("format: 1", "format: 9").encode(), "reads format 1, not 9", "upgrade", id="version"),
        pytest.param(HAR.encode(), "expected the key interactions, found log", "another tool's file?", id="HAR"),
        pytest.param(b"[]", "found a list", "another tool's file?", id="a list"),
    ],
)
def test_a_file_that_is_no_cassette(tmp_path, mode, content, reason, fix):
    """It is never taken for a missing one: that would record over it."""
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    with account() as live, pytest.raises(CassetteUnreadable) as caught, use_cassette(path, record_mode=mode):
        call(live.url)

    assert (live.calls, path.read_bytes(), [each.name for each in tmp_path.iterdir()]) == ([], content, ["c.yaml"])
    assert str(caught.value).startswith("cannot use cassette")
    assert "c.yaml" in str(caught.value)
    assert reason in str(caught.value)
    assert f"\n  fix: {fix}" in str(caught.value)


@pytest.mark.parametrize(
    ("test", "release", "how"),
    [
        ("test_it.py::test_it (setup)", "", "pytest test_it.py::test_it --bototape-record-mode=once"),
        (None, "", 'open the cassette with record_mode="once"'),
        ("test_it.py::test_it[1.28.0] (setup)", "1.28.0", "in a test that plays as no release"),
    ],
    ids=["in a test", "without one", "as a release"],
)
def test_a_missing_cassette_says_so(tmp_path, monkeypatch, test, release, how):
    """Only what there is can play; the command that records it is told."""
    monkeypatch.setenv("PYTEST_CURRENT_TEST", test) if test else monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with pytest.raises(CassetteMissing) as caught, use_cassette(tmp_path / "c.yaml", release=release):
        pytest.fail("it opened")

    assert str(caught.value) == (
        f"cannot open cassette {tmp_path / 'c.yaml'}: there is no such file\n  fix: check the path, or record it: {how}"
    )


@pytest.mark.parametrize("mode", modes.MODES)
def test_a_directory_is_no_cassette(tmp_path, mode):
    """Whatever is in it."""
    (tmp_path / "c.yaml").mkdir()
    with pytest.raises(CassetteUnreadable, match="is a directory"), use_cassette(tmp_path / "c.yaml", record_mode=mode):
        pytest.fail("it opened")


PROGRAM = """
    import os, resource, sys
    sys.dont_write_bytecode = True  # half a module, written under the limit below, would be kept
    from pathlib import Path
    from botocore.session import Session
    from bototape import BototapeError, use_cassette
    from tests.e2e.leaky import killing_at

    url, path, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    sagemaker = Session().create_client("sagemaker", region_name="us-east-1", endpoint_url=url)
    if last:
        killing_at(last, path.parent)
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
    try:
        with use_cassette(path, record_mode="all"):
            sagemaker.describe_auto_ml_job(AutoMLJobName="churn")
    except BototapeError as error:
        print(error)
"""


def program(url, path, last=0):
    """Record *path* again in a process of its own that dies at its *last* write, or may write 200 bytes."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), url, str(path), str(last)]
    root = str(Path(__file__).parent.parent.parent)
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_cassette(tmp_path):
    """The system refuses the write half-way."""
    path = written(tmp_path, describe("churn", "Stopped"))
    old = path.read_bytes()
    with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
        run = program(live.url, path)

    assert run.stderr == ""
    assert run.stdout.startswith(f"cannot write cassette {path}: file too large\n")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {path.name: old}


@pytest.mark.slow
def test_a_process_killed_at_any_write_leaves_a_whole_cassette(tmp_path):
    """The old one or the new one; a stray is a temporary file by its name."""
    home = tmp_path / "cassettes"
    with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
        path = written(home, describe("churn", "Stopped"))
        old = path.read_bytes()
        seen = []
        for last in range(1, 40):
            path.write_bytes(old)
            run = program(live.url, path, last)
            seen.append(run.returncode)
            statuses = [json.loads(each.response.body)["AutoMLJobStatus"] for each in cassettes.read(path).interactions]
            assert path.read_bytes() == old or statuses == ["Completed"]
            if run.returncode == 0:
                break

    assert seen[-1] == 0
    assert set(seen[:-1]) == {-signal.SIGKILL}
    assert len(seen) >= 4  # the cassette's and the ledger's temporary files, flushes and renames
    assert statuses == ["Completed"]


@pytest.mark.slow
def test_a_cassette_of_200_megabytes_plays(tmp_path):
    """Slowly, but it plays; nobody has to split it first."""
    blob = "x" * 1_000_000
    path = written(tmp_path, *(describe(f"{number}", blob) for number in range(200)))
    with use_cassette(path) as tape:
        sagemaker = Session().create_client("sagemaker", region_name="us-east-1")
        found = [len(sagemaker.describe_auto_ml_job(AutoMLJobName=str(n))["AutoMLJobStatus"]) for n in (0, 199)]

    assert path.stat().st_size > 200_000_000
    assert (found, tape.play_count) == ([1_000_000] * 2, 2)

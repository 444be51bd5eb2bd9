"""Several scenarios refreshed at once: what they share holds over all, what is each one's own stays so."""

import multiprocessing
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bototape import cassettes, ledger
from bototape.cli import main
from tests.e2e.live import ACCOUNT, ARN, ROLE, Answer, account, record_as, wait_for

pytestmark = pytest.mark.slow

JOB = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
    "InputDataConfig": [],
    "OutputDataConfig": {"S3OutputPath": "s3://amzn-s3-demo-bucket/out"},
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    "CreationTime": 1.79e9,
    "LastModifiedTime": 1.79e9,
    "AutoMLJobStatus": "Completed",
    "AutoMLJobSecondaryStatus": "Completed",
}
OTHER = JOB | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/other-{ROLE}"}
HEAD = "service: sagemaker\nregion: us-east-1\n"
DESCRIBE = "- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: churn}\n"
V2 = "- operation: DescribeAutoMLJobV2\n  parameters: {AutoMLJobName: churn}\n"
LIST = "- operation: ListAutoMLJobs\n"
EMPTY = {"AutoMLJobSummaries": []}
CHANGING = (
    "allow_mutations: [StopAutoMLJob]\ncleanup:\n- operation: StopAutoMLJob\n  parameters: {{AutoMLJobName: {}}}\n"
)


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    record_as(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def place(tmp_path):
    (tmp_path / "cassettes" / "scenarios").mkdir(parents=True)
    return tmp_path / "cassettes"


def write(place, **scenarios):
    for name, text in scenarios.items():
        (place / "scenarios" / f"{name}.yaml").write_text(HEAD + text)


def arguments(live, *more):
    return ["refresh", "--write", "--endpoint-url", live.url, *more]


def names(place):
    return sorted(each.name for each in place.iterdir() if each.is_file())


def started(live, *more, **options):
    command = [sys.executable, "-m", "bototape", *arguments(live, *more)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_they_go_on_at_once_and_are_told_in_order(place, capsys):
    """The first is answered when the second is done: names do not collide, the report is in order, STS asked once."""
    write(place, a=f"steps:\n{DESCRIBE}", b=f"steps:\n{LIST}{V2}")
    late = Answer(JOB, before=lambda: wait_for((place / "b.yaml").exists))
    answers = {"ListAutoMLJobs": [Answer(EMPTY)], "DescribeAutoMLJobV2": [Answer(JOB_V2)]}
    with account(DescribeAutoMLJob=[late], **answers) as live:
        code = main(arguments(live))

    out, err = capsys.readouterr()
    assert (code, live.operations().count("GetCallerIdentity")) == (0, 1)
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [
        "cassettes/a.yaml: written",
        "cassettes/b.yaml: written",
        "2 cassettes: 2 written (3 create)",
    ]
    assert err.splitlines() == [
        "recording cassettes/scenarios/a.yaml",
        "recording cassettes/scenarios/b.yaml",
        "cassettes/scenarios/b.yaml: 1/2 ListAutoMLJobs: 1 answer",
        "cassettes/scenarios/b.yaml: 2/2 DescribeAutoMLJobV2: 1 answer",
        "cassettes/scenarios/a.yaml: 1/1 DescribeAutoMLJob: 1 answer",
    ]
    roles = {each.stem: cassettes.read(each).interactions[-1].response.body for each in place.glob("*.yaml")}
    assert b"role/example-role-2" in roles["a"]
    assert b"role/example-role-1" in roles["b"]
    assert sorted(ledger.load(place / "ledger.json").values()) == ["123456789012", "example-role-1", "example-role-2"]
    assert main(["check", "cassettes", "--offline"]) == 0


JOB_V2 = {name: value for name, value in OTHER.items() if name != "InputDataConfig"} | {
    "AutoMLJobInputDataConfig": [],
}


def test_one_after_the_other_where_that_is_asked_for(place, capsys):
    """--jobs 1: no second process, and lines as for a single one."""
    write(place, a=f"steps:\n{DESCRIBE}", b=f"steps:\n{LIST}")
    children = []

    def look():
        children.extend(multiprocessing.active_children())

    with account(DescribeAutoMLJob=[Answer(JOB, before=look)], ListAutoMLJobs=[Answer(EMPTY, before=look)]) as live:
        code = main(arguments(live, "--jobs", "1"))

    assert (code, children) == (0, [])
    assert capsys.readouterr().err.splitlines() == [
        "recording cassettes/scenarios/a.yaml",
        "  1/1 DescribeAutoMLJob: 1 answer",
        "recording cassettes/scenarios/b.yaml",
        "  1/1 ListAutoMLJobs: 1 answer",
    ]


def test_the_budget_holds_over_all(place, capsys):
    """Not one request more than was allowed, whichever of them sends it."""
    write(place, a=f"steps:\n{DESCRIBE * 3}", b=f"steps:\n{LIST * 3}")
    with account(DescribeAutoMLJob=[Answer(JOB)], ListAutoMLJobs=[Answer(EMPTY)]) as live:
        code = main(arguments(live, "--max-requests", "4"))

    assert (code, len(live.operations())) == (3, 1 + 4)
    assert "the budget is spent: 4 of 4 requests were sent" in capsys.readouterr().err


def meeting(live_ready, *bodies):
    """Answers that go out when all of them were asked for and *live_ready* was called, by one of them."""
    barrier = threading.Barrier(len(bodies), action=live_ready, timeout=60)
    return [Answer(each, before=barrier.wait) for each in bodies]


@pytest.fixture
def changing(place):
    """Two scenarios that leave something to be cleaned up, and the leave to do so."""
    write(
        place, a=f"steps:\n{DESCRIBE}{DESCRIBE}{CHANGING.format('a')}", b=f"steps:\n{LIST}{LIST}{CHANGING.format('b')}"
    )
    return "--allow", "StopAutoMLJob"


def cleaned(live):
    return sorted(parameters["AutoMLJobName"] for name, parameters in live.calls if name == "StopAutoMLJob")


def held_back(pid):
    """Whether each process that records for *pid* is out of a terminal's reach; as Linux tells it."""
    for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes():
            mask = re.search(r"^SigBlk:\s*(\w+)$", Path(f"/proc/{each}/status").read_text(), re.MULTILINE)[1]
            yield bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="it takes Linux's /proc to see that a worker holds Ctrl-C back"
)
def test_ctrl_c_stops_all_and_each_cleans_up(place, changing):
    """As a terminal sends it, to every process of the group: no answer is waited for, all is cleaned up."""
    told = []

    def interrupt():
        blocked.extend(held_back(told[0].pid))
        os.killpg(told[0].pid, signal.SIGINT)

    def hang():
        barrier.wait()
        wait_for(lambda: cleaned(live) == ["a", "b"])

    blocked = []
    barrier = threading.Barrier(2, action=interrupt, timeout=60)
    first, second = Answer(JOB, before=hang), Answer(EMPTY, before=hang)
    with account(DescribeAutoMLJob=[first], ListAutoMLJobs=[second], StopAutoMLJob=[Answer({})]) as live:
        told.append(started(live, *changing, start_new_session=True))
        out, err = told[0].communicate(timeout=120)

    assert (told[0].returncode, out, names(place)) == (130, "", [])
    assert blocked == [True, True]  # each is told to stop once, by the process that started it
    assert cleaned(live) == ["a", "b"]
    assert [live.operations().count(each) for each in ("DescribeAutoMLJob", "ListAutoMLJobs")] == [1, 1]
    for name, operation in (("a", "DescribeAutoMLJob"), ("b", "ListAutoMLJobs")):
        assert f"cassettes/scenarios/{name}.yaml: clean-up step 1, StopAutoMLJob: done" in err
        assert f"cannot record cassettes/{name}.yaml: step 1, {operation} (cassettes/scenarios/{name}.yaml:4)" in err
    assert "Traceback" not in err


def test_ctrl_c_breaks_off_no_clean_up(place, changing):
    """Who had made all of its calls by then is compared and written, and told."""
    write(place, a=f"steps:\n{DESCRIBE}{CHANGING.format('a')}")
    told = []

    def interrupt():
        told[0].send_signal(signal.SIGINT)

    def hang():
        barrier.wait()
        wait_for(lambda: cleaned(live) == ["a", "b"])

    barrier = threading.Barrier(2, action=interrupt, timeout=60)
    stopping = [Answer({}, before=hang), Answer({})]
    with account(
        DescribeAutoMLJob=[Answer(JOB)], ListAutoMLJobs=[Answer(EMPTY, before=hang)], StopAutoMLJob=stopping
    ) as live:
        told.append(started(live, *changing))
        out, err = told[0].communicate(timeout=120)

    assert (told[0].returncode, names(place)) == (130, ["a.yaml", "ledger.json"])
    assert out.splitlines()[0] == "cassettes/a.yaml: written"
    assert "cassettes/scenarios/a.yaml: clean-up step 1, StopAutoMLJob: done" in err


def test_a_second_ctrl_c_waits_for_nothing(place, changing):
    """Whoever hangs in a clean-up is killed."""
    told = []

    def interrupt():
        told[0].send_signal(signal.SIGINT)

    def again():
        interrupt()
        wait_for(lambda: told[0].poll() is not None)

    first, second = meeting(interrupt, JOB, EMPTY)
    hang = Answer({}, before=again)
    with account(DescribeAutoMLJob=[first], ListAutoMLJobs=[second], StopAutoMLJob=[hang]) as live:
        told.append(started(live, *changing))
        out, err = told[0].communicate(timeout=120)

    assert (told[0].returncode, out, names(place)) == (130, "", [])
    assert "Traceback" not in err


def test_killed_it_leaves_nothing_behind_in_the_account(place, changing):
    """Who records notices at its next answer that nobody waits for it any more, and cleans up."""
    told = []
    first, second = meeting(lambda: [each.kill() for each in told], JOB, EMPTY)
    with account(DescribeAutoMLJob=[first], ListAutoMLJobs=[second], StopAutoMLJob=[Answer({})]) as live:
        told.append(started(live, *changing))
        told[0].communicate(timeout=120)
        wait_for(lambda: cleaned(live) == ["a", "b"])

    assert (told[0].returncode, names(place)) == (-signal.SIGKILL, [])
    assert live.operations().count("ListAutoMLJobs") == 1


def test_a_process_that_dies_costs_its_own_scenario(place, capsys):
    """The next one is recorded by another."""
    write(place, a=f"steps:\n{DESCRIBE}", b=f"steps:\n{LIST}", c=f"steps:\n{V2}")

    def kill():
        for each in multiprocessing.active_children():
            each.kill()

    first, second = meeting(kill, JOB, EMPTY)
    with account(DescribeAutoMLJob=[first], ListAutoMLJobs=[second], DescribeAutoMLJobV2=[Answer(JOB_V2)]) as live:
        code = main(arguments(live, "--jobs", "2"))

    assert (code, names(place)) == (3, ["c.yaml", "ledger.json"])
    assert "the process that recorded it is gone, with exit code -9" in capsys.readouterr().err


def test_a_terminal_sees_bars(place):
    """One each, of its steps, and what else there is to say above them; no lines of plain text."""
    write(place, a=f"steps:\n{DESCRIBE}{DESCRIBE}", b=f"steps:\n{LIST}")
    first, second = meeting(None, JOB, {"__type": "AccessDeniedException", "Message": f"{ARN} may not"})
    second.status = 403
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "150", "LINES": "40"}
    shown = b""
    with account(DescribeAutoMLJob=[first, Answer(JOB)], ListAutoMLJobs=[second]) as live:
        child = subprocess.Popen(
            [sys.executable, "-m", "bototape", *arguments(live)], stdout=subprocess.PIPE, stderr=its, env=environment
        )
        os.close(its)
        try:
            while more := os.read(ours, 65536):
                shown += more
        except OSError:  # Linux says so where nobody writes any more
            pass
        os.close(ours)
        report = child.communicate(timeout=60)[0].decode()

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert (child.returncode, report.splitlines()[-1]) == (3, "1 cassette: 1 written (2 create); 1 failed")
    for bar in ("cassettes/scenarios/a.yaml", "0/2", "0/1", "1/2 DescribeAutoMLJob: 1 answer", "━"):
        assert bar in text
    assert "recorded cassettes/scenarios/a.yaml\r\n" in text
    assert "bototape: cannot record cassettes/b.yaml: step 1, ListAutoMLJobs" in text
    assert "recording cassettes" not in text
    assert ACCOUNT not in text + report

"""Refreshing over real HTTP on loopback: what is written, what is left alone, and who may do it."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap

import pytest

from bototape import cassettes, ledger
from bototape.cli import main
from bototape.scrub.pseudonyms import digest
from tests import builders
from tests.builders import describe, interaction
from tests.e2e.live import ACCESS_KEY, ACCOUNT, ARN, CALLER, ROLE, UNCOMPILED, Answer, account, record_as
from tests.worlds import cassette

SCENARIO = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  repeat: true
"""
JOB = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
    "InputDataConfig": [],
    "OutputDataConfig": {"S3OutputPath": f"s3://sagemaker-us-east-1-{ACCOUNT}/out"},
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    "CreationTime": 1.79e9,
    "LastModifiedTime": 1.79e9,
    "AutoMLJobStatus": "InProgress",
    "AutoMLJobSecondaryStatus": "Starting",
}
DONE = JOB | {"AutoMLJobStatus": "Completed", "AutoMLJobSecondaryStatus": "Completed"}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    record_as(monkeypatch, tmp_path)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A project with one scenario, seen from above its cassettes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cassettes" / "scenarios").mkdir(parents=True)
    (tmp_path / "cassettes" / "scenarios" / "job.yaml").write_text(SCENARIO)
    return tmp_path / "cassettes"


def files(place):
    """Every file below the cassettes, hidden ones too, but for the scenarios."""
    return {each.name: each.read_bytes() for each in place.iterdir() if each.is_file()}


def refresh(live, *more):
    return main(["refresh", "--write", "--endpoint-url", live.url, "--poll-interval", "0", *more])


def refreshed(*answers, more=(), operation="DescribeAutoMLJob"):
    with account(**{operation: list(answers)}) as live:
        return refresh(live, *more), live


@pytest.mark.slow
class TestPlan:
    def test_nothing_is_sent_or_written(self, place, capsys):
        """Without --write it is a dry run: a table of what is due, why, and what it takes."""
        with account(DescribeAutoMLJob=[Answer(JOB)]) as live:
            code = main(["refresh", "--endpoint-url", live.url])

        assert (code, *capsys.readouterr()) == (
            0,
            (
                "refresh   because         calls  cassette\n"
                "yes       missing             1  cassettes/job.yaml\n"
                "            calls: DescribeAutoMLJob\n"
                "1 of 1 cassette to record, about 1 request\n"
            ),
            "",
        )
        assert (live.calls, files(place)) == ([], {})

    def test_a_fresh_cassette_is_not_due(self, capsys):
        """What was just recorded is left alone; named itself it is due all the same."""
        refreshed(Answer(JOB))
        capsys.readouterr()

        main(["refresh", "--format", "json"])
        whole = json.loads(capsys.readouterr().out)
        main(["refresh", "cassettes/job.yaml", "--format", "json"])
        named = json.loads(capsys.readouterr().out)

        assert [(each["due"], each["reasons"]) for each in whole["cassettes"]] == [(False, [])]
        assert [(each["due"], each["reasons"]) for each in named["cassettes"]] == [
            (True, [{"why": "asked", "message": "asked for"}])
        ]

    def test_the_projects_severities_decide_what_is_invalid(self, place, capsys):
        """As in a check: an answer without a required member is a warning, unless the project says more."""
        builders.written(place, builders.describe("churn"), name="job.yaml")
        whys = []
        for text in ("", "[tool.bototape.check]\nseverities = {member-missing = 'error'}\n"):
            (place.parent / "pyproject.toml").write_text(text)
            main(["refresh", "--format", "json"])
            [each] = json.loads(capsys.readouterr().out)["cassettes"]
            whys.append([reason["why"] for reason in each["reasons"]])

        assert whys == [[], ["invalid"]]

    def test_an_old_cassette_is_due(self, capsys, monkeypatch):
        """max_age of the project, or of the option, in days."""
        refreshed(Answer(JOB))
        capsys.readouterr()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")  # 2100-01-01

        main(["refresh", "--max-age", "30", "--format", "json"])

        [each] = json.loads(capsys.readouterr().out)["cassettes"]
        assert (each["due"], [reason["why"] for reason in each["reasons"]]) == (True, ["old"])

    def test_a_cassette_that_nothing_makes(self, place, capsys):
        """It is told, not recorded."""
        refreshed(Answer(JOB))
        (place / "scenarios" / "job.yaml").unlink()
        capsys.readouterr()

        code = main(["refresh", "cassettes", "--format", "json"])

        [each] = json.loads(capsys.readouterr().out)["cassettes"]
        assert (code, each["cassette"], each["source"], each["due"]) == (0, "cassettes/job.yaml", "", False)


class TestWritten:
    def test_a_missing_cassette_is_created(self, place, capsys):
        """Cassette and ledger appear, scrubbed; what was recorded is told."""
        code, live = refreshed(Answer(JOB))

        out, err = capsys.readouterr()
        assert (code, err) == (0, "recording cassettes/scenarios/job.yaml\n  1/1 DescribeAutoMLJob: 1 answer\n")
        assert out == (
            "cassettes/job.yaml: written\n"
            "  create  - → #1  sagemaker.DescribeAutoMLJob  {'AutoMLJobName': 'churn'}\n"
            "1 cassette: 1 written (1 create)\n"
        )
        assert sorted(files(place)) == ["job.yaml", "ledger.json"]
        text = b"".join(files(place).values()).decode()
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY, "127.0.0.1") if each in text] == []
        assert live.operations() == ["GetCallerIdentity", "DescribeAutoMLJob"]

    def test_another_answer_is_written_and_told(self, place, capsys):
        """The field-level review names what the service says now; pseudonyms stay."""
        refreshed(Answer(JOB))
        before = files(place)
        capsys.readouterr()

        code, _ = refreshed(Answer(DONE), more=["cassettes/job.yaml"])

        assert (code, capsys.readouterr().out) == (
            0,
            (
                "cassettes/job.yaml: written\n"
                "  fix     #1  sagemaker.DescribeAutoMLJob  {'AutoMLJobName': 'churn'}\n"
                "          AutoMLJobSecondaryStatus: 'Starting' → 'Completed'\n"
                "          AutoMLJobStatus: 'InProgress' → 'Completed'\n"
                "1 cassette: 1 written (1 fix)\n"
            ),
        )
        after = files(place)
        assert after["ledger.json"] == before["ledger.json"]
        assert b"example-role-1" in before["job.yaml"]
        assert after["job.yaml"].count(b"example-role-1") == before["job.yaml"].count(b"example-role-1")

    def test_the_same_meaning_leaves_the_file_alone(self, place, capsys):
        """Another moment and another order of members: not a byte changes, and the file is not even written anew."""
        refreshed(Answer(JOB))
        before, written = files(place), (place / "job.yaml").stat().st_mtime_ns
        capsys.readouterr()

        later = dict(reversed((JOB | {"LastModifiedTime": 1.8e9}).items()))
        code, _ = refreshed(Answer(later), more=["cassettes/job.yaml"])

        assert (code, capsys.readouterr().out) == (
            0,
            "cassettes/job.yaml: unchanged, not touched\n1 cassette: 1 unchanged, not touched\n",
        )
        assert (files(place), (place / "job.yaml").stat().st_mtime_ns) == (before, written)

    def test_an_estate_of_the_environment_spares_the_question(self, place, monkeypatch):
        """As for record and for tests: STS is not asked."""
        (place.parent / "estate.json").write_text(json.dumps({"account": ACCOUNT, "arn": ARN}))
        monkeypatch.setenv("BOTOTAPE_ESTATE", str(place.parent / "estate.json"))

        code, live = refreshed(Answer(JOB))

        assert (code, live.operations()) == (0, ["DescribeAutoMLJob"])

    def test_another_recording_that_was_first_keeps_its_names(self, place):
        """It ended while this one was made: what both would have called role 1 is role 2 here, in both files."""
        first = {"0123456789abcdef": "example-role-1"}

        code, _ = refreshed(Answer(JOB, before=lambda: ledger.save(place / "ledger.json", first)))

        assert code == 0
        assert sorted(ledger.load(place / "ledger.json").values()) == [
            "123456789012",
            "example-role-1",
            "example-role-2",
        ]
        assert b"example-role-2" in files(place)["job.yaml"]
        assert b"example-role-1" not in files(place)["job.yaml"]

    def test_another_spelling_is_written_where_it_is_accepted(self, place, capsys):
        """--accept update takes another order of members."""
        refreshed(Answer(JOB))
        before = files(place)
        capsys.readouterr()

        code, _ = refreshed(Answer(dict(reversed(JOB.items()))), more=["cassettes/job.yaml", "--accept", "update"])

        assert (code, capsys.readouterr().out.splitlines()[-1]) == (0, "1 cassette: 1 written (1 update)")
        assert files(place) != before

    @pytest.mark.slow
    def test_another_answer_is_never_accepted_as_another_spelling(self, place, capsys):
        """The exit code says that something was not accepted; the file is as it was."""
        refreshed(Answer(JOB))
        before = files(place)
        capsys.readouterr()

        code, _ = refreshed(
            Answer(dict(reversed(DONE.items()))), more=["cassettes/job.yaml", "--accept", "create,update"]
        )

        out = capsys.readouterr().out
        said = "cassettes/job.yaml: not written: fix was not accepted; bototape review looks at it"
        assert (code, out.splitlines()[0]) == (1, said)
        assert files(place) == before

    def test_the_recording_replays(self, place):
        """What was swapped in is a cassette like any other."""
        refreshed(Answer(JOB))
        refreshed(Answer(DONE), more=["cassettes/job.yaml"])

        [each] = cassettes.read(place / "job.yaml").interactions
        assert json.loads(each.response.body)["AutoMLJobStatus"] == "Completed"
        assert main(["check", "cassettes", "--offline"]) == 0

    @pytest.mark.slow
    def test_an_unsound_answer_is_not_written(self, place, capsys):
        """What breaks the newest model at hand is told with its place, and the cassette stays."""
        refreshed(Answer(JOB))
        before = files(place)
        capsys.readouterr()

        code, _ = refreshed(Answer(JOB | {"AutoMLJobStatus": 7}), more=["cassettes/job.yaml"])

        err = capsys.readouterr().err
        assert code == 3
        assert "cannot replace cassette cassettes/job.yaml: the new recording is not sound" in err
        assert "cassettes/job.yaml#1 response /AutoMLJobStatus" in err
        assert files(place) == before

    @pytest.mark.slow
    def test_markdown_is_the_body_of_a_pull_request(self, capsys):
        """A section for each cassette that changed, its places as a diff."""
        refreshed(Answer(JOB))
        capsys.readouterr()

        refreshed(Answer(DONE | {"X": "```"}), more=["cassettes/job.yaml", "--format", "markdown"])

        assert capsys.readouterr().out == textwrap.dedent("""\
            # Cassettes refreshed

            1 cassette: 1 written (1 fix)

            - **fix**: the service answers otherwise

            ## `cassettes/job.yaml`

            written

            **fix**

            ````diff
            @@ #1 sagemaker.DescribeAutoMLJob {'AutoMLJobName': 'churn'} @@
            - AutoMLJobSecondaryStatus: 'Starting'
            + AutoMLJobSecondaryStatus: 'Completed'
            - AutoMLJobStatus: 'InProgress'
            + AutoMLJobStatus: 'Completed'
            + X: '```'
            ````
            """)


@pytest.mark.slow
class TestWithoutTheKey:
    @pytest.fixture
    def old(self, place, capsys, monkeypatch):
        """A cassette whose second role is in it alone, and a machine without the key that the ledger was made with."""
        refreshed(Answer(JOB))
        refreshed(Answer(OTHER_ROLE), more=["cassettes/job.yaml"])
        capsys.readouterr()
        monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "another key of this test")
        assert b"example-role-2" in (place / "job.yaml").read_bytes()
        return files(place)

    def test_the_same_meaning_leaves_the_files_alone(self, place, old, capsys):
        """What stands where an old name stood has that name; how many do is told, and what would be better."""
        code, _ = refreshed(Answer(OTHER_ROLE), more=["cassettes/job.yaml"])

        out, err = capsys.readouterr()
        assert (code, out) == (0, "cassettes/job.yaml: unchanged, not touched\n1 cassette: 1 unchanged, not touched\n")
        assert files(place) == old
        assert err.endswith(
            "note: cassettes/ledger.json was made with another key, so 2 of 2 values have their pseudonyms by the "
            "places they stand in\n  fix: set BOTOTAPE_SCRUB_KEY to the key it was made with\n"
        )

    def test_what_changed_is_all_that_changes(self, place, old, capsys):
        """Nothing else is in the review; what is new gets a name that nobody has, which the ledger remembers."""
        key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/77383a24-adb6-466e-a02b-f42a5a950918"
        config = JOB["OutputDataConfig"] | {"KmsKeyId": key}

        code, _ = refreshed(Answer(OTHER_ROLE | {"OutputDataConfig": config}), more=["cassettes/job.yaml"])

        name = "00000000-0000-4000-8000-f00000000001"
        assert (code, capsys.readouterr().out.splitlines()[2:]) == (
            0,
            [
                f"          OutputDataConfig.KmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/{name}' is new",
                "1 cassette: 1 written (1 fix)",
            ],
        )
        assert b"example-role-2" in files(place)["job.yaml"]
        was, now = json.loads(old["ledger.json"])["pseudonyms"], ledger.load(place / "ledger.json")
        assert [each for digest, each in now.items() if digest not in was] == [name]
        assert len(ledger.marks(place / "ledger.json")) == 2

    def test_a_ledger_that_is_lost(self, place, old):
        """The cassette tells its names: they are not counted from one again."""
        (place / "ledger.json").unlink()

        code, _ = refreshed(Answer(OTHER_ROLE), more=["cassettes/job.yaml"])

        assert (code, files(place)) == (0, {"job.yaml": old["job.yaml"]})


CHANGING = """\
service: sagemaker
region: us-east-1
allow_mutations: [StopAutoMLJob]
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  save: {job: AutoMLJobName}
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: other}
cleanup:
- operation: StopAutoMLJob
  parameters: {AutoMLJobName: '${job}'}
"""


@pytest.mark.slow
class TestAccount:
    @pytest.fixture
    def pyproject(self, place):
        def write(text):
            (place.parent / "pyproject.toml").write_text(f"[tool.bototape]\n{text}\n")

        return write

    def test_another_account_is_refused(self, place, pyproject, capsys):
        """Nothing is asked of the service; the account is not shown."""
        pyproject('allowed_accounts = ["123456789012"]')

        code, live = refreshed(Answer(JOB))

        err = capsys.readouterr().err
        assert (code, live.operations(), files(place)) == (2, ["GetCallerIdentity"], {})
        assert "the caller's account is not one that may be recorded: 1 account is named, and it is none of them" in err
        assert ACCOUNT not in err

    @pytest.mark.parametrize("how", ["file", "environment"])
    def test_a_named_account_is_recorded(self, pyproject, monkeypatch, how):
        """Named in the project's file, or in the environment where the file must not tell."""
        if how == "file":
            pyproject(f'allowed_accounts = ["{ACCOUNT}"]')
        else:
            monkeypatch.setenv("BOTOTAPE_ALLOWED_ACCOUNTS", f"123456789012, {ACCOUNT}")

        assert refreshed(Answer(JOB))[0] == 0

    def test_root_is_refused(self, capsys):
        """The root user may do anything: no recording needs that."""
        root = CALLER.replace(ARN, f"arn:aws:iam::{ACCOUNT}:root")
        with account(GetCallerIdentity=[Answer(root)], DescribeAutoMLJob=[Answer(JOB)]) as live:
            code = refresh(live)

        assert (code, live.operations()) == (2, ["GetCallerIdentity"])
        assert "nothing is recorded as the root user of an account" in capsys.readouterr().err

    def test_what_changes_the_account_is_left_out_unless_named(self, place, capsys):
        """The scenario's own leave is not enough for a refresh."""
        (place / "scenarios" / "job.yaml").write_text(CHANGING)

        code, live = refreshed(Answer(JOB))

        assert (code, live.calls) == (0, [])
        assert (
            "cassettes/job.yaml is left out: it changes the account; --allow sagemaker.StopAutoMLJob if that is meant"
        ) in capsys.readouterr().err

    def test_the_budget_of_requests_holds(self, place, capsys):
        """Retries count; the request over it is not sent, and nothing is written."""
        code, live = refreshed(Answer({"message": "busy"}, 503), more=["--max-requests", "1"])

        assert (code, live.operations(), files(place)) == (3, ["GetCallerIdentity", "DescribeAutoMLJob"], {})
        assert "the budget is spent: 1 of 1 requests were sent" in capsys.readouterr().err

    def test_the_budget_of_time_holds(self, place, capsys):
        """A pause that would end after it is not begun."""
        steps = SCENARIO.replace("  repeat: true\n", "  until: {AutoMLJobStatus: Completed}\n  interval_seconds: 600\n")
        (place / "scenarios" / "job.yaml").write_text(steps)
        with account(DescribeAutoMLJob=[Answer(JOB)]) as live:
            code = main(["refresh", "--write", "--endpoint-url", live.url, "--max-duration", "60"])

        assert (code, live.operations()) == (3, ["GetCallerIdentity", "DescribeAutoMLJob"])
        assert "of 60 seconds have gone, and the next poll is due in 600" in capsys.readouterr().err


@pytest.mark.slow
class TestCleanup:
    @pytest.fixture(autouse=True)
    def scenario(self, place):
        (place / "scenarios" / "job.yaml").write_text(CHANGING)

    def made(self, second):
        with account(DescribeAutoMLJob=[Answer(JOB), second], StopAutoMLJob=[Answer({})]) as live:
            return refresh(live, "--allow", "StopAutoMLJob"), live

    def test_it_is_made_after_success_and_not_recorded(self, place, capsys):
        """The cassette has the steps, not the clean-up."""
        code, live = self.made(Answer(JOB))

        assert code == 0
        assert live.calls[-1] == ("StopAutoMLJob", {"AutoMLJobName": "churn"})
        assert "  clean-up step 1, StopAutoMLJob: done\n" in capsys.readouterr().err
        recorded = [each.call.operation for each in cassettes.read(place / "job.yaml").interactions]
        assert recorded == ["DescribeAutoMLJob", "DescribeAutoMLJob"]

    def test_it_is_made_after_a_failure(self, place, capsys):
        """A step that fails leaves nothing behind in the account, nor in the directory."""
        code, live = self.made(Answer({"__type": "ResourceNotFound", "message": "no"}, 400))

        assert (code, live.operations()[-1], files(place)) == (3, "StopAutoMLJob", {})
        assert "  clean-up step 1, StopAutoMLJob: done\n" in capsys.readouterr().err

    def test_it_is_made_after_ctrl_c(self, place):
        """Interrupted, it still cleans up."""

        def interrupt():
            signal.raise_signal(signal.SIGINT)

        with account(
            DescribeAutoMLJob=[Answer(JOB), Answer(JOB, before=interrupt)], StopAutoMLJob=[Answer({})]
        ) as live:
            code = refresh(live, "--allow", "StopAutoMLJob")

        assert (code, live.operations()[-1], files(place)) == (130, "StopAutoMLJob", {})

    def test_its_own_failure_is_told(self, capsys):
        """What could not be cleaned up is said, scrubbed; the recording is good all the same."""
        denied = {"__type": "AccessDeniedException", "message": f"{ARN} may not"}
        with account(DescribeAutoMLJob=[Answer(JOB)], StopAutoMLJob=[Answer(denied, 400)]) as live:
            code = refresh(live, "--allow", "StopAutoMLJob")

        err = capsys.readouterr().err
        assert code == 0
        assert "clean-up step 1, StopAutoMLJob: FAILED: the service answered AccessDeniedException (HTTP 400)" in err
        assert [each for each in (ACCOUNT, ROLE, "dana.okafor") if each in err] == []


@pytest.mark.slow
class TestCredentials:
    @pytest.mark.parametrize(
        ("error", "advice"),
        [
            ("ExpiredTokenException", "the credentials have expired: renew them"),
            ("UnrecognizedClientException", "the credentials are not known to the service"),
        ],
    )
    def test_what_to_do_is_said(self, place, capsys, error, advice):
        """Expired and unknown credentials are told apart."""
        code, _ = refreshed(Answer({"__type": error, "message": "The security token is bad"}, 400))

        assert (code, files(place)) == (3, {})
        assert advice in capsys.readouterr().err

    def test_what_may_not_be_done_is_named(self, capsys):
        """The action and the resource that the policy lacks, scrubbed."""
        where = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn"
        words = (
            f"User: {ARN} is not authorized to perform: sagemaker:DescribeAutoMLJob on resource: {where} because no "
            "identity-based policy allows the sagemaker:DescribeAutoMLJob action"
        )

        code, _ = refreshed(Answer({"__type": "AccessDeniedException", "Message": words}, 400))

        err = capsys.readouterr().err
        assert code == 3
        assert (
            "fix: allow sagemaker:DescribeAutoMLJob on arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn: "
            "bototape iam-policy cassettes/scenarios/job.yaml prints all that it needs"
        ) in err
        assert ACCOUNT not in err


#: Runs the command in a child that dies by SIGKILL at the *number*-th rename of the swap, *when* before or after it.
KILLED = """
import os, signal, sys
from bototape.refresh import run as module
from bototape.cli import main

when, number = sys.argv[1], int(sys.argv[2])
rename, swap = os.replace, module.swap
count = 0

def killing(*arguments, **more):
    global count
    count += 1
    if count == number and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rename(*arguments, **more)
    if count == number and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)

def armed(*arguments):
    os.replace = killing
    swap(*arguments)
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)

module.swap = armed
sys.exit(main(sys.argv[3:]))
"""
OTHER_ROLE = DONE | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/other-{ROLE}"}


@pytest.mark.slow
class TestKilled:
    @pytest.mark.parametrize(
        ("when", "number", "is_new"),
        [("before", 1, False), ("after", 1, False), ("before", 2, False), ("after", 2, True), ("end", 0, True)],
        ids=["before-the-ledger", "after-the-ledger", "before-the-cassette", "after-the-cassette", "at-the-end"],
    )
    def test_at_each_step_of_the_swap(self, place, when, number, is_new):
        """Nothing that was there is lost: the cassette is the old or the new one, whole, and the next run goes on."""
        refreshed(Answer(JOB))
        old = files(place)

        with account(DescribeAutoMLJob=[Answer(OTHER_ROLE)]) as live:
            arguments = ["refresh", "--write", "--endpoint-url", live.url, "cassettes/job.yaml"]
            done = subprocess.run([sys.executable, "-c", KILLED, when, str(number), *arguments], check=False)
            left = files(place)
            again = refresh(live, "cassettes/job.yaml")

        assert done.returncode == -signal.SIGKILL
        assert (left["job.yaml"] != old["job.yaml"]) is is_new
        status = json.loads(cassettes.read(place / "job.yaml").interactions[0].response.body)["AutoMLJobStatus"]
        assert (again, status) == (0, "Completed")
        assert set(ledger.load(place / "ledger.json")) > set(json.loads(old["ledger.json"])["pseudonyms"])
        if is_new:
            assert (files(place)["job.yaml"], files(place)["ledger.json"]) == (left["job.yaml"], left["ledger.json"])

    def test_while_it_records(self, place):
        """Killed in the middle of the calls, everything is as it was."""
        refreshed(Answer(JOB))
        old = files(place)

        def kill():
            os.kill(child.pid, signal.SIGKILL)

        with account(DescribeAutoMLJob=[Answer(DONE, before=kill)]) as live:
            arguments = ["refresh", "--write", "--endpoint-url", live.url, "cassettes/job.yaml"]
            child = subprocess.Popen([sys.executable, "-m", "bototape", *arguments])
            code = child.wait(60)

        assert (code, files(place)) == (-signal.SIGKILL, old)


@pytest.mark.slow
class TestFaults:
    @pytest.fixture
    def old(self, place, capsys):
        refreshed(Answer(JOB))
        capsys.readouterr()
        return files(place)

    @pytest.mark.parametrize(
        "burst",
        [
            Answer({"__type": "ThrottlingException", "message": "Rate exceeded"}, 429),
            Answer({"message": "busy"}, 503),
            Answer(DONE, cut=True),
        ],
        ids=["429", "503", "reset-in-mid-body"],
    )
    def test_a_burst_is_retried(self, place, old, burst, monkeypatch, capsys):
        """botocore retries, which is told; only the good answer is recorded."""
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "4")

        code, live = refreshed(burst, burst, Answer(DONE), more=["cassettes/job.yaml"])

        [each] = cassettes.read(place / "job.yaml").interactions
        assert (code, live.operations().count("DescribeAutoMLJob")) == (0, 3)
        assert json.loads(each.response.body)["AutoMLJobStatus"] == "Completed"
        assert files(place)["ledger.json"] == old["ledger.json"]
        told = ["  DescribeAutoMLJob: attempt 2 of 4", "  DescribeAutoMLJob: attempt 3 of 4"]
        assert [line for line in capsys.readouterr().err.splitlines() if "attempt" in line] == told

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (Answer({"__type": "ThrottlingException", "message": "Rate exceeded"}, 429), "ThrottlingException"),
            (Answer({"message": "busy"}, 503), "HTTP 503"),
            (Answer(DONE, cut=True), "step 1, DescribeAutoMLJob"),
            (
                Answer({"__type": "AccessDeniedException", "Message": "no"}, 403),
                "allow sagemaker:DescribeAutoMLJob on *",
            ),
            (Answer({"__type": "ExpiredTokenException", "message": "old"}, 400), "the credentials have expired"),
            (Answer("<html>proxy</html>"), "step 1, DescribeAutoMLJob"),
        ],
        ids=["429", "503", "reset-in-mid-body", "403", "expired", "proxy-page"],
    )
    def test_what_does_not_go_away_changes_nothing(self, place, old, capsys, answer, said):
        """The failure is told with its step; cassette and ledger are as they were, and nothing else is left."""
        code, _ = refreshed(answer, more=["cassettes/job.yaml"])

        assert (code, files(place)) == (3, old)
        err = capsys.readouterr().err
        assert said in err
        assert "cannot record cassettes/job.yaml" in err

    def test_one_that_fails_keeps_no_other_from_being_refreshed(self, place, capsys):
        """A 403 on one call costs one cassette."""
        (place / "scenarios" / "a_list.yaml").write_text(
            "service: sagemaker\nregion: us-east-1\nsteps:\n- {operation: ListAutoMLJobs}\n"
        )
        denied = Answer({"__type": "AccessDeniedException", "Message": "no"}, 403)
        with account(ListAutoMLJobs=[denied], DescribeAutoMLJob=[Answer(JOB)]) as live:
            code = refresh(live)

        assert (code, sorted(files(place))) == (3, ["job.yaml", "ledger.json"])
        assert capsys.readouterr().out.startswith("cassettes/job.yaml: written\n")

    def test_a_full_disk(self, place, old):
        """What does not fit leaves the old files and no half-written one."""

        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))

        with account(DescribeAutoMLJob=[Answer(OTHER_ROLE)]) as live:
            arguments = ["refresh", "--write", "--endpoint-url", live.url, "cassettes/job.yaml"]
            done = subprocess.run(
                [sys.executable, "-m", "bototape", *arguments],
                preexec_fn=small,
                env={**os.environ, **UNCOMPILED},
                capture_output=True,
                text=True,
                check=False,
            )

        assert (done.returncode, files(place)) == (3, old)
        assert "file too large" in done.stderr

    def test_a_file_that_changed_meanwhile_is_left_alone(self, place, old, capsys):
        """An editor or a checkout was at it while it was recorded."""
        mine = old["job.yaml"].replace(b"InProgress", b"Stopped")

        def edit():
            (place / "job.yaml").write_bytes(mine)

        code, _ = refreshed(Answer(DONE, before=edit), more=["cassettes/job.yaml"])

        assert (code, files(place)) == (3, old | {"job.yaml": mine})
        assert "the file changed while it was recorded" in capsys.readouterr().err


SUITE = """\
import boto3
import pytest

import bototape


def status():
    client = boto3.client("sagemaker", region_name="us-east-1")
    return client.describe_auto_ml_job(AutoMLJobName="churn")["AutoMLJobStatus"]


@pytest.mark.bototape("marked")
def test_marked():
    assert status()


def test_direct():
    with bototape.use_cassette("cassettes/direct.yaml"):
        assert status()
"""
STOPPING = """

@pytest.mark.bototape("stopped")
def test_stopped():
    boto3.client("sagemaker", region_name="us-east-1").stop_auto_ml_job(AutoMLJobName="churn")
"""


@pytest.mark.slow
class TestFromTests:
    @pytest.fixture(autouse=True)
    def suite(self, place, monkeypatch):
        """A project with tests, away from the plugins and options of this run."""
        for name in [each for each in os.environ if each.startswith("PYTEST_")]:
            monkeypatch.delenv(name)
        (place / "scenarios" / "job.yaml").unlink()
        (place.parent / "test_jobs.py").write_text(SUITE)
        return place.parent / "test_jobs.py"

    def run(self, *more, **answers):
        with account(**answers) as live:
            return main(["refresh", "--tests", "--write", "--endpoint-url", live.url, *more]), live

    def test_what_they_record_is_compared_and_swapped_in(self, place, capsys):
        """Cassettes of markers and of paths in the code, with the project's one ledger; then they replay."""
        first, _ = self.run(DescribeAutoMLJob=[Answer(JOB)])
        old = files(place)
        capsys.readouterr()
        same, _ = self.run(DescribeAutoMLJob=[Answer(JOB | {"LastModifiedTime": 1.8e9})])
        left = files(place)
        capsys.readouterr()
        changed, _ = self.run("test_jobs.py::test_direct", DescribeAutoMLJob=[Answer(DONE)])

        assert (first, same, changed) == (0, 0, 0)
        assert left == old
        assert capsys.readouterr().out.splitlines() == [
            "cassettes/direct.yaml: written",
            "  fix     #1  sagemaker.DescribeAutoMLJob  {'AutoMLJobName': 'churn'}",
            "          AutoMLJobSecondaryStatus: 'Starting' → 'Completed'",
            "          AutoMLJobStatus: 'InProgress' → 'Completed'",
            "1 cassette: 1 written (1 fix)",
        ]
        assert sorted(files(place)) == ["direct.yaml", "ledger.json", "marked.yaml"]
        assert files(place)["marked.yaml"] == old["marked.yaml"]
        replayed = subprocess.run([sys.executable, "-m", "pytest", "-q"], check=False, capture_output=True, text=True)
        assert replayed.returncode == 0, replayed.stdout

    def test_the_recording_of_a_test_that_fails_is_not_taken(self, place, suite, capsys):
        """The other one's is."""
        suite.write_text(SUITE.replace("assert status()\n\n\ndef", 'assert status() == "Stopped"\n\n\ndef'))

        code, _ = self.run(DescribeAutoMLJob=[Answer(JOB)])

        out, err = capsys.readouterr()
        assert (code, sorted(files(place))) == (3, ["direct.yaml", "ledger.json"])
        assert "not all tests passed: see above" in err
        assert out.endswith("1 cassette: 1 written (1 create); 1 failed\n")

    @pytest.mark.parametrize("allowed", [False, True], ids=["not-named", "named"])
    def test_what_changes_the_account_is_not_sent_unless_named(self, place, suite, allowed):
        """Whatever the test does."""
        suite.write_text(SUITE + STOPPING)
        leave = ["--allow", "sagemaker.StopAutoMLJob"] if allowed else []

        code, live = self.run(*leave, DescribeAutoMLJob=[Answer(JOB)], StopAutoMLJob=[Answer({})])

        assert (code, "StopAutoMLJob" in live.operations()) == ((0, True) if allowed else (3, False))
        assert ("stopped.yaml" in files(place)) is allowed

    def test_the_budget_of_requests_holds_over_all(self, capsys):
        """Whichever test sends it: the one over it is not sent, and what was recorded before it is good."""
        code, live = self.run("--max-requests", "1", DescribeAutoMLJob=[Answer(JOB)])

        out, err = capsys.readouterr()
        assert (code, live.operations()) == (3, ["GetCallerIdentity", "GetCallerIdentity", "DescribeAutoMLJob"])
        assert "BudgetSpent: the budget is spent: 1 of 1 requests were sent" in err
        assert out.endswith("1 cassette: 1 written (1 create); 1 failed\n")

    def test_the_plan_tells_who_owns_what(self, place, suite, capsys, monkeypatch):
        """By markers, and by what the last run opened; nothing is run, and nobody's cassettes are told too."""
        suite.write_text(SUITE + STOPPING)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20
        for name, day in (("marked", "01"), ("direct", "19"), ("lost", "01"), ("stopped", "19")):
            call = interaction("StopAutoMLJob", {"AutoMLJobName": "churn"}) if name == "stopped" else describe("churn")
            cassette(place / f"{name}.yaml", call, date=f"2026-11-{day}", release="1.44.5")
        subprocess.run([sys.executable, "-m", "pytest", "-q"], check=False, capture_output=True)

        code = main(["refresh", "--tests", "--max-age", "7"])

        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        assert out == textwrap.dedent("""\
            would run: pytest --bototape-record-mode=all
            refresh   because         calls  cassette
            yes       asked               1  cassettes/direct.yaml
                        calls: sagemaker.DescribeAutoMLJob
                        test: test_jobs.py::test_direct
            cannot    old                 0  cassettes/lost.yaml
                        why: recorded 2026-11-01, 19 days ago; expected at most 7
                        no test is known to open it: run the tests once (pytest), or look for it in their code
            yes       old                 1  cassettes/marked.yaml
                        why: recorded 2026-11-01, 19 days ago; expected at most 7
                        calls: sagemaker.DescribeAutoMLJob
                        test: test_jobs.py::test_marked
            refused   asked               1  cassettes/stopped.yaml
                        calls: sagemaker.StopAutoMLJob (changes the account)
                        test: test_jobs.py::test_stopped
                        refused: sagemaker.StopAutoMLJob may change the account; LEAVE
            2 of 4 cassettes to record, about 2 requests
            only what is due by itself: bototape refresh --tests --write test_jobs.py::test_marked
            """).replace("LEAVE", "--allow sagemaker.StopAutoMLJob if that is meant")

    def test_the_plan_of_some_tests(self, capsys):
        """Tells their cassettes only."""
        code = main(["refresh", "--tests", "test_jobs.py::test_marked"])

        assert (code, capsys.readouterr().out) == (
            0,
            (
                "would run: pytest --bototape-record-mode=all test_jobs.py::test_marked\n"
                "refresh   because         calls  cassette\n"
                "yes       missing             0  cassettes/marked.yaml\n"
                "            test: test_jobs.py::test_marked\n"
                "1 of 1 cassette to record, about 0 requests\n"
            ),
        )

    @pytest.mark.parametrize(
        ("text", "said"),
        [("import nothing_of_this_name\n", "ModuleNotFoundError"), ("", "there are no such tests: pytest")],
        ids=["broken", "none"],
    )
    def test_tests_that_cannot_be_collected(self, suite, capsys, text, said):
        """It is told why."""
        suite.write_text(text)

        code = main(["refresh", "--tests"])

        assert (code, said in capsys.readouterr().err) == (2, True)


TWO_STEPS = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
- operation: ListCandidatesForAutoMLJob
  parameters: {AutoMLJobName: churn}
"""
POLLING = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  until: {AutoMLJobStatus: Completed}
"""
STOPPED = """\
service: sagemaker
region: us-east-1
allow_mutations: [StopAutoMLJob]
steps:
- operation: StopAutoMLJob
  parameters: {AutoMLJobName: churn}
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
"""
SAVING = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  save: {name: AutoMLJobName, role: RoleArn}
- operation: ListCandidatesForAutoMLJob
  parameters: {AutoMLJobName: '${name}'}
- operation: ListAutoMLJobs
  parameters: {NameContains: x}
"""
CANDIDATES = {"Candidates": []}
CREATING = """\
service: sagemaker
region: us-east-1
allow_mutations: [CreateExperiment, DeleteTags, DeleteExperiment]
steps:
- operation: CreateExperiment
  parameters: {ExperimentName: churn}
  save: {arn: ExperimentArn}
- operation: ListTags
  parameters: {ResourceArn: '${arn}'}
cleanup:
"""
UNTAGGED = "- {operation: DeleteTags, parameters: {ResourceArn: '${arn}', TagKeys: [a]}}\n"
DELETED = "- {operation: DeleteExperiment, parameters: {ExperimentName: churn}}\n"


@pytest.mark.slow
class TestJournal:
    @pytest.fixture
    def scenario(self, place):
        return (place / "scenarios" / "job.yaml").write_text

    def killed(self, *more, in_, **answers):
        """Run a refresh that is killed while the service thinks about its answer number *in_* to an operation."""
        operation, number = in_

        def kill():
            os.kill(child.pid, signal.SIGKILL)

        answers[operation] = [*answers[operation][:number], Answer({}, before=kill)]
        with account(**answers) as live:
            arguments = ["refresh", "--write", "--endpoint-url", live.url, "--poll-interval", "0", *more]
            child = subprocess.Popen([sys.executable, "-m", "bototape", *arguments])
            assert child.wait(60) == -signal.SIGKILL
        return live.url

    def again(self, url, *more, **answers):
        """Run it again, at the same address."""
        with account(port=int(url.rpartition(":")[2]), **answers) as live:
            code = refresh(live, *more)
        return code, live.operations()[1:]

    def journal(self, place):
        [found] = (place.parent / "cache" / "refresh").iterdir()
        return found

    def statuses(self, place):
        found = cassettes.read(place / "job.yaml").interactions
        return [json.loads(each.response.body).get("AutoMLJobStatus") for each in found]

    def test_finished_steps_are_not_made_again(self, place, scenario, capsys):
        """The second run goes on; what comes out is what one run would have written."""
        scenario(TWO_STEPS)
        answers = {"DescribeAutoMLJob": [Answer(DONE)], "ListCandidatesForAutoMLJob": [Answer(CANDIDATES)]}
        url = self.killed(in_=("ListCandidatesForAutoMLJob", 0), **answers)
        journal = self.journal(place)
        text, mode = journal.read_text(), journal.stat().st_mode & 0o777

        code, made = self.again(url, **answers)

        assert (code, made) == (0, ["ListCandidatesForAutoMLJob"])
        assert "  going on after 1 of 2 steps\n" in capsys.readouterr().err
        assert self.statuses(place) == ["Completed", None]
        assert mode == 0o600
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY, "dana.okafor", "127.0.0.1") if each in text] == []
        assert not journal.exists()
        resumed = files(place)
        (place / "job.yaml").unlink()
        (place / "ledger.json").unlink()
        self.again(url, **answers)
        assert files(place)["ledger.json"] == resumed["ledger.json"]
        assert self.statuses(place) == ["Completed", None]

    def test_polls_go_on_where_they_were(self, place, scenario):
        """States that have passed meanwhile are in the recording all the same."""
        scenario(POLLING)
        begun = JOB | {"AutoMLJobSecondaryStatus": "TrainingModels"}
        url = self.killed(in_=("DescribeAutoMLJob", 2), DescribeAutoMLJob=[Answer(JOB), Answer(begun)])

        code, made = self.again(url, DescribeAutoMLJob=[Answer(DONE)])

        assert (code, made) == (0, ["DescribeAutoMLJob"])
        assert self.statuses(place) == ["InProgress", "InProgress", "Completed"]

    def test_what_changed_the_account_is_not_done_twice(self, scenario):
        """A step that was answered counts as made."""
        scenario(STOPPED)
        leave = ["--allow", "StopAutoMLJob"]
        answers = {"StopAutoMLJob": [Answer({})], "DescribeAutoMLJob": [Answer(DONE)]}
        url = self.killed(*leave, in_=("DescribeAutoMLJob", 0), **answers)

        code, made = self.again(url, *leave, **answers)

        assert (code, made) == (0, ["DescribeAutoMLJob"])

    def test_an_identifier_that_was_saved_is_known_again(self, place, scenario):
        """The account and the recorder's own names are: no step is made again, and nothing real was on disk."""
        scenario(SAVING)
        answers = {
            "DescribeAutoMLJob": [Answer(DONE)],
            "ListCandidatesForAutoMLJob": [Answer(CANDIDATES)],
            "ListAutoMLJobs": [Answer({"AutoMLJobSummaries": []})],
        }
        url = self.killed(in_=("ListAutoMLJobs", 0), **answers)
        text = self.journal(place).read_text()

        code, made = self.again(url, **answers)

        assert (code, made) == (0, ["ListAutoMLJobs"])
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY, "dana.okafor", "127.0.0.1") if each in text] == []

    def test_a_step_that_saved_something_else_is_made_again(self, place, scenario):
        """The real value is on no disk; reading once more costs nothing."""
        scenario(SAVING)
        answers = {
            "DescribeAutoMLJob": [Answer(OTHER_ROLE)],
            "ListCandidatesForAutoMLJob": [Answer(CANDIDATES)],
            "ListAutoMLJobs": [Answer({"AutoMLJobSummaries": []})],
        }
        url = self.killed(in_=("ListAutoMLJobs", 0), **answers)

        code, made = self.again(url, **answers)

        assert (code, made) == (0, ["DescribeAutoMLJob", "ListCandidatesForAutoMLJob", "ListAutoMLJobs"])
        assert len(cassettes.read(place / "job.yaml").interactions) == 3

    def test_another_recording_that_was_first_keeps_its_names(self, place, scenario):
        """What the journal has under a name that somebody else took meanwhile is renamed, before both meet."""
        scenario(TWO_STEPS.replace("ListCandidatesForAutoMLJob", "DescribeAutoMLJob"))
        url = self.killed(in_=("DescribeAutoMLJob", 1), DescribeAutoMLJob=[Answer(DONE)])
        other = digest(b"key of this test", "role", f"other-{ROLE}")
        ledger.save(place / "ledger.json", {other: "example-role-1"})

        code, made = self.again(url, DescribeAutoMLJob=[Answer(OTHER_ROLE)])

        roles = [json.loads(each.response.body)["RoleArn"] for each in cassettes.read(place / "job.yaml").interactions]
        assert (code, made) == (0, ["DescribeAutoMLJob"])
        assert [each.rpartition("/")[2] for each in roles] == ["example-role-2", "example-role-1"]
        assert sorted(ledger.load(place / "ledger.json").values())[1:] == ["example-role-1", "example-role-2"]

    @pytest.mark.parametrize("change", ["scenario", "account"])
    def test_a_journal_of_something_else_is_not_used(self, scenario, change):
        """Another scenario, another account: everything is made anew."""
        scenario(TWO_STEPS)
        answers = {"DescribeAutoMLJob": [Answer(DONE)], "ListCandidatesForAutoMLJob": [Answer(CANDIDATES)]}
        url = self.killed(in_=("ListCandidatesForAutoMLJob", 0), **answers)
        if change == "scenario":
            scenario("# more\n" + TWO_STEPS)
        else:
            answers["GetCallerIdentity"] = [Answer(CALLER.replace(ACCOUNT, "604913827756"))]

        code, made = self.again(url, **answers)

        assert (code, made) == (0, ["DescribeAutoMLJob", "ListCandidatesForAutoMLJob"])

    @pytest.fixture
    def created(self, scenario):
        """Run a refresh that is killed after its first step made something and saved its identifier."""

        def create(account, cleanup):
            scenario(CREATING + cleanup)
            arn = {"ExperimentArn": f"arn:aws:sagemaker:us-east-1:{account}:experiment/churn"}
            tags = {"CreateExperiment": [Answer(arn)], "ListTags": [Answer({"Tags": []})]}
            answers = tags | {"DeleteTags": [Answer({})], "DeleteExperiment": [Answer({})]}
            leave = ["--allow", "CreateExperiment", "--allow", "DeleteTags", "--allow", "DeleteExperiment"]
            return self.killed(*leave, in_=("ListTags", 0), **answers), leave, answers

        return create

    def test_what_was_made_is_gone_on_with(self, place, created):
        """Killed after it saved the identifier: it is neither made twice nor forgotten by the clean-up."""
        url, leave, answers = created(ACCOUNT, UNTAGGED + DELETED)
        text = self.journal(place).read_text()

        with account(port=int(url.rpartition(":")[2]), **answers) as live:
            code = refresh(live, *leave)

        arn = {"ResourceArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:experiment/churn"}
        assert code == 0
        assert live.calls[1:] == [
            ("ListTags", arn),
            ("DeleteTags", arn | {"TagKeys": ["a"]}),
            ("DeleteExperiment", {"ExperimentName": "churn"}),
        ]
        assert len(cassettes.read(place / "job.yaml").interactions) == 2
        assert ACCOUNT not in text

    def test_what_cannot_be_gone_on_with_is_cleaned_up(self, created, capsys):
        """Nobody knows the identifier any more: the clean-up is made, and the next run begins anew."""
        url, leave, answers = created("837250196448", DELETED)

        first, made = self.again(url, *leave, **answers)
        err = capsys.readouterr().err
        second, anew = self.again(url, *leave, **answers)

        assert (first, made, second, anew) == (
            3,
            ["DeleteExperiment"],
            0,
            ["CreateExperiment", "ListTags", "DeleteExperiment"],
        )
        assert "  clean-up step 1, DeleteExperiment: done\n" in err
        assert (
            "step 1, CreateExperiment (cassettes/scenarios/job.yaml:5): the run before was stopped after it had "
            "changed the account, and what it saved then is on no disk"
        ) in err

    def test_what_nobody_can_clean_up_is_not_made_twice(self, place, created, capsys):
        """A clean-up that needs the identifier is left out, and nothing begins anew before somebody had a look."""
        url, leave, answers = created("837250196448", UNTAGGED)

        first, made = self.again(url, *leave, **answers)
        second, again = self.again(url, *leave, **answers)

        assert (first, made, second, again) == (3, [], 3, [])
        err = capsys.readouterr().err
        assert "clean-up step 1, DeleteTags: left out, for nothing saved 'arn'" in err
        assert f"then remove {self.journal(place)}" in err

    def test_a_failure_is_gone_on_from(self, place, scenario):
        """Expired credentials cost the step they expired in."""
        scenario(TWO_STEPS)
        expired = Answer({"__type": "ExpiredTokenException", "message": "old"}, 400)
        with account(DescribeAutoMLJob=[Answer(DONE)], ListCandidatesForAutoMLJob=[expired]) as live:
            first = refresh(live)

        second, made = self.again(live.url, ListCandidatesForAutoMLJob=[Answer(CANDIDATES)])

        assert (first, second, made) == (3, 0, ["ListCandidatesForAutoMLJob"])
        assert self.statuses(place) == ["Completed", None]


@pytest.mark.slow
class TestReview:
    @pytest.fixture(autouse=True)
    def withheld(self, place, capsys):
        """A cassette, and a recording of another answer and another role that was not accepted."""
        refreshed(Answer(JOB))
        refreshed(Answer(OTHER_ROLE), more=["cassettes/job.yaml", "--accept", "create"])
        capsys.readouterr()
        return files(place)

    def review(self, monkeypatch, answers):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        return main(["review"])

    def test_what_is_taken_is_written(self, place, withheld, monkeypatch, capsys):
        """The difference is shown, and the recording takes its place, ledger included; then nothing is left to do."""
        code = self.review(monkeypatch, "y\n")
        out = capsys.readouterr().out

        assert (code, out.splitlines()[0], out.splitlines()[-2:]) == (
            0,
            "cassettes/job.yaml 1/1",
            ["cassettes/job.yaml: written", "1 written, 0 left"],
        )
        assert "          RoleArn: 'arn:aws:iam::123456789012:role/example-role-1' → " in out
        [each] = cassettes.read(place / "job.yaml").interactions
        assert json.loads(each.response.body)["AutoMLJobStatus"] == "Completed"
        assert set(ledger.load(place / "ledger.json")) > set(json.loads(withheld["ledger.json"])["pseudonyms"])
        assert self.review(monkeypatch, "") == 0
        assert capsys.readouterr().out == "0 written, 0 left\n"

    @pytest.mark.parametrize(("answer", "again"), [("n\n", 0), ("q\n", 1)], ids=["no", "quit"])
    def test_what_is_not_taken_leaves_the_cassette(self, place, withheld, monkeypatch, capsys, answer, again):
        """Refused, it is gone; a review that was ended may be taken up again."""
        code = self.review(monkeypatch, answer)
        capsys.readouterr()

        assert (code, files(place)) == (0, withheld)
        self.review(monkeypatch, "y\n")
        assert capsys.readouterr().out.endswith(f"{again} written, 0 left\n")

    def test_a_cassette_that_changed_since_is_not_replaced(self, place, withheld, monkeypatch, capsys):
        """Nobody can say any more what the recording would replace."""
        (place / "job.yaml").write_bytes(withheld["job.yaml"] + b"\n")

        self.review(monkeypatch, "y\n")

        assert capsys.readouterr().out.startswith("cassettes/job.yaml: dropped, for the cassette changed since")
        assert files(place)["job.yaml"] == withheld["job.yaml"] + b"\n"

    def test_nothing_of_the_account_waits(self, place):
        """What is kept is scrubbed, and for its user alone."""
        [kept] = (place.parent / "cache" / "pending").iterdir()
        text = b"".join(each.read_bytes() for each in kept.iterdir()).decode()

        assert kept.stat().st_mode & 0o777 == 0o700
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY, "dana.okafor", "127.0.0.1") if each in text] == []

"""Record modes end to end: what reaches a live account over HTTP, what is in the file, what stays when it fails."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import textwrap
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import boto3
import pytest
from botocore.credentials import RefreshableCredentials
from botocore.session import Session

from bototape import NoMatch, UsageError, cassettes, modes, use_cassette
from bototape.errors import CassetteUnreadable, CassetteUnwritable, LeakRefused, RecordingFailed
from bototape.interaction import Cassette
from tests.builders import describe, written
from tests.e2e.live import ACCESS_KEY, ACCOUNT, CALLER, ROLE, SECRET, USER_ID, Answer, account

STARTED = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    "AutoMLJobStatus": "InProgress",
}
SLEEP = time.sleep
DONE = STARTED | {"AutoMLJobStatus": "Completed"}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of this machine; a directory of its own."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
        "BOTOTAPE_SCRUB_KEY": "key of this test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    before = modes.settle(modes.Session())
    yield
    modes.settle(before)


#: Reads each model once.
SESSION = Session()


def client(live, service="sagemaker", *, key=ACCESS_KEY, secret=SECRET):
    """A client with credentials of its own, as code under test makes one."""
    keys = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": "IQoJb3JpZ2lu" + "A" * 80}
    return SESSION.create_client(service, region_name="us-east-1", endpoint_url=live.url, **keys)


def keyless(live=None):
    """A client without credentials."""
    session = Session()
    session.register_component("data_loader", SESSION.get_component("data_loader"))
    extra = {"endpoint_url": live.url} if live else {}
    return session.create_client("sagemaker", region_name="us-east-1", **extra)


def record(path, mode, live, *, then=lambda: None):
    """Describe the job with a tape open, then do *then*; return the tape."""
    with use_cassette(path, record_mode=mode) as tape:
        status(client(live))
        then()
    return tape


def failing(error):
    """Something that raises *error*."""

    def fail():
        raise error

    return fail


def status(sagemaker, name="churn"):
    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]


def files(directory):
    """Everything below *directory*, by name."""
    return {str(each.relative_to(directory)): each.read_bytes() for each in directory.rglob("*") if each.is_file()}


def answers(path):
    """Status and repeat of each recorded describe."""
    found = cassettes.read(path).interactions
    return [(json.loads(each.response.body)["AutoMLJobStatus"], each.call.repeat) for each in found]


class TestOnce:
    def test_it_records_if_there_is_no_file_and_plays_if_there_is(self, tmp_path):
        """The second run needs neither server nor keys; three polls are two interactions."""
        path = tmp_path / "cassettes" / "c.yaml"
        script = [Answer(STARTED), Answer(STARTED), Answer(DONE)]
        with account(DescribeAutoMLJob=script) as live, use_cassette(path, record_mode="once") as tape:
            recorded = [status(client(live)) for _ in range(3)]
            told = (tape.record_mode, tape.recorded, tape.play_count, tape.playing, tape.is_written)
        asked = live.operations()
        with use_cassette(path, record_mode="once") as again:
            played = [status(keyless()) for _ in range(3)]

        assert recorded == played == ["InProgress", "InProgress", "Completed"]
        assert told == ("once", 3, 0, False, False)
        assert (again.record_mode, again.played) == ("none", {0: 2, 1: 1})
        assert asked == ["GetCallerIdentity", *["DescribeAutoMLJob"] * 3]
        assert answers(path) == [("InProgress", 2), ("Completed", False)]
        assert cassettes.read(path).provenance.endpoint == "custom"

    def test_nothing_of_the_account_is_left(self, tmp_path):
        """Cassette and ledger hold no value of the account, the role, the keys or the place."""
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, use_cassette(path, record_mode="once"):
            status(client(live))

        text = b"".join(files(tmp_path).values())
        secrets = [ACCOUNT, ROLE, ACCESS_KEY, SECRET, "dana.okafor", USER_ID.split(":")[0], "IQoJb3Jp", "127.0.0.1"]
        assert [each for each in secrets if each.encode() in text] == []
        assert sorted(files(tmp_path)) == ["c.yaml", "ledger.json"]

    def test_a_miss_is_a_miss_where_there_is_a_file(self, tmp_path):
        """Nothing is sent, nothing is added."""
        path = written(tmp_path, describe("churn"))
        before = files(tmp_path)
        with account() as live, pytest.raises(NoMatch), use_cassette(path, record_mode="once"):
            status(client(live), "other")

        assert live.operations() == []
        assert files(tmp_path) == before

    def test_retries_are_recorded_as_attempts(self, tmp_path):
        """A throttled attempt plays as one; botocore's own retry is what the code sees."""
        path = tmp_path / "c.yaml"
        throttled = Answer({"__type": "ThrottlingException", "message": "slow down"}, 400)
        with account(DescribeAutoMLJob=[throttled, Answer(DONE)]) as live, use_cassette(path, record_mode="once"):
            status(client(live))
        with use_cassette(path) as tape:
            assert status(client(live)) == "Completed"

        assert [each.call.attempt for each in cassettes.read(path).interactions] == [1, 2]
        assert len(tape.pauses) == 1

    def test_half_an_answer_is_asked_for_again(self, tmp_path):
        """Only the whole one is recorded."""
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE, cut=True), Answer(DONE)]) as live:
            record(path, "once", live)

        assert answers(path) == [("Completed", False)]

    def test_a_page_of_a_proxy_is_no_answer_even_if_the_code_goes_on(self, tmp_path):
        """What the code under test swallowed still ends the recording, at its end."""
        path = tmp_path / "c.yaml"
        with (
            account(DescribeAutoMLJob=[Answer("<html>sign in</html>"), Answer(DONE)]) as live,
            pytest.raises(RecordingFailed, match=r"sagemaker\.DescribeAutoMLJob: .*not a JSON document"),
            use_cassette(path, record_mode="once"),
            contextlib.suppress(Exception),
        ):
            status(client(live))

        assert files(tmp_path) == {}

    def test_a_recording_of_nothing_is_no_file(self, tmp_path):
        """An empty cassette would make the next run fail for a reason nobody sees."""
        with use_cassette(tmp_path / "c.yaml", record_mode="once") as tape:
            pass

        assert (files(tmp_path), tape.is_written) == ({}, False)


class TestNewEpisodes:
    def test_what_is_recorded_plays_and_what_is_not_is_sent_and_added(self, tmp_path):
        """The old interactions stay what they were, byte for byte and in front."""
        path = written(tmp_path, describe("old", "Stopped", repeat=True))
        old = path.read_text()
        script = [Answer(STARTED), Answer(DONE)]
        with account(DescribeAutoMLJob=script) as live, use_cassette(path, record_mode="new_episodes") as tape:
            sagemaker = client(live)
            found = [status(sagemaker, each) for each in ("old", "churn", "old", "churn")]

        assert found == ["Stopped", "InProgress", "Stopped", "Completed"]
        assert live.operations() == ["GetCallerIdentity", *["DescribeAutoMLJob"] * 2]
        assert (tape.played, tape.recorded) == ({0: 2}, 2)
        assert answers(path) == [("Stopped", True), ("InProgress", False), ("Completed", False)]
        assert path.read_text().startswith(old.removesuffix("version: 1\n"))

    def test_a_complete_cassette_is_left_alone_and_needs_no_keys(self, tmp_path):
        """Nothing is asked or written where nothing is missing."""
        path = written(tmp_path, describe("old"))
        before = files(tmp_path), path.stat().st_mtime_ns
        with use_cassette(path, record_mode="new_episodes"):
            assert status(keyless(), "old") == "Completed"

        assert (files(tmp_path), path.stat().st_mtime_ns) == before

    def test_a_call_that_must_be_sent_needs_keys(self, tmp_path):
        """botocore's own error, and nothing signed with dummies goes out."""
        with account() as live, use_cassette(tmp_path / "c.yaml", record_mode="new_episodes"):
            sagemaker = keyless(live)
            with pytest.raises(Exception, match="Unable to locate credentials"):
                status(sagemaker)

        assert live.operations() == []

    def test_a_real_identifier_finds_its_recorded_form(self, tmp_path):
        """The code under test sends what it was given; what was recorded of it bears the pseudonym."""
        path = tmp_path / "c.yaml"
        arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn"
        with account(ListTags=[Answer({"Tags": []})]) as live:
            for _ in range(2):
                with use_cassette(path, record_mode="new_episodes"):
                    client(live).list_tags(ResourceArn=arn)

        assert live.operations().count("ListTags") == 1
        assert len(cassettes.read(path).interactions) == 1

    def test_threads_lose_and_double_nothing(self, tmp_path):
        """Of equal calls by many threads each is played or sent, once, and each that was sent is in the file."""
        path = written(tmp_path, *[describe("churn", "Stopped")] * 20)
        done = [Answer(DONE)]
        with account(DescribeAutoMLJob=done) as live, use_cassette(path, record_mode="new_episodes") as tape:
            sagemaker = client(live)
            with ThreadPoolExecutor(8) as pool:
                found = list(pool.map(lambda _: status(sagemaker), range(60)))

        assert (found.count("Stopped"), found.count("Completed")) == (20, 40)
        assert live.operations().count("DescribeAutoMLJob") == tape.recorded == 40
        assert answers(path) == [("Stopped", False)] * 20 + [("Completed", False)] * 40


class TestAll:
    def test_it_replaces_what_was_there(self, tmp_path):
        """Nothing old is played."""
        path = written(tmp_path, describe("churn", "Stopped", repeat=True), describe("other"))
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, use_cassette(path, record_mode="all") as tape:
            assert status(client(live)) == "Completed"

        assert (tape.play_count, tape.recorded, tape.is_written) == (0, 1, True)
        assert answers(path) == [("Completed", False)]

    @pytest.mark.parametrize("error", [AssertionError, KeyboardInterrupt, SystemExit, BaseException])
    def test_what_fails_leaves_the_old_file(self, tmp_path, error):
        """A failed assertion, Ctrl-C, exit: the old cassette is the cassette, and nothing lies about."""
        path = written(tmp_path, describe("churn", "Stopped"))
        before = files(tmp_path)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, pytest.raises(error):
            record(path, "all", live, then=failing(error))

        assert files(tmp_path) == before

    def test_a_leak_leaves_the_old_file(self, tmp_path, monkeypatch):
        """The audit has the last word, by code that shares nothing with the scrubber."""
        path = written(tmp_path, describe("churn", "Stopped"))
        before = files(tmp_path)
        monkeypatch.setattr("bototape.capture.intake.scrub", lambda interaction, *_, **__: interaction)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, pytest.raises(LeakRefused) as caught:
            record(path, "all", live)

        assert files(tmp_path) == before
        assert [each for each in (ACCOUNT, ROLE, SECRET) if each in str(caught.value)] == []

    def test_what_does_not_pass_the_check_leaves_the_old_file(self, tmp_path):
        """An answer that is not what the model says would replace one that was."""
        path = written(tmp_path, describe("churn", "Stopped"))
        before = files(tmp_path)
        with (
            account(DescribeAutoMLJob=[Answer(DONE | {"AutoMLJobName": 5})]) as live,
            pytest.raises(RecordingFailed, match=r"does not pass the check: .*#1 response /AutoMLJobName"),
        ):
            record(path, "all", live)

        assert files(tmp_path) == before

    def test_a_file_that_is_no_cassette_is_not_replaced(self, tmp_path):
        """It may be something else, or half of something: nobody but its owner can tell."""
        path = tmp_path / "c.yaml"
        path.write_text("important: notes\n")
        with pytest.raises(CassetteUnreadable), use_cassette(path, record_mode="all"):
            pytest.fail("it opened")

        assert path.read_text() == "important: notes\n"


class TestWhoRecords:
    def test_a_session_first_used_in_a_replay_records_with_its_own_keys(self, tmp_path, monkeypatch):
        """One run plays old cassettes and records a new one; the default session is made once."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        path, old = tmp_path / "c.yaml", written(tmp_path, describe("churn"))
        with account(DescribeAutoMLJob=[Answer(STARTED)]) as live:
            with use_cassette(old):
                sagemaker = boto3.client("sagemaker", region_name="us-east-1", endpoint_url=live.url)
                assert status(sagemaker) == "Completed"
            with use_cassette(path, record_mode="once"):
                assert status(sagemaker) == "InProgress"

        assert live.signers == [ACCESS_KEY, ACCESS_KEY]

    def test_nothing_is_sent_before_it_is_known(self, tmp_path):
        """STS refuses: the call is not made, and the message names the ways out."""
        refused = Answer("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", 403)
        with account(GetCallerIdentity=[refused]) as live, pytest.raises(UsageError) as caught:
            record(tmp_path / "c.yaml", "once", live)

        assert live.operations() == ["GetCallerIdentity"]
        assert str(caught.value) == (
            f"cannot learn whose account is recorded from STS at {live.url}: it answered AccessDenied\n"
            "  fix: use credentials and an endpoint that answer sts:GetCallerIdentity, or name the account: in a file "
            "that BOTOTAPE_ESTATE names, or as values.account in [tool.bototape.estate]"
        )
        assert files(tmp_path) == {}

    def test_a_file_may_say_it(self, tmp_path, monkeypatch):
        """Then STS is not asked."""
        (tmp_path / "estate.json").write_text(json.dumps({"account": ACCOUNT, "values": {"role": [ROLE]}}))
        monkeypatch.setenv("BOTOTAPE_ESTATE", "estate.json")
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, use_cassette(path, record_mode="once"):
            status(client(live))

        assert live.operations() == ["DescribeAutoMLJob"]
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY) if each in path.read_text()] == []

    def test_the_project_may_say_it_where_sts_does_not(self, tmp_path):
        """A store that runs alone knows no STS."""
        (tmp_path / "pyproject.toml").write_text(f'[tool.bototape.estate]\nvalues.account = ["{ACCOUNT}"]\n')
        path = tmp_path / "c.yaml"
        nobody = Answer({"__type": "UnknownOperation"}, 400)
        with account(GetCallerIdentity=[nobody], DescribeAutoMLJob=[Answer(DONE)]) as live:
            record(path, "once", live)

        assert ACCOUNT not in path.read_text()

    def test_each_pair_of_keys_is_somebody(self, tmp_path):
        """Who comes later is hidden in what was recorded before, too."""
        other, role = "718203944116", "quellmark-batch"
        caller = CALLER.replace(ACCOUNT, other).replace(ROLE, role)
        path = tmp_path / "c.yaml"
        told = DONE | {"AutoMLJobName": f"for-{role}"}
        keys = {"key": "ASIA" + "QW7TK3HN5RZP2LJD", "secret": "pQ9xLm2" + "/TzVb4WcYdEfGhJkLn+PqRsTuVwXyZ013"}
        with account(GetCallerIdentity=[Answer(CALLER), Answer(caller)], DescribeAutoMLJob=[Answer(told)]) as live:
            second = client(live, **keys)
            record(path, "once", live, then=lambda: (status(second), status(second)))

        assert live.operations().count("GetCallerIdentity") == 2
        assert [each for each in (ACCOUNT, other, ROLE, role, *keys.values()) if each in path.read_text()] == []

    def test_renewing_credentials_is_no_part_of_a_recording(self, tmp_path):
        """The machine's calls for its own keys differ everywhere, and are never made in a replay."""
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            source = client(live, "sts")

            def fetched():
                source.get_caller_identity()
                token = "IQoJb3JpZ2lu" + "A" * 80
                return {
                    "access_key": ACCESS_KEY,
                    "secret_key": SECRET,
                    "token": token,
                    "expiry_time": "2090-01-01T00:00:00Z",
                }

            session = Session()
            session._credentials = RefreshableCredentials.create_from_metadata(
                fetched() | {"expiry_time": "2020-01-01T00:00:00Z"}, fetched, "test"
            )
            with use_cassette(path, record_mode="once"):
                sagemaker = session.create_client("sagemaker", region_name="us-east-1", endpoint_url=live.url)
                status(sagemaker)

        assert [each.call.operation for each in cassettes.read(path).interactions] == ["DescribeAutoMLJob"]

    def test_the_log_of_the_sdk_is_withheld_and_the_program_s_own_goes_on(self, tmp_path, caplog):
        """A test that looks at its program's log does so while recording; the SDK's quotes whole requests."""
        caplog.set_level(logging.DEBUG)
        program, path = logging.getLogger("program"), tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live, use_cassette(path, record_mode="once"):
            program.info("job %s starts", "churn")
            status(client(live))
            program.info("done for %s", ACCOUNT)

        own = [each.getMessage() for each in caplog.records if each.name == "program"]
        assert own == ["job churn starts", "done for 123456789012"]
        assert [each for each in (ACCOUNT, ROLE, ACCESS_KEY, SECRET) if each in caplog.text] == []


class TestTheFile:
    def test_nothing_is_ever_written_in_none(self, tmp_path):
        """Played, missed, failed: the directory is as it was."""
        path = written(tmp_path, describe("churn"), describe("unused"))
        before = files(tmp_path)
        with use_cassette(path, record_mode="none"):
            status(keyless())
        with pytest.raises(NoMatch), use_cassette(path, record_mode="none"):
            status(keyless(), "other")

        assert files(tmp_path) == before

    @pytest.mark.parametrize("mode", ["new_episodes", "all"])
    def test_what_changed_meanwhile_is_not_overwritten(self, tmp_path, mode):
        """An editor or a checkout was at it: its work is not ours to drop."""
        path = written(tmp_path, describe("old"))
        with (
            account(DescribeAutoMLJob=[Answer(DONE)]) as live,
            pytest.raises(CassetteUnwritable, match="the file changed while it was recorded"),
        ):
            record(path, mode, live, then=lambda: written(tmp_path, describe("by hand")))

        assert files(tmp_path) == {"test.yaml": written(tmp_path / "as", describe("by hand")).read_bytes()}

    def test_a_file_that_appeared_meanwhile_is_not_overwritten(self, tmp_path):
        """Two checkouts of one project on a shared disk may have no lock in common."""
        path = tmp_path / "test.yaml"
        with (
            account(DescribeAutoMLJob=[Answer(DONE)]) as live,
            pytest.raises(CassetteUnwritable, match="the file appeared while it was recorded"),
        ):
            record(path, "once", live, then=lambda: written(tmp_path, describe("by hand")))

        assert files(tmp_path) == {"test.yaml": written(tmp_path / "as", describe("by hand")).read_bytes()}

    def test_one_process_records_a_file_once_at_a_time(self, tmp_path):
        """Waiting for oneself would take for ever."""
        second = use_cassette(tmp_path / "c.yaml", record_mode="all")
        told = "another tape of this process records it"
        with use_cassette(tmp_path / "c.yaml", record_mode="once"), pytest.raises(CassetteUnwritable, match=told):
            second.__enter__()

    def test_a_directory_that_cannot_be_written_is_told_before_anything_is_sent(self, tmp_path):
        """Better than after an hour of recording."""
        (tmp_path / "cassettes").write_text("a file")
        with account() as live, pytest.raises(CassetteUnwritable, match="cassettes is no directory"):
            record(tmp_path / "cassettes" / "c.yaml", "once", live)

        assert live.operations() == []

    def test_a_second_process_waits_and_then_plays(self, tmp_path):
        """Two workers of one run that share a cassette: one records, the other replays what it recorded."""
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            with use_cassette(path, record_mode="once"):
                second = another(path, live.url)
                assert second.stdout.readline() == "opening\n"
                status(client(live))
            out, err = second.communicate(timeout=60)

        assert (out, err) == ("none Completed\n", "")
        assert live.operations().count("DescribeAutoMLJob") == 1

    def test_a_second_process_does_not_wait_for_ever(self, tmp_path):
        """It says which process it waited for."""
        path = tmp_path / "c.yaml"
        with account() as live, use_cassette(path, record_mode="once"):
            out, err = another(path, live.url, patience=0).communicate(timeout=60)

        assert out == "opening\n"
        assert f"cannot write cassette {path}: process {os.getpid()} is recording it" in err


def another(path, url, patience=30):
    """A process that opens *path* in mode once, makes a call, and prints what it got."""
    text = f"""
        import boto3
        from bototape import use_cassette
        from bototape.cassettes import standing
        standing.PATIENCE = {patience}
        print("opening", flush=True)
        with use_cassette({str(path)!r}, record_mode="once") as tape:
            sagemaker = boto3.client("sagemaker", region_name="us-east-1", endpoint_url={url!r})
            print(tape.record_mode, sagemaker.describe_auto_ml_job(AutoMLJobName="churn")["AutoMLJobStatus"])
        """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(text)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class TestNames:
    def run(self, tape, sagemaker, *more):
        """The code under test: jobs of names made anew, with a tag that tells who records."""
        names = [tape.variable(each, lambda: f"churn-{uuid.uuid4().hex[:8]}-{ACCOUNT}") for each in ("job", *more)]
        return [sagemaker.describe_auto_ml_job(AutoMLJobName=each) and each for each in names]

    @pytest.mark.slow
    @pytest.mark.parametrize("mode", ["once", "new_episodes", "all"])
    def test_a_name_made_while_recording_comes_back(self, tmp_path, mode):
        """Scrubbed as in the recorded call, seeded numbers with it; in whatever mode it was recorded."""
        path = tmp_path / "c.yaml"
        with (
            account(DescribeAutoMLJob=[Answer(DONE)]) as live,
            use_cassette(path, record_mode=mode, seeded=True) as tape,
        ):
            (first,) = self.run(tape, client(live))
            numbers = tape.uuid(), tape.random.random()
        with use_cassette(path, seeded=True) as tape:
            (second,) = self.run(tape, keyless())
            assert (tape.uuid(), tape.random.random()) == numbers
        assert second == first.replace(ACCOUNT, "123456789012")
        assert ACCOUNT not in path.read_text()

    def test_a_name_that_only_a_call_tells_the_meaning_of_comes_back_too(self, tmp_path):
        """A bucket's name has no form: what the call made of it is what the variable is, wherever it stands in it."""
        path = tmp_path / "c.yaml"

        def run(tape, rekognition):
            bucket, each = tape.variable("bucket", "zorvane"), tape.variable("all", ["zorvane", 1])
            rekognition.detect_labels(Image={"S3Object": {"Bucket": bucket, "Name": "a"}})
            return bucket, each

        with account(DetectLabels=[Answer({})]) as live:
            with use_cassette(path, record_mode="once") as tape:
                recorded = run(tape, client(live, "rekognition"))
            with use_cassette(path) as tape:
                played = run(tape, client(live, "rekognition"))

        assert recorded == ("zorvane", ["zorvane", 1])
        assert played == ("amzn-s3-demo-bucket-1", ["amzn-s3-demo-bucket-1", 1])
        assert "zorvane" not in path.read_text()

    def test_a_name_that_gives_way_to_another_recording_gives_way_here_too(self, tmp_path):
        """Of two recordings at once the later one is renamed, variables and calls alike."""

        def run(tape, rekognition, bucket):
            bucket = tape.variable("bucket", bucket)
            rekognition.detect_labels(Image={"S3Object": {"Bucket": bucket, "Name": "a"}})
            return bucket

        with account(DetectLabels=[Answer({})]) as live:
            rekognition = client(live, "rekognition")
            with use_cassette(tmp_path / "later.yaml", record_mode="once") as later:
                run(later, rekognition, "zorvane")
                with use_cassette(tmp_path / "first.yaml", record_mode="once") as first:
                    run(first, rekognition, "querlo")
            played = []
            for name in ("first", "later"):
                with use_cassette(tmp_path / f"{name}.yaml") as tape:
                    played.append(run(tape, rekognition, ""))

        assert played == ["amzn-s3-demo-bucket-1", "amzn-s3-demo-bucket-2"]

    def test_a_later_name_is_added_to_the_old_ones(self, tmp_path):
        """``new_episodes`` keeps what was remembered, and the seed; ``all`` makes everything anew."""
        path = tmp_path / "c.yaml"
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            with use_cassette(path, record_mode="once", seeded=True) as tape:
                self.run(tape, client(live))
            before = cassettes.read(path).provenance
            with use_cassette(path, record_mode="new_episodes", seeded=True) as tape:
                self.run(tape, client(live), "second")
            added = cassettes.read(path).provenance
            with use_cassette(path, record_mode="all") as tape:
                self.run(tape, client(live))
            anew = cassettes.read(path).provenance
        assert list(added.variables) == ["job", "second"]
        assert (added.variables["job"], added.seed) == (before.variables["job"], before.seed)
        assert list(anew.variables) == ["job"]
        assert anew.variables["job"] != before.variables["job"]
        assert anew.seed is None

    def test_a_foreign_cassette_may_remember_too(self, tmp_path):
        """What vcrpy wrote gets our mark when there is something to remember."""
        path = tmp_path / "c.yaml"
        cassettes.write(path, Cassette((replace(describe("a"), call=None),)), lambda _: [])
        with (
            account(DescribeAutoMLJob=[Answer(DONE)]) as live,
            use_cassette(path, record_mode="new_episodes") as tape,
        ):
            self.run(tape, client(live))
        with use_cassette(path) as tape:
            assert self.run(tape, keyless()) == [tape.variables["job"]]

    def test_sleeping_is_real_while_recording(self, tmp_path):
        """The virtual clock is for replay: a live job takes its time."""
        path = tmp_path / "c.yaml"
        with (
            account(DescribeAutoMLJob=[Answer(DONE)]) as live,
            use_cassette(path, record_mode="once", clock="virtual") as tape,
        ):
            status(client(live))
            assert time.sleep is SLEEP
        with use_cassette(path, record_mode="once", clock="virtual") as again:
            time.sleep(30)
        assert (tape.sleeps, again.sleeps) == ([], [30])

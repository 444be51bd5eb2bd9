"""Recording over real HTTP on loopback: what comes out, and what stays when it fails."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from botocore.session import Session

import bototape
from bototape import cassettes
from bototape.cli import main
from bototape.errors import RecordingFailed
from bototape.scenario import parse, plan, run
from bototape.scrub.estate import Estate
from tests.e2e.live import (
    ACCESS_KEY,
    ACCOUNT,
    ARN,
    ROLE,
    SECRET,
    UNCOMPILED,
    USER_ID,
    Answer,
    account,
    record_as,
    wait_for,
)

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted(each.stem for each in (ROOT / "cassettes" / "scenarios").glob("*.yaml"))
OLD = b"interactions: []\nversion: 1\n"
HEAD = "service: sagemaker\nregion: us-east-1\nsteps:\n"

STARTED = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
    "OutputDataConfig": {"S3OutputPath": f"s3://sagemaker-us-east-1-{ACCOUNT}/out"},
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    "AutoMLJobStatus": "InProgress",
    "AutoMLJobSecondaryStatus": "Starting",
}
DONE = STARTED | {"AutoMLJobStatus": "Completed", "AutoMLJobSecondaryStatus": "Completed"}
NOT_FOUND = {"__type": "ResourceNotFound", "Message": f"no job arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/x"}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    record_as(monkeypatch, tmp_path)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A cassettes directory with an old cassette, seen from above."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cassettes" / "scenarios").mkdir(parents=True)
    (tmp_path / "cassettes" / "job.yaml").write_bytes(OLD)
    return tmp_path / "cassettes"


def write(place: Path, steps: str, head: str = HEAD) -> str:
    path = place / "scenarios" / "job.yaml"
    path.write_text(head + textwrap.dedent(steps))
    return "cassettes/scenarios/job.yaml"


def files(place: Path) -> dict[str, bytes]:
    return {str(each.relative_to(place)): each.read_bytes() for each in place.glob("*") if each.is_file()}


POLL = """\
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  until: {AutoMLJobStatus: [Completed, Failed]}
  repeat: true
"""


class TestRecorded:
    def test_polls_pages_errors_and_saved_values(self, place, capsys):
        """One scenario uses all that steps can do; what is printed are counts, never values."""
        name = "tuning-1"
        candidates = [{"CandidateName": name}, {"CandidateName": "tuning-2"}]
        scenario = write(
            place,
            POLL
            + """\
- operation: ListCandidatesForAutoMLJob
  parameters: {AutoMLJobName: churn, MaxResults: 1}
  paginate: true
  save: {last: 'Candidates[1].CandidateName', all: 'length(Candidates)'}
- operation: ListCandidatesForAutoMLJob
  parameters: {AutoMLJobName: churn, CandidateNameEquals: '${last}', MaxResults: '${all}'}
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: x}
  expect_error: ResourceNotFound
""",
        )
        with account(
            DescribeAutoMLJob=[Answer(STARTED), Answer(STARTED), Answer(DONE), Answer(NOT_FOUND, 400)],
            ListCandidatesForAutoMLJob=[
                Answer({"Candidates": candidates[:1], "NextToken": "opaque-token-of-the-account"}),
                Answer({"Candidates": candidates[1:]}),
                Answer({"Candidates": candidates[1:]}),
            ],
        ) as live:
            code = main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"])

        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        assert out == (
            "recording cassettes/scenarios/job.yaml\n"
            "  1/4 DescribeAutoMLJob: 3 polls\n"
            "  2/4 ListCandidatesForAutoMLJob: 2 pages\n"
            "  3/4 ListCandidatesForAutoMLJob: 1 answer\n"
            "  4/4 DescribeAutoMLJob: ResourceNotFound, as expected\n"
            f"wrote cassettes/job.yaml: 6 interactions for 7 answers from {live.url} (custom)\n"
            "scrubbed: 1 account, 1 page-token, 7 request-id, 1 role\n"
        )
        assert live.operations() == [
            "GetCallerIdentity",
            *["DescribeAutoMLJob"] * 3,
            *["ListCandidatesForAutoMLJob"] * 3,
            "DescribeAutoMLJob",
        ]
        assert live.calls[-2][1] == {"AutoMLJobName": "churn", "CandidateNameEquals": "tuning-2", "MaxResults": 2}

    def test_nothing_of_the_account_is_left(self, place):
        """No file that was written holds a value of the account, in whatever spelling it came."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        text = b"".join(files(place).values())
        secrets = [ACCOUNT, ROLE, ACCESS_KEY, SECRET, "dana.okafor", USER_ID.split(":")[0], "IQoJb3Jp", "127.0.0.1"]
        assert [each for each in secrets if each.encode() in text] == []

    def test_it_replays(self, place):
        """The recording answers the same calls with the server gone; the last one again and again."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(STARTED), Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"]) == 0

        with bototape.use_cassette("cassettes/job.yaml"):
            client = Session().create_client("sagemaker", region_name="us-east-1")
            answers = [client.describe_auto_ml_job(AutoMLJobName="churn") for _ in range(4)]

        assert [each["AutoMLJobStatus"] for each in answers] == ["InProgress", "Completed", "Completed", "Completed"]
        assert answers[0]["AutoMLJobArn"] == "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"

    def test_it_says_custom_and_stores_the_service_s_own_uri(self, place):
        """Nothing pretends to come from AWS, and nothing depends on where the server was."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        found = cassettes.read(place / "job.yaml")
        assert found.provenance.endpoint == "custom"
        assert [each.request.uri for each in found.interactions] == ["https://api.sagemaker.us-east-1.amazonaws.com/"]

    def test_an_endpoint_of_the_environment_is_custom_too(self, place, monkeypatch):
        """An override that botocore takes from its configuration is no AWS, and STS is asked there as well."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", live.url)
            code = main(["record", scenario])

        assert (code, live.operations()) == (0, ["GetCallerIdentity", "DescribeAutoMLJob"])
        assert cassettes.read(place / "job.yaml").provenance.endpoint == "custom"

    def test_the_same_account_gets_the_same_pseudonyms(self, place):
        """Recording again changes nothing: what the ledger knows keeps its number."""
        scenario = write(place, POLL)
        with account(
            DescribeAutoMLJob=[Answer(STARTED | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/other"}), Answer(DONE)]
        ) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"]) == 0
        first = files(place)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"]) == 0

        assert b"example-role-2" in files(place)["job.yaml"]
        assert files(place)["ledger.json"] == first["ledger.json"]

    def test_out_leaves_the_project_alone(self, place, tmp_path):
        """With --out cassette and ledger go elsewhere."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--out", "elsewhere"]) == 0

        assert files(place) == {"job.yaml": OLD}
        assert sorted(files(tmp_path / "elsewhere")) == ["job.yaml", "ledger.json"]

    @pytest.mark.slow
    def test_an_estate_file_spares_the_question(self, place, tmp_path):
        """With --estate STS is not asked, and the account is hidden all the same."""
        scenario = write(place, POLL)
        (tmp_path / "estate.json").write_text(json.dumps({"account": ACCOUNT, "arn": ARN}))
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--estate", "estate.json"]) == 0

        assert live.operations() == ["DescribeAutoMLJob"]
        assert ACCOUNT.encode() not in b"".join(files(place).values())

    def test_retries_stay_on(self, place):
        """A 503 on the way is retried by botocore, and both answers are in the recording."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer({"__type": "ServiceUnavailable"}, 503), Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        found = cassettes.read(place / "job.yaml").interactions
        assert [(each.response.status, each.call.attempt) for each in found] == [(503, 1), (200, 2)]

    def test_another_region(self, place):
        """--region takes the place of the scenario's, in the request and in the recording."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url, "--region", "eu-west-1"]) == 0

        found = cassettes.read(place / "job.yaml").interactions[0]
        assert (found.call.region, found.request.uri) == (
            "eu-west-1",
            "https://api.sagemaker.eu-west-1.amazonaws.com/",
        )

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("told", "chosen", "waited"),
        [
            ("", None, [30.0, 30.0]),
            ("  interval_seconds: 2\n", None, [2, 2]),
            ("  interval_seconds: 2\n", 7.5, [7.5, 7.5]),
        ],
        ids=["default", "scenario", "option"],
    )
    def test_it_waits_between_polls(self, place, told, chosen, waited):
        """As long as the scenario says, or the option; not after the last poll."""
        planned = plan.plan(parse.load(Path(write(place, POLL + told))), Session())
        pauses, seen = [], []
        with account(DescribeAutoMLJob=[Answer(STARTED), Answer(STARTED), Answer(DONE)]) as live:
            run.run(
                planned,
                run.open_session(),
                run.target(planned.scenario),
                run.Settings(endpoint_url=live.url, poll_interval=chosen),
                sleep=pauses.append,
                on_progress=lambda each: seen.append((each.step.number, each.answers, each.state)),
            )

        assert pauses == waited
        assert seen == [(1, 1, "running"), (1, 2, "running"), (1, 3, "done")]

    @pytest.mark.slow
    def test_it_does_not_wait_for_nothing(self, place):
        """After the last poll it fails at once."""
        planned = plan.plan(parse.load(Path(write(place, POLL + "  max_polls: 2\n"))), Session())
        pauses = []
        with account(DescribeAutoMLJob=[Answer(STARTED)]) as live, pytest.raises(RecordingFailed):
            run.run(
                planned,
                run.open_session(),
                run.target(planned.scenario),
                run.Settings(endpoint_url=live.url),
                sleep=pauses.append,
            )

        assert (len(pauses), live.operations()[1:]) == (1, ["DescribeAutoMLJob"] * 2)

    def test_true_is_not_one(self, place, capsys):
        """A condition on a number is not met by true, which Python holds equal to 1."""
        only = "GenerateCandidateDefinitionsOnly"
        scenario = write(place, POLL.replace("AutoMLJobStatus: [Completed, Failed]", f"{only}: 1") + "  max_polls: 1\n")
        with account(DescribeAutoMLJob=[Answer(DONE | {only: True})]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert code == 3
        assert f"{only} did not become 1 in 1 poll; it is true" in capsys.readouterr().err

    def test_max_pages(self, place):
        """No more pages than asked for, though there are more."""
        scenario = write(place, "- operation: ListAutoMLJobs\n  paginate: true\n  max_pages: 2\n")
        page = {"AutoMLJobSummaries": []}
        with account(
            ListAutoMLJobs=[Answer(page | {"NextToken": f"opaque-token-number-{n}"}) for n in range(5)]
        ) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        assert live.operations() == ["GetCallerIdentity", "ListAutoMLJobs", "ListAutoMLJobs"]


REFUSED = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
EMPTY = "<GetCallerIdentityResponse/>"

FAILURES = {
    "an-error": (
        "- operation: ListAutoMLJobs\n- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: x}\n",
        {"DescribeAutoMLJob": [Answer(NOT_FOUND, 400)]},
        (
            "step 2, DescribeAutoMLJob (cassettes/scenarios/job.yaml:5): "
            "the service answered ResourceNotFound (HTTP 400): "
            "no job arn:aws:sagemaker:us-east-1:123456789012:automl-job/x"
        ),
        "expect_error: ResourceNotFound if this answer is wanted",
    ),
    "another-error": (
        "- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: x}\n  expect_error: ResourceNotFound\n",
        {"DescribeAutoMLJob": [Answer({"__type": "AccessDeniedException"}, 400)]},
        (
            "step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): expected the error ResourceNotFound, "
            "the service answered AccessDeniedException (HTTP 400)"
        ),
        (
            "allow sagemaker:DescribeAutoMLJob on *: "
            "bototape iam-policy cassettes/scenarios/job.yaml prints all that it needs"
        ),
    ),
    "no-error": (
        "- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: x}\n  expect_error: ResourceNotFound\n",
        {"DescribeAutoMLJob": [Answer(DONE)]},
        (
            "step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): expected the error ResourceNotFound, "
            "but the call succeeded"
        ),
        "",
    ),
    "until-never": (
        POLL + "  max_polls: 3\n",
        {"DescribeAutoMLJob": [Answer(STARTED)]},
        (
            "step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): AutoMLJobStatus did not become "
            '"Completed" or "Failed" in 3 polls; it is "InProgress"'
        ),
        "raise max_polls or interval_seconds, or add the value to 'until'",
    ),
    "until-an-identifier": (
        "- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: x}\n  until: {RoleArn: a}\n  max_polls: 1\n",
        {"DescribeAutoMLJob": [Answer(STARTED)]},
        (
            "step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): RoleArn did not become "
            '"a" in 1 poll; it is "arn:aws:iam::123456789012:role/example-role-1"'
        ),
        "raise max_polls or interval_seconds, or add the value to 'until'",
    ),
    "nothing-to-save": (
        "- operation: ListAutoMLJobs\n  save: {job: 'AutoMLJobSummaries[0].AutoMLJobName'}\n",
        {},
        (
            "step 1, ListAutoMLJobs (cassettes/scenarios/job.yaml:4): cannot save 'job': "
            "'AutoMLJobSummaries[0].AutoMLJobName' gives nothing in the answer"
        ),
        "",
    ),
    "expression-that-does-not-work": (
        "- operation: ListAutoMLJobs\n  save: {all: length(NextToken)}\n",
        {},
        "step 1, ListAutoMLJobs (cassettes/scenarios/job.yaml:4): 'length(NextToken)' does not work on the answer",
        "",
    ),
    "saved-value-does-not-fit": (
        (
            "- operation: ListAutoMLJobs\n  save: {all: AutoMLJobSummaries}\n"
            "- operation: DescribeAutoMLJob\n  parameters: {AutoMLJobName: '${all}'}\n"
        ),
        {},
        (
            "step 2, DescribeAutoMLJob (cassettes/scenarios/job.yaml:6): "
            "a saved value does not fit the parameter it was filled into"
        ),
        "",
    ),
}


class TestFailed:
    """Whatever goes wrong: the old cassette is untouched, nothing else is there, the message names the step."""

    @pytest.mark.slow
    @pytest.mark.parametrize("name", FAILURES)
    def test_a_step_that_fails(self, place, capsys, name):
        """An answer that is not the wanted one ends the recording; identifiers in it are not shown."""
        steps, answers, reason, fix = FAILURES[name]
        scenario = write(place, steps)
        with account(ListAutoMLJobs=[Answer({"AutoMLJobSummaries": []})], **answers) as live:
            code = main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"])

        fixed = f"\n  fix: {fix}" if fix else ""
        message = f"bototape: cannot record cassettes/job.yaml: {reason}\n  nothing was written{fixed}\n"
        assert (code, capsys.readouterr().err, files(place)) == (3, message, {"job.yaml": OLD})

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (
                Answer(DONE, cut=True),
                'Connection was closed before we received a valid response from endpoint URL: "{url}/".',
            ),
            (
                Answer("<html>sign in to continue</html>"),
                "cannot decode the answer: not a JSON document, though the service speaks JSON",
            ),
        ],
        ids=["cut-in-mid-body", "not-json"],
    )
    def test_an_answer_that_is_not_whole(self, place, capsys, answer, why):
        """botocore takes half a body or a proxy's page for an empty success; a recording does not."""
        scenario = write(place, "- operation: ListAutoMLJobs\n" + POLL)
        with account(ListAutoMLJobs=[Answer({"AutoMLJobSummaries": []})], DescribeAutoMLJob=[answer]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url, "--poll-interval", "0"])

        message = (
            "bototape: cannot record cassettes/job.yaml: "
            f"step 2, DescribeAutoMLJob (cassettes/scenarios/job.yaml:5): {why.format(url=live.url)}\n"
            "  nothing was written\n"
        )
        assert (code, capsys.readouterr().err, files(place)) == (3, message, {"job.yaml": OLD})

    def test_a_cut_connection_is_tried_again(self, place):
        """Half an answer counts as a fault of the network: botocore's retry gets the whole one."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE, cut=True), Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        found = cassettes.read(place / "job.yaml").interactions
        assert [(each.response.status, each.call.attempt) for each in found] == [(200, 2)]

    def test_a_mutation_is_refused_before_anything_is_sent(self, place, capsys):
        """Not even the reading steps before it are made."""
        scenario = write(
            place, "- operation: ListAutoMLJobs\n- operation: StopAutoMLJob\n  parameters: {AutoMLJobName: churn}\n"
        )
        with account() as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, live.calls, files(place)) == (2, [], {"job.yaml": OLD})
        assert "step 2: StopAutoMLJob may change the account" in capsys.readouterr().err

    def test_an_allowed_mutation_is_made(self, place):
        """Named, it is sent and recorded."""
        scenario = write(
            place,
            "- operation: StopAutoMLJob\n  parameters: {AutoMLJobName: churn}\n",
            "allow_mutations: [StopAutoMLJob]\n" + HEAD,
        )
        with account(StopAutoMLJob=[Answer()]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, live.operations()) == (0, ["GetCallerIdentity", "StopAutoMLJob"])

    @pytest.mark.parametrize(
        ("answer", "why"),
        [(Answer(REFUSED, 403), "it answered InvalidClientTokenId"), (Answer(EMPTY), "its answer names no account")],
        ids=["refused", "empty"],
    )
    def test_an_account_that_cannot_be_learnt(self, place, capsys, answer, why):
        """Both ways out are told; nothing was recorded unscrubbed."""
        scenario = write(place, POLL)
        with account(GetCallerIdentity=[answer]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, capsys.readouterr().err) == (
            2,
            (
                f"bototape: cannot learn whose account is recorded from STS at {live.url}: {why}\n"
                "  fix: name the account in a file and give --estate FILE.json, "
                "or use credentials and an endpoint that answer sts:GetCallerIdentity\n"
            ),
        )
        assert (live.operations(), files(place)) == (["GetCallerIdentity"], {"job.yaml": OLD})

    @pytest.mark.slow
    def test_a_file_that_is_no_cassette_is_not_replaced(self, place, capsys):
        """What is there and cannot be read as a cassette stays, and nothing is sent."""
        scenario = write(place, POLL)
        (place / "job.yaml").write_text("notes: do not lose these\n")
        with account() as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, live.calls, files(place)) == (3, [], {"job.yaml": b"notes: do not lose these\n"})
        assert "cannot use cassette cassettes/job.yaml" in capsys.readouterr().err

    @pytest.mark.slow
    def test_a_leak_is_refused(self, place, capsys, monkeypatch):
        """Were the scrubber to miss something, the audit of the finished text keeps it from being written."""
        monkeypatch.setattr("bototape.capture.intake.scrub", lambda interaction, *_, **__: interaction)
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        err = capsys.readouterr().err
        assert (code, files(place)) == (1, {"job.yaml": OLD})
        assert err.startswith("bototape: cannot write cassette cassettes/job.yaml: identifiers are left in it\n")
        assert ACCOUNT not in err

    def test_a_ledger_that_cannot_be_written(self, place, capsys):
        """A cassette whose pseudonyms are not remembered could not be told from the next one's: neither is written."""
        scenario = write(place, POLL)
        occupied = place / "ledger.json"
        with account(DescribeAutoMLJob=[Answer(DONE, before=occupied.mkdir)]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, capsys.readouterr().err) == (
            3,
            (
                "bototape: cannot use ledger cassettes/ledger.json: Is a directory\n"
                "  fix: restore it from version control; it is never overwritten while it cannot be read\n"
            ),
        )
        assert files(place) == {"job.yaml": OLD}

    def test_a_ledger_that_cannot_be_read(self, place, capsys):
        """Without its ledger a recording would number everything anew: nothing is sent."""
        scenario = write(place, POLL)
        (place / "ledger.json").write_text("<<<<<<< ours")
        with account() as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, live.operations()) == (3, ["GetCallerIdentity"])
        assert "cannot use ledger cassettes/ledger.json: it is not JSON" in capsys.readouterr().err


def child(*arguments: str, **options) -> subprocess.Popen:
    command = [sys.executable, "-m", "bototape", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


class TestProcesses:
    """The same with real processes: killed, interrupted, out of disk."""

    @pytest.mark.slow
    def test_the_server_is_killed_on_the_way(self, place):
        """`bototape serve` dies between two polls: the recording ends with the step, the old cassette stays."""
        scenario = write(place, POLL.replace("churn", "automl-churn"))
        server = child("serve", str(ROOT / "cassettes" / "describe_auto_ml_job.yaml"))

        def kill(_seconds):
            server.kill()
            server.wait()

        try:
            url = re.search(r"http://\S+", server.stdout.readline())[0]
            session = run.open_session()
            planned = plan.plan(parse.load(Path(scenario)), session)
            with pytest.raises(RecordingFailed) as caught:
                run.run(
                    planned,
                    session,
                    run.target(planned.scenario),
                    run.Settings(endpoint_url=url, estate=Estate(account=ACCOUNT)),
                    sleep=kill,
                )
        finally:
            server.kill()
            server.communicate()

        assert str(caught.value) == (
            "cannot record cassettes/job.yaml: step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): "
            f'Could not connect to the endpoint URL: "{url}/"\n  nothing was written'
        )
        assert files(place) == {"job.yaml": OLD}

    def test_ctrl_c(self, place):
        """Interrupted while it waits for the next poll, it leaves the old cassette and names the step."""
        scenario = write(place, POLL)
        with account(DescribeAutoMLJob=[Answer(STARTED)]) as live:
            recorder = child("record", scenario, "--endpoint-url", live.url, "--poll-interval", "60")
            wait_for(lambda: "DescribeAutoMLJob" in live.operations())
            recorder.send_signal(signal.SIGINT)
            _, err = recorder.communicate(timeout=20)

        assert (recorder.returncode, err, files(place)) == (
            130,
            (
                "bototape: cannot record cassettes/job.yaml: "
                "step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): interrupted\n  nothing was written\n"
            ),
            {"job.yaml": OLD},
        )

    def test_a_cassette_that_somebody_else_records(self, place, capsys):
        """One recording of a file at a time, whoever makes it; nothing is asked or sent."""
        scenario = write(place, POLL)
        with account() as live, cassettes.held(place / "job.yaml"):
            code = main(["record", scenario, "--endpoint-url", live.url])

        told = "bototape: cannot write cassette cassettes/job.yaml: another tape of this process records it\n"
        assert (code, live.calls, files(place)) == (3, [], {"job.yaml": OLD})
        assert capsys.readouterr().err.startswith(told)

    def test_a_cassette_that_changed_meanwhile(self, place, capsys):
        """Somebody edited it while the job ran: that work is not overwritten."""
        scenario = write(place, POLL)
        edited = OLD + b"# reviewed\n"
        edit = Answer(DONE, before=lambda: (place / "job.yaml").write_bytes(edited))
        with account(DescribeAutoMLJob=[edit]) as live:
            code = main(["record", scenario, "--endpoint-url", live.url])

        assert (code, files(place)) == (3, {"job.yaml": edited})
        assert "the file changed while it was recorded" in capsys.readouterr().err

    def test_an_estate_named_by_the_environment(self, place, monkeypatch):
        """As a test's recording takes it: STS is not asked."""
        scenario = write(place, POLL)
        (place / "estate.json").write_text(json.dumps({"account": ACCOUNT, "values": {"role": [ROLE]}}))
        monkeypatch.setenv("BOTOTAPE_ESTATE", str(place / "estate.json"))
        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            assert main(["record", scenario, "--endpoint-url", live.url]) == 0

        assert live.operations() == ["DescribeAutoMLJob"]

    @pytest.mark.slow
    def test_a_full_disk(self, place):
        """A cassette that does not fit leaves the old one and no half-written file."""
        scenario = write(place, POLL)

        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

        with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
            recorder = child(
                "record", scenario, "--endpoint-url", live.url, preexec_fn=small, env={**os.environ, **UNCOMPILED}
            )
            _, err = recorder.communicate(timeout=20)

        assert (recorder.returncode, err, files(place)) == (
            3,
            (
                "bototape: cannot record cassettes/job.yaml: "
                "after step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): file too large\n"
                "  nothing was written\n"
                "  fix: check the space and the permissions there, then try again\n"
            ),
            {"job.yaml": OLD},
        )


@pytest.fixture(scope="module")
def shipped_live(tmp_path_factory):
    """The shipped cassettes as a live account: invented identifiers where the pseudonyms are, served."""
    directory = tmp_path_factory.mktemp("account")
    shipped = [str(ROOT / "cassettes" / f"{name}.yaml") for name in SHIPPED]
    assert main(["sandbox", *shipped, "--seed", "7", "--out", str(directory)]) == 0
    server = child("serve", str(directory))
    try:
        yield directory, re.search(r"http://\S+", server.stdout.readline())[0]
    finally:
        server.terminate()
        server.communicate()


class TestShipped:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", SHIPPED)
    def test_it_is_what_the_tool_writes(self, shipped_live, name, tmp_path, monkeypatch):
        """Sandbox, serve, record: the shipped cassette again, byte for byte, but for the release that recorded it."""
        directory, url = shipped_live
        scenario = str(ROOT / "cassettes" / "scenarios" / f"{name}.yaml")
        for each in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(each)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(directory / "credentials"))

        code = main(["record", scenario, "--endpoint-url", url, "--poll-interval", "0", "--out", str(tmp_path)])

        release = re.compile(rb'^  release: "[^"]*"$', re.MULTILINE)
        recorded, shipped = (
            release.sub(b"", (each / f"{name}.yaml").read_bytes()) for each in (tmp_path, ROOT / "cassettes")
        )
        assert (code, recorded.decode()) == (0, shipped.decode())

    def test_every_cassette_has_a_scenario(self):
        """No shipped cassette is there that the tool could not record again."""
        assert sorted(each.stem for each in (ROOT / "cassettes").glob("*.yaml")) == SHIPPED

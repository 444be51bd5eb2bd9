"""Nothing leaks on the way: whatever is shown, wherever it stops, whoever else records at the same time."""

import base64
import json
import logging
import os
import re
import subprocess
import sys
import textwrap
import urllib.parse
from pathlib import Path

import pytest
from botocore.session import Session

import bototape
from bototape import cassettes, ledger
from bototape.audit import audit_text
from bototape.capture.estate import Endpoint, only
from bototape.capture.surroundings import Machine
from bototape.cli import main
from bototape.finding import Severity, at_or_above
from bototape.scenario import parse, plan, run
from bototape.scrub.pseudonyms import digest
from tests.e2e.live import ACCESS_KEY, ACCOUNT, ARN, CALLER, ROLE, SECRET, USER_ID, Answer, account

ROOT = Path(__file__).parent.parent.parent
OLD = b"interactions: []\nversion: 1\n"
KEY = "key of this test"
TOKEN = "IQoJb3JpZ2luX2VjEDoaCXVzLWVhc3QtMSJI" + "B7qz" * 20
LOGIN, HOST, PROFILE = "okaforda", "mbp-okafor-7", "zorvane-prod"
SECRETS = (ACCOUNT, ROLE, ACCESS_KEY, SECRET, TOKEN, USER_ID.split(":")[0], "dana.okafor", LOGIN, HOST, PROFILE)

SCENARIO = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: churn}
  until: {AutoMLJobStatus: [Completed, Failed]}
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: x}
  expect_error: ResourceNotFound
"""

DONE = {
    "AutoMLJobName": "churn",
    "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
    "OutputDataConfig": {"S3OutputPath": f"s3://sagemaker-us-east-1-{ACCOUNT}/home/{LOGIN}/out"},
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
    "AutoMLJobStatus": "Completed",
    "FailureReason": f"started from {HOST} with {PROFILE} by {ARN} and {base64.b64encode(ARN.encode()).decode()}",
}
NOT_FOUND = {"__type": "ResourceNotFound", "Message": f"no job arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/x"}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """A person with a profile, on a machine with a name; nothing of this machine."""
    config = tmp_path / "aws-config"
    config.write_text(
        f"[profile {PROFILE}]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\n"
        f"aws_session_token = {TOKEN}\n"
    )
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_PROFILE": PROFILE,
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "BOTOTAPE_SCRUB_KEY": KEY,
        "USER": LOGIN,
        "PYTHONDONTWRITEBYTECODE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("socket.gethostname", lambda: HOST)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A cassettes directory with an old cassette and a scenario, seen from above."""
    return made(tmp_path / "project", monkeypatch)


def made(project, monkeypatch=None):
    scenarios = project / "cassettes" / "scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "job.yaml").write_text(SCENARIO)
    (project / "cassettes" / "job.yaml").write_bytes(OLD)
    if monkeypatch:
        monkeypatch.chdir(project)
    return project / "cassettes"


def spellings(value):
    """Return *value* in the spellings that a text search can find."""
    data = value.encode()
    yield from (value, value.upper(), value.lower(), urllib.parse.quote(value, safe=""), data.hex())
    yield json.dumps(value)[1:-1].replace("/", "\\/")
    yield from (base64.b64encode(bytes(shift) + data).decode()[shift + 1 : -4] for shift in range(3))
    if value.isdigit():
        yield f"{value[:4]}-{value[4:8]}-{value[8:]}"


def leaks_in(directory):
    """Return (file, secret) for every secret in every file below *directory*, names of files included."""
    found = []
    for path in sorted(each for each in directory.rglob("*") if each.is_file()):
        name = str(path.relative_to(directory))
        text = name + "\n" + path.read_bytes().decode("latin-1")
        found += [(name, value) for value in SECRETS if any(each in text for each in spellings(value))]
        found += [(name, each.rule) for each in at_or_above(audit_text(text, where=name), Severity.ERROR)]
    return found


def attempted(tmp_path, live, *more):
    """Record in processes of their own (`tests.e2e.leaky`); return their directory, the last one's number and code."""
    directory = tmp_path / "attempts"
    made(directory / "start")
    for each in ("home", "tmp"):
        (directory / "start" / each).mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "BOTOTAPE_SCRUB_KEY"}
    command = [sys.executable, "-c", LEAKY.format(HOST), live.url, str(directory), *more]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True)
    number, code = map(int, done.stdout.split())
    return directory, number, code


#: The module, on a machine that is called so.
LEAKY = (
    "import socket, runpy; socket.gethostname = lambda: {!r}; runpy.run_module('tests.e2e.leaky', run_name='__main__')"
)


@pytest.mark.slow
def test_killed_at_any_write_it_leaves_nothing(tmp_path):
    """
    Logs at DEBUG of every logger, progress, --debug, temporary files; killed at each write, and once not.

    The cassette is the old one or the new one; where it is the new one, the ledger knows its pseudonyms.
    """
    with account(DescribeAutoMLJob=[Answer(DONE), Answer(NOT_FOUND, 400)] * 100) as live:
        directory, number, code = attempted(tmp_path, live)

    assert (code, number > 10) == (0, True)
    assert leaks_in(directory) == []
    logged = (directory / str(number) / "log.txt").read_text()
    assert "Response body" in logged
    assert "arn:aws:iam::123456789012:role/example-role-1" in logged
    states = set()
    for each in range(1, number + 1):
        here = directory / str(each) / "cassettes"
        new = (here / "job.yaml").read_bytes() != OLD
        assert not new or len(cassettes.read(here / "job.yaml").interactions) == 2
        known = ledger.load(here / "ledger.json").values()
        assert not new or {"123456789012", "example-role-1"} <= set(known)
        states.add((new, bool(known)))
    assert states == {(False, False), (False, True), (True, True)}


def test_a_crash_leaves_nothing(tmp_path):
    """A fault of ours whose text quotes an answer: printed and logged are its kind and its places."""
    with account(DescribeAutoMLJob=[Answer(DONE)]) as live:
        directory, _, code = attempted(tmp_path, live, "crash")

    said = (directory / "1" / "out.txt").read_text()
    assert code == 3
    assert "cannot record cassettes/job.yaml: unexpectedly: LookupError at " in said
    assert leaks_in(directory) == []


@pytest.mark.usefixtures("place")
def test_what_is_recorded_does_not_depend_on_logging(tmp_path, capsys):
    """With --debug the same bytes are written, ledger included, and stderr holds no identifier."""
    results = []
    for each in ("a", "b"):
        with account(DescribeAutoMLJob=[Answer(DONE), Answer(NOT_FOUND, 400)]) as live:
            debug = ["--debug"] if each == "b" else []
            out = ["--out", str(tmp_path / each)]
            assert main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url, *out, *debug]) == 0
        results.append({path.name: undated(path.read_text()) for path in (tmp_path / each).iterdir()})

    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "stderr").write_text(capsys.readouterr().err)
    assert results[0] == results[1]
    assert "started from example-host-1 with example-profile-1 by" in results[0]["job.yaml"]
    assert "/home/example-user-1/out" in results[0]["job.yaml"]
    assert leaks_in(tmp_path / "said") == []
    assert "botocore.endpoint: " in (tmp_path / "said" / "stderr").read_text()


@pytest.mark.usefixtures("place")
def test_what_is_logged_takes_no_number():
    """A role that only a log shows, before the answer came, does not move the answer's."""
    path = Path("cassettes/scenarios/job.yaml")
    planned = plan.plan(parse.load(path), Session())

    def log(_):
        logging.getLogger("zorvane").warning("as arn:aws:iam::%s:role/kelp-logged-role", ACCOUNT)

    started = DONE | {"AutoMLJobStatus": "InProgress", "RoleArn": "", "FailureReason": ""}
    answers = [Answer(started), Answer(DONE), Answer(NOT_FOUND, 400)]
    with account(DescribeAutoMLJob=answers) as live:
        settings = run.Settings(endpoint_url=live.url)
        run.run(planned, run.open_session(), run.target(planned.scenario), settings, sleep=log)

    assert "role/example-role-1" in Path("cassettes/job.yaml").read_text()


class TestElsewhere:
    """With a custom endpoint nothing goes anywhere else."""

    @pytest.mark.usefixtures("place")
    def test_credentials_are_not_fetched(self, monkeypatch, capsys):
        """An emulator takes any: the machine's own are not asked for, and the way out is told."""
        monkeypatch.delenv("AWS_PROFILE")
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        with account() as live:
            code = main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url])

        assert (code, live.calls) == (2, [])
        assert capsys.readouterr().err == (
            "bototape: cannot sign calls: the credentials would come from 169.254.169.254:80, "
            "and with a custom endpoint nothing is asked elsewhere\n"
            "  fix: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (to any value for an emulator)\n"
        )

    @pytest.mark.slow
    @pytest.mark.usefixtures("place")
    def test_sts_is_asked_there_whatever_is_configured(self, monkeypatch):
        """An override for STS alone does not send the question elsewhere."""
        with account(DescribeAutoMLJob=[Answer(DONE), Answer(NOT_FOUND, 400)]) as live, account() as other:
            monkeypatch.setenv("AWS_ENDPOINT_URL_STS", other.url)
            assert main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url]) == 0

        assert (other.calls, live.operations()[0]) == ([], "GetCallerIdentity")

    def test_a_call_elsewhere_ends_the_recording(self, place):
        """Whatever in this process tries: the connection is refused, and the step is named."""
        with account() as other:
            port = urllib.parse.urlsplit(other.url).port

            def stray(_):
                client = Session().create_client("sts", region_name="us-east-1", endpoint_url=other.url)
                client.get_caller_identity()

            with account(DescribeAutoMLJob=[Answer(DONE | {"AutoMLJobStatus": "InProgress"})]) as live:
                planned = plan.plan(parse.load(Path("cassettes/scenarios/job.yaml")), Session())
                settings = run.Settings(endpoint_url=live.url)
                with pytest.raises(bototape.BototapeError) as caught:
                    run.run(planned, run.open_session(), run.target(planned.scenario), settings, sleep=stray)

        assert other.calls == []
        assert f"127.0.0.1:{port}" in str(caught.value)
        assert (place / "job.yaml").read_bytes() == OLD

    @pytest.mark.parametrize(
        ("url", "reached", "refused"),
        [
            ("http://127.0.0.1:5000", ("127.0.0.1", 5000), ("127.0.0.1", 5001)),
            ("http://[::1]:5000", ("::1", 5000), ("127.0.0.1", 5000)),
            ("https://emulator.example", ("api.emulator.example", 443), ("emulator.example.org", 443)),
            ("http://emulator.example:80/", ("emulator.example", 80), ("emulator.example", 443)),
        ],
    )
    def test_the_endpoint_alone_is_let_through(self, url, reached, refused, monkeypatch):
        """By name and port, with the names below it; anything else is refused."""
        from bototape.guard.entries import innermost  # noqa: PLC0415 - what decides, seen from inside

        monkeypatch.delenv("HTTP_PROXY", raising=False)
        with only(Endpoint("custom", url)):
            entry = innermost()

        assert (entry.permits(*reached), entry.permits(*refused)) == (True, False)

    def test_a_proxy_on_the_way_is_let_through(self, monkeypatch):
        """The calls go to the endpoint, by whatever way the machine has."""
        from bototape.guard.entries import innermost  # noqa: PLC0415 - what decides, seen from inside

        monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with only(Endpoint("custom", "http://emulator.example:5000")):
            entry = innermost()

        assert entry.permits("proxy.example", 3128)

    def test_aws_itself_is_not_fenced_in(self):
        """Credentials may come from anywhere then: roles, sign-in pages, the machine."""
        from bototape.guard.entries import innermost  # noqa: PLC0415 - what decides, seen from inside

        with only(Endpoint("aws", "https://api.sagemaker.us-east-1.amazonaws.com")):
            assert innermost() is None


def recorder(number, region):
    """Return who records, of two invented accounts: the machine, what STS says, what the service answers."""
    own, other = (("604913827755", "837250196448"), ("291748305562", "570284913367"))[number]
    role = ("zorvane-sm-exec", "kelp-runner-role")[number]
    person = ("dana.okafor@zorvane-labs.io", "ines.castel@kelp-works.io")[number]
    login, host = (("okaforda", "mbp-okafor-7"), ("castel-i", "kelp-desk-12"))[number]
    seed = ("7d1c", "c25e")[number]
    arn = f"arn:aws:sts::{own}:assumed-role/{role}/{person}"
    unique = ("AROARQMEQQC4QJPF2SNWJ", "AROAX7TTBD3KLMQ2ZPYWN")[number]
    caller = CALLER.replace(ARN, arn).replace(USER_ID, f"{unique}:{person}").replace(ACCOUNT, own)
    network = {
        "SecurityGroupIds": [f"sg-0{seed}e26862578378"],
        "Subnets": [f"subnet-0{seed}af2372ae2e69"],
    }
    body = DONE | {
        "AutoMLJobArn": f"arn:aws:sagemaker:{region}:{own}:automl-job/churn",
        "RoleArn": f"arn:aws:iam::{own}:role/service-role/{role}",
        "OutputDataConfig": {
            "S3OutputPath": f"s3://sagemaker-{region}-{own}/home/{login}/out",
            "KmsKeyId": f"arn:aws:kms:{region}:{other}:key/{seed}3a24-adb6-466e-a02b-f42a5a950918",
        },
        "AutoMLJobConfig": {"SecurityConfig": {"VpcConfig": network}},
        "FailureReason": (
            f"User: {arn} ({unique}) on {host} of account {own[:4]}-{own[4:8]}-{own[8:]} may not; "
            f"see {base64.b64encode(json.dumps({'owner': own, 'by': person}).encode()).decode()} "
            f"or https://{own}.signin.aws.amazon.com/console from 10.{number + 41}.17.203"
        ),
    }
    refusal = {"__type": "ResourceNotFound", "Message": f"no job arn:aws:sagemaker:{region}:{own}:automl-job/x"}
    return Machine(login, f"/home/{login}", host), Answer(caller), [Answer(body), Answer(refusal, 400)]


def test_two_estates_record_the_same(tmp_path, monkeypatch):
    """One scenario recorded by two people of two accounts in two regions: alike but for the region."""
    written = {}
    for number, region in enumerate(("us-east-1", "eu-west-3")):
        machine, caller, answers = recorder(number, region)
        made(tmp_path / region, monkeypatch)
        planned = plan.plan(parse.load(Path("cassettes/scenarios/job.yaml")), Session())
        with account(GetCallerIdentity=[caller], DescribeAutoMLJob=answers) as live:
            settings = run.Settings(endpoint_url=live.url, region=region, machine=machine)
            run.run(planned, run.open_session(), run.target(planned.scenario), settings)
        written[region] = undated(Path("cassettes/job.yaml").read_text())

    first, second = written.values()
    assert first.replace("us-east-1", "REGION") == second.replace("eu-west-3", "REGION")


def undated(text):
    """Return *text* without the second in which the server answered."""
    return re.sub(r"\d\d:\d\d:\d\d GMT", "GMT", text)


def other_role(name):
    return DONE | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "FailureReason": f"{name}: not yet"}


@pytest.mark.slow
def test_two_record_at_once(place):
    """Both start from one ledger; whoever ends later takes the next numbers, in its cassette and in the ledger."""
    (place / "scenarios" / "other.yaml").write_text(SCENARIO)

    def record_other():
        with account(DescribeAutoMLJob=[Answer(other_role("kelp-other-role")), Answer(NOT_FOUND, 400)]) as live:
            command = [sys.executable, "-m", "bototape", "record", "cassettes/scenarios/other.yaml"]
            subprocess.run([*command, "--endpoint-url", live.url], check=True, capture_output=True, timeout=60)

    mine = DONE | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/kelp-own-role"}
    with account(DescribeAutoMLJob=[Answer(mine), Answer(NOT_FOUND, 400, before=record_other)]) as live:
        assert main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url]) == 0

    texts = {name: (place / f"{name}.yaml").read_text() for name in ("job", "other")}
    roles = {name: set(re.findall(r":role/(example-role-\d+)", text)) for name, text in texts.items()}
    named = {name: ledger.load(place / "ledger.json").get(digest(KEY.encode(), "role", name)) for name in ROLES}
    assert named == {"kelp-other-role": "example-role-1", "kelp-own-role": "example-role-2", ROLE: "example-role-3"}
    assert roles == {"job": {"example-role-2"}, "other": {"example-role-1"}}
    assert "assumed-role/example-role-3/" in texts["job"]
    with bototape.use_cassette(place / "job.yaml"):
        answer = (
            Session().create_client("sagemaker", region_name="us-east-1").describe_auto_ml_job(AutoMLJobName="churn")
        )
    assert answer["RoleArn"] == "arn:aws:iam::123456789012:role/example-role-2"


ROLES = ("kelp-other-role", "kelp-own-role", ROLE)


@pytest.mark.slow
def test_without_the_teams_key(place, monkeypatch, capsys):
    """A contributor gets new pseudonyms, never anybody's; what happened is said, and how to have the old ones."""
    told = []
    for key in (KEY, "another key altogether"):
        monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", key)
        with account(DescribeAutoMLJob=[Answer(DONE), Answer(NOT_FOUND, 400)]) as live:
            assert main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url]) == 0
        told.append(capsys.readouterr().err)

    assert told == [
        "",
        (
            "note: cassettes/ledger.json was made with another key, so it recognised no value "
            "and all got new pseudonyms\n"
            "  fix: set BOTOTAPE_SCRUB_KEY to the key it was made with and record again\n"
        ),
    ]
    text = (place / "job.yaml").read_text()
    assert ("123456789012" in text, "example-role-1" in text, "111122223333" in text) == (False, False, True)


@pytest.mark.slow
def test_the_projects_words_are_hidden(place):
    """What pyproject.toml names is looked for besides what the recorder knows; a word too short is told."""
    Path("pyproject.toml").write_text('[tool.bototape.estate]\nwords = ["churn-lake"]\nvalues.role = ["kelp-batch"]\n')
    body = DONE | {"FailureReason": "kelp-batch could not read churn-lake"}
    with account(DescribeAutoMLJob=[Answer(body), Answer(NOT_FOUND, 400)]) as live:
        assert main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url]) == 0

    assert "example-role-2 could not read exampleword1" in (place / "job.yaml").read_text()


@pytest.mark.usefixtures("place")
def test_a_message_quotes_no_identifier(capsys):
    """An error's code and text come from the service, or from a proxy that knows who asked."""
    with account(DescribeAutoMLJob=[Answer({"__type": f"Denied-{ACCOUNT}", "message": f"not by {ROLE}"}, 400)]) as live:
        code = main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url])

    assert (code, capsys.readouterr().err) == (
        3,
        (
            "bototape: cannot record cassettes/job.yaml: step 1, DescribeAutoMLJob (cassettes/scenarios/job.yaml:4): "
            "the service answered Denied-123456789012 (HTTP 400): not by example-role-1\n"
            "  nothing was written\n"
            "  fix: expect_error: Denied-123456789012 if this answer is wanted\n"
        ),
    )


@pytest.mark.usefixtures("place")
def test_a_short_word_of_the_project_is_refused(capsys):
    """Before anything is sent."""
    Path("pyproject.toml").write_text('[tool.bototape.estate]\nwords = ["lake"]\n')
    with account() as live:
        code = main(["record", "cassettes/scenarios/job.yaml", "--endpoint-url", live.url])

    assert (code, live.calls, capsys.readouterr().err) == (
        2,
        [],
        textwrap.dedent("""\
            bototape: cannot use pyproject.toml:1: cannot hide word 1 of the estate: it has fewer than 5 characters
              fix: it would also hit status codes and parts of other values; give a longer word
            """),
    )

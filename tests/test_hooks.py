"""Our matcher, persister and hooks on a VCR that a team has already."""

import contextlib
import json
import logging

import boto3
import pytest
import requests
import vcr

from bototape import cassettes, configure_vcr, use_cassette
from bototape.errors import CassetteUnreadable, LeakRefused, UsageError
from tests.loopback import counting

KEY = "AKIA" + "3V7QK2LMNOPQ5RST"
ACCOUNT = "604913827755"


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A project of its own, a scrub key, and credentials that must not get into a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "0123456789abcdef" * 4)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "pB7x+Q2rL9mN4vT6wY8zA1cE3gI5kM7oS9uW0yDf")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def server():
    with counting() as serving:
        yield serving


def configured(**options):
    one = vcr.VCR(**options)
    configure_vcr(one, estate={"account": ACCOUNT})
    return one


@pytest.fixture(scope="module")
def moto():
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - slow to import

    service = ThreadedMotoServer(port=0, verbose=False)
    service.start()
    host, port = service.get_host_and_port()
    yield f"http://{host}:{port}"
    service.stop()


def test_what_a_vcr_records_is_scrubbed(tmp_path, moto, caplog):
    """Neither credentials nor the account are in the file, nor in what vcrpy logs; and it plays for both."""
    caplog.set_level(logging.DEBUG, "vcr")
    path = tmp_path / "c.yaml"
    dynamodb = boto3.client("dynamodb", endpoint_url=moto)
    with contextlib.suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    item = {"id": {"S": "1"}, "role": {"S": f"arn:aws:iam::{ACCOUNT}:role/kelp"}}

    with configured().use_cassette(str(path)):
        dynamodb.put_item(TableName="orders", Item=item)
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    text = path.read_text(encoding="utf-8")
    with configured().use_cassette(str(path), record_mode="none"):
        by_vcr = dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"]
    with use_cassette(path):
        by_us = boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"]

    assert [each for each in (ACCOUNT, KEY, "Signature=") if each in text] == []
    assert "Signature=" not in caplog.text
    assert by_vcr == by_us
    assert by_us["role"]["S"].startswith("arn:aws:iam::123456789012:role/")
    assert [each.call.operation for each in cassettes.read(path).interactions] == ["PutItem", "GetItem"]


def test_calls_are_matched_by_what_they_say(tmp_path, moto):
    """vcrpy's default takes any POST to the host; here the operation and its parameters count."""
    path = tmp_path / "c.yaml"
    sqs = boto3.client("sqs", endpoint_url=moto)
    with configured().use_cassette(str(path)):
        for name in ("one", "two"):
            sqs.create_queue(QueueName=name)

    with configured().use_cassette(str(path), record_mode="none"):
        found = [sqs.create_queue(QueueName=name)["QueueUrl"].rpartition("/")[2] for name in ("two", "one")]

    assert found == ["two", "one"]


def test_what_a_team_chose_stays():
    """Matchers and hooks that were set are kept, and ours comes after theirs."""
    seen = []

    def theirs(request):
        seen.append(request.uri)
        return request

    one = configured(match_on=["method", "uri"], before_record_request=theirs)

    assert tuple(one.match_on) == ("method", "uri")
    assert one.before_record_request[0] is theirs


def test_other_requests_are_matched_as_vcrpy_does(tmp_path, server):
    """What is no call of AWS is compared by method and address."""
    path = tmp_path / "c.yaml"
    with configured().use_cassette(str(path)):
        for name in ("a", "b"):
            requests.get(f"{server.url}/{name}", timeout=5)

    with configured().use_cassette(str(path), record_mode="none") as cassette:
        found = [requests.get(f"{server.url}/{name}", timeout=5).text for name in ("b", "a")]
        with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
            requests.get(f"{server.url}/c", timeout=5)

    assert found == ["live /b", "live /a"]
    assert cassette.all_played


def test_a_leak_leaves_the_old_file_alone(tmp_path, server, monkeypatch):
    """What the audit finds is not written, and what was there stays."""
    from bototape.capture.intake import Intake  # noqa: PLC0415 - used here alone

    path = tmp_path / "c.yaml"
    with configured().use_cassette(str(path)):
        requests.get(f"{server.url}/a", timeout=5)
    before = path.read_bytes()
    monkeypatch.setattr(Intake, "scrubbed", lambda _, interaction: interaction)

    with pytest.raises(LeakRefused), configured().use_cassette(str(path), record_mode="new_episodes"):
        requests.get(f"{server.url}/{KEY}", timeout=5)

    assert path.read_bytes() == before


def test_a_file_that_cannot_be_read_is_not_taken_for_absent(tmp_path, server):
    """vcrpy records over a file of another encoding; here it is an error, and the file stays."""
    path = tmp_path / "c.yaml"
    path.write_bytes("interactions: [] # ä\nversion: 1\n".encode("latin-1"))
    before = path.read_bytes()

    with pytest.raises(CassetteUnreadable), configured().use_cassette(str(path)):
        requests.get(f"{server.url}/a", timeout=5)

    assert (path.read_bytes(), server.reached) == (before, [])


def test_recording_again_changes_nothing(tmp_path, server):
    """A file that is loaded and saved once more with a further request keeps what it held, to the letter."""
    path = tmp_path / "c.yaml"
    with configured().use_cassette(str(path)):
        requests.get(f"{server.url}/{ACCOUNT}", timeout=5)
    once = cassettes.read(path).interactions

    with configured().use_cassette(str(path), record_mode="new_episodes"):
        requests.get(f"{server.url}/b", timeout=5)

    assert cassettes.read(path).interactions[0] == once[0]
    assert len(cassettes.read(path).interactions) == 2


def test_another_format_is_refused(tmp_path, server):
    """A cassette in JSON would be written by nobody who scrubs it."""
    with pytest.raises(UsageError), configured().use_cassette(str(tmp_path / "c.json"), serializer="json"):
        requests.get(f"{server.url}/a", timeout=5)

    assert not (tmp_path / "c.json").exists()
    assert [requests.get(f"{server.url}/b", timeout=5).status_code for _ in range(2)] == [200, 200]
    assert server.reached[1:] == ["GET /b", "GET /b"]


@pytest.mark.slow
def test_pytest_recording_takes_it_in_its_hook(pytester, server):
    """One hook in conftest.py, and pytest-recording's cassettes are scrubbed."""
    pytester.makeconftest(
        f"""
        import bototape

        def pytest_recording_configure(config, vcr):
            bototape.configure_vcr(vcr, estate={{"account": {ACCOUNT!r}}})
        """
    )
    pytester.makepyfile(
        f"""
        import pytest, requests

        @pytest.mark.vcr
        def test_it():
            assert requests.get("{server.url}/{ACCOUNT}", timeout=5).status_code == 200
        """
    )
    arguments = ("-p", "no:randomly", "-p", "no:bototape")

    pytester.runpytest_subprocess(*arguments, "--record-mode=once").assert_outcomes(passed=1)
    (path,) = pytester.path.glob("cassettes/*/test_it.yaml")
    recorded = path.read_text(encoding="utf-8")

    assert ACCOUNT not in json.dumps(recorded)
    assert "123456789012" in recorded

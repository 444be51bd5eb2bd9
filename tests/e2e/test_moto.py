"""A third-party peer: moto's server, a process of its own, recorded over real HTTP on loopback and replayed without."""

import json
import os
import subprocess
import sys
from contextlib import closing
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

import bototape
from bototape import cassettes
from bototape.audit import audit
from bototape.capture import estate as estates
from bototape.cli import main
from bototape.interaction import header
from bototape.scrub.apply import scrub
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.tape import recording
from tests.test_docs import script, steady

#: moto's own account, one of AWS's documented examples; the role is a pseudonym already, so answers stay equal.
ROLE = "arn:aws:iam::123456789012:role/example-role-1"
BUCKET = "s3://amzn-s3-demo-bucket"
KEY = "ASIA" + "YZV5MP6VY2G3DB4G"
SECRET = "fdWrQkD4/FmbWMdWE1Thbng" + "+OlRm+4M76aro55ef"

AUTOML = {
    "AutoMLJobName": "churn",
    "AutoMLJobInputDataConfig": [
        {
            "ChannelType": "training",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/churn/train.csv"}},
        }
    ],
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/churn/output"},
    "AutoMLProblemTypeConfig": {
        "TabularJobConfig": {
            "TargetAttributeName": "churned",
            "ProblemType": "BinaryClassification",
            "CompletionCriteria": {"MaxCandidates": 10},
        }
    },
    "RoleArn": ROLE,
}
TRAINING = {
    "TrainingJobName": "churn",
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/churn:1",
        "TrainingInputMode": "File",
    },
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/churn/output"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
    "RoleArn": ROLE,
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
VARIANT = {"VariantName": "all", "ModelName": "churn", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}


def lived(url=None):
    """What a user's code does with SageMaker and STS, and every answer it gets; errors as their code and words."""
    answers = []

    def call(client, operation, **parameters):
        try:
            answer = getattr(client, operation)(**parameters)
        except ClientError as error:
            answer = {"error": type(error).__name__, "words": str(error)}
        answer.pop("ResponseMetadata", None)
        answers.append((operation, answer))

    session = boto3.session.Session()
    with closing(session.client("sts", endpoint_url=url)) as sts:
        call(sts, "get_caller_identity")
    with closing(session.client("sagemaker", endpoint_url=url)) as client:
        call(client, "create_auto_ml_job_v2", **AUTOML)
        call(client, "describe_auto_ml_job_v2", AutoMLJobName="churn")
        call(client, "list_auto_ml_jobs", NameContains="churn")
        call(client, "stop_auto_ml_job", AutoMLJobName="churn")
        call(client, "describe_auto_ml_job_v2", AutoMLJobName="churn")
        call(client, "describe_auto_ml_job_v2", AutoMLJobName="no-such-job")
        call(client, "create_training_job", **TRAINING)
        call(client, "describe_training_job", TrainingJobName="churn")
        call(client, "list_training_jobs")
        image = {"Image": TRAINING["AlgorithmSpecification"]["TrainingImage"]}
        call(client, "create_model", ModelName="churn", ExecutionRoleArn=ROLE, PrimaryContainer=image)
        call(client, "describe_model", ModelName="churn")
        call(client, "create_endpoint_config", EndpointConfigName="churn", ProductionVariants=[VARIANT])
        call(client, "create_endpoint", EndpointName="churn", EndpointConfigName="churn")
        call(client, "describe_endpoint", EndpointName="churn")
        call(client, "list_endpoints")
        call(client, "describe_endpoint", EndpointName="no-such-endpoint")
    return answers


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Credentials of an invented account, nothing of this machine."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOTOTAPE_SCRUB_KEY": "key of this test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def moto():
    """The address of a moto server with nothing in it."""
    command = [sys.executable, "-c", script("update_docs").MOTO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def leaks(text):
    return audit(text, where="moto.yaml", known=[KEY, SECRET])


@pytest.mark.slow
def test_the_same_code_gets_the_same_answers_without_moto(moto, tmp_path):
    """What code saw while it was recorded, errors and times included, it sees again when nothing listens any more."""
    path = tmp_path / "moto.yaml"
    session = Session()
    told = estates.learn(session, "us-east-1", estates.Endpoint("custom", moto))
    estate = estates.complete(told, estates.signing(session))
    pseudonyms = Pseudonyms(b"key", {})
    with recording(path, scrub=lambda each: scrub(each, estate, pseudonyms), leaks=leaks):
        answers = lived(moto)

    with bototape.use_cassette(path) as tape:
        (_, caller), *rest = lived()
        assert tape.all_played

    assert rest == answers[1:]
    assert answers[0][1]["Arn"] == "arn:aws:sts::123456789012:user/moto"
    assert (caller["Account"], caller["Arn"]) == ("123456789012", "arn:aws:sts::123456789012:user/example-user-1")

    assert [each.call.service for each in cassettes.read(path).interactions] == ["sts", *["sagemaker"] * 16]
    assert [answer["error"] for _, answer in answers if "error" in answer] == ["ResourceNotFound", "ClientError"]


class TestScenario:
    """The scenario of docs/checking-a-mock.md, through the command line."""

    @pytest.fixture
    def path(self, tmp_path):
        """The scenario as the page has it."""
        docs = script("update_docs")
        path = tmp_path / "cassettes" / "scenarios" / "moto.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(docs.SCENARIO.search(docs.MOCK.read_text(encoding="utf-8"))[1], encoding="utf-8")
        return path

    @pytest.mark.slow
    def test_it_records_clean_and_says_custom(self, moto, path, capsys):
        """Nothing pretends to come from AWS, nothing tells where moto was, and its STS named the account."""
        assert main(["record", str(path), "--endpoint-url", moto]) == 0

        cassette = path.parent.parent / "moto.yaml"
        found = cassettes.read(cassette)
        text = cassette.read_text(encoding="utf-8")
        assert found.provenance.endpoint == "custom"
        assert {each.request.uri for each in found.interactions} == {"https://api.sagemaker.us-east-1.amazonaws.com/"}
        assert {header(each.request.headers, "Host") for each in found.interactions} == {None}
        assert [each for each in (KEY, SECRET, "127.0.0.1", "sagemaker-automl") if each in text] == []
        assert main(["audit", str(cassette)]) == 0
        assert leaks(text) == []
        capsys.readouterr()

    def test_a_change_must_be_allowed(self, moto, path, capsys):
        """Not even a mock's account is changed by a scenario that does not say so."""
        allowed = "allow_mutations: [CreateAutoMLJobV2, StopAutoMLJob, "
        path.write_text(path.read_text().replace(allowed, "allow_mutations: [CreateAutoMLJobV2, "))

        assert main(["record", str(path), "--endpoint-url", moto]) == 2
        assert "StopAutoMLJob may change the account, and nothing was sent" in capsys.readouterr().err

    @pytest.mark.slow
    def test_what_the_check_finds_is_found_in_moto(self, moto, path, capsys):
        """A finding names a place, and that place is in the answer that moto gave."""
        assert main(["record", str(path), "--endpoint-url", moto]) == 0
        capsys.readouterr()
        cassette = path.parent.parent / "moto.yaml"
        assert main(["check", str(cassette), "--format", "json"]) == 0

        findings = json.loads(capsys.readouterr().out)["findings"]
        number = next(
            position
            for position, each in enumerate(cassettes.read(cassette).interactions, 1)
            if each.call.operation == "DescribeModel"
        )
        lacking = {each["where"] for each in findings if each["rule"] == "member-missing"}
        assert f"{cassette}#{number} response /VpcConfig" in lacking
        answer = json.loads(cassettes.read(cassette).interactions[number - 1].response.body)
        assert answer["VpcConfig"] == {}


@pytest.mark.slow
@pytest.mark.newest_botocore
def test_the_page_shows_what_the_check_finds():
    """docs/checking-a-mock.md is made by scripts/update_docs, and up to date for the versions it names."""
    docs = script("update_docs")
    page = docs.MOCK.read_text(encoding="utf-8")
    if docs.made_with() not in page:
        pytest.skip(f"the page was made with {docs.MADE_WITH.search(page)[0]}; here is {docs.made_with()}")

    assert steady(docs.mock()) == steady(docs.MOTO_BLOCK.search(page)[0])


@pytest.mark.slow
@pytest.mark.newest_botocore
def test_the_page_shows_what_every_operation_of_moto_breaks():
    """The table of all operations is made by scripts/survey_moto, and up to date for the versions the page names."""
    docs = script("update_docs")
    page = docs.MOCK.read_text(encoding="utf-8")
    if docs.made_with() not in page:
        pytest.skip(f"the page was made with {docs.MADE_WITH.search(page)[0]}; here is {docs.made_with()}")

    assert docs.survey() == docs.SURVEY.search(page)[0]


def scenario():
    """A scenario that makes, polls, lists and stops jobs, makes a model and an endpoint, and takes them away again."""
    image = {"Image": TRAINING["AlgorithmSpecification"]["TrainingImage"]}
    created = [
        ("CreateAutoMLJobV2", AUTOML),
        ("CreateTrainingJob", TRAINING),
        ("CreateModel", {"ModelName": "churn", "ExecutionRoleArn": ROLE, "PrimaryContainer": image}),
        ("CreateEndpointConfig", {"EndpointConfigName": "churn", "ProductionVariants": [VARIANT]}),
        ("CreateEndpoint", {"EndpointName": "churn", "EndpointConfigName": "churn"}),
    ]
    polled = {"AutoMLJobStatus": ["Completed", "InProgress"]}
    steps = [
        *({"operation": name, "parameters": parameters} for name, parameters in created),
        {"operation": "DescribeAutoMLJobV2", "parameters": {"AutoMLJobName": "churn"}, "until": polled},
        {"operation": "ListAutoMLJobs", "parameters": {"NameContains": "churn"}, "paginate": True},
        {"operation": "DescribeEndpoint", "parameters": {"EndpointName": "churn"}},
        {"operation": "StopAutoMLJob", "parameters": {"AutoMLJobName": "churn"}},
    ]
    cleanup = [
        {"operation": "DeleteEndpoint", "parameters": {"EndpointName": "churn"}},
        {"operation": "DeleteEndpointConfig", "parameters": {"EndpointConfigName": "churn"}},
        {"operation": "DeleteModel", "parameters": {"ModelName": "churn"}},
    ]
    changing = [name for name, _ in created] + ["StopAutoMLJob", *(each["operation"] for each in cleanup)]
    head = {"service": "sagemaker", "region": "us-east-1", "allow_mutations": changing}
    return {**head, "steps": steps, "cleanup": cleanup}


@pytest.mark.slow
def test_a_refresh_makes_polls_lists_and_cleans_up(moto, tmp_path, monkeypatch, capsys):
    """Models, endpoints and jobs are made in a third party's account; the next refresh finds that all is the same."""
    monkeypatch.setenv("BOTOTAPE_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "cassettes" / "scenarios"
    place.mkdir(parents=True)
    (place / "jobs.yaml").write_text(json.dumps(scenario(), indent=0))
    leave = [f"--allow=sagemaker.{name}" for name in scenario()["allow_mutations"]]
    arguments = ["refresh", "--write", "--all", "--endpoint-url", moto, "--poll-interval", "0", *leave]

    first = main(arguments)
    written = (tmp_path / "cassettes" / "jobs.yaml").read_bytes()
    with closing(boto3.client("sagemaker", endpoint_url=moto)) as client:
        left = [client.list_models()["Models"], client.list_endpoints()["Endpoints"]]
    with urlopen(Request(f"{moto}/moto-api/reset", method="POST")):  # noqa: S310 - moto, on loopback
        pass
    capsys.readouterr()
    second = main(arguments)

    out, err = capsys.readouterr()
    assert (first, second, left) == (0, 0, [[], []])
    assert out == "cassettes/jobs.yaml: unchanged, not touched\n1 cassette: 1 unchanged, not touched\n"
    assert [line for line in err.splitlines() if "clean-up" in line] == [
        "  clean-up step 1, DeleteEndpoint: done",
        "  clean-up step 2, DeleteEndpointConfig: done",
        "  clean-up step 3, DeleteModel: done",
    ]
    assert (tmp_path / "cassettes" / "jobs.yaml").read_bytes() == written

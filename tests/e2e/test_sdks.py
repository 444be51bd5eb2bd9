"""Libraries above boto3, recorded from moto's server and replayed without it, each in a process of its own."""

import json
import os
import subprocess
import textwrap

import pytest

from tests.builders import describe, written
from tests.wire.test_moto import environment, moto  # noqa: F401 - fixtures

pytestmark = [pytest.mark.newest_botocore, pytest.mark.slow]

#: The sagemaker SDK's own settings: it tells its makers of what it does, by a library of its own, unless told not to.
QUIET = """
SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""

HEAD = """
import json, os, sys, warnings
from pathlib import Path

warnings.simplefilter("ignore")
import bototape
from bototape.tape import recording

ROLE = "arn:aws:iam::123456789012:role/example"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/churn:1"
BUCKET = "amzn-s3-demo-bucket"

def run(lived):
    path, url = Path(sys.argv[1]), sys.argv[2]
    os.environ["AWS_ENDPOINT_URL"] = url
    with recording(path, scrub=lambda each: each, leaks=lambda _: []):
        live = lived()
    del os.environ["AWS_ENDPOINT_URL"]
    with bototape.use_cassette(path) as tape:
        replayed = lived()
        told = {"all_played": tape.all_played, "calls": sorted({each.operation for each in tape.calls()})}
    print("RESULT" + json.dumps({"live": live, "replayed": replayed, **told}, default=str))
"""

CORE = """
from sagemaker_core.resources import AutoMLJobV2, Endpoint, TrainingJob
from sagemaker_core.shapes import (
    AlgorithmSpecification, AutoMLDataSource, AutoMLJobChannel, AutoMLJobCompletionCriteria, AutoMLOutputDataConfig,
    AutoMLProblemTypeConfig, AutoMLS3DataSource, OutputDataConfig, ResourceConfig, StoppingCondition, TabularJobConfig,
)

def lived():
    training = TrainingJob.create(
        training_job_name="churn",
        role_arn=ROLE,
        algorithm_specification=AlgorithmSpecification(training_image=IMAGE, training_input_mode="File"),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{BUCKET}/out"),
        resource_config=ResourceConfig(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
    )
    training.wait(poll=1)
    source = AutoMLS3DataSource(s3_data_type="S3Prefix", s3_uri=f"s3://{BUCKET}/train.csv")
    automl = AutoMLJobV2.create(
        auto_ml_job_name="churn",
        auto_ml_job_input_data_config=[
            AutoMLJobChannel(channel_type="training", data_source=AutoMLDataSource(s3_data_source=source))
        ],
        output_data_config=AutoMLOutputDataConfig(s3_output_path=f"s3://{BUCKET}/out"),
        auto_ml_problem_type_config=AutoMLProblemTypeConfig(
            tabular_job_config=TabularJobConfig(
                target_attribute_name="churned",
                problem_type="BinaryClassification",
                completion_criteria=AutoMLJobCompletionCriteria(max_candidates=10),
            )
        ),
        role_arn=ROLE,
    )
    answers = [training.training_job_status, training.training_job_arn, automl.auto_ml_job_status]
    answers += [each.training_job_name for each in TrainingJob.get_all()]
    try:
        Endpoint.get(endpoint_name="none")
    except Exception as error:
        answers.append(str(error))
    return answers

run(lived)
"""

SDK = """
import boto3, sagemaker
from sagemaker.estimator import Estimator

def lived():
    session = sagemaker.Session(boto3.session.Session())
    Path("train.csv").write_text("1,2,3")
    data = session.upload_data("train.csv", BUCKET, "data")
    estimator = Estimator(
        IMAGE, ROLE, 1, "ml.m5.large", sagemaker_session=session, output_path=f"s3://{BUCKET}/out"
    )
    estimator.fit({"training": data}, job_name="sdk-churn", wait=False)
    told = session.describe_training_job("sdk-churn")
    read = session.read_s3_file(BUCKET, "data/train.csv")
    return [data, told["TrainingJobStatus"], told["TrainingJobArn"], read, session.list_s3_files(BUCKET, "data")]

run(lived)
"""

WRANGLER = """
import awswrangler, pandas

FRAME = pandas.DataFrame({"id": range(2000), "text": [f"t{n}" for n in range(2000)]})

def lived():
    place = f"s3://{BUCKET}/frames"
    awswrangler.s3.to_csv(FRAME, f"{place}/one.csv", index=False)
    awswrangler.s3.to_parquet(FRAME, f"{place}/one.parquet")
    awswrangler.s3.to_json(FRAME.head(3), f"{place}/one.json")
    answers = [awswrangler.s3.list_objects(f"{place}/"), awswrangler.s3.size_objects(f"{place}/")]
    answers += [int(awswrangler.s3.read_csv(f"{place}/one.csv")["id"].sum())]
    answers += [awswrangler.s3.read_parquet(f"{place}/one.parquet", use_threads=True).tail(1).to_dict("list")]
    answers += [awswrangler.s3.read_json([f"{place}/one.json"]).to_dict("list")]
    awswrangler.catalog.create_database("frames", exist_ok=True)
    answers += [list(awswrangler.catalog.databases()["Database"]), awswrangler.sts.get_account_id()]
    awswrangler.s3.delete_objects(f"{place}/")
    return [*answers, awswrangler.s3.does_object_exist(f"{place}/one.csv")]

run(lived)
"""

#: By library: its program, and some of the operations that it cannot do without.
LIBRARIES = {
    "sagemaker-core": (CORE, {"CreateAutoMLJobV2", "DescribeAutoMLJobV2", "DescribeTrainingJob", "ListTrainingJobs"}),
    "sagemaker": (SDK, {"CreateTrainingJob", "DescribeTrainingJob", "PutObject", "GetObject"}),
    "awswrangler": (WRANGLER, {"CreateDatabase", "DeleteObjects", "GetObject", "HeadObject", "ListObjectsV2"}),
}


@pytest.fixture
def program(sdks, tmp_path):
    """Run a program of *code* with arguments where the libraries are; its output after ``RESULT``, read."""

    def run(code, *arguments):
        path = tmp_path / "program.py"
        path.write_text(HEAD + textwrap.dedent(code), encoding="utf-8")
        (tmp_path / "sdk.yaml").write_text(QUIET, encoding="utf-8")
        told = {**os.environ, "SAGEMAKER_SUPPRESS_V2_WARNING": "1", "SAGEMAKER_USER_CONFIG_OVERRIDE": "sdk.yaml"}
        command = [sdks("python"), path, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.rpartition("RESULT")[2].partition("\n")[0])

    return run


@pytest.fixture
def bucket(moto):  # noqa: F811 - the fixture
    """moto's address, with a bucket there."""
    import boto3  # noqa: PLC0415 - for this fixture only

    client = boto3.client("s3", endpoint_url=moto)
    client.create_bucket(Bucket="amzn-s3-demo-bucket")
    client.close()
    return moto


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_sees_offline_what_it_saw_live(library, program, bucket, tmp_path):
    """Its objects have the same content, and each recorded call is made again."""
    code, operations = LIBRARIES[library]

    told = program(code, tmp_path / "library.yaml", bucket)
    assert told["replayed"] == told["live"]
    assert told["all_played"]
    assert operations - set(told["calls"]) == set()


CLI = """
import contextlib, io
{first}

def aws(*arguments):
    from awscli.clidriver import create_clidriver
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = create_clidriver().main([*arguments])
    return [code, out.getvalue()]

answers = []
for _ in range(2):
    with bototape.use_cassette(Path(sys.argv[1])) as tape:
        describe = ["sagemaker", "describe-auto-ml-job", "--query", "AutoMLJobStatus", "--auto-ml-job-name"]
        answers.append([aws(*describe, "a"), aws(*describe, "a", "--region", "us-east-1", "--profile", "none")])
        answers.append(aws(*describe, "unknown", "--debug")[0])
        answers.append(len(tape.misses))
        tape.forget_misses()
print("RESULT" + json.dumps(answers))
"""


@pytest.mark.parametrize(
    "first", ["import awscli.clidriver", "import boto3", ""], ids=["CLI first", "boto3 first", "late"]
)
def test_the_cli_runs_in_the_tests_process(first, program, tmp_path, monkeypatch):
    """Version 1 comes with its own copy of botocore; whichever is imported first is the one that plays."""
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    path = written(tmp_path, describe("a", "recorded", repeat=True))

    told = program(CLI.replace("{first}", first), path)
    good = [0, '"recorded"\n']
    assert told == [[good, good], 255, 1] * 2

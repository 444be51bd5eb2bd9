"""While a tape plays the machine's AWS configuration has no effect; what tests set has."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import boto3
import botocore
import botocore.session
import pytest
import s3transfer
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, DEFAULT_S3_CONFIG_VARS
from botocore.exceptions import ProfileNotFound
from botocore.loaders import Loader

import bototape
from bototape.adapters import hermetic
from bototape.interaction import Call, Interaction, Request, Response
from tests.builders import describe, written

#: Whatever looks like a variable of AWS in the code that reads them, and those that are put together there.
NAMED = re.compile(r"""['"]((?:AWS|BOTO|BOTOCORE)_[A-Z0-9_]+|_X_AMZN_TRACE_ID|REQUESTS_CA_BUNDLE)['"]""")
READ = {
    name
    for package in (botocore, boto3, s3transfer)
    for path in Path(package.__file__).parent.rglob("*.py")
    for name in NAMED.findall(path.read_text("utf-8"))
    if not name.endswith("_")
}
COMPOSED = {
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_REGION",
    "AWS_SOMETHING_NEW",
    "BOTOCORE_EXPERIMENTAL__PLUGINS",
    *(f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO")),
    *(f"{kind}_proxy" for kind in ("http", "https", "all", "no")),
}
#: Values that botocore would take, and that would change what it does; for the others any text is one.
VALUES = {
    "AWS_ACCOUNT_ID": "111122223333",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "AWS_AUTH_SCHEME_PREFERENCE": "sigv4a",
    "AWS_CSM_PORT": "31000",
    "AWS_DEFAULTS_MODE": "mobile",
    "AWS_DEFAULT_REGION": "ap-south-1",
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    "AWS_ENDPOINT_DISCOVERY_ENABLED": "true",
    "AWS_ENDPOINT_URL": "http://machine.example.com",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://machine.example.com",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_REGION": "ap-south-1",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "1",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
    "AWS_RETRY_MODE": "adaptive",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
    "AWS_S3_USE_ARN_REGION": "true",
    "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "BOTOCORE_EXPERIMENTAL__PLUGINS": "no=such.module",
    **{name: "http://machine.example.com:3128" for name in COMPOSED if name.lower().endswith("_proxy")},
}
MACHINES = {name: VALUES.get(name, f"of-the-machine-{number}") for number, name in enumerate(sorted(READ | COMPOSED))}

LOADER = Loader(include_default_search_paths=True)


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A machine without any configuration."""
    for name in [each for each in os.environ if each in MACHINES or each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(hermetic, "_machine", {})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def machine(monkeypatch):
    """Set variables as the machine does: before bototape is imported."""

    def told(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
            hermetic._machine[name] = value

    return told


TABLES = Interaction(
    Request(
        "POST",
        "https://123456789012.ddb.eu-west-1.amazonaws.com/",
        (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables")),
        b"{}",
    ),
    Response(200, "OK", (("Content-Type", "application/x-amz-json-1.0"),), b'{"TableNames": ["recorded"]}'),
    Call("dynamodb", "ListTables", "eu-west-1", repeat=True),
)


@pytest.fixture
def path(tmp_path):
    """A cassette of two regions."""
    return written(
        tmp_path,
        describe("a", "recorded", repeat=True, region="eu-west-1"),
        TABLES,
        Interaction(
            Request("GET", "https://amzn-s3-demo-bucket.s3.us-west-2.amazonaws.com/key"),
            Response(200, "OK", (("Content-Type", "text/plain"), ("Content-Length", "8")), b"recorded"),
            Call("s3", "GetObject", "us-west-2", "rest-xml", repeat=True),
        ),
    )


def seen():
    """What code meets that makes its clients now: where they are, how they behave, and what they are answered."""
    session = botocore.session.Session()
    session.register_component("data_loader", LOADER)
    dynamodb = session.create_client("dynamodb")
    s3 = session.create_client("s3", "us-west-2")
    config = {name: value for name, value in vars(dynamodb.meta.config).items() if not name.startswith("_")}
    answers = (
        dynamodb.list_tables()["TableNames"],
        s3.get_object(Bucket="amzn-s3-demo-bucket", Key="key")["Body"].read(),
    )
    keys = session.get_credentials().get_frozen_credentials()
    for each in (dynamodb, s3):
        each.close()
    return dynamodb.meta.endpoint_url, s3.meta.endpoint_url, str(sorted(config.items())), keys, answers


SEEN = []


@pytest.fixture
def on_a_bare_machine(path):
    """What code meets where nothing is configured."""
    if not SEEN:
        with bototape.use_cassette(path):
            SEEN.append(seen())
    assert SEEN[0][-1] == (["recorded"], b"recorded")
    return SEEN[0]


def test_the_variables_are_known():
    """The names tried here are read off botocore: more than the tables of its configuration have."""
    table = {**BOTOCORE_DEFAUT_SESSION_VARIABLES, **DEFAULT_S3_CONFIG_VARS}
    names = {name for _, told, *_ in table.values() if told for name in ([told] if isinstance(told, str) else told)}

    assert names - MACHINES.keys() == set()
    assert len(MACHINES) > 60


def test_all_variables_of_the_machine_change_nothing(path, machine, on_a_bare_machine):
    """Whatever the machine sets, all at once: same clients, same answers, and the variables come back."""
    machine(**MACHINES)
    before = dict(os.environ)

    with bototape.use_cassette(path):
        assert seen() == on_a_bare_machine
    assert dict(os.environ) == before


@pytest.mark.slow
@pytest.mark.parametrize("name", MACHINES)
def test_a_variable_of_the_machine_changes_nothing(name, path, machine, on_a_bare_machine):
    """Whatever the machine sets, one variable at a time: same clients, same answers, and the variable comes back."""
    machine(**{name: MACHINES[name]})
    before = dict(os.environ)

    with bototape.use_cassette(path):
        assert seen() == on_a_bare_machine
    assert dict(os.environ) == before


CONFIG = """\
[default]
{settings}
s3 =
    addressing_style = path
    use_accelerate_endpoint = true
    use_dualstack_endpoint = true
    payload_signing_enabled = true
    max_concurrent_requests = 1
services = machine
[services machine]
dynamodb =
    endpoint_url = http://machine.example.com
[profile prod]
region = sa-east-1
role_arn = arn:aws:iam::111122223333:role/prod
source_profile = default
"""


def written_files(directory):
    """Every setting of a configuration file that botocore knows, credentials, and a model of another age."""
    settings = "".join(
        f"{told} = {VALUES.get(variable, '1') if isinstance(variable, str) else '1'}\n"
        for told, variable, *_ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values()
        if isinstance(told, str) and told != "api_versions"
    )
    (directory / "models" / "sagemaker" / "2017-07-24").mkdir(parents=True)
    (directory / "models" / "sagemaker" / "2017-07-24" / "service-2.json").write_text("{}")
    (directory / "config").write_text(CONFIG.format(settings=settings))
    (directory / "credentials").write_text("[default]\naws_access_key_id = x\naws_secret_access_key = y\n")


@pytest.mark.parametrize("where", ["home", "variables"])
def test_files_of_the_machine_change_nothing(where, path, machine, tmp_path, monkeypatch, on_a_bare_machine):
    """Every setting at once, in ``~/.aws`` or wherever variables point: none is read."""
    directory = tmp_path / "home" / ".aws"
    written_files(directory)
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(directory / "models"))
    (tmp_path / "home" / ".boto").write_text("[Credentials]\naws_access_key_id = x\naws_secret_access_key = y\n")
    if where == "variables":
        monkeypatch.setenv("HOME", str(tmp_path))
        machine(AWS_CONFIG_FILE=str(directory / "config"), AWS_SHARED_CREDENTIALS_FILE=str(directory / "credentials"))
        machine(AWS_PROFILE="prod", AWS_DATA_PATH=str(directory / "models"))

    with bototape.use_cassette(path):
        assert seen() == on_a_bare_machine


def test_models_of_the_home_directory_are_out_of_reach(path):
    """An API model below ``~/.aws/models`` is the machine's; without a tape botocore looks there as ever."""
    with bototape.use_cassette(path):
        inside = Loader().search_paths
    outside = Loader().search_paths

    assert inside == [os.devnull, Loader.BUILTIN_DATA_PATH]
    assert outside[0].endswith("models")


def test_a_profile_that_only_the_developer_has(path, machine):
    """Code that names its profile replays where there is none; without a tape it fails as ever."""
    machine(AWS_PROFILE="prod")
    with bototape.use_cassette(path):
        sagemaker = boto3.session.Session(profile_name="prod").client("sagemaker")
        assert sagemaker.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] == "recorded"
        sagemaker.close()

    with pytest.raises(ProfileNotFound):
        boto3.session.Session(profile_name="prod")


def test_services_with_bearer_tokens_need_none(tmp_path):
    """CodeCatalyst takes a token instead of a signature: a bare machine replays it too."""
    sent = Request(
        "POST", "https://codecatalyst.global.api.aws/v1/spaces", (("Content-Type", "application/json"),), b"{}"
    )
    answer = Response(200, "OK", (("Content-Type", "application/json"),), b'{"items": [{"name": "one"}]}')
    path = written(tmp_path, Interaction(sent, answer, Call("codecatalyst", "ListSpaces", "us-west-2", "rest-json")))

    with bototape.use_cassette(path):
        client = boto3.session.Session().client("codecatalyst")
        assert [each["name"] for each in client.list_spaces()["items"]] == ["one"]
        client.close()


@pytest.mark.newest_botocore
def test_an_account_id_is_there_if_an_endpoint_needs_one(path):
    """Recorded with an account's own endpoint, replayed without an account."""
    with bototape.use_cassette(path):
        config = Config(account_id_endpoint_mode="required")
        client = boto3.session.Session().client("dynamodb", config=config)
        assert client.list_tables()["TableNames"] == ["recorded"]
        client.close()


def test_the_region_is_that_of_most_calls(path):
    """Clients made without a region get the cassette's."""
    with bototape.use_cassette(path):
        assert boto3.session.Session().region_name == "eu-west-1"


def test_of_nested_tapes_the_inner_ones_region(path, tmp_path):
    """Each tape has its own default region, whatever order they close in."""
    inner = written(tmp_path, describe("a", region="sa-east-1"), name="inner.yaml")
    regions = []

    with bototape.use_cassette(path):
        with bototape.use_cassette(inner):
            regions.append(os.environ["AWS_DEFAULT_REGION"])
        regions.append(os.environ["AWS_DEFAULT_REGION"])
    assert regions == ["sa-east-1", "eu-west-1"]
    assert "AWS_DEFAULT_REGION" not in os.environ


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
@pytest.mark.parametrize("when", ["before", "inside"])
def test_a_region_that_a_test_sets_is_honoured(name, when, path, machine, monkeypatch):
    """A test may say its region before the tape opens or after, and has it whatever the machine's is."""
    machine(AWS_REGION="ap-south-1", AWS_DEFAULT_REGION="ap-south-1")
    if when == "before":
        monkeypatch.setenv(name, "sa-east-1")

    with bototape.use_cassette(path), monkeypatch.context() as inside:
        if when == "inside":
            inside.setenv(name, "sa-east-1")
        assert os.environ[name] == "sa-east-1"
        if name == "AWS_DEFAULT_REGION" or when == "before":
            assert boto3.session.Session().region_name == "sa-east-1"


def test_behaviour_that_tests_set_stays(path, machine, monkeypatch):
    """How clients retry is the tests' to say; who calls and where to is not."""
    machine(AWS_RETRY_MODE="adaptive", AWS_MAX_ATTEMPTS="1")
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")

    with bototape.use_cassette(path):
        client = boto3.session.Session().client("sagemaker")
        found = (client.meta.config.retries["mode"], client.meta.endpoint_url, os.environ["AWS_ACCESS_KEY_ID"])
        client.close()
    assert found == ("standard", "https://api.sagemaker.eu-west-1.amazonaws.com", hermetic.DUMMY_ACCESS_KEY_ID)
    assert os.environ["AWS_ENDPOINT_URL"] == "http://localhost:4566"


def test_what_is_set_meanwhile_stays(path, machine):
    """A library that sets a variable when it is imported (the AWS CLI does) finds it later."""
    machine(AWS_DATA_PATH="/machine")

    with bototape.use_cassette(path):
        os.environ["AWS_DATA_PATH"] = "/library"
    assert os.environ["AWS_DATA_PATH"] == "/library"
    with bototape.use_cassette(path):
        assert os.environ["AWS_DATA_PATH"] == "/library"


SUITE = """
    import os, boto3, pytest

    AT_IMPORT = boto3.client("sagemaker", region_name="eu-west-1")

    @pytest.fixture(scope="session")
    def of_the_session():
        return boto3.client("sagemaker", region_name="eu-west-1")

    @pytest.mark.bototape("job")
    def test_it(of_the_session):
        inside = boto3.client("sagemaker")
        assert inside.meta.region_name == "eu-west-1"
        assert inside.meta.config.retries["mode"] == "legacy"
        for each in (AT_IMPORT, of_the_session, inside):
            assert each.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] == "recorded"

    @pytest.mark.bototape("job")
    def test_own(monkeypatch):
        monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
        assert boto3.session.Session().region_name == "sa-east-1"
"""


#: What a machine may set and clients can still be made at import, where no tape plays.
OUTSIDE = {name for name in VALUES if "PROXY" not in name.upper()} - {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_USE_FIPS_ENDPOINT",
    "BOTOCORE_EXPERIMENTAL__PLUGINS",
}


@pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "xdist"])
def test_a_suite_on_a_machine_full_of_settings(workers, pytester, tmp_path):
    """From outside: everything set at once, clients made at import, per session and in the test; conftest has a say."""
    (pytester.path / "cassettes").mkdir()
    written(pytester.path / "cassettes", describe("a", "recorded", repeat=True, region="eu-west-1"), name="job.yaml")
    pytester.makepyfile(test_suite=textwrap.dedent(SUITE))
    pytester.makeconftest("import os\nos.environ['AWS_RETRY_MODE'] = 'legacy'\n")
    told = {name: VALUES[name] for name in OUTSIDE} | {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *workers]

    done = subprocess.run(command, env=told, cwd=pytester.path, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_names_go_to_workers_without_their_values(monkeypatch):
    """What a worker of pytest-xdist is told holds no secret."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert json.dumps(hermetic.set_by_tests()) == '["AWS_SECRET_ACCESS_KEY"]'

"""Refreshing as an assumed role and as somebody who signed in, from profiles; STS and the portal are on loopback."""

import datetime as dt
import hashlib
import json
import os

import pytest
from botocore.tokens import SSOTokenProvider

from bototape.cli import main
from tests.e2e.live import ACCESS_KEY, ACCOUNT, ROLE, SECRET, Answer, account

pytestmark = pytest.mark.slow

SCENARIO = "service: sagemaker\nregion: us-east-1\nsteps:\n- operation: ListAutoMLJobs\n"
ROLE_KEY = "ASIA" + "QX7RJ5VN2KD4TBWE"
SSO_KEY = "ASIA" + "M3ZC8GQF6YH9PLSU"
TOKEN = "aoaAAAAAGqLbr2kNOTREAL" + "v" * 40
CREDENTIALS = "fdWrQkD4/FmbWMdWE1Thbng" + "+SomethingElse9of55ef"
ASSUMED = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    f"<AccessKeyId>{ROLE_KEY}</AccessKeyId><SecretAccessKey>{CREDENTIALS}</SecretAccessKey>"
    "<SessionToken>IQoJb3JpZ2luX2VjEFsessiontokenoftherole</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    f"</Credentials><AssumedRoleUser><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/dana.okafor</Arn>"
    "<AssumedRoleId>AROAZQX7RJ5VN2KD4TBWE:dana.okafor</AssumedRoleId></AssumedRoleUser></AssumeRoleResult>"
    "</AssumeRoleResponse>"
)
DENIED = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>'
    f"<Message>User: arn:aws:iam::{ACCOUNT}:user/dana.okafor is not authorized to perform: sts:AssumeRole on resource: "
    f"arn:aws:iam::{ACCOUNT}:role/{ROLE}</Message></Error></ErrorResponse>"
)
CONFIG = f"""\
[profile base]
aws_access_key_id = {ACCESS_KEY}
aws_secret_access_key = {SECRET}

[profile sandbox]
role_arn = arn:aws:iam::{ACCOUNT}:role/{ROLE}
source_profile = base
region = us-east-1

[sso-session corp]
sso_start_url = https://zorvane.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile people]
sso_session = corp
sso_account_id = {ACCOUNT}
sso_role_name = {ROLE}
region = us-east-1
"""
ANSWERS = {
    "AssumeRole": [Answer(ASSUMED)],
    "GetRoleCredentials": [
        Answer(
            {
                "roleCredentials": {
                    "accessKeyId": SSO_KEY,
                    "secretAccessKey": CREDENTIALS,
                    "sessionToken": "IQoJb3JpZ2luX2VjEFsessiontokenofthepeople",
                    "expiration": 4_070_908_800_000,
                }
            }
        )
    ],
    "ListAutoMLJobs": [
        Answer(
            {
                "AutoMLJobSummaries": [
                    {
                        "AutoMLJobName": f"{ROLE}-job",
                        "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/{ROLE}-job",
                        "AutoMLJobStatus": "Completed",
                        "AutoMLJobSecondaryStatus": "Completed",
                        "CreationTime": 1.79e9,
                        "LastModifiedTime": 1.79e9,
                    }
                ]
            }
        )
    ],
}


@pytest.fixture
def project(tmp_path):
    """A project with one scenario, and a home with a configuration of AWS and somebody who signed in."""
    (tmp_path / "cassettes" / "scenarios").mkdir(parents=True)
    (tmp_path / "cassettes" / "scenarios" / "jobs.yaml").write_text(SCENARIO)
    (tmp_path / "home" / ".aws").mkdir(parents=True)
    (tmp_path / "home" / ".aws" / "config").write_text(CONFIG)
    signed_in(tmp_path, "2099-01-01T00:00:00Z")
    return tmp_path


def signed_in(project, until):
    """Leave a token as ``aws sso login`` does, good *until* then."""
    place = project / "home" / ".aws" / "sso" / "cache"
    place.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha1(b"corp", usedforsecurity=False).hexdigest()
    token = {"startUrl": "https://zorvane.awsapps.com/start", "region": "us-east-1", "accessToken": TOKEN}
    (place / f"{name}.json").write_text(json.dumps(token | {"expiresAt": until}))


@pytest.fixture
def refresh(project, monkeypatch, capsys):
    """Refresh with a profile; all services of the account are where the variables say."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(project / "home" / ".aws" / "sso" / "cache"))
    for name, value in {
        "AWS_CONFIG_FILE": str(project / "home" / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "BOTOTAPE_CACHE": str(project / "cache"),
        "BOTOTAPE_SCRUB_KEY": "key of this test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project)

    def run(profile, later=None, **answers):
        """When the first call of SageMaker was answered, the account answers as *later* says."""
        with account(**(ANSWERS | answers)) as live:
            live.answers["ListAutoMLJobs"][0].before = lambda: live.answers.update(later or {})
            for name in ("SAGEMAKER", "SSO", "SSO_OIDC", "STS"):
                monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", live.url)
            code = main(["refresh", "--write", "--profile", profile])
        return code, *capsys.readouterr(), live

    return run


def files(project):
    return {each.name: each.read_text() for each in (project / "cassettes").iterdir() if each.is_file()}


REAL = (ACCOUNT, ROLE, ACCESS_KEY, ROLE_KEY, SSO_KEY, TOKEN, "dana.okafor", "zorvane", "IQoJb3JpZ2lu", "127.0.0.1")


@pytest.mark.parametrize(
    ("profile", "fetched", "signers"),
    [
        ("sandbox", "AssumeRole", [ACCESS_KEY, ROLE_KEY, ROLE_KEY]),
        ("people", "GetRoleCredentials", ["", SSO_KEY, SSO_KEY]),
    ],
    ids=["assumed-role", "signed-in"],
)
def test_a_profile_records(project, refresh, profile, fetched, signers):
    """Its credentials are fetched once, and sign everything; nothing of them or of the profile is in a file."""
    code, out, err, live = refresh(profile)

    assert (code, live.operations()) == (0, [fetched, "GetCallerIdentity", "ListAutoMLJobs"]), err
    assert live.signers == signers
    assert out.endswith("1 cassette: 1 written (1 create)\n")
    text = "".join(files(project).values()) + out + err
    assert [each for each in REAL if each in text] == []


@pytest.mark.parametrize(
    ("profile", "until", "answers", "asked", "said"),
    [
        (
            "people",
            "2026-01-01T00:00:00Z",
            {},
            [],
            ("cannot sign calls: ", "has expired", "fix: renew the credentials, for example with aws sso login"),
        ),
        (
            "people",
            "2099-01-01T00:00:00Z",
            {
                "GetRoleCredentials": [
                    Answer({"__type": "UnauthorizedException", "message": "Session token not found or invalid"}, 401)
                ]
            },
            ["GetRoleCredentials"],
            ("cannot sign calls: ", "fix: renew the credentials, for example with aws sso login"),
        ),
        (
            "people",
            "2099-01-01T00:00:00Z",
            {"GetRoleCredentials": [Answer({"__type": "ForbiddenException", "message": "No access"}, 403)]},
            ["GetRoleCredentials"],
            (
                "cannot sign calls: sso:GetRoleCredentials was refused with ForbiddenException",
                "fix: give whoever signed in the role that the profile names (sso_account_id, sso_role_name)",
            ),
        ),
        (
            "sandbox",
            "",
            {"AssumeRole": [Answer(DENIED, 403)]},
            ["AssumeRole"],
            (
                "cannot sign calls: sts:AssumeRole on the profile's role_arn was refused with AccessDenied",
                "fix: allow its source_profile sts:AssumeRole on that role, and let the role trust it",
            ),
        ),
        (
            "sandbox",
            "",
            {"AssumeRole": [Answer(DENIED.replace("AccessDenied", "ExpiredToken"), 403)]},
            ["AssumeRole"],
            (
                "cannot sign calls: sts:AssumeRole on the profile's role_arn was refused with ExpiredToken",
                "fix: the credentials have expired: renew them",
            ),
        ),
        (
            "nobody",
            "",
            {},
            [],
            ("cannot use the AWS configuration: The config profile (nobody) could not be found", "another --profile"),
        ),
    ],
    ids=["sign-in-expired", "sign-in-revoked", "no-such-role", "may-not-assume", "source-expired", "no-profile"],
)
def test_a_profile_that_cannot(project, refresh, profile, until, answers, asked, said):
    """What is missing and what to do is told; nothing real is shown, and nothing written."""
    signed_in(project, until or "2099-01-01T00:00:00Z")

    code, out, err, live = refresh(profile, **answers)

    assert (code, live.operations(), files(project)) == (2, asked, {})
    assert [each for each in said if each not in err] == [], err
    assert [each for each in REAL if each in out + err] == []


def test_a_role_that_is_lost_on_the_way(project, refresh):
    """Credentials are renewed before they end; the step that could not sign says why, and what to do."""
    (project / "cassettes" / "scenarios" / "jobs.yaml").write_text(f"{SCENARIO}- operation: ListAutoMLJobs\n")
    ending = ASSUMED.replace("2099-01-01T00:00:00Z", soon())

    code, _, err, live = refresh("sandbox", {"AssumeRole": [Answer(DENIED, 403)]}, AssumeRole=[Answer(ending)])

    assert (code, live.operations().count("ListAutoMLJobs"), files(project)) == (3, 1, {})
    assert (
        "step 2, ListAutoMLJobs (cassettes/scenarios/jobs.yaml:5): "
        "sts:AssumeRole on the profile's role_arn was refused with AccessDenied\n  nothing was written\n"
        "  fix: allow its source_profile sts:AssumeRole on that role, and let the role trust it\n"
    ) in err
    assert [each for each in REAL if each in err] == []


def soon():
    """In five minutes: botocore renews ten minutes before the end."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_a_role_may_not_do_is_named(project, refresh):
    """The action and the resource that the role's policy lacks."""
    where = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/*"
    words = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/dana.okafor is not authorized to perform: "
        f"sagemaker:ListAutoMLJobs on resource: {where} because no identity-based policy allows it"
    )
    denied = Answer({"__type": "AccessDeniedException", "Message": words}, 403)

    code, _, err, _ = refresh("sandbox", ListAutoMLJobs=[denied])

    assert (code, files(project)) == (3, {})
    assert "fix: allow sagemaker:ListAutoMLJobs on arn:aws:sagemaker:us-east-1:123456789012:automl-job/*" in err
    assert [each for each in REAL if each in err] == []

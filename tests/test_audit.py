"""The leak audit: every identifier is invented at run time, or a documented example."""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import random
import re
import string
import struct
import zipfile
import zlib
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.audit import audit, audit_text, estate_values
from bototape.audit.cborlayer import cbor
from bototape.audit.detectors import DETECTORS
from bototape.audit.framed import chunked, event_stream
from bototape.audit.framed import multipart as multipart_layer
from bototape.audit.kinds import KINDS, Hit
from bototape.audit.known import needles
from bototape.audit.layers import LAYERS, Inner, document
from bototape.audit.named import CONTEXTS
from bototape.audit.places import findings_in
from bototape.audit.preview import preview
from bototape.audit.survey import DEPTH, Means, Survey
from bototape.finding import Finding, Severity
from bototape.yamltext import dump

DATA = Path(__file__).parent / "data" / "audit"

_RANDOM = random.Random("audit")  # noqa: S311 - invented values, the same in each run


def made(alphabet: str, length: int) -> str:
    return "".join(_RANDOM.choices(alphabet, k=length))


BASE32 = string.ascii_uppercase + "234567"
BASE64 = string.ascii_letters + string.digits + "+/"
HEX = "0123456789abcdef"

ACCOUNT = "6049" + made("123456789", 8)
OTHER = "0071" + made("123456789", 8)
KEY = "AKIA" + made(BASE32, 16)
TEMPORARY = "ASIA" + made(BASE32, 16)
UNIQUE = "AROA" + made(BASE32, 17)
SECRET = made(BASE64, 38) + "aZ"
SESSION = "IQoJb3JpZ2lu" + made(BASE64, 200)
SIGNATURE = made(HEX, 64)
UUID = "-".join(made(HEX, length) for length in (8, 4, 4, 4, 11)) + "c"
CANONICAL = made(HEX, 63) + "7"
EMAIL = f"dana.{made(string.ascii_lowercase, 6)}@zorvane-labs.io"


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


JWT = ".".join((b64('{"alg":"HS256"}'), b64(f'{{"sub":"{EMAIL}"}}').rstrip("="), made(string.ascii_letters, 43)))
SCOPE = "20240607/us-east-1/sagemaker/aws4_request"


def tree(*, uri="https://api.sagemaker.us-east-1.amazonaws.com/", sent=None, headers=None, body="{}") -> dict:
    """Return a cassette of one interaction as a tree."""
    request = {"body": "{}", "headers": sent or {}, "method": "POST", "uri": uri}
    status = {"code": 200, "message": "OK"}
    response = {"body": {"string": body}, "headers": headers or {}, "status": status}
    return {"interactions": [{"request": request, "response": response}], "version": 1}


def places(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.where, each.rule) for each in found]


def rules(root: object, means: Means) -> set[str]:
    found = findings_in(Survey(root, means, 0), root, "x")
    return {each.rule for each in found}


# What is found -------------------------------------------------------------------------------------------------------

#: One text for each detector, which no other detector flags by the same rule.
TEXTS = {
    "access-key-id": f"key {KEY} was used",
    "access-key-id-lower-case": f"key asia{made('abcdefgh', 8)}7{made('abcdefgh', 5)}23 was used",
    "iam-unique-id": f"{UNIQUE}:session",
    "session-token": f"token is {SESSION}",
    "request-signature": f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature={SIGNATURE}",
    "presigned-url": f"see https://b.s3.amazonaws.com/k?X-Amz-Expires=300&X-Amz-Signature={SIGNATURE}",
    "url-token": f"https://x.notebook.us-east-1.sagemaker.aws?authToken={made(BASE64, 40)}",
    "request-signature-v2": f"sent AWS {KEY}:{b64(bytes(range(20)))}",
    "credential-scope": f"Credential=LONG{made(BASE32, 20)}/{SCOPE}",
    "jwt": f"cookie {JWT}",
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "bearer-token": f"hf_{made(string.ascii_letters, 34)}",
    "secret-access-key": f"the AWS secret access key: {SECRET}",
    "web-hook": f"posts to https://hooks.slack.com/services/T00AB12CD/B00XY34ZZ/{made(string.ascii_letters, 24)}",
    "url-password": "postgresql://svc:Tr0ub4dor-9@db:5432/x",
    "email": f"mailto {EMAIL}",
    "authorization-message": f"Encoded authorization failure message: {made(string.ascii_letters, 120)}",
    "account-id": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model/demo",
    "account-id-dashed": f"your account {ACCOUNT[:4]}-{ACCOUNT[4:8]}-{ACCOUNT[8:]} was added",
    "account-id-truncated": f"denied for arn:aws:sagemaker:us-east-1:{ACCOUNT[:10]}... (truncated)",
    "kms-key": f"arn:aws:kms:us-west-2:123456789012:key/{UUID}",
    "kms-alias": "alias/zorvane-data",
    "vpc-id": f"vpc-0{made(HEX, 16)}",
    "ip-address-dashed": "ip-10-42-17-203.ec2.internal",
    "ip-address-dotted": "connection to 10.42.17.203:443 refused",
    "ip-address-long": "connection to 2600:1f18:24e0:9a00::7c3f refused",
    "mac-address": "interface 0a:f3:19:c4:5e:b7 is up",
    "organization-id": f"arn:aws:organizations::123456789012:organization/o-{made(HEX, 9)}7",
    "user-name": "10:11:12 dana@ip-192-0-2-7 wrote",
    "iam-name": "arn:aws:iam::123456789012:role/service-role/zorvane-exec",
    "studio-domain": "arn:aws:sagemaker:us-east-1:123456789012:domain/d-k5hu3oyhlhfo",
    "canonical-user-id-grant": f'grants id="{CANONICAL}"',
    "bearer-said": f"the Bearer {made(HEX, 12)}7{made(BASE64, 30)} was refused",
    "registry-token": f"QVdTOm{made(BASE64, 60)}",
    "request-id-said": f"failed (Request ID: {UUID})",
    "studio-instance": f"the application ins-{made(HEX, 14)}a4",
}


def test_every_detector_has_its_text():
    """A new detector comes with what it finds."""
    assert {each.name for each in DETECTORS} == TEXTS.keys()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)
def test_finds_by_form(detector):
    """Each form of identifier is found in running text, and by no other means: switched off, it is missed."""
    text = TEXTS[detector.name]
    others = tuple(each for each in DETECTORS if each is not detector)

    assert detector.rule in rules(text, Means(contexts=(), layers=()))
    assert detector.rule not in rules(text, Means(detectors=others, contexts=(), layers=()))


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)
def test_cues_never_hide_a_match(detector):
    """A detector runs wherever its pattern could match: what it finds alone holds one of its cues."""
    assert list(detector.search(TEXTS[detector.name]))
    assert not detector.cues or any(cue in TEXTS[detector.name] for cue in detector.cues)


#: For each context, a name and a value that is nothing without it.
NAMED = {
    "account": ("OwnerId", ACCOUNT),
    "account-number": ("AccountNumber", int(OTHER)),
    "secret-key": ("SecretAccessKey", SECRET),
    "session-token": ("x-aMz-sEcUrItY-tOkEn", made(BASE64, 90)),
    "secret": ("WANDB_API_KEY", made(HEX, 40)),
    "cookie": ("Set-Cookie", "AWSALB=" + made(BASE64, 60) + "; Path=/"),
    "authorization": ("Authorization", "Bearer " + made(BASE64, 30)),
    "signature": ("Signature", b64(bytes(range(1, 21)))),
    "kms": ("VolumeKmsKeyId", UUID),
    "canonical": ("ID", CANONICAL),
    "address": ("SourceIp", "54.211.87.19"),
    "domain": ("DomainId", "d-k5hu3oyhlhfo"),
    "identity": ("UserId", f"{made(HEX, 10)}-{UUID}"),
    "organization-root": ("RootId", "r-x4k2"),
    "page": ("NextToken", made(BASE64, 120) + "aZ7"),
    "marker": ("Marker", made(BASE64, 40) + "aZ7"),
    "handle": ("ReceiptHandle", made(BASE64, 60)),
    "person": ("UserProfileName", "dana-okafor"),
    "machine": ("User-Agent", "Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#6.1.0-13-amd64 md/arch#x86_64"),
    "point-of-presence": ("x-amz-cf-pop", "SFO53-C1"),
    "trace": ("x-amzn-RequestId", UUID),
}


def test_every_context_has_its_name():
    """A new sort of name comes with what it tells."""
    assert {each.name for each in CONTEXTS} == NAMED.keys()


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda each: each.name)
def test_finds_by_name(context):
    """A value that has no form of its own is found under a name that tells, and only there."""
    name, value = NAMED[context.name]
    others = tuple(each for each in CONTEXTS if each is not context)

    assert rules(((name, value),), Means(detectors=(), layers=())) == {context.rule}
    assert rules(((name, value),), Means(detectors=(), layers=(), contexts=others)) <= {"opaque-layer"}
    assert rules((("Description", value),), Means(detectors=(), layers=())) <= {"opaque-layer"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ClientRequestToken", UUID),
        ("IdempotencyToken", made(BASE64, 40)),
        ("NextToken", "EXAMPLENEXTTOKEN00000001"),
        ("NextToken", "page-2"),
        ("Marker", "logs/2024/06/07/part-00000-of-00010.parquet"),
        ("ReceiptHandle", "EXAMPLEHANDLE00000000001"),
        ("DomainId", "d-example00001"),
        ("User-Agent", "Boto3/1.34.0"),
        ("ParentId", "r-exa1"),
        ("PrivateIpv6", "2001:db8::1"),
        ("PAD_TOKEN", "[PAD]abcdef"),
        ("MAX_TOKEN", "20971520"),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:demo"),
        ("Password", "********"),
        ("Password", "${DB_PASSWORD}"),
        ("PrivateKeyPath", "/opt/ml/key"),
        ("DB_PASSWORD", "SCRUBBED"),
        ("AccountName", "research"),
        ("EventId", UUID),
        ("Commit", made(HEX, 40)),
        ("CodeSha256", CANONICAL),
        ("EngineVersion", "10.42.17.203"),
        ("CidrIp", "0.0.0.0/0"),
        ("SourceIp", "169.254.169.254"),
        ("KmsKeyId", "00000000-0000-4000-8000-f00000000001"),
        ("x-amzn-RequestId", "00000000-0000-4000-8000-e00000000001"),
        ("authorizationToken", b64("AWS:SCRUBBED")),
    ],
)
def test_names_that_only_look_like_secrets(name, value):
    """Test inputs, page markers, vocabulary, references and pseudonyms are left alone."""
    assert rules(((name, value),), Means()) == set()


def test_what_a_name_tells_goes_through_layers():
    """A hyperparameter is JSON in a string: its name tells of what is inside, wherever the same text stands besides."""
    packed = json.dumps(SECRET)
    without = packed, json.dumps({"Note": packed})
    under = packed, json.dumps({"SecretAccessKey": packed})

    assert rules((("SecretAccessKey", packed),), Means()) == {"secret-access-key"}
    assert rules(list(without), Means()) == set()
    assert rules(list(under), Means()) == {"secret-access-key"}


def test_a_pair_of_name_and_value_is_a_name():
    """``{"Name": "DB_PASSWORD", "Value": "…"}`` (ECS, tags, parameters) says what the value is."""
    body = json.dumps({"Environment": [{"Name": "DB_PASSWORD", "Value": "Tr0ub4dor-9"}]})

    assert places(audit(dump(tree(body=body)), where="c")) == [
        ("c#1 response body /Environment/0/Value", "secret-value")
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"s3://sagemaker-us-east-1-{ACCOUNT}/x",
        f"https://sagemaker-us-east-1-{ACCOUNT}.s3.us-east-1.amazonaws.com/x",
        f"sagemaker-studio-{ACCOUNT}-x7k2m",
        f"cdk-hnb659fds-assets-{ACCOUNT}-us-east-1",
        f"s3://mldata-{ACCOUNT}-us-west-2-an/x",
        f"arn:aws:s3:::zorvane-{ACCOUNT}",
        f"s3://logs/AWSLogs/{ACCOUNT}/elb",
        f"{ACCOUNT}_CloudTrail_us-east-1_20240607.json",
        f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/queue",
        f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/team/img:1",
        f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/team",
        f"https://{ACCOUNT}.ddb.us-east-1.amazonaws.com/",
        f"https://{ACCOUNT}.s3-control.cn-north-1.amazonaws.com.cn/v20180820",
        f"points-{ACCOUNT}.s3-accesspoint.us-east-1.amazonaws.com",
        f"https://{ACCOUNT}.signin.aws.amazon.com/console",
        f"https://{ACCOUNT}-ab12cd34.us-east-1.console.aws.amazon.com/x",
        f"arn:aws-iso-b:iam::{ACCOUNT}:root",
        f"arn:aws-cn:sagemaker:cn-northwest-1:{ACCOUNT}:model/demo",
        f"account {ACCOUNT}",
        f"Account ID: {ACCOUNT[:4]} {ACCOUNT[4:8]} {ACCOUNT[8:]}",
    ],
)
def test_finds_accounts_by_what_stands_around(text):
    """An account nobody told us is found where accounts stand: ARNs, hosts, buckets, paths, prose."""
    assert "account-id" in {each.rule for each in audit_text(text, where="x")}


@pytest.mark.parametrize(
    "text",
    [
        "107374182400 bytes",
        f'{{"VolumeSizeInBytes": {ACCOUNT}}}',
        "s3://data-202401151030/x",
        "s3://sagemaker-us-east-1-123456789012/job-202401151030/model.tar.gz",
        f"9{ACCOUNT}",
        f"{ACCOUNT}01",
        f"arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-{ACCOUNT}",
        f"model-1-{ACCOUNT}",
        f"s3://2f6d1c0e-aaaa-4bbb-8ccc-{ACCOUNT}/x",
        f"arn:aws:iam::{ACCOUNT}01:root",
        f"account 9{ACCOUNT}",
        f"4444-{ACCOUNT[:4]}-{ACCOUNT[4:8]}-{ACCOUNT[8:]}",
        '{"ComputeQuotaId":"482910375628"}',
        "The barn: aws charges for arn:aws style names; see arn:aws:s3:::example-bucket",
        "tuning-job-1-c43b4a2c9b5945c7bd-023-45c91245",
        "i-20240607 sg-x vol-12345678",
        "arn:aws:iam::aws:policy/service-role/AmazonSageMakerFullAccess",
        "name\n@pytest.mark.bototape",
        "git@github.com:org/repo.git npm@1.2.3 user-7@example.com a@sub.example.org",
        "postgresql://svc@db.internal.corp:5432/x",
        "ip-192-0-2-7.ec2.internal",
        "alias/aws/s3 alias/example-key-1",
        "ec2-user@ip-192-0-2-7 in /home/ec2-user/x and root@host:~ in /Users/example-user-1",
        "chrome/120.0.6099.109 driver 550.54.15.1 image:1.2.30.4 version = 10.42.17.203 see 203.0.113.9, 2001:db8::7",
        "00:00:00:00:00:00 12:34:56:78:9a:bc 10:11:12 2024:06:07 o-something-else o-exampleorgid /r-words",
        f"QUtJ7LpjT/FD4E54aQvEGkxpeo2Gf5FdztZfaKx/4hSvn9jX0HEF3E93go9ioNQp{KEY[:4]}eljhal2W3QUdSpkgRzE",
    ],
)
def test_traps(text):
    """Numbers, minutes, names, digests and words that only look alike are no findings."""
    assert [each for each in audit_text(text, where="x") if each.severity > Severity.INFO] == []


SHIPPED = json.loads(resources.files("bototape").joinpath("data/aws_owned_accounts.json").read_text("utf-8"))


@pytest.mark.parametrize("group", SHIPPED)
def test_accounts_that_aws_owns_pass(group):
    """Image registries, log delivery and the like belong to AWS; each list names where it is published."""
    accounts = SHIPPED[group]["accounts"]
    text = " ".join(f"arn:aws:iam::{each}:root {each}.dkr.ecr.us-east-1.amazonaws.com/x:1" for each in accounts)

    assert SHIPPED[group]["source"]
    assert {len(each) for each in accounts} == {12}
    assert audit_text(text, where="x") == []


def test_documented_examples_pass():
    """What AWS documentation itself prints is no leak."""
    text = dump(
        tree(
            sent={
                "Authorization": [
                    f"AWS4-HMAC-SHA256 Credential={KEY[:4]}IOSFODNN7EXAMPLE/{SCOPE}, Signature={'0' * 64}"
                ],
                "X-Amz-Security-Token": ["FwoGZXIvYXdzEXAMPLETOKEN" + "0" * 76],
            },
            body=json.dumps(
                {
                    "AccessKeyId": KEY[:4] + "IOSFODNN7EXAMPLE",
                    "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    "Arn": "arn:aws:sts::111122223333:assumed-role/example-role-1/example-session-1",
                    "UserId": "AROAAAAAAAAABEXAMPLE:example-session-1",
                    "Owner": {"ID": "e" * 8 + "0" * 55 + "1"},
                    "SubnetId": "subnet-0feed000000000001",
                    "OwnerId": "444455556666",
                    "Account": "999900000007",
                }
            ),
        )
    )

    assert audit(text, where="x") == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_scrubbed_answers_of_live_services_pass(path):
    """Real answers whose identifiers were replaced by documented examples hold no credential and no identity."""
    found = audit(path.read_text("utf-8"), where=path.name)

    assert [each for each in found if each.severity > Severity.INFO] == []


# Where it is found ---------------------------------------------------------------------------------------------------


def test_findings_name_the_place_and_nothing_of_the_value():
    """A finding says which interaction, which part, which member, what kind and how long."""
    body = json.dumps({"Jobs": [{"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/example-role-1"}]}, indent=2)

    assert audit(dump(tree(body=body)), where="cassettes/a.yaml") == [
        Finding(
            "cassettes/a.yaml#1 response body /Jobs/0/RoleArn",
            "account-id",
            Severity.ERROR,
            "holds an account id (12 characters, inside json)",
            (
                ("kind", "account-id"),
                ("tier", "T2"),
                ("file", "cassettes/a.yaml"),
                ("interaction", "1"),
                ("part", "response body"),
                ("pointer", "/Jobs/0/RoleArn"),
                ("layers", "json"),
                ("preview", "************"),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (tree(uri=f"https://{ACCOUNT}.ddb.us-east-1.amazonaws.com/"), ["#1 request uri"]),
        (tree(uri=f"https://h/tags/arn%3aaws%3alambda%3aus-east-1%3a{ACCOUNT}%3afunction%3ax"), ["#1 request uri"]),
        (
            tree(uri=f"https://h/?to=https%3A%2F%2Fx%2F%3Farn%3Darn%253Aaws%253Aiam%253A%253A{ACCOUNT}%253Aroot"),
            ["#1 request uri /to/arn"],
        ),
        (tree(sent={"X-Amz-Owner": [ACCOUNT]}), ["#1 request header X-Amz-Owner"]),
        (tree(sent={"X-Amz-Owner": ACCOUNT}), ["#1 request header X-Amz-Owner"]),
        (tree(headers={"Location": [f"https://{ACCOUNT}.signin.aws.amazon.com"]}), ["#1 response header Location"]),
        (tree(body=f"<R><Account>{ACCOUNT}</Account><Id>7</Id></R>"), ["#1 response body /R/Account"]),
        (tree(body=f"<R owner='{ACCOUNT}'/>"), ["#1 response body /R/owner"]),
        (tree(body=f"Action=X&RoleArn=arn%3Aaws%3Aiam%3A%3A{ACCOUNT}%3Aroot"), ["#1 response body /RoleArn"]),
        (
            tree(body=json.dumps({"Body": json.dumps({"Message": json.dumps({"account": ACCOUNT})})})),
            ["#1 response body /Body/Message/account"],
        ),
        (tree(body=f'{{}}\n{{"account": "{ACCOUNT}"}}\n'), ["#1 response body /1/account"]),
        (tree(body=b64(f"arn:aws:iam::{ACCOUNT}:root")), ["#1 response body"]),
        ({"interactions": [], "recorded_by": EMAIL}, [" /recorded_by"]),
        ({"interactions": [{"bototape": {"note": EMAIL}}]}, ["#1 /bototape/note"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_places(root, expected):
    """Each place in a cassette has its name, and a leak seen through two layers is one finding."""
    assert [each.where.removeprefix("c") for each in audit(dump(root), where="c")] == expected


def test_a_name_that_leaks_is_not_printed():
    """Header and member names can hold identifiers as well; a place then says which one it is."""
    arn = f"arn:aws:iam::{ACCOUNT}:root"
    text = dump(tree(headers={f"x-{KEY}": ["1"]}, body=json.dumps({"ok": 1, arn: {b64(arn): EMAIL}})))

    found = audit(text, where="c")

    assert places(found) == [
        ("c#1 response body /<name 2>", "account-id"),
        ("c#1 response body /<name 2>/<name 1>", "account-id"),
        ("c#1 response body /<name 2>/<name 1>", "email"),
        ("c#1 response header <name 1>", "access-key-id"),
    ]
    assert ACCOUNT not in str(found)


def test_every_place_of_a_value_is_named():
    """The same value in three places is three findings, in the order of the document."""
    body = json.dumps({"a": EMAIL, "b": [EMAIL, "x", EMAIL]})

    assert places(audit(dump(tree(body=body)), where="c")) == [
        ("c#1 response body /a", "email"),
        ("c#1 response body /b/0", "email"),
        ("c#1 response body /b/2", "email"),
    ]


def test_members_that_stand_twice_are_both_read():
    """A JSON reader keeps the last of two equal members; the audit reads both."""
    found = audit(dump(tree(body=f'{{"a": "{EMAIL}", "a": "x"}}')), where="c")

    assert places(found) == [("c#1 response body /a", "email")]


def test_comments_are_read():
    """A YAML reader drops comments, and a text search by eye does not."""
    text = f"# recorded by {EMAIL}\ninteractions: []  # for arn:aws:iam::{ACCOUNT}:root\n"

    assert places(audit(text, where="c")) == [("c comment on line 1", "email"), ("c comment on line 2", "account-id")]


def test_what_is_in_the_tree_is_no_comment():
    """A body line that starts with a number sign is reported once, by its place."""
    text = f"interactions:\n- response:\n    body:\n      string: |-\n        # {EMAIL}\n        # b\n"

    assert places(audit(text, where="c")) == [("c#1 response body", "email")]


def test_plain_text_has_lines():
    """In a log or a page a place is a line: the first that holds the value."""
    found = audit_text(f"one\n\nfrom {EMAIL} and\n{EMAIL}\n", where="a.log")

    assert places(found) == [("a.log:3", "email")]


def test_yaml_folding_hides_nothing():
    """A quoted scalar that YAML broke into lines is read as the one text that it is."""
    text = "interactions:\n- response:\n    body:\n      string: 'account\n\n        {}\n        {}\n        {}'\n"
    parts = (ACCOUNT[:4], ACCOUNT[4:8], ACCOUNT[8:])

    assert places(audit(text.format(*parts), where="c")) == [("c#1 response body", "account-id")]


def test_binary_headers_of_vcrpy_are_read():
    """vcrpy writes botocore's headers as ``!!binary``, where no text search sees them."""
    header = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE}, SignedHeaders=host, Signature={SIGNATURE}"
    text = f"interactions:\n- request:\n    headers:\n      Authorization:\n      - !!binary |\n        {b64(header)}\n"

    assert [(each.where, each.rule, dict(each.evidence)["layers"]) for each in audit(text, where="c")] == [
        ("c#1 request header Authorization", "access-key-id", "binary"),
        ("c#1 request header Authorization", "request-signature", "binary"),
    ]


def test_what_is_no_yaml_is_audited_as_text():
    """A damaged cassette is never clean, and its leaks are found all the same."""
    text = f'interactions: ["{EMAIL}\n'

    found = audit(text, where="c")

    assert [(each.rule, each.severity) for each in found] == [
        ("not-yaml", Severity.WARNING),
        ("email", Severity.ERROR),
    ]


SHOWN = [
    ("access-key-id", KEY, "AKIA" + "*" * 16),
    ("iam-unique-id", UNIQUE, "AROA" + "*" * 17),
    ("session-token", SESSION, "IQoJb3JpZ2lu" + "*" * 36 + "…"),
    ("jwt", JWT, "eyJ" + "*" * 36 + "…"),
    ("kms-key", UUID, "********-****-****-****-************"),
    ("email", EMAIL, "***********@***************"),
    ("secret-access-key", SECRET, "*" * 36 + "…"),
    ("account-id", f"{ACCOUNT[:4]}-{ACCOUNT[4:8]}-{ACCOUNT[8:]}", "****-****-****"),
    ("ip-address", "10.42.17.203", "**.**.**.***"),
    ("vpc-id", "subnet-0" + made(HEX, 16), "subnet-*****************"),
    ("organization-id", "o-" + made(HEX, 10), "o-**********"),
    ("opaque-layer", "whatever it is", ""),
]


@pytest.mark.parametrize(("rule", "value", "shown"), SHOWN, ids=[each[0] for each in SHOWN])
def test_a_preview_shows_the_form_and_nothing_of_the_value(rule, value, shown):
    """How a kind begins and its marks are shown, all else is starred, and long values are cut."""
    assert preview(Hit(rule, value)) == shown


def test_previews_of_all_kinds_are_redacted():
    """No kind's preview holds five characters in a row of an unknown value, but for how its kind begins."""
    for rule in KINDS:
        value = "Xq7" + "Kz9wLm3" * 6

        assert [
            value[at : at + 5] for at in range(len(value) - 4) if value[at : at + 5] in preview(Hit(rule, value))
        ] == []


BODY = '{"Account": "123456789012"}'
DIGESTS = {
    "X-Amz-Content-SHA256": lambda body: hashlib.sha256(body).hexdigest(),
    "Content-MD5": lambda body: b64(hashlib.md5(body, usedforsecurity=False).digest()),
    "x-amz-crc32": lambda body: str(zlib.crc32(body)),
    "x-amz-checksum-crc32": lambda body: b64(zlib.crc32(body).to_bytes(4)),
    "x-amz-checksum-sha1": lambda body: b64(hashlib.sha1(body, usedforsecurity=False).digest()),
    "x-amz-checksum-sha256": lambda body: b64(hashlib.sha256(body).digest()),
}


@pytest.mark.parametrize("dumped", [dump, json.dumps], ids=["yaml", "json"])
@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_of_another_body_is_found(name, dumped):
    """A checksum of the body as it was lets anyone try all accounts; that of the stored body tells nothing new."""
    stale = tree(headers={name: [DIGESTS[name](BODY.replace("123456789012", ACCOUNT).encode())]}, body=BODY)
    true = tree(headers={name: [DIGESTS[name](BODY.encode())]}, body=BODY)

    assert audit(dumped(true), where="c") == []
    assert [(each.where, each.rule, each.severity) for each in audit(dumped(stale), where="c")] == [
        (f"c#1 response header {name}", "stale-digest", Severity.WARNING)
    ]


def test_digests_that_are_of_no_stored_body():
    """What is of an object elsewhere, of a part, of a packed body, or no digest at all is not compared."""
    digest = DIGESTS["x-amz-checksum-sha1"](b"other")
    framed = chunks(BODY.encode()).decode()
    inside = DIGESTS["x-amz-checksum-sha1"](BODY.encode())
    partial = tree(headers={"x-amz-checksum-sha1": [digest]}, body=BODY)
    partial["interactions"][0]["response"]["status"]["code"] = 206
    clean = [
        partial,
        tree(headers={"x-amz-checksum-sha1": [digest]}, body=""),
        tree(headers={"x-amz-checksum-sha1": [digest], "Content-Encoding": ["gzip"]}, body=BODY),
        tree(headers={"x-amz-checksum-sha1": [inside]}, body=framed),
        tree(headers={"x-amz-checksum-sha1": [digest + "-3"], "X-Amz-Content-SHA256": ["UNSIGNED-PAYLOAD"]}, body=BODY),
    ]

    assert [audit(dump(each), where="c") for each in clean] == [[]] * len(clean)


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def prelude(total: int, headers: int) -> bytes:
    head = struct.pack(">II", total, headers)
    return head + struct.pack(">I", zlib.crc32(head))


def message(payload: bytes, **headers: str) -> bytes:
    """Return one message of an event stream."""
    block = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    start = prelude(16 + len(block) + len(payload), len(block)) + block + payload
    return start + struct.pack(">I", zlib.crc32(start))


def chunks(*pieces: bytes, trailer: bytes = b"") -> bytes:
    """Return a body as ``aws-chunked`` sends it."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces)
    return framed + b"0\r\n" + trailer + b"\r\n"


def multipart(**fields: str) -> str:
    """Return a form in parts."""
    parts = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return f"{''.join(parts)}--b--\r\n"


# What is told --------------------------------------------------------------------------------------------------------


def spellings(value: str) -> dict[str, str]:
    """Return *value* written in every way the audit must see through."""
    escaped = "".join(f"\\u{ord(each):04x}" for each in value)
    return {
        "raw": value,
        "lower": value.lower(),
        "upper": value.upper(),
        "inside a word": f"prod_{value}_x",
        "percent": "".join(f"%{ord(each):02x}" for each in value),
        "percent twice": "".join(f"%25{ord(each):02X}" for each in value),
        "json": f'{{"a": "{escaped}"}}',
        "json in json": json.dumps({"a": json.dumps({"b": value})}),
        "cut json": f'{{"a": "{escaped}',
        "xml": f"<a>{''.join(f'&#{ord(each)};' for each in value)}</a>",
        "entity": f"a &amp; {''.join(f'&#x{ord(each):x};' for each in value)}",
        "form": f"a=1&b={quote(value)}&c=3",
        "base64": b64(f'{{"a":"{value}"}}'),
        "base64 one": b64(b"\xff" + value.encode()),
        "base64 two": b64(b"\xff\xfe" + value.encode()),
        "base64 three": b64(b"\xff\xfe\xfd" + value.encode() + b"\x00\x01"),
        "base64url": base64.urlsafe_b64encode(f"??>>{value}".encode()).decode().rstrip("="),
        "base64 in lines": base64.encodebytes(b"x" * 50 + value.encode() + b"y" * 50).decode(),
        "hex": value.encode().hex(),
        "map key": json.dumps({value: 1}),
        "utf-16": b64(f"a command for {value}".encode("utf-16-le")),
        "gzip": b64(gzip.compress(value.encode(), mtime=0)),
        "zlib": b64(zlib.compress(value.encode())),
        "zip": b64(zipped(("a", value.encode()))),
        "cbor": b64(cbor2.dumps({"a": [value]})),
        "event stream": b64(message(value[:3].encode()) + message(value[3:].encode())),
        "chunked": chunks(value[:3].encode(), value[3:].encode()).decode(),
        "multipart": multipart(a="1", b=quote(value)),
        "jwt": ".".join((b64('{"alg":"none"}'), b64(json.dumps({"a": value})).rstrip("="), "x")),
    }


def test_there_are_twenty_spellings_and_more():
    """Leaving a spelling out of the test below fails here."""
    assert len(spellings("x")) >= 28


KNOWN = {"account": ACCOUNT, "secret": SECRET, "word": "zorvane-sm-exec", "person": EMAIL}


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("spelling", spellings("x"))
def test_known_values_are_found_in_every_spelling(kind, spelling):
    """One original put back into a clean cassette is found, however it is written."""
    written = spellings(KNOWN[kind])[spelling]
    headers = {"X-Note": ["nothing here"]}
    clean = dump(tree(headers=headers))

    found = audit(dump(tree(headers={"X-Note": [written]})), where="c", known=[KNOWN[kind]])

    assert audit(clean, where="c", known=[KNOWN[kind]]) == []
    assert {each.where for each in found if each.severity is Severity.ERROR} != set()
    assert all(each.where.startswith("c#1 response header X-Note") for each in found)


@pytest.mark.parametrize(
    "text",
    [
        f"{ACCOUNT[:4]}-{ACCOUNT[4:8]}-{ACCOUNT[8:]}",
        f"{ACCOUNT[:4]} {ACCOUNT[4:8]} {ACCOUNT[8:]}",
        json.dumps({"n": int(ACCOUNT)}),
        json.dumps({"n": float(ACCOUNT)}),
    ],
)
def test_known_accounts_are_found_as_written_by_people_and_as_numbers(text):
    """Dashes, spaces, and numbers are spellings of an account."""
    assert "known-value" in {each.rule for each in audit_text(text, where="x", known=[ACCOUNT])}


def test_a_known_account_is_found_without_its_leading_zeros():
    """As a JSON number an account loses its zeros."""
    found = audit_text(json.dumps({"n": int(OTHER)}), where="x", known=[OTHER])

    assert places(found) == [("x /n", "known-value")]


@pytest.mark.parametrize("text", [f"9{ACCOUNT}", f"{ACCOUNT}1", json.dumps({"n": int(ACCOUNT + "7")})])
def test_a_known_account_inside_a_longer_number_is_another_number(text):
    """Digits on either side make it part of something else."""
    assert audit_text(text, where="x", known=[ACCOUNT]) == []


def test_known_examples_and_short_values_are_not_looked_for():
    """Recording with documented values, or with one that would be found everywhere, does not condemn every cassette."""
    known = ["123456789012", KEY[:4] + "IOSFODNN7EXAMPLE", "443", "", "test"]

    assert needles(known) == []
    assert audit_text('{"Port": 443, "Account": "123456789012"}', where="x", known=known) == []


def test_letters_that_grow_in_lower_case_shift_no_place():
    """Text in any script is searched without regard to case, and places stay right."""
    body = json.dumps({"a": "İ" * 40, "b": "x", "c": "ZORVANE-SM"}, ensure_ascii=False)

    assert places(audit(dump(tree(body=body)), where="c", known=["zorvane-sm"])) == [
        ("c#1 response body /c", "known-value")
    ]


def test_a_leak_found_by_its_form_is_not_reported_again_as_known():
    """One value in one place is one finding."""
    text = dump(tree(body=json.dumps({"a": f"arn:aws:iam::{ACCOUNT}:root"})))

    assert places(audit(text, where="c", known=[ACCOUNT])) == [("c#1 response body /a", "account-id")]


def test_an_estate_is_taken_apart():
    """Who recorded is known by account, key, role, session and words; words such as ``admin`` alone are not telling."""
    estate = {
        "account": ACCOUNT,
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/zorvane-sm-exec/dana.okafor",
        "user_id": f"{UNIQUE}:dana.okafor",
        "access_key_id": "",
        "words": ["zorvane"],
        "roles": "arn:aws:iam::123456789012:role/service-role/admin",
    }

    assert estate_values(estate) == [
        ACCOUNT,
        estate["arn"],
        "zorvane-sm-exec",
        "dana.okafor",
        estate["user_id"],
        UNIQUE,
        "zorvane",
        estate["roles"],
    ]


# What is packed ------------------------------------------------------------------------------------------------------


#: For each layer, data whose leak nothing else shows.
PACKED = {
    "json": f'{{"a": 1}}\n{{"b": "{EMAIL.replace("@", chr(92) + "u0040")}"}}',
    "percent": EMAIL.replace("@", "%40"),
    "xml": f"<a><ID>{CANONICAL}</ID></a>",
    "entities": EMAIL.replace("@", "&#64;"),
    "escapes": EMAIL.replace("@", "\\u0040"),
    "form": f"a=1&MasterUserPassword={made(string.ascii_letters, 12)}",
    "assignment": f"run with DB_PASSWORD={made(string.ascii_letters, 12)} now",
    "statement": f"run with DB_PASSWORD: {made(string.ascii_letters, 12)} now",
    "gzip": gzip.compress(EMAIL.encode(), mtime=0),
    "zip": zipped(("a.txt", EMAIL.encode() * 9)),
    "bzip2": bz2.compress(EMAIL.encode() * 9),
    "xz": lzma.compress(f"{EMAIL} ".encode() * 99),
    "zlib": zlib.compress(EMAIL.encode()),
    "cbor": cbor2.dumps({"AccountId": int(ACCOUNT)}),
    "event-stream": message(b"x", SecretAccessKey=SECRET),
    "event-stream-joined": message(KEY[:9].encode()) + message(KEY[9:].encode()),
    "chunked": chunks(KEY[:9].encode(), KEY[9:].encode()),
    "multipart": multipart(acl="private", AccountId=ACCOUNT),
    "hex": EMAIL.encode().hex(),
    "base64": b64(f"mail {EMAIL} now"),
    "base64-lines": base64.encodebytes(f"{'x' * 45} {KEY} {'y' * 30}".encode()).decode(),
}


def test_every_layer_has_its_data():
    """A new layer comes with what it opens."""
    assert {each.name for each in LAYERS} == PACKED.keys()


#: Layers that see the same text in another way: a form is assignments, JSON lines are escaped text.
OVERLAP = {"form": {"assignment"}, "json": {"escapes"}}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda each: each.name)
def test_opens_each_layer(layer):
    """What is packed is found, and by no other means: with the layer switched off, it is missed."""
    packed = PACKED[layer.name]
    alone = tuple(each for each in LAYERS if each.name not in OVERLAP.get(layer.name, ()))
    others = tuple(each for each in alone if each is not layer)

    assert [each for each in rules(packed, Means(layers=alone)) if KINDS[each].severity is Severity.ERROR]
    assert not [each for each in rules(packed, Means(layers=others)) if KINDS[each].severity is Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        f"/abc/{b64(f'mail {EMAIL} now')}/x",
        f"token-{b64(f'mail {EMAIL} now')}",
        b64(b"\xff\x01\x80" + f" {EMAIL} ".encode() + b"\xfe\x02"),
    ],
    ids=["in a path", "behind a prefix", "in binary data"],
)
def test_base64_need_not_stand_alone(text):
    """Tokens stand in paths and behind prefixes, and hold text among other bytes (STS session tokens do)."""
    assert [each.rule for each in audit_text(text, where="x")] == ["email"]


def test_a_json_document_is_searched_by_its_members_alone():
    """Every member and element of a JSON text is in the tree that stands for it."""
    inner = document('{"a": [1, {"b": null}], "a": "x"}')

    assert inner is not None
    assert inner.tree == (("a", [1, (("b", None),)]), ("a", "x"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(range(256)), "binary data"),
        (zipped(("a", b"x"))[:-9], "a damaged or encrypted zip archive"),
        (zipped(("a", bytes(17_000_000))), "a zip archive of too many members or bytes"),
        (gzip.compress(b"x" * 99, mtime=0)[:-9], "gzip data that is cut off or grows beyond 16777216 bytes"),
        (gzip.compress(bytes(17_000_000), mtime=0), "gzip data that is cut off or grows beyond 16777216 bytes"),
        (gzip.compress(b"x", mtime=0)[:6] + b"\xff" * 20, "damaged gzip data"),
        (b64(_RANDOM.randbytes(90)).encode(), "encrypted, compressed or random data in base64"),
    ],
    ids=["binary", "cut zip", "zip bomb", "cut gzip", "gzip bomb", "bad gzip", "base64"],
)
def test_what_cannot_be_opened_is_said(data, reason):
    """Data that nobody can look into is reported, not passed over."""
    text = f"interactions:\n- response:\n    body:\n      string: !!binary {b64(data)}\n"

    found = audit(text, where="c")

    assert [(each.where, each.rule, each.severity) for each in found] == [
        ("c#1 response body", "opaque-layer", Severity.INFO)
    ]
    assert found[0].message.endswith(f": {reason}")


def nested(depth: int) -> str:
    text = EMAIL
    for _ in range(depth):
        text = json.dumps([text])
    return text


def test_layers_are_opened_to_a_depth():
    """Eight layers inside each other are opened; more are said to be there."""
    assert [each.rule for each in audit_text(nested(DEPTH), where="x")] == ["email"]
    assert [each.rule for each in audit_text(nested(DEPTH + 1).replace("@", "A"), where="x")] == ["opaque-layer"]


def test_packed_data_has_a_budget(monkeypatch):
    """Many small bombs are one big one: beyond a budget nothing more is opened, and that is said."""
    monkeypatch.setattr("bototape.audit.survey.BUDGET", 1_000)
    bombs = [gzip.compress(bytes([each + 65]) * 10_000, mtime=0) for each in range(4)]

    assert rules(bombs, Means()) == {"opaque-layer"}


def test_an_archive_that_holds_itself_ends():
    """A text that opens into itself, one name deeper each time, is looked at to a depth."""
    survey = Survey("x", Means(), 1)
    survey.inner["x"] = [Inner("zip", (("again", "x"),))]
    survey.hits["x"] = {Hit("email", EMAIL): None}

    assert [each.where for each in findings_in(survey, "x", "c")] == ["c " + "/again" * DEPTH]


# Properties ----------------------------------------------------------------------------------------------------------

ENCODINGS = {
    "json": lambda text: json.dumps({"Note": text}),
    "list": lambda text: json.dumps([1, text]),
    "percent": lambda text: quote(text, safe=""),
    "xml": lambda text: "<Note>" + "".join(f"&#{ord(each)};" for each in text) + "</Note>",
    "form": lambda text: f"a=1&Note={quote(text, safe='')}",
    "base64": b64,
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "prose": lambda text: f'it said "{text}" and stopped',
}

CANARIES = {
    "access-key-id": KEY,
    "iam-unique-id": UNIQUE,
    "account-id": f"arn:aws:iam::{ACCOUNT}:root",
    "email": EMAIL,
    "session-token": SESSION,
    "jwt": JWT,
}

PLACES = {
    "uri": lambda text: tree(uri=f"https://h/{quote(text, safe='')}"),
    "request header": lambda text: tree(sent={"X-Note": [text]}),
    "binary header": lambda text: tree(sent={"X-Note": [text.encode()]}),
    "response header": lambda text: tree(headers={"X-Note": [text]}),
    "body": lambda text: tree(body=text),
    "binary body": lambda text: tree(body=gzip.compress(text.encode(), mtime=0)),
    "name": lambda text: tree(body=json.dumps({text: 1})),
}


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from(sorted(CANARIES)),
    place=st.sampled_from(sorted(PLACES)),
    stack=st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3),
)
def test_a_canary_is_found_and_not_shown(kind, place, stack):
    """An identifier in any place, under any three encodings, is found; no finding shows a part of it."""
    canary = text = CANARIES[kind]
    for each in stack:
        text = ENCODINGS[each](text)
    root = PLACES[place](text)

    found = findings_in(Survey(root, Means(), 0), root, "c")

    assert kind in {each.rule for each in found}
    shown = json.dumps([each.as_dict() for each in found])
    assert [canary[at : at + 8] for at in range(12, len(canary) - 8) if canary[at : at + 8] in shown] == []


@settings(max_examples=60, deadline=None)
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_can_be_audited(text):
    """No text makes the audit fail."""
    audit(text, where="x", known=["zorvane"])
    audit_text(text, where="x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def as_tree(value: object) -> object:
    """Return what the audit makes of a value, by rules of its own."""
    if isinstance(value, dict):
        return tuple((name, as_tree(each)) for name, each in value.items())
    return [as_tree(each) for each in value] if isinstance(value, list) else value


@given(st.lists(json_values, min_size=1) | st.dictionaries(st.text(), json_values, min_size=1), st.booleans())
def test_cbor_is_read_as_another_library_writes_it(value, canonical):
    """What cbor2 writes is read to the last byte; cut off, or with a byte more, it is no CBOR."""
    data = cbor2.dumps(value, canonical=canonical)

    if not canonical and len(data) > 3:
        assert cbor(data) == as_tree(value)
    assert cbor(data[:-1]) is None
    assert cbor(data + b"\x00") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bf61615fff ff", None),
        ("bf6161 7f 6178 6179 ff ff", (("a", "xy"),)),
        ("9f 01 f9 3c00 f4 f5 f6 f7 ff", [1, 1.0, False, True, None, None]),
        ("a1 6161 c2 49 010000000000000000", (("a", 2**64),)),
        ("d9d9f7 a1 6161 19 ffff", (("a", 65535),)),
        ("a1 4161 3863", (("a", -100),)),
        ("a2 6161 01 6161 02", (("a", 1), ("a", 2))),
        ("82 01 ff", None),
        ("a1 ff 01 00", None),
        ("81 1c 00 00", None),
        ("9b ffffffffffffffff 00", None),
        ("83 01 02 f8 20", None),
    ],
)
def test_cbor_by_the_letter(text, expected):
    """Pieces, half floats, big numbers, tags and names that stand twice (RFC 8949), and what is not well-formed."""
    data = bytes.fromhex(text)

    assert cbor(data if text != "bf61615fff ff" else data + b"\x00") == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.binary(max_size=40), st.text("abc", min_size=1, max_size=9)), min_size=1, max_size=4))
def test_event_streams_are_opened(messages):
    """Each message shows its headers and its payload; what is damaged is kept and searched as it is."""
    data = b"".join(message(payload, note=note) for payload, note in messages)
    expected = [(("note", note.encode()), ("payload", payload)) for payload, note in messages]

    assert event_stream(data.decode("latin-1")) == expected
    assert event_stream((data + b"\0\0\0").decode("latin-1")) == [*expected, (("rest", b"\0\0\0"),)]


@given(st.binary(max_size=60))
def test_damaged_headers_hide_nothing(block):
    """Whatever a header block holds, the payload behind it is read."""
    start = prelude(16 + len(block), len(block)) + block

    (told,) = event_stream((start + b"\0\0\0\0").decode("latin-1"))

    assert told[-1] == ("payload", b"")


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_chunks_are_joined(pieces):
    """A value that a chunk cuts in two is one value again, and trailers have their names."""
    data = chunks(*pieces, trailer=b"x-amz-checksum-crc32:AAAA\r\n").decode("latin-1")

    assert chunked(data) == (("body", b"".join(pieces)), ("x-amz-checksum-crc32", "AAAA"))
    assert chunked(data[: -len("0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n") - 1]) is None


def test_what_only_begins_as_chunks_is_none():
    """A chunk is as long as it says, and ends as one."""
    assert chunked("3\r\nabcXX0\r\n\r\n") is None
    assert chunked("3\r\nabc\r\n0\r\n\r\n") == (("body", b"abc"),)


def test_the_root_of_an_organization_is_told_by_its_arn():
    """Four characters behind ``r-`` are an id behind an organization's alone."""
    root = "arn:aws:organizations::123456789012:root/o-exampleorgid/r-x4k2"

    assert [each.rule for each in audit_text(root, where="x")] == ["organization-id"]
    assert audit_text("s3://amzn-s3-demo-bucket-1/r-x4k2", where="x") == []


def test_public_values_are_no_findings():
    """Found by its form or by a name, a value that everybody may know is none, in any case of its letters."""
    public = frozenset({("account-id", ACCOUNT), ("iam-unique-id", UNIQUE.lower())})
    body = json.dumps({"OwnerId": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root", "Id": UNIQUE})

    assert audit(body, where="x", public=public) == []
    assert places(audit(body.replace(ACCOUNT, OTHER), where="x", public=public)) == [
        ("x /OwnerId", "account-id"),
        ("x /Arn", "account-id"),
    ]


def test_multipart_forms_are_opened():
    """A part's value stands under the part's name, with the headers it came with."""
    disposition = ("Content-Disposition", 'form-data; name="{}"')

    assert multipart_layer(multipart(key="a.txt", policy="x")) == [
        ((disposition[0], disposition[1].format("key")), ("key", "a.txt")),
        ((disposition[0], disposition[1].format("policy")), ("policy", "x")),
    ]
    assert multipart_layer("-- a comment\n-- another\n") is None


HOSTILE = {
    "arn": "arn:aws:",
    "jwt": "eyJ",
    "jwts": "eyJabcdef.",
    "emails": "a@b.co ",
    "domain": "a.",
    "digits": "1",
    "twelve digits": "123456789013 ",
    "percent": "%25",
    "tags": "<a>",
    "open tags": "<a",
    "fields": "a=",
    "secrets": "secret=",
    "brackets": "[",
    "braces": "{\n",
    "escapes": "\\",
    "base64": "aB3d/",
    "urls": "://a:",
    "ids": "-0123abcd",
    "comments": "#",
    "tokens": "FQoDYXdz",
    "names": "Authorization: ",
    "control": "\x01",
    "hex pairs": "0a:",
    "long addresses": "2600:",
    "octets": ".1",
    "addresses": " 10.1.2.3",
    "organizations": "o-0",
    "units": "ou-a1b2-",
    "homes": "/home/",
    "prompts": "a@b:",
    "lower-case keys": "akia",
    "url tokens": "?token=",
    "hex": "61",
    "cbor": "\x9f",
    "cbor maps": "\xa1a",
    "frames": "\0\0\0\x10\0\0\0\0\x05\xc2\x48\xeb\0\0\0\0",
    "chunks": "1\r\na\r\n",
    "parts": "--b\r\n\r\n",
    "zlib": "x\x9c",
}


def test_many_leaks_are_all_reported():
    """A dump with thousands of different leaks is reported whole."""
    lines = [f"user{number}@zorvane-labs.io uses arn:aws:iam::6{number:011}:root\n" for number in range(4000)]

    found = audit_text("".join(lines), where="x")
    listed = audit(json.dumps({"interactions": [{"response": {"body": {"string": "".join(lines)}}}]}), where="x")

    assert (len(found), len(listed)) == (8000, 8000)
    assert [each.where for each in found if each.rule == "email"] == [f"x:{number + 1}" for number in range(4000)]


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_comes_to_an_end(piece):
    """
    A tenth of a megabyte of anything is audited, and twice alike.

    A pattern that backtracks would hang the suite here; `scripts/bench_scrub.py` shows that time grows in proportion.
    """
    text = "@" + HOSTILE[piece] * (100_000 // len(HOSTILE[piece]))
    document = json.dumps({"a": text})

    assert audit_text(text, where="x", known=[ACCOUNT]) == audit_text(text, where="x", known=[ACCOUNT])
    assert audit(document, where="x") == audit(document, where="x")


def test_findings_are_of_known_kinds():
    """Whatever can be found has a tier and words; credentials and identities are errors, names are warnings."""
    found = {each.rule for each in DETECTORS} | {each.rule for each in CONTEXTS}
    found |= {"known-value", "opaque-layer", "stale-digest"}

    assert found == KINDS.keys()
    assert {kind.severity for kind in KINDS.values() if kind.tier in ("T0", "T1", "T2")} == {Severity.ERROR}
    assert {kind.severity for kind in KINDS.values() if kind.tier == "T3"} == {Severity.WARNING}
    assert {kind.severity for kind in KINDS.values() if kind.tier in ("T4", "")} == {Severity.INFO}


def test_the_docs_name_every_kind():
    """docs/auditing.md lists what can be found, with its tier."""
    page = (Path(__file__).parent.parent / "docs" / "auditing.md").read_text("utf-8")

    told = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (\w*) ?\|", page, re.MULTILINE))

    assert told == {rule: kind.tier for rule, kind in KINDS.items()}

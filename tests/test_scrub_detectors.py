import base64
import json

import pytest

from bototape.scrub.edits import make
from bototape.scrub.estate import Estate
from bototape.scrub.known import known_of
from bototape.scrub.names import HEADER, Place
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.text import find, find_uri

NOBODY = known_of(Estate())
TOKEN = "FwoGZXIvYXdzEXAMPLETOKEN" + "0" * 76 + "EXAMPLETOKEN"
ZEROS = "0" * 64
HEX = "8cf3568e48f4d74a88fd86f85c5a4ec69736b4ce3184ebc6c495923f57790b77"
KEY = "ASIAYZV5MP6VY2G3DB4G"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkLWs1aHUzb3lobGhmbyJ9.TJ5puDCllGOUKRTBd9pq4np09wMt2a1idTrBBeMAmU8"
SESSION = "IQoJb3JpZ2luX2VjEDoaCXVzLWVhc3QtMSJIjQbV93AF5JV3+xgDcswoLkybFLASrR0TBdjpfkrkkd+oxA7/cKo0sVaORGA="
UUID = "8d5abcfa-4f23-4576-a597-a5cd3e280cc3"


def clean(text, name="", around="", finder=None):
    """Return *text* as a recorder who was told nothing would keep it."""
    place = Place(name, around)
    edits = finder(text, NOBODY) if finder else find(text, place, NOBODY)
    return make(text, edits, Pseudonyms(b"a key for tests", {}))


ARNS = {
    "role with AWS's path": (
        "arn:aws:iam::604913827755:role/service-role/zorvane-exec",
        "arn:aws:iam::111122223333:role/service-role/example-role-1",
    ),
    "role with a path of its own": (
        "arn:aws:iam::604913827755:role/teams/ml/zorvane-exec",
        "arn:aws:iam::111122223333:role/example-path-1/example-path-2/example-role-1",
    ),
    "service-linked role": (
        "arn:aws:iam::604913827755:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMaker",
        "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMaker",
    ),
    "user": ("arn:aws:iam::604913827755:user/dana", "arn:aws:iam::111122223333:user/example-user-1"),
    "root": ("arn:aws:iam::604913827755:root", "arn:aws:iam::111122223333:root"),
    "policy of the account": (
        "arn:aws:iam::604913827755:policy/zorvane-access",
        "arn:aws:iam::111122223333:policy/example-policy-1",
    ),
    "every role": ("arn:aws:iam::604913827755:role/*", "arn:aws:iam::111122223333:role/*"),
    "assumed role, a person": (
        "arn:aws:sts::604913827755:assumed-role/zorvane-exec/dana@zorvane-labs.io",
        "arn:aws:sts::111122223333:assumed-role/example-role-1/user-1@example.com",
    ),
    "assumed role, a session": (
        "arn:aws:sts::604913827755:assumed-role/zorvane-exec/run-77",
        "arn:aws:sts::111122223333:assumed-role/example-role-1/example-session-1",
    ),
    "assumed role, a service": (
        "arn:aws:sts::604913827755:assumed-role/zorvane-exec/SageMaker",
        "arn:aws:sts::111122223333:assumed-role/example-role-1/SageMaker",
    ),
    "assumed role, a machine": (
        "arn:aws:sts::604913827755:assumed-role/zorvane-exec/i-0e64b440104d2a5bd",
        "arn:aws:sts::111122223333:assumed-role/example-role-1/i-0feed000000000001",
    ),
    "federated user": (
        "arn:aws:sts::604913827755:federated-user/dana",
        "arn:aws:sts::111122223333:federated-user/example-session-1",
    ),
    "KMS key": (
        f"arn:aws:kms:us-west-2:604913827755:key/{UUID}",
        "arn:aws:kms:us-west-2:111122223333:key/00000000-0000-4000-8000-f00000000001",
    ),
    "KMS alias": (
        "arn:aws:kms:us-west-2:604913827755:alias/zorvane/data",
        "arn:aws:kms:us-west-2:111122223333:alias/example-key-1",
    ),
    "AWS's KMS alias": (
        "arn:aws:kms:us-west-2:604913827755:alias/aws/s3",
        "arn:aws:kms:us-west-2:111122223333:alias/aws/s3",
    ),
    "job": (
        "arn:aws:sagemaker:us-east-1:604913827755:automl-job/automl-churn",
        "arn:aws:sagemaker:us-east-1:111122223333:automl-job/automl-churn",
    ),
    "Studio user": (
        "arn:aws:sagemaker:us-east-1:604913827755:user-profile/d-k5hu3oyhlhfo/dana-okafor",
        "arn:aws:sagemaker:us-east-1:111122223333:user-profile/d-example00001/example-profile-1",
    ),
    "Studio space": (
        "arn:aws:sagemaker:us-east-1:604913827755:space/d-k5hu3oyhlhfo/dana-space",
        "arn:aws:sagemaker:us-east-1:111122223333:space/d-example00001/example-space-1",
    ),
    "default bucket": (
        "arn:aws:s3:::sagemaker-us-east-1-604913827755/x",
        "arn:aws:s3:::sagemaker-us-east-1-111122223333/x",
    ),
    "bucket of one's own": ("arn:aws:s3:::zorvane-lake/raw/*", "arn:aws:s3:::amzn-s3-demo-bucket-1/raw/*"),
    "other partitions": (
        "arn:aws-cn:sagemaker:cn-north-1:604913827755:model/m arn:aws-us-gov:iam::604913827755:root",
        "arn:aws-cn:sagemaker:cn-north-1:111122223333:model/m arn:aws-us-gov:iam::111122223333:root",
    ),
    "organization": (
        "arn:aws:organizations::604913827755:account/o-a1b2c3d4e5/837250196448",
        "arn:aws:organizations::111122223333:account/o-a1b2c3d4e5/444455556666",
    ),
    "end of a sentence": (
        "not allowed: arn:aws:iam::604913827755:user/dana, arn:aws:iam::604913827755:role/zorvane-exec.",
        "not allowed: arn:aws:iam::111122223333:user/example-user-1, arn:aws:iam::111122223333:role/example-role-1.",
    ),
    "cut off in the account": (
        "denied: arn:aws:sagemaker:us-east-1:6049138277... (truncated)",
        "denied: arn:aws:sagemaker:us-east-1:1234567890... (truncated)",
    ),
    "no ARN between": (
        "arn:aws:iam::604913827755:role/arn:aws:iam::837250196448:root",
        "arn:aws:iam::111122223333:role/arn:aws:iam::444455556666:root",
    ),
}


@pytest.mark.parametrize(("text", "expected"), ARNS.values(), ids=ARNS)
def test_an_arn_keeps_all_but_account_and_names(text, expected):
    """Partition, service, region and type stay; the account and what it named are replaced part by part."""
    assert clean(text) == expected
    assert clean(expected) == expected


PLACES = {
    "registry": "{}.dkr.ecr.us-east-1.amazonaws.com/team/img:1",
    "registry, dashed": "{}.dkr-ecr.us-east-1.on.aws/i",
    "account endpoint": "https://{}.ddb.us-east-1.amazonaws.com",
    "S3 control": "https://{}.s3-control.eu-west-1.amazonaws.com/v",
    "access point": "ap-{}.s3-accesspoint.us-east-1.amazonaws.com",
    "CodeArtifact": "dom-{}.d.codeartifact.us-east-1.amazonaws.com",
    "sign-in": "https://{}.signin.aws.amazon.com/console",
    "console": "https://{}-ab12cd34.us-east-1.console.aws.amazon.com/",
    "queue": "https://sqs.us-east-1.amazonaws.com/{}/jobs",
    "REST path": "https://quicksight.us-east-1.amazonaws.com/accounts/{}/users",
    "log prefix": "s3://amzn-s3-demo-bucket/AWSLogs/{}/x",
    "default bucket": "s3://sagemaker-us-east-1-{}/x",
    "default bucket, China": "sagemaker-cn-north-1-{}.s3.cn-north-1.amazonaws.com.cn/x",
    "default bucket, GovCloud": "s3://sagemaker-us-gov-west-1-{}/x",
    "Studio bucket": "sagemaker-studio-{}-x7k2m",
    "CDK assets": "cdk-hnb659fds-assets-{}-us-east-1",
    "Athena results": "aws-athena-query-results-{}-us-east-1",
    "Beanstalk": "elasticbeanstalk-us-east-1-{}",
    "account-regional bucket": "s3://mldata-{}-us-west-2-an/x",
    "prose": "AWS account {} is suspended",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_an_account_is_found_where_hosts_and_conventions_put_it(text):
    """Hosts, queue URLs, log prefixes and default buckets keep their form; AWS's own accounts stay."""
    expected = text.format("111122223333")

    assert clean(text.format("604913827755")) == expected
    assert clean(expected) == expected
    assert clean(text.format("763104351884")) == text.format("763104351884")


def test_dashes_are_kept():
    """An account in prose keeps its dashes."""
    assert clean("Account ID: 6049-1382-7755.") == "Account ID: 1111-2222-3333."


BUCKETS = {
    "S3 URI": ("s3://zorvane-lake/a/b.csv", "s3://amzn-s3-demo-bucket-1/a/b.csv"),
    "S3 URI, older": ("s3a://zorvane-lake", "s3a://amzn-s3-demo-bucket-1"),
    "virtual host": (
        "https://zorvane-lake.s3.us-east-1.amazonaws.com/a",
        "https://amzn-s3-demo-bucket-1.s3.us-east-1.amazonaws.com/a",
    ),
    "virtual host, global": (
        "https://zorvane-lake.s3.amazonaws.com/a",
        "https://amzn-s3-demo-bucket-1.s3.amazonaws.com/a",
    ),
    "dots in it": ("https://data.zorvane.io.s3.amazonaws.com/a", "https://amzn-s3-demo-bucket-1.s3.amazonaws.com/a"),
    "path": (
        "https://s3.us-east-1.amazonaws.com/zorvane-lake/a",
        "https://s3.us-east-1.amazonaws.com/amzn-s3-demo-bucket-1/a",
    ),
    "an account somewhere in it": ("s3://zorvane-604913827755-x/a", "s3://amzn-s3-demo-bucket-1/a"),
    "public": (
        "s3://jumpstart-cache-prod-us-east-1/m s3://sagemaker-sample-files/d",
        "s3://jumpstart-cache-prod-us-east-1/m s3://sagemaker-sample-files/d",
    ),
    "documented": (
        "s3://amzn-s3-demo-bucket/a s3://example-bucket/b",
        "s3://amzn-s3-demo-bucket/a s3://example-bucket/b",
    ),
    "no name": (
        "s3://{bucket}/a s3://*/b https://s3.amazonaws.com/",
        "s3://{bucket}/a s3://*/b https://s3.amazonaws.com/",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BUCKETS.values(), ids=BUCKETS)
def test_a_bucket_that_somebody_named_is_replaced(text, expected):
    """A free name gets a documented one; conventional, public and documented names stay."""
    assert clean(text) == expected
    assert clean(expected) == expected


CREDENTIALS = {
    "access key": (f"key {KEY}.", "key ASIAAAAAAAAABEXAMPLE."),
    "access key, masked": ("AKIAYZV5MP6VZ****", "AKIAEXAMPLEEX****"),
    "SigV4": (
        f"AWS4-HMAC-SHA256 Credential={KEY}/20240607/us-east-1/s3/aws4_request, Signature={HEX}",
        f"AWS4-HMAC-SHA256 Credential=ASIAAAAAAAAABEXAMPLE/20240607/us-east-1/s3/aws4_request, Signature={ZEROS}",
    ),
    "SigV2": (f"AWS {KEY}:oeWj2TtsRoyJMVyVv3eoFqNVsgg=", "AWS ASIAAAAAAAAABEXAMPLE:EXAMPLESIGNATUREAAAAAAAAAAA="),
    "chunk signature": (f"45;chunk-signature={HEX}\r\n", f"45;chunk-signature={ZEROS}\r\n"),
    "session token": (f"token {SESSION} end", f"token {TOKEN} end"),
    "JWT": (f"Bearer {JWT}", "Bearer SCRUBBEDJWT"),
    "presigned Studio URL": (
        f"https://d-k5hu3oyhlhfo.studio.us-east-1.sagemaker.aws/auth?token={JWT}",
        "https://d-example00001.studio.us-east-1.sagemaker.aws/auth?token=SCRUBBEDJWT",
    ),
    "notebook URL": (
        "https://n.notebook.us-east-1.sagemaker.aws?authToken=abcdefghijklmnopqrstuvwxyz0123",
        "https://n.notebook.us-east-1.sagemaker.aws?authToken=SCRUBBED",
    ),
    "EKS": ("k8s-aws-v1." + "aHR0cHM6Ly9zdHMu" * 4, "k8s-aws-v1.SCRUBBED"),
    "ECR": ("QVdTOmV5SndZWGxzYjJGa0lqb2lWRTRyU1dWWE9V", "QVdTOlNDUlVCQkVE"),
    "database URL": ("postgresql://svc:Tr0ub4dor-9@db.internal:5432/x", "postgresql://svc:SCRUBBED@db.internal:5432/x"),
    "Bedrock": ("ABSK" + "QmVkcm9ja0FQSUtleS1" * 6, "SCRUBBED"),
    "code hosts": ("ghp_" + "a1B2" * 9, "SCRUBBED"),
    "models": ("hf_" + "aBcD" * 9, "SCRUBBED"),
    "PEM": ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx", "SCRUBBEDPRIVATEKEY\nx"),
    "PEM, cut off": ("a -----BEGIN PRIVATE KEY-----\nMIIE", "a SCRUBBEDPRIVATEKEY"),
    "assignment": (
        "export AWS_SECRET_ACCESS_KEY=fdWrQkD4/FmbWMdWE1Thbng+OlRm+4M76aro55ef",
        "export AWS_SECRET_ACCESS_KEY=SCRUBBEDSECRETACCESSKEY0000000000EXAMPLE",
    ),
    "failure message": (
        "Encoded authorization failure message: " + "a-B_c" * 20,
        "Encoded authorization failure message: SCRUBBEDMESSAGE",
    ),
    "bearer": ("Authorization: Bearer abc.def-ghi0123456789", "Authorization: Bearer SCRUBBED"),
    "bearer in prose": ("sent Bearer abcdef0123456789ABCDEF= to", "sent Bearer SCRUBBED to"),
    "basic": ('"authorization": "Basic dXNlcjpwYXNz"', '"authorization": "Basic SCRUBBED"'),
    "key and secret": (
        "AKIAYZV5MP6VZASDVXLO,fdWrQkD4/FmbWMdWE1Thbng+OlRm+4M76aro55ef",
        "AKIAAAAAAAAABEXAMPLE,SCRUBBEDSECRETACCESSKEY0000000000EXAMPLE",
    ),
    "access key, small": ("asiayzv5mp6vy2g3db4g", "asiaaaaaaaaabexample"),
    "unique id with its session": ("AROARQMEQQC4QJPF2SNWJ:run-77", "AROAAAAAAAAAABEXAMPLE:example-session-1"),
}


@pytest.mark.parametrize(("text", "expected"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_is_found_by_its_form(text, expected):
    """Keys, tokens and signatures are replaced wherever they stand."""
    assert clean(text) == expected
    assert clean(expected) == expected


IDS = {
    "VPC": ("vpc-08064e060037ef074, subnet-0400af23", "vpc-0feed000000000001, subnet-feed0001"),
    "people": ("by dana.okafor@zorvane-labs.io.", "by user-1@example.com."),
    "addresses": ("10.42.17.203 is 54.211.87.19", "192.0.2.1 is 203.0.113.1"),
    "host names": ("ip-10-42-17-203.ec2.internal 10.42.17.203", "ip-192-0-2-1.ec2.internal 192.0.2.1"),
    "networks": ("172.31.0.0/16", "192.0.2.1/16"),
    "alias": ("alias/zorvane-data", "alias/example-key-1"),
    "organization": (
        "arn:aws:organizations::604913827755:ou/o-4k2hq8x1zz/ou-ab12-9sdf8sdf o-4k2hq8x1zz/r-ab12/ou-ab12-9sdf8sdf",
        "arn:aws:organizations::111122223333:ou/o-exa00000001/ou-exam-exa00001 o-exa00000001/r-exa001/ou-exam-exa00001",
    ),
    "identity center": (
        "ssoins-7223a1b2c3d4e5f6 9067a1b2c3-0b1a2c3d-adb6-466e-a02b-f42a5a950918",
        "ssoins-e0a0000000000001 00000000-0000-4000-8000-d00000000001",
    ),
    "IPv6": ("2600:1f18:1234:5600:ABCD::1, [fd12:3456::7]:80", "2001:db8::1, [2001:db8::2]:80"),
    "MAC": ("02:42:AC:11:00:02 02:42:ac:11:00:02", "00:00:5E:00:53:01 00:00:5e:00:53:01"),
    "home": ("cp /home/dana/x /Users/dana", "cp /home/example-user-1/x /Users/example-user-1"),
    "grantee": (f'id="{HEX}", id={HEX}', f'id="eeeeeeee{"0" * 55}1", id=eeeeeeee{"0" * 55}1'),
    "request id in prose": (
        f"(Service: AmazonSageMaker; Status Code: 400; Request ID: {UUID}; Proxy: null)",
        "(Service: AmazonSageMaker; Status Code: 400; Request ID: 00000000-0000-4000-8000-e00000000001; Proxy: null)",
    ),
}


@pytest.mark.parametrize(("text", "expected"), IDS.values(), ids=IDS)
def test_an_id_is_found_by_its_form(text, expected):
    """Machines, networks and people."""
    assert clean(text) == expected
    assert clean(expected) == expected


NAMED = {
    "account": ("OwnerId", "604913827755", "111122223333"),
    "account, dashed": ("AccountId", "6049-1382-7755", "1111-2222-3333"),
    "account in a policy": ("AWS", "604913827755", "111122223333"),
    "key": ("VolumeKmsKeyId", UUID, "00000000-0000-4000-8000-f00000000001"),
    "key in a header": ("x-amz-server-side-encryption-aws-kms-key-id", UUID, "00000000-0000-4000-8000-f00000000001"),
    "page": ("NextToken", "whatever it is", "EXAMPLENEXTTOKEN00000001"),
    "handle": ("ReceiptHandle", "AQEB8cq6d5", "EXAMPLEHANDLE00000000001"),
    "secret key": ("SecretAccessKey", "fdWrQkD4/FmbWMdWE1Thbng", "SCRUBBEDSECRETACCESSKEY0000000000EXAMPLE"),
    "session token": ("SessionToken", "short", TOKEN),
    "token that no model marks": ("TokenValue", "AAEAAIZrstf", "SCRUBBED"),
    "SigV2 parameter": ("Signature", "oeWj2TtsRoyJMVyVv3eoFqNVsgg=", "EXAMPLESIGNATUREAAAAAAAAAAA="),
    "SigV4 parameter": ("X-Amz-Signature", HEX, ZEROS),
    "registry": ("authorizationToken", "c2hvcnQ=", "QVdTOlNDUlVCQkVE"),
    "identity provider": ("WebIdentityToken", "opaque", "SCRUBBEDJWT"),
    "environment": ("WANDB_API_KEY", "46d97716c78b092a", "SCRUBBED"),
    "parameter": ("db_password", "hunter2", "SCRUBBED"),
    "request id": ("RequestId", UUID, "00000000-0000-4000-8000-e00000000001"),
    "request id of S3": ("x-amz-request-id", "4442587FB7D0A2F9", "EXAMPLE000000001"),
    "host id": ("x-amz-id-2", "NJ2aBuEPqf9tT9em75TkANe=", "EXAMPLETRACEID"),
    "domain": ("DomainId", "d-k5hu3oyhlhfo", "d-example00001"),
    "profile": ("UserProfileName", "dana-okafor", "example-profile-1"),
    "session": ("RoleSessionName", "run-77", "example-session-1"),
}


@pytest.mark.parametrize(("name", "text", "expected"), NAMED.values(), ids=NAMED)
def test_a_members_name_says_what_its_value_is(name, text, expected):
    """What has no form of its own is found by the name of its member, header or variable."""
    assert clean(text, name) == expected
    assert clean(expected, name) == expected
    assert clean(text) == text or name == "RequestId" or name.startswith("Account") or "Kms" in name


def test_a_canonical_user_is_an_owners_id():
    """64 hex digits are a digest anywhere but in an owner's or grantee's ID."""
    assert clean(HEX, "ID", "Owner") == "eeeeeeee" + "0" * 55 + "1"
    assert clean(HEX, "ID", "Version") == HEX
    assert clean(HEX, "Digest", "Owner") == HEX


def test_some_headers_say_it_only_as_headers():
    """A member that happens to be called via is not the header Via."""
    assert clean("1.1 abc.cloudfront.net", "Via", HEADER) == "EXAMPLETRACEID"
    assert clean("Frankfurt", "via") == "Frankfurt"


UNTOUCHED = [
    ("", "107374182400"),
    ("", "202401151030"),
    ("ComputeQuotaId", "482910375628"),
    ("ClientRequestToken", UUID),
    ("ClientToken", UUID),
    ("IdempotencyToken", UUID),
    ("EventId", UUID),
    ("Commit", "9fceb02d0ae598e95dc970b74767f19372d61af8"),
    ("ImageDigest", f"sha256:{HEX}"),
    ("max_new_tokens", "512"),
    ("pad_token", "<pad>"),
    ("MAX_TOKEN", "512"),
    ("Key", "env"),
    ("S3Key", "a/b"),
    ("PartitionKey", "customer"),
    ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"),
    ("Secret", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"),
    ("WANDB_API_KEY", ""),
    ("HF_TOKEN", "None"),
    ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"),
    ("Version", "10.42.17.203"),
    ("FrameworkVersion", "2.0.0.1"),
    ("Image", "763104351884.dkr.ecr.us-east-1.amazonaws.com/x:1.0.0.1-cpu-py3"),
    ("", "team/img:1.0.0.1"),
    ("Cidr", "0.0.0.0/0 127.0.0.1 169.254.169.254 255.255.255.255 300.1.1.1 01.2.3.4"),
    ("", "git@github.com:aws/sagemaker-python-sdk.git"),
    ("", "icon@2x and a@b"),
    ("", "barn:aws charges for arn:aws style names; arn:aws:s3:::example-bucket"),
    ("", "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"),
    ("", "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/x/1.0"),
    ("", "arn:aws:sagemaker:us-east-1:865070037744:model-package/zorvane-model"),
    ("", "arn:aws:iam::127311923021:role/its-own arn:aws:s3:::jumpstart-cache-prod-us-east-1/x"),
    ("", "tuning-job-1-c43b4a2c9b5945c7bd-023-45c91245"),
    ("", "::1 ::/0 fe80::1 fd00:ec2::254 2001:db8::7 10:11:12 a::b std::string AWS::S3::Bucket"),
    ("", "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"),
    ("", "/home/ec2-user/x /home/sagemaker-user s3/home/dana"),
    ("", "o-organization ou-1 r-squared asia-pacific-southeast"),
    ("", f"sha256={HEX} grid={HEX}"),
    ("", "AKIAIOSFODNN7EXAMPLE 9fceb02d0ae598e95dc970b74767f19372d61af8"),
    ("", '<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><A>b</A></R>'),
    ("", "https://awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com/x"),
    ("", "r-20240101 i-20240101 my-vpc-0400af23x vpc-0400af234"),
    ("JobName", "automl-churn-2024-01-15"),
    ("RoleName", "zorvane-exec"),
    ("", "a" * 40 + "/" + "b" * 40),
    ("", "c2FmZSB0ZXh0IHRoYXQgbmFtZXMgbm9ib2R5IGF0IGFsbA=="),
    ("", "%7B%22safe%22%3A%20true%7D and 100% of 20%off"),
    ("", "\\u0073afe \\n text"),
    ("", "<a b='c'>safe &amp; sound</a>"),
    ("", '{"a": [1.581375932441E9, "x\\/y", "\\u003d"], "b": {}}'),
    ("", "Action=DescribeJobs&Version=2011-06-15&Name=a%2Fb"),
]


@pytest.mark.parametrize(("name", "text"), UNTOUCHED)
def test_what_identifies_nobody_is_left_alone(name, text):
    """Sizes, dates, digests, versions, examples, AWS's own: every character stays."""
    assert clean(text, name) == text


NESTED = {
    "JSON in JSON in JSON": (
        json.dumps({"M": json.dumps({"d": json.dumps({"RoleArn": "arn:aws:iam::604913827755:root"})})}),
        json.dumps({"M": json.dumps({"d": json.dumps({"RoleArn": "arn:aws:iam::111122223333:root"})})}),
    ),
    "JSON escapes are kept": (
        '{"a":"arn:aws:iam:\\u003a604913827755:role\\/service-role\\/exec \\u003d"}',
        '{"a":"arn:aws:iam:\\u003a111122223333:role\\/service-role\\/example-role-1 \\u003d"}',
    ),
    "names of members": (
        '{"arn:aws:iam::604913827755:root": 1}',
        '{"arn:aws:iam::111122223333:root": 1}',
    ),
    "elements": (
        "<R><Account>604913827755</Account><Owner><ID>" + HEX + "</ID></Owner><N a='604913827755'/></R>",
        "<R><Account>111122223333</Account><Owner><ID>eeeeeeee" + "0" * 55 + "1</ID></Owner><N a='604913827755'/></R>",
    ),
    "a list's elements": (
        "<R><AccountIds><member>604913827755</member></AccountIds></R>",
        "<R><AccountIds><member>111122223333</member></AccountIds></R>",
    ),
    "entities": (
        "<U>https://h/?a=1&amp;X-Amz-Signature=" + HEX + "</U>",
        "<U>https://h/?a=1&amp;X-Amz-Signature=" + ZEROS + "</U>",
    ),
    "form": (
        "Action=X&AccountIds.member.1=604913827755&Arn=arn%3aaws%3aiam%3a%3a604913827755%3auser%2fdana",
        "Action=X&AccountIds.member.1=111122223333&Arn=arn%3aaws%3aiam%3a%3a111122223333%3auser%2fexample-user-1",
    ),
    "an encoded person": ("owner=dana%40zorvane-labs.io&env=prod", "owner=user-1%40example.com&env=prod"),
    "base64": (
        "eyJyIjoiYXJuOmF3czppYW06OjYwNDkxMzgyNzc1NTpyb290In0=",
        "eyJyIjoiYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzpyb290In0=",
    ),
    "base64 in lower-case escapes": (
        "x=eyJyIjoiYXJuOmF3czppYW06OjYwNDkxMzgyNzc1NTpyb290In0%3d",
        "x=eyJyIjoiYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzpyb290In0%3d",
    ),
    "entities outside of XML": ("by dana&#64;zorvane-labs.io &lt;x", "by user-1@example.com &lt;x"),
    "an entry's own name": (
        '{"Parameters":[{"ParameterKey":"DbPassword","ParameterValue":"hunter2x"}],"E":[{"name":"A_TOKEN","value":"x9"}]}',
        '{"Parameters":[{"ParameterKey":"DbPassword","ParameterValue":"SCRUBBED"}],"E":[{"name":"A_TOKEN","value":"SCRUBBED"}]}',
    ),
    "a filter's values": (
        '[{"Name":"owner-id","Values":["604913827755"]},{"Name":"size","Values":["604913827755"]}]',
        '[{"Name":"owner-id","Values":["111122223333"]},{"Name":"size","Values":["604913827755"]}]',
    ),
    "an attribute's type": (
        '{"accountId":{"S":"604913827755"},"size":{"N":"604913827756"}}',
        '{"accountId":{"S":"111122223333"},"size":{"N":"604913827756"}}',
    ),
    "CDATA": (
        '<A><![CDATA[{"r":"arn:aws:iam::604913827755:root"}]]></A>',
        '<A><![CDATA[{"r":"arn:aws:iam::111122223333:root"}]]></A>',
    ),
    "cut-off JSON": (
        '{"a": "arn:aws:iam::604913827755:root\\narn:aws:iam::604913827755:user\\/dana", "b',
        '{"a": "arn:aws:iam::111122223333:root\\narn:aws:iam::111122223333:user\\/example-user-1", "b',
    ),
}


@pytest.mark.parametrize(("text", "expected"), NESTED.values(), ids=NESTED)
def test_every_layer_is_opened_and_closed_again(text, expected):
    """A change inside an encoding is spelled in that encoding, and nothing around it changes."""
    assert clean(text) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize("size", range(3))
@pytest.mark.parametrize("padded", [True, False])
def test_base64_keeps_its_alphabet_and_padding(size, padded):
    """What was written for a URL is written for a URL again."""

    def written(account):
        text = base64.urlsafe_b64encode(f"???>>>~~~ arn:aws:iam::{account}:root{'x' * size}".encode()).decode()
        return text if padded else text.rstrip("=")

    assert set(written("604913827755")) & {"-", "_"}
    assert clean(written("604913827755")) == written("111122223333")


def test_depth_is_bounded():
    """A text wrapped in more layers than are opened is not an error, and the outermost is still looked at."""
    text = "arn:aws:iam::604913827755:root"
    for _ in range(12):
        text = json.dumps([text])

    assert len(clean(text)) == len(text)


PRESIGNED = (
    "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F20240607%2Fus-east-1%2Fs3"
    "%2Faws4_request&X-Amz-Date=20240607T101112Z&X-Amz-Expires=300&X-Amz-Security-Token={}&X-Amz-Signature={}"
)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (PRESIGNED.format(KEY, "a%2Bb%2F%3D", HEX), PRESIGNED.format("ASIAAAAAAAAABEXAMPLE", TOKEN, ZEROS)),
        (
            "https://h/t/arn%3Aaws%3Aiam%3A%3A604913827755%3Aroot",
            "https://h/t/arn%3Aaws%3Aiam%3A%3A111122223333%3Aroot",
        ),
        ("https://h/?604913827755&account=604913827755", "https://h/?604913827755&account=111122223333"),
        ("https://h/", "https://h/"),
    ],
    ids=["presigned", "in the path", "by its name", "nothing"],
)
def test_a_uris_query_is_cut_before_it_is_decoded(uri, expected):
    """A presigned URL keeps algorithm, scope, date and expiry; key, token and signature are made up."""
    assert clean(uri, finder=find_uri) == expected
    assert clean(expected, finder=find_uri) == expected


HOSTILE = [
    *(
        "arn:aws:",
        "arn:aws:iam::1:role/",
        "eyJ",
        "eyJaaaa.",
        "a",
        "a.",
        "a@",
        "a@b.",
        "s3://a.",
        "1.1.",
        "%25",
        "\\u0041",
    ),
    *("/home/a", "Bearer ", "o-a", ":a:", "02:", "id=", "AKIA" + "A" * 16, "a" * 40 + "\n", '{"a":'),
    *("&#6", "a=&", "<a", "<a>", "[", "://a:", "account ", "QVdTOm", "PRIVATE KEY-----", "IQoJb3JpZ2lu", "-", "ip-1-"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_comes_to_an_end(piece):
    """
    No text of 120,000 characters keeps the scrubber for long, and what it makes of one it leaves alone.

    A pattern that backtracks would hang the suite here; `scripts/bench_scrub.py` shows that time grows in proportion.
    """
    text = clean(piece * (120_000 // len(piece)))

    assert clean(text) == text

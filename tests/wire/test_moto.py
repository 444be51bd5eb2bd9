"""
A third-party peer in every protocol: moto's server over loopback, recorded, decoded, compared with what boto3 saw.

Requests mean to us the parameters boto3 was given, answers what boto3 returned.
"""

import contextlib
import copy
import functools
import io
import os
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bototape import cassettes
from bototape.releases.directory import index
from bototape.tape import recording
from bototape.wire.codec import Codec
from tests.test_docs import script
from tests.wire.botocore_side import Python, both, first_difference, plain

pytestmark = [pytest.mark.newest_botocore, pytest.mark.slow]

ROLE = "arn:aws:iam::123456789012:role/example"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}'
)
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """AWS's documented example credentials, and nothing of this machine."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def moto():
    """The address of a moto server."""
    command = [sys.executable, "-c", script("update_docs").MOTO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def code():
    """A function to deploy."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), "def handler(event, context):\n    return event\n")
    return packed.getvalue()


def sqs(call):
    url = call("create_queue", QueueName="jobs", Attributes={"VisibilityTimeout": "7"})["QueueUrl"]
    attributes = {"kind": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    call("send_message", QueueUrl=url, MessageBody="<é & 😀>", MessageAttributes=attributes)
    call("receive_message", QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"])
    call("list_queues")
    call("delete_queue", QueueUrl=url + "-none")


def sns(call):
    arn = call("create_topic", Name="news", Attributes={"DisplayName": "<é & more>"})["TopicArn"]
    call("subscribe", TopicArn=arn, Protocol="email", Endpoint="someone@example.com", ReturnSubscriptionArn=True)
    attributes = {"kind": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    call("publish", TopicArn=arn, Message="a+b & é 😀", MessageAttributes=attributes)
    call("get_topic_attributes", TopicArn=arn)
    call("list_subscriptions")
    call("get_topic_attributes", TopicArn=arn + "-none")


def iam(call):
    call("create_role", RoleName="example", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a b", "Value": "é&="}])
    call("get_role", RoleName="example")
    call("create_user", UserName="someone", Path="/a/b/")
    call("list_users", PathPrefix="/a/", MaxItems=5)
    call("get_account_summary")
    call("get_user", UserName="no-one")


def sts(call):
    call("get_caller_identity")
    call("assume_role", RoleArn=ROLE, RoleSessionName="example", DurationSeconds=900)


def rds(call):
    call(
        "create_db_instance",
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="someone",
        MasterUserPassword="p&ss+word",
        Tags=[{"Key": "a", "Value": ""}],
    )
    call("describe_db_instances", DBInstanceIdentifier="shop")
    call("describe_db_instances", DBInstanceIdentifier="none")
    call("create_db_subnet_group", DBSubnetGroupName="x", DBSubnetGroupDescription="x", SubnetIds=["subnet-0"])


def ec2(call):
    vpc = call("create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "state", "Values": ["available"]}]
    call("describe_vpcs", Filters=filters)
    call("describe_subnets")
    call("describe_instance_types", InstanceTypes=["t3.micro", "m5.large"])
    call("create_security_group", GroupName="web", Description="<a & b>", VpcId=vpc)
    call("describe_security_groups", MaxResults=10)
    call("describe_images", Owners=["amazon"])
    call("run_instances", ImageId="ami-12c6146b", MinCount=1, MaxCount=2, UserData="é")
    call("describe_instances")
    call("describe_instances", InstanceIds=["i-00000000000000000"])


def s3(call):
    call("create_bucket", Bucket="amzn-s3-demo-bucket")
    key = "a b/é+%25&<x>.txt"
    metadata = {"one": "1", "two-2": "x y"}
    call("put_object", Bucket="amzn-s3-demo-bucket", Key=key, Body=b"\x00\xff\r\n", Metadata=metadata, Expires=NOW)
    call("put_object", Bucket="amzn-s3-demo-bucket", Key="gz", Body=b"\x1f\x8bnot gzip", ContentEncoding="gzip")
    call("get_object", Bucket="amzn-s3-demo-bucket", Key=key)
    call("get_object", Bucket="amzn-s3-demo-bucket", Key="gz")
    call("get_object", Bucket="amzn-s3-demo-bucket", Key=key, Range="bytes=1-2", IfModifiedSince=NOW - timedelta(900))
    call("head_object", Bucket="amzn-s3-demo-bucket", Key=key)
    call("list_objects_v2", Bucket="amzn-s3-demo-bucket", Prefix="a ", EncodingType="url")
    call("list_buckets")
    call("get_bucket_location", Bucket="amzn-s3-demo-bucket")
    tags = {"TagSet": [{"Key": "a", "Value": "<é>"}, {"Key": "b", "Value": ""}]}
    call("put_object_tagging", Bucket="amzn-s3-demo-bucket", Key=key, Tagging=tags)
    call("get_object_tagging", Bucket="amzn-s3-demo-bucket", Key=key)
    call("put_bucket_versioning", Bucket="amzn-s3-demo-bucket", VersioningConfiguration={"Status": "Enabled"})
    call("get_bucket_acl", Bucket="amzn-s3-demo-bucket")
    upload = call("create_multipart_upload", Bucket="amzn-s3-demo-bucket", Key="big")["UploadId"]
    part = {"Bucket": "amzn-s3-demo-bucket", "Key": "big", "UploadId": upload}
    tag = call("upload_part", **part, PartNumber=1, Body=io.BytesIO(b"x" * 100_000))["ETag"]
    call("complete_multipart_upload", **part, MultipartUpload={"Parts": [{"ETag": tag, "PartNumber": 1}]})
    call("delete_objects", Bucket="amzn-s3-demo-bucket", Delete={"Objects": [{"Key": "gz"}, {"Key": "big"}]})
    call("get_object", Bucket="amzn-s3-demo-bucket", Key="none")
    call("head_object", Bucket="amzn-s3-demo-bucket", Key="none")


def route53(call):
    zone = call("create_hosted_zone", Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    record = {"Name": "a.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"<é & x>"'}]}
    batch = {"Comment": "a & b", "Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    call("change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)
    call("list_resource_record_sets", HostedZoneId=zone, MaxItems="3")
    call("list_hosted_zones")
    call("get_hosted_zone", Id="Z0000000000000")


def cloudfront(call):
    origin = {
        "Id": "one",
        "DomainName": "amzn-s3-demo-bucket.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {
        "TargetOriginId": "one",
        "ViewerProtocolPolicy": "allow-all",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    }
    config = {
        "CallerReference": "1",
        "Comment": "<é & x>",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
    }
    made = call("create_distribution", DistributionConfig=config)["Distribution"]["Id"]
    call("get_distribution", Id=made)
    call("list_distributions")
    call("get_distribution", Id="none")


def lambda_(call):
    function = {"Runtime": "python3.12", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": code()}}
    call("create_function", FunctionName="echo", **function)
    call("get_function", FunctionName="echo")
    call("list_functions", MaxItems=3)
    call("tag_resource", Resource="arn:aws:lambda:us-east-1:123456789012:function:echo", Tags={"a b": "é"})
    call("list_tags", Resource="arn:aws:lambda:us-east-1:123456789012:function:echo")
    call("get_function", FunctionName="none")


def apigateway(call):
    made = call("create_rest_api", name="<é & x>", binaryMediaTypes=["image/png"], tags={"a": "b"})["id"]
    call("get_resources", restApiId=made, limit=3, embed=["methods"])
    call("get_rest_apis")
    call("get_rest_api", restApiId="none")


def efs(call):
    made = call("create_file_system", CreationToken="one", Encrypted=True, Tags=[{"Key": "Name", "Value": "é"}])
    call("describe_file_systems", FileSystemId=made["FileSystemId"])
    call("describe_file_systems", FileSystemId="fs-00000000000000000")


def dynamodb(call):
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    call("create_table", TableName="things", AttributeDefinitions=types, **keys)
    item = {"id": {"S": "é 😀"}, "b": {"B": b"\x00\xff"}, "l": {"L": [{"NULL": True}, {"N": "1.50"}, {"BS": [b"a"]}]}}
    call("put_item", TableName="things", Item=item)
    call("get_item", TableName="things", Key={"id": {"S": "é 😀"}})
    call("scan", TableName="things")
    call("describe_table", TableName="none")


def sagemaker(call):
    image = {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/churn:1", "Environment": {"a": "é"}}
    call("create_model", ModelName="churn", ExecutionRoleArn=ROLE, PrimaryContainer=image)
    call("describe_model", ModelName="churn")
    call("list_models", CreationTimeAfter=NOW - timedelta(900))
    call("describe_model", ModelName="none")


def cloudwatch(call):
    datum = {"MetricName": "<é & x>", "Value": 0.1, "Timestamp": NOW, "Dimensions": [{"Name": "a", "Value": "b c"}]}
    call("put_metric_data", Namespace="lab", MetricData=[datum])
    call("list_metrics", Namespace="lab")
    times = {"StartTime": NOW - timedelta(1), "EndTime": NOW + timedelta(1), "Period": 60}
    call("get_metric_statistics", Namespace="lab", MetricName="<é & x>", Statistics=["Sum", "Average"], **times)
    alarm = {"AlarmName": "a", "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.5}
    call("put_metric_alarm", **alarm, MetricName="x", Namespace="lab", Period=60, Statistic="Sum")
    call("describe_alarms", AlarmNames=["a"])
    call("get_dashboard", DashboardName="none")


SCENARIOS = {
    "sqs": sqs,
    "sns": sns,
    "iam": iam,
    "sts": sts,
    "rds": rds,
    "ec2": ec2,
    "s3": s3,
    "route53": route53,
    "cloudfront": cloudfront,
    "lambda": lambda_,
    "apigateway": apigateway,
    "efs": efs,
    "dynamodb": dynamodb,
    "sagemaker": sagemaker,
    "cloudwatch": cloudwatch,
}

#: Members that one side alone has, by operation, and why.
ONE_SIDED = {
    ("PutObject", "ContentLength"): "the transport's header is bound to a parameter that was not given",
    ("UploadPart", "ContentLength"): "the same",
    ("PutObject", "ChecksumAlgorithm"): "the client computes a checksum, and says so in the parameters' headers",
    ("PutObject", "ChecksumCRC32"): "the same",
    ("UploadPart", "ChecksumAlgorithm"): "the same",
    ("UploadPart", "ChecksumCRC32"): "the same",
    ("PutObjectTagging", "ChecksumAlgorithm"): "the same",
    ("PutBucketVersioning", "ChecksumAlgorithm"): "the same",
    ("DeleteObjects", "ChecksumAlgorithm"): "the same",
    ("GetObject", "ExpiresString"): "a handler of botocore's adds a member to the model: Expires as it is on the wire",
    ("HeadObject", "ExpiresString"): "the same",
}


def lived(service, url):
    """
    Every call of the scenario: operation, parameters, and the answer or the error.

    Parameters are what the client's serializer got, answers what its parser gave: some handlers of botocore's rewrite
    both (base64 of an instance's user data, policies as JSON), which is nothing of the wire.
    """
    seen = []

    def noted(serialize):
        def noting(parameters, model):
            kept = {key: each.getvalue() if isinstance(each, io.BytesIO) else each for key, each in parameters.items()}
            seen.append([model.name, copy.deepcopy(kept), None])
            return serialize(parameters, model)

        return noting

    def answered(parsed_response, **_more):
        seen[-1][2] = {key: each for key, each in plain(parsed_response).items() if key != "ResponseMetadata"}

    session = boto3.session.Session()
    session.events.register_first("response-received.*.*", answered)
    config = Config(retries={"total_max_attempts": 1})
    with closing(session.client(service, endpoint_url=url, config=config)) as client:
        client._serializer.serialize_to_request = noted(client._serializer.serialize_to_request)

        def call(operation, **parameters):
            with contextlib.suppress(ClientError):
                getattr(client, operation)(**parameters)
            return seen[-1][2]

        SCENARIOS[service](call)
    return seen


directory = functools.cache(index)


@functools.cache
def codec(service):
    return Codec(both(service)[0])


@pytest.mark.parametrize("service", SCENARIOS)
def test_what_boto3_saw_is_what_the_recording_says(service, moto, tmp_path):
    """Parameters, answers and errors, all of them, out of the recorded bytes alone."""
    path = tmp_path / f"{service}.yaml"
    with recording(path, scrub=lambda each: each, leaks=lambda _text: []):
        seen = lived(service, moto)
    reader = codec(service)
    shapes = reader.service.shapes

    differences, one_sided = [], set()
    for each, (operation_name, parameters, answer) in zip(cassettes.read(path).interactions, seen, strict=True):
        operation = reader.service.operations[each.call.operation]
        assert operation.name == operation_name
        resolved = directory().resolve(each.request)
        assert (service, operation_name) in [(every.service, every.operation) for every in resolved.candidates]
        protocol = reader.protocol(each.request)
        values = Python(shapes, protocol)
        given = values.known(reader.decode_request(operation, each.request), operation.input)
        found = reader.decode_response(operation, each.response, protocol)
        sides = [(plain(parameters), given)]
        if "Error" in answer:
            sides.append(({"Code": answer["Error"]["Code"]}, {"Code": found.code}))
        else:
            sides.append((answer, values.answer(found.instance, operation.output)))
        for expected, here in sides:
            for name in expected.keys() ^ here.keys():
                if (operation_name, name) in ONE_SIDED:
                    one_sided.add((operation_name, name))
                    expected.pop(name, None), here.pop(name, None)
            differences += filter(None, [first_difference(expected, here, operation_name)])
    assert "\n".join(differences) == ""
    assert one_sided == {each for each in ONE_SIDED if service == "s3"}

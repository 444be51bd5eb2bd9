"""The call a request is, among all services of the installed botocore; requests are botocore's own."""

import functools
from dataclasses import replace

import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from bototape.interaction import Request
from bototape.releases.directory import directory
from bototape.shapes import parse
from bototape.wire.index import Candidate, Entry, Index, Resolved
from tests.wire.botocore_side import Python, both, protocols, sent, services
from tests.wire.instances import Instances
from tests.wire.signed import Catcher, session

FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")


@functools.cache
def everything():
    found = directory()
    return Index(found.entries, found.load)


@functools.cache
def clients():
    return session()


@functools.cache
def catcher(service, **options):
    return Catcher(service, owner=clients(), **options)


def resolved(request):
    """What the index says in short: service, operation, protocol and how many other calls it may be."""
    found = everything().resolve(request)
    assert (found.service, found.operation) == found.candidates[0][:2]
    return found.service, found.operation, found.protocol, len(found.candidates) - 1


def signed(service, method, uri, *headers, body=b""):
    scope = f"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request"
    return Request(method, uri, (("Authorization", scope), *headers), body)


S3_CALLS = [
    ("ListBuckets", {}),
    ("CreateBucket", {"Bucket": "b1x"}),
    ("HeadBucket", {"Bucket": "b1x"}),
    ("GetBucketLocation", {"Bucket": "b1x"}),
    ("GetBucketVersioning", {"Bucket": "b1x"}),
    ("GetBucketLifecycleConfiguration", {"Bucket": "b1x"}),
    ("GetBucketAnalyticsConfiguration", {"Bucket": "b1x", "Id": "i"}),
    ("ListBucketAnalyticsConfigurations", {"Bucket": "b1x"}),
    ("ListObjects", {"Bucket": "b1x", "Prefix": "p"}),
    ("ListObjectsV2", {"Bucket": "b1x", "Prefix": "p"}),
    ("ListObjectVersions", {"Bucket": "b1x"}),
    ("DeleteObjects", {"Bucket": "b1x", "Delete": {"Objects": [{"Key": "k"}]}}),
    ("PutObject", {"Bucket": "b1x", "Key": "a b/c", "Body": b"x"}),
    ("CopyObject", {"Bucket": "b1x", "Key": "k", "CopySource": "b1x/j"}),
    ("GetObject", {"Bucket": "b1x", "Key": "/odd//key/"}),
    ("GetObject", {"Bucket": "b1x", "Key": "k", "VersionId": "v"}),
    ("GetObjectAttributes", {"Bucket": "b1x", "Key": "k", "ObjectAttributes": ["ETag"]}),
    ("HeadObject", {"Bucket": "b1x", "Key": "k"}),
    ("DeleteObject", {"Bucket": "b1x", "Key": "k"}),
    ("PutObjectTagging", {"Bucket": "b1x", "Key": "k", "Tagging": {"TagSet": []}}),
    ("CreateMultipartUpload", {"Bucket": "b1x", "Key": "k"}),
    ("UploadPart", {"Bucket": "b1x", "Key": "k", "PartNumber": 1, "UploadId": "u", "Body": b"x"}),
    ("UploadPartCopy", {"Bucket": "b1x", "Key": "k", "PartNumber": 1, "UploadId": "u", "CopySource": "b/j"}),
    ("ListParts", {"Bucket": "b1x", "Key": "k", "UploadId": "u"}),
    ("CompleteMultipartUpload", {"Bucket": "b1x", "Key": "k", "UploadId": "u"}),
    ("AbortMultipartUpload", {"Bucket": "b1x", "Key": "k", "UploadId": "u"}),
    ("RestoreObject", {"Bucket": "b1x", "Key": "k"}),
    ("WriteGetObjectResponse", {"RequestRoute": "route-1", "RequestToken": "t"}),
]


@pytest.mark.parametrize(
    "style",
    [
        {"addressing_style": "virtual"},
        {"addressing_style": "path"},
        {"use_accelerate_endpoint": True},
        {"endpoint_url": "http://127.0.0.1:9000"},
        {"endpoint_url": "http://localhost:9000/", "addressing_style": "virtual"},
    ],
    ids=["virtual host", "path", "accelerate", "own endpoint", "own endpoint, virtual host"],
)
def test_calls_of_s3_are_known_by_sub_resource_and_required_members(style):
    """Copying is a put with one more header, a listing of parts a get with one more parameter."""
    endpoint = {key: value for key, value in style.items() if key == "endpoint_url"}
    s3 = {key: value for key, value in style.items() if key != "endpoint_url"}
    client = Catcher("s3", owner=clients(), config=Config(s3=s3), **endpoint)

    # What botocore sends in path style, or to an endpoint of its own, is not for accelerated endpoints.
    others = ("GetBucketLocation", "WriteGetObjectResponse") if "use_accelerate_endpoint" in s3 else ()
    calls = [each for each in S3_CALLS if each[0] not in others]

    found = [resolved(client.request(operation, parameters)) for operation, parameters in calls]

    assert found == [("s3", operation, "rest-xml", 0) for operation, _ in calls]


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("style", ["virtual", "path"])
def test_presigned_urls_are_known(version, style):
    """A presigned URL has its signature in the query, and no other sign of being AWS's behind an own endpoint."""
    for endpoint in (None, "http://127.0.0.1:9000"):
        config = Config(signature_version=version, s3={"addressing_style": style})
        client = clients().create_client("s3", region_name="us-east-1", config=config, endpoint_url=endpoint)
        url = client.generate_presigned_url("get_object", {"Bucket": "b1x", "Key": "a/b"})
        put = client.generate_presigned_url("put_object", {"Bucket": "b1x", "Key": "a/b"})

        assert resolved(Request("GET", url)) == ("s3", "GetObject", "rest-xml", 0)
        assert resolved(Request("PUT", put)) == ("s3", "PutObject", "rest-xml", 0)


CALLS = [
    ("s3control", "ListJobs", {"AccountId": "123456789012"}, "rest-xml"),
    ("lambda", "Invoke", {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f"}, "rest-json"),
    ("lambda", "ListFunctions", {}, "rest-json"),
    ("apigateway", "GetRestApis", {}, "rest-json"),
    ("apigatewayv2", "GetApis", {}, "rest-json"),
    ("apigateway", "GetResources", {"restApiId": "a"}, "rest-json"),
    ("apigatewayv2", "GetRoutes", {"ApiId": "a"}, "rest-json"),
    ("es", "ListDomainNames", {}, "rest-json"),
    ("opensearch", "DescribeDomain", {"DomainName": "d"}, "rest-json"),
    ("es", "DescribeElasticsearchDomain", {"DomainName": "d"}, "rest-json"),
    ("elb", "DescribeLoadBalancers", {}, "query"),
    ("elbv2", "DescribeLoadBalancers", {}, "query"),
    ("ses", "ListIdentities", {}, "query"),
    ("sesv2", "ListConfigurationSets", {}, "rest-json"),
    ("ec2", "DescribeInstances", {}, "ec2"),
    ("sts", "GetCallerIdentity", {}, "query"),
    ("iam", "ListUsers", {}, "query"),
    ("dynamodb", "ListTables", {}, "json"),
    ("dynamodbstreams", "ListStreams", {}, "json"),
    ("sagemaker", "DescribeAutoMLJob", {"AutoMLJobName": "j"}, "json"),
    ("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "e", "Body": b"x"}, "rest-json"),
    ("bedrock-runtime", "InvokeModel", {"modelId": "arn:aws:m/x", "body": b"{}"}, "rest-json"),
    ("route53", "ListHostedZones", {}, "rest-xml"),
    ("cloudfront", "ListDistributions", {}, "rest-xml"),
    ("iot-data", "Publish", {"topic": "a/b"}, "rest-json"),
    (
        "workspaces-web",
        "GetPortal",
        {"portalArn": "arn:aws:workspaces-web:us-east-1:123456789012:portal/p"},
        "rest-json",
    ),
    (
        "workspaces-web",
        "ListIdentityProviders",
        {"portalArn": "arn:aws:workspaces-web:us-east-1:123456789012:portal/p"},
        "rest-json",
    ),
    ("cloudsearchdomain", "Search", {"query": "q"}, "rest-json"),
    ("mediastore-data", "GetObject", {"Path": "a/b"}, "rest-json"),
    ("xray", "GetTraceSummaries", {"StartTime": 0, "EndTime": 1}, "rest-json"),
]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "protocol"), CALLS, ids=[f"{each[0]}.{each[1]}" for each in CALLS]
)
@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:4566"], ids=["AWS", "own endpoint"])
def test_calls_are_known_by_what_protocol_host_and_signature_tell(service, operation, parameters, protocol, endpoint):
    """Services that share host, signing name or API version are told apart by what is left."""
    options = {"endpoint_url": endpoint} if endpoint else {}
    if endpoint and service in ("s3control", "sagemaker-runtime"):
        options["config"] = Config(inject_host_prefix=False)

    assert resolved(catcher(service, **options).request(operation, parameters)) == (service, operation, protocol, 0)


@pytest.mark.parametrize(
    ("service", "operation", "candidates"),
    [
        ("rds", "DescribeDBInstances", ["rds", "docdb", "neptune"]),
        ("neptune", "DescribeDBInstances", ["rds", "docdb", "neptune"]),
        ("docdb", "DescribeDBInstances", ["rds", "docdb", "neptune"]),
        ("neptune", "AddRoleToDBCluster", ["rds", "neptune"]),
        ("rds", "DescribeDBProxies", ["rds"]),
    ],
)
def test_one_api_of_several_services_is_reported_with_all_of_them(service, operation, candidates):
    """Amazon RDS, DocumentDB and Neptune have one endpoint, signing name and API version."""
    found = everything().resolve(catcher(service).request(operation))

    assert found == Resolved(
        candidates[0], operation, "query", tuple(Candidate(each, operation, "2014-10-31") for each in candidates)
    )
    assert found.is_ambiguous == (len(candidates) > 1)


@pytest.mark.parametrize(
    ("agent", "service"),
    [
        ("aws-sdk-js/3.500.0 ua/2.1 os/linux lang/js md/nodejs#20.0.0 api/docdb#3.500.0", "docdb"),
        ("aws-sdk-java/2.20.0 Linux/5.10 ua/2.1 api/Neptune#2.20.x lang/java", "neptune"),
        ("aws-sdk-java/2.20.0 api/Unheard_Of#2.20.x", "rds"),
    ],
)
def test_the_api_that_a_user_agent_names_decides(agent, service):
    """Other SDKs than botocore say which client it was."""
    request = catcher("rds").request("DescribeDBInstances")
    kept = tuple(each for each in request.headers if each[0].lower() != "user-agent")

    found = everything().resolve(replace(request, headers=(*kept, ("User-Agent", agent))))

    assert (found.service, found.is_ambiguous) == (service, service == "rds")


@pytest.mark.newest_botocore  # the protocols CloudWatch speaks came one by one
@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_each_protocol_of_a_service_is_told(protocol):
    """A recording keeps the protocol it was made with, whatever the model prefers."""
    service, model = both("cloudwatch")
    assert protocol in protocols(service)
    request = sent(protocol, {"Namespace": "n"}, model.operation_model("ListMetrics"))
    uri = request.uri.replace("service.us-east-1", "monitoring.us-east-1")

    assert resolved(replace(request, uri=uri)) == ("cloudwatch", "ListMetrics", protocol, 0)
    assert resolved(signed("monitoring", request.method, request.uri, *request.headers, body=request.body)) == (
        "cloudwatch",
        "ListMetrics",
        protocol,
        0,
    )


def test_a_protocol_that_a_service_has_left_is_still_told():
    """Amazon SQS spoke the query protocol, to the queue's own URL."""
    body = b"Action=SendMessage&Version=2012-11-05&MessageBody=x"
    uri = "https://sqs.us-east-1.amazonaws.com/123456789012/q"

    assert resolved(Request("POST", uri, (FORM,), body)) == ("sqs", "SendMessage", "query", 0)
    assert resolved(Request("POST", "https://us-east-1.queue.amazonaws.com/", (FORM,), body))[0] == "sqs"


def test_action_and_version_in_the_uri_are_a_query_call():
    """A presigned query request is a GET."""
    client = clients().create_client("sts", region_name="us-east-1")
    url = client.generate_presigned_url("get_caller_identity")

    assert "Action=GetCallerIdentity" in url
    assert resolved(Request("GET", url)) == ("sts", "GetCallerIdentity", "query", 0)


def test_a_form_without_a_version_is_told_by_its_host():
    """The version may be another than the model's, or missing."""
    uri = "https://elasticloadbalancing.us-east-1.amazonaws.com/"

    found = [
        resolved(Request("POST", uri, (FORM,), form))
        for form in (b"Action=DescribeTargetGroups", b"Version=1999-01-01&Action=DescribeTargetGroups")
    ]

    assert found == [("elbv2", "DescribeTargetGroups", "query", 0)] * 2


def test_a_form_to_an_unknown_host_is_told_by_its_version():
    """Calls that are not signed, such as AssumeRoleWithWebIdentity, to an own endpoint."""
    body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"

    assert resolved(Request("POST", "http://127.0.0.1:1/", (FORM,), body))[:3] == (
        "sts",
        "AssumeRoleWithWebIdentity",
        "query",
    )


def test_an_older_api_version_is_told():
    """A date in path or form names the model of its time."""
    old = signed("cloudfront", "GET", "https://cloudfront.amazonaws.com/2016-01-28/distribution")
    form = Request("POST", "https://ec2.us-east-1.amazonaws.com/", (FORM,), b"Action=DescribeVpcs&Version=2015-10-01")

    assert everything().resolve(old).api_version == "2016-01-28"
    assert everything().resolve(form).candidates == (Candidate("ec2", "DescribeVpcs", "2015-10-01"),)


def test_the_operation_that_a_uri_names_decides():
    """SDKs of other languages name the operation in ``x-id``."""
    uri = "https://b1x.s3.us-east-1.amazonaws.com/?lifecycle"

    assert resolved(Request("GET", uri))[1] == "GetBucketLifecycleConfiguration"
    assert resolved(Request("GET", f"{uri}&x-id=GetBucketLifecycle"))[1] == "GetBucketLifecycle"
    assert resolved(Request("GET", "https://b1x.s3.us-east-1.amazonaws.com/k?x-id=GetObject"))[1] == "GetObject"


@pytest.mark.newest_botocore
def test_directory_buckets_are_listed_by_their_own_endpoint():
    """Only the endpoint tells a listing of directory buckets from one of all buckets."""
    assert resolved(catcher("s3").request("ListDirectoryBuckets")) == ("s3", "ListDirectoryBuckets", "rest-xml", 0)


def test_a_stage_before_the_path_is_the_endpoints():
    """An API's connections stand below its stage."""
    client = catcher("apigatewaymanagementapi", endpoint_url="https://a1.execute-api.us-east-1.amazonaws.com/prod")
    found = resolved(client.request("GetConnection", {"ConnectionId": "c="}))

    assert found == ("apigatewaymanagementapi", "GetConnection", "rest-json", 0)


def test_an_operation_that_the_model_lacks_leaves_the_service():
    """A recording may be newer than the installed botocore."""
    found = everything().resolve(Request("GET", "https://lambda.us-east-1.amazonaws.com/2099-01-01/things"))
    target = Request("POST", "https://dynamodb.us-east-1.amazonaws.com/", (("X-Amz-Target", "DynamoDB_20120810.New"),))

    assert (found.service, found.operation, found.protocol) == ("lambda", "", "rest-json")
    assert resolved(target) == ("dynamodb", "New", "json", 0)


def test_a_target_of_another_name_is_told_by_its_host():
    """Prefixes have changed; the operation is what counts."""
    request = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", (("X-Amz-Target", "Old_1.ListApps"),))

    assert resolved(request) == ("sagemaker", "ListApps", "json", 0)


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "https://example.com/"),
        Request("GET", "http://169.254.169.254/latest/meta-data/iam/security-credentials/"),
        Request("POST", "https://example.com/", (FORM,), b"Action=Buy&Version=1"),
        Request("POST", "https://example.com/service/a/operation/b"),
        Request("POST", "https://unheard-of.us-east-1.amazonaws.com/"),
        Request("POST", "https://example.com/", (("X-Amz-Target", "a.b"),)),
        Request("GET", ""),
    ],
    ids=["page", "credentials", "a form", "a path like CBOR's", "unknown service", "unknown target", "nothing"],
)
def test_a_request_of_no_known_service_is_none(request_):
    """Nothing is guessed from a path alone."""
    assert everything().resolve(request_) is None


def test_a_form_that_a_rest_service_is_sent_is_no_query_call():
    """A payload may be anything, a form with an Action among it."""
    uri = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations"

    assert resolved(Request("POST", uri, (FORM,), b"Action=Buy&Version=1")) == ("lambda", "Invoke", "rest-json", 0)


def test_the_signature_counts_for_more_than_the_host():
    """An account's own host of AWS IoT ends as another service's does."""
    request = signed("iotdata", "GET", "https://a1b2-ats.iot.us-east-1.amazonaws.com/things/t/shadow")

    assert resolved(request) == ("iot-data", "GetThingShadow", "rest-json", 0)


def test_of_api_versions_that_fit_alike_the_newest_is_meant():
    """As a client takes it that was not told which."""
    versions = ("2019-01-01", "2021-01-01", "2020-01-01")
    rest = model(PATHS, endpointPrefix="lab")
    rpc = model(PATHS, endpointPrefix="old", targetPrefix="Old")
    entries = [Entry(name, each, raw["metadata"]) for name, raw in (("lab", rest), ("old", rpc)) for each in versions]
    index = Index(entries, lambda _entry: parse(rest))

    assert index.resolve(Request("GET", "https://lab.us-east-1.amazonaws.com/things")).candidates == (
        Candidate("lab", "List", "2021-01-01"),
    )
    assert index.resolve(Request("POST", "http://127.0.0.1/", (("X-Amz-Target", "Old.X"),))).candidates == (
        Candidate("old", "X", "2021-01-01"),
    )


def model(operations, **metadata):
    shapes = {
        "In": {
            "type": "structure",
            "required": ["a"],
            "members": {"a": {"shape": "S", "location": "uri", "locationName": "a"}},
        },
        "Asks": {
            "type": "structure",
            "required": ["q"],
            "members": {"q": {"shape": "S", "location": "querystring", "locationName": "q"}},
        },
        "S": {"type": "string"},
    }
    made = {
        name: {
            "name": name,
            "http": {"method": method, "requestUri": uri},
            **({"input": {"shape": shape}} if shape else {}),
            **traits,
        }
        for name, (method, uri, shape, traits) in operations.items()
    }
    return {"metadata": {"protocol": "rest-json", **metadata}, "operations": made, "shapes": shapes}


def small(**services_):
    """An index of models, and the services whose model it has loaded."""
    loaded = []

    def load(entry):
        loaded.append(entry.name)
        return parse(services_[entry.name])

    return Index([Entry(name, "2020-01-01", raw["metadata"]) for name, raw in services_.items()], load), loaded


PATHS = {
    "List": ("GET", "/things", None, {}),
    "Get": ("GET", "/things/{a}", "In", {}),
    "GetDefault": ("GET", "/things/default", None, {}),
    "GetTree": ("GET", "/things/{a+}", "In", {}),
    "GetLeaf": ("GET", "/things/{a+}/leaf", "In", {}),
    "Search": ("GET", "/things?kind=thing", None, {}),
    "SearchMore": ("GET", "/things?kind=thing&more", None, {}),
    "Old": ("GET", "/things", None, {"deprecated": True}),
    "Ask": ("GET", "/asked", "Asks", {}),
    "AskAll": ("GET", "/asked", None, {}),
    "Slash": ("GET", "/slash/", None, {}),
}


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/things", "List"),
        ("/things/", "List"),
        ("/things/1", "Get"),
        ("/things/1/", "Get"),
        ("/things/default", "GetDefault"),
        ("/things/d%65fault", "GetDefault"),
        ("/things/1/2", "GetTree"),
        ("/things/leaf", "Get"),
        ("/things//leaf", "GetTree"),
        ("/things/1/leaf", "GetLeaf"),
        ("/things/1/2/le%61f", "GetLeaf"),
        ("/things?kind=thing", "Search"),
        ("/things?kind=th%69ng&other", "Search"),
        ("/things?kind=other", "List"),
        ("/things?more&kind=thing", "SearchMore"),
        ("/asked", "AskAll"),
        ("/asked?q=1", "Ask"),
        ("/slash", "Slash"),
        ("/slash/", "Slash"),
        ("/nothing", ""),
        ("", ""),
    ],
)
def test_the_more_specific_pattern_wins(path, operation):
    """Literals before labels before greedy labels; query literals and required members after that."""
    index, _ = small(lab=model(PATHS, endpointPrefix="lab"))

    assert index.resolve(Request("GET", f"https://lab.us-east-1.amazonaws.com{path}")).operation == operation


def test_a_model_is_loaded_when_its_operations_are_needed():
    """Knowing four hundred services costs no more than their names."""
    index, loaded = small(
        lab=model(PATHS, endpointPrefix="lab"), other=model(PATHS, endpointPrefix="other", targetPrefix="Other")
    )

    index.resolve(Request("POST", "http://127.0.0.1/", (("X-Amz-Target", "Other.X"),)))
    assert loaded == []

    for _ in range(2):
        index.resolve(Request("GET", "https://lab.us-east-1.amazonaws.com/things"))
    assert loaded == ["lab"]


def test_services_behind_one_endpoint_are_told_by_the_better_fit():
    """A literal path of one is not a label of the other."""
    index, _ = small(
        one=model({"Get": ("GET", "/{a}", "In", {})}, endpointPrefix="lab", signingName="lab"),
        two=model({"List": ("GET", "/things", None, {})}, endpointPrefix="lab", signingName="lab"),
    )
    uri = "https://lab.us-east-1.amazonaws.com"

    assert index.resolve(Request("GET", f"{uri}/things"))[:2] == ("two", "List")
    assert index.resolve(Request("GET", f"{uri}/other"))[:2] == ("one", "Get")


METHODS = st.sampled_from(["GET", "POST", "PUT", ""])
PIECES = st.sampled_from(
    ["/", "things", "%", "%2F", "?", "&", "=", "kind=thing", "Action=A", "&Version=1", "#", "é", "\0"]
)
URIS = st.lists(PIECES, max_size=12).map("".join)
STARTS = st.sampled_from(
    ["", "https://lab.us-east-1.amazonaws.com", "https://[", "http://b.s3.amazonaws.com/service/x/operation", "//"]
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["X-Amz-Target", "Authorization", "Content-Type", "smithy-protocol", "User-Agent"]),
        st.sampled_from(["", ".", "Other.X", FORM[1], "Credential=/1/2/lab/aws4_request", "api/#", "api/lab"])
        | st.text(),
    ),
    max_size=4,
).map(tuple)


@given(METHODS, STARTS, URIS, HEADERS, st.binary(max_size=20) | st.just(b"&Action=%zz&Version=\xff"))
def test_no_request_makes_it_raise(method, start, uri, headers, body):
    """Whatever a recording holds, it is a call or it is none."""
    index, _ = small(
        lab=model(PATHS, endpointPrefix="lab"), other=model(PATHS, endpointPrefix="s3", targetPrefix="Other")
    )

    found = index.resolve(Request(method, start + uri, headers, body))

    assert found is None or found.service in ("lab", "other")


#: Operations whose requests are another's, with the one that the index names.
SAME_ON_THE_WIRE = {
    ("s3", "GetBucketLifecycle"): ("s3", "GetBucketLifecycleConfiguration"),
    ("s3", "PutBucketLifecycle"): ("s3", "PutBucketLifecycleConfiguration"),
    ("s3", "GetBucketNotification"): ("s3", "GetBucketNotificationConfiguration"),
    ("s3", "PutBucketNotification"): ("s3", "PutBucketNotificationConfiguration"),
    # botocore sends it to the endpoint of the other service, which has it as well
    ("signer", "GetRevocationStatus"): ("signer-data", "GetRevocationStatus"),
}

#: Services of which nothing on the wire tells one from the other.
SAME_SERVICES = (
    {"rds", "docdb", "neptune"},
    {"wisdom", "qconnect"},
    {"sms-voice", "pinpoint-sms-voice"},
    {"greengrass", "greengrassv2"},  # tags, connectivity, service role
    {"lambda", "lambda-microvms"},  # tags
)


@pytest.mark.slow
@pytest.mark.newest_botocore  # instances are made for the newest models
def test_every_operation_of_every_service_is_known():
    """Requests of all operations, each by its own client, are resolved to them or to what is the same on the wire."""
    found = directory()
    latest = {each.name: each for each in found.entries}
    wrong, known = [], 0
    for name in services():
        client, service = Catcher(name, owner=clients()), found.load(latest[name])
        protocol = client.client.meta.service_model.resolved_protocol
        values = Python(service.shapes, protocol)
        for operation in service.operations.values():
            request = thin_request(client, service, operation, protocol, values)
            if request is None:
                continue
            known += 1
            call = everything().resolve(request)
            expected = SAME_ON_THE_WIRE.get((name, operation.name), (name, operation.name))
            others = next((each for each in SAME_SERVICES if name in each), {name})
            if request_is_discovery(request):
                expected = (name, "DescribeEndpoints")
            candidates = {(each.service, each.operation) for each in call.candidates} if call else set()
            services_named = {service for service, _ in candidates}
            if expected not in candidates or not services_named <= others | {expected[0]} or call.protocol != protocol:
                wrong.append((name, operation.name, request.method, request.uri, call))
    assert wrong == []
    assert known > 15000


def thin_request(client, service, operation, protocol, values):
    """The request of *operation* with what it needs; None where botocore sends none."""
    made = Instances(service, protocol, "input")
    instance = made.root(operation.input, operation, full=False) if operation.input else {}
    try:
        return client.request(operation.name, values.parameters(instance, operation.input))
    except AssertionError:
        return None  # an HTTP/2 stream, a bearer token, or a checksum of what is not there


def request_is_discovery(request):
    """Tell whether the last request of a call is the one by which botocore asks for the endpoint."""
    return any(name == "X-Amz-Target" and value.endswith(".DescribeEndpoints") for name, value in request.headers)

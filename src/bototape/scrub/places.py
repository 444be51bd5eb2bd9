"""
Accounts and bucket names where hosts, URLs and bucket conventions put them.

Sources: endpoint rules in botocore 1.44.5 (``*.dkr.ecr``, ``s3-control``, ``s3-accesspoint``, ``ddb``); Amazon S3
user guide, "Methods for accessing a general purpose bucket" and "General purpose bucket naming rules"; default
bucket names of the sagemaker Python SDK, the CDK bootstrap template, Athena, Elastic Beanstalk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bototape.scrub.detector import Detector, holds
from bototape.scrub.edits import Edit, keep_case, named
from bototape.scrub.known import account_style
from bototape.scrub.names import Place
from bototape.scrub.owned import PUBLIC_BUCKETS

__all__ = ["DETECTORS", "bucket"]

_REGION = r"[a-z]{2,4}(?:-[a-z]{2,9}){1,3}-[0-9]"

#: The same, of those that there are or may come: nothing else is beside an account.
_REGIONS = (
    r"(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?|de))?-"
    r"(?:(?:north|south)(?:east|west)?|east|west|central)-[0-9]"
)

#: What the hosts of AWS end in, by partition (``partitions.json``).
_SUFFIX = (
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov"
    r"|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)|on\.aws)"
)

_HAS_TWELVE = re.compile(r"\d{12}")
_TWELVE = r"\d{12}|\d{4}-\d{4}-\d{4}|\d{4}\s{1,24}\d{4}\s{1,24}\d{4}"

#: What must be in a text (lower case) for each pattern to be worth a look; each with the account in group 1.
_ACCOUNTS = tuple(
    (hints, re.compile(source))
    for hints, source in (
        (
            (".dkr", ".ddb", ".s3-control", ".signin.aws"),
            r"(?<![\w.-])(\d{12})(?=\.(?:dkr[.-]ecr|ddb|s3-control|signin\.aws)(?![a-z]))",
        ),
        ((".console.aws",), r"(?<![\w.-])(\d{12})(?=-[a-z0-9]{4,16}\.[a-z0-9-]{5,20}\.console\.aws)"),
        (
            (".s3-accesspoint", ".s3-object-lambda", ".s3-outposts", ".d.codeartifact"),
            r"-(\d{12})(?=\.(?:s3-accesspoint|s3-object-lambda|s3-outposts|d\.codeartifact)(?![a-z]))",
        ),
        (
            ("sqs", "queue"),
            rf"(?:sqs|queue)[a-z0-9.-]{{0,40}}\.{_SUFFIX}(?::\d{{1,5}})?/(\d{{12}})(?=/)",
        ),
        (("/account",), r"/accounts?/(\d{12})(?!\d)"),
        (("awslogs/",), r"AWSLogs/(?:o-[a-z0-9]{10,32}/)?(\d{12})(?!\d)"),
        (
            ("account",),
            rf"(?i:\baccount(?:[ _-]?(?:id|number))?)[\"']?\s{{0,24}}[:=#]?\s{{0,3}}[\"']?({_TWELVE})(?![\d-])",
        ),
    )
)

_CONVENTION = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:sagemaker|elasticbeanstalk|codepipeline|aws-athena-query-results|config-bucket)-{_REGION}-"
    r"|(?:sagemaker-studio|aws-athena-query-results|aws-glue-assets|aws-glue-scripts|aws-cloudtrail-logs|config-bucket"
    r"|aws-emr-studio|aws-logs|aws-codestar|bedrock-data|do-not-delete-ssm-diagnosis)-"
    r"|cdk-[a-z0-9]{1,20}-(?:container-)?(?:assets|staging)-)(\d{12})(?!\d)"
    rf"|-(\d{{12}})-{_REGION}-an(?![a-z0-9])"
)

#: Twelve digits beside a region, in a name that many tools make.
_BESIDE = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_REGIONS}-(\d{{12}})(?![A-Za-z0-9])|(?<!\d)(\d{{12}})-{_REGIONS}(?![A-Za-z0-9]))"
)
#: Year to minute, which names have there as well.
_MINUTE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")

#: Members that hold a bucket, and twelve digits that are a part of a name.
_BUCKET_NAMES = re.compile(r"bucket(?:_?name)?s?$", re.IGNORECASE)
_SEGMENT = re.compile(r"(?<![A-Za-z0-9])\d{12}(?![A-Za-z0-9])")

#: Amazon S3 API reference, PutObjectAcl: the x-amz-grant-… headers.
_GRANTEE = re.compile(r"(?<![A-Za-z-])id=[\"']{0,2}([0-9a-f]{64})(?![0-9a-f])", re.IGNORECASE)

_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_NO_BUCKET_HOST = r"-(?:control|accesspoint|object-lambda|outposts)"

#: Each with the bucket in group 1: the S3 URI, the virtual-hosted URL, the path-style URL.
_BUCKETS = (
    re.compile(rf"(?<![A-Za-z0-9])s3[an]?://({_NAME})(?![\w-])"),
    re.compile(rf"(?<![\w.-])({_NAME})(?=\.s3(?!{_NO_BUCKET_HOST})[a-z0-9.-]{{0,60}}\.{_SUFFIX})"),
    # Not the namespace of S3's own XML, http://s3.amazonaws.com/doc/2006-03-01/.
    re.compile(rf"//s3(?:[.-](?:dualstack\.)?{_REGION})?\.{_SUFFIX}/(?!doc/20)({_NAME})(?![\w-])"),
)

_SHORTEST_BUCKET = 3


def bucket(name: str) -> bool:
    """Tell whether *name* is a bucket that somebody chose: neither public nor named by an AWS convention."""
    if len(name) < _SHORTEST_BUCKET or set(name) & {"*", "$", "{"}:
        return False
    return not (PUBLIC_BUCKETS.fullmatch(name) or _CONVENTION.search(name))


def _buckets(text: str, _: Place) -> Iterator[Edit]:
    for pattern in _BUCKETS:
        for match in pattern.finditer(text):
            if bucket(match[1]):
                yield named(text, *match.span(1), "bucket")


def _account(pattern: re.Pattern[str]) -> Callable[[str, Place], Iterator[Edit]]:
    def find(text: str, _: Place) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            value = re.sub(r"\D", "", match[1])
            yield named(text, *match.span(1), "account", value=value, style=account_style)

    return find


def _in_buckets(text: str, place: Place) -> Iterator[Edit]:
    for match in _SEGMENT.finditer(text) if _BUCKET_NAMES.search(place.name) else ():
        if not _MINUTE.fullmatch(match[0]):
            yield named(text, *match.span(), "account")


def _grantees(text: str, _: Place) -> Iterator[Edit]:
    for match in _GRANTEE.finditer(text):
        yield named(text, *match.span(1), "canonical-user", style=keep_case)


def _conventions(text: str, _: Place) -> Iterator[Edit]:
    for match in _CONVENTION.finditer(text):
        yield named(text, *match.span(1 if match[1] else 2), "account")
    for match in _beside(text):
        yield named(text, *match.span(1 if match[1] else 2), "account")


def _beside(text: str) -> Iterator[re.Match[str]]:
    return (each for each in _BESIDE.finditer(text) if not _MINUTE.fullmatch(each[1] or each[2]))


#: Accounts in hosts, paths and conventional bucket names; free bucket names.
DETECTORS = (
    *(Detector(holds(*hints), _account(pattern)) for hints, pattern in _ACCOUNTS),
    Detector(lambda text, _: "-" in text and _HAS_TWELVE.search(text) is not None, _conventions),
    Detector(holds("s3"), _buckets),
    Detector(holds("id="), _grantees),
    Detector(lambda text, _: _HAS_TWELVE.search(text) is not None, _in_buckets),
)

"""
The IAM policy with which scenarios can be recorded: their actions, on the resources that recordings tell of.

Pure. Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; Service Authorization Reference, for the
prefixes and actions that are not called as the service and its operations are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bototape.jsontext import texts

__all__ = ["Call", "policy"]

#: IAM's prefixes where they are not the name a service signs with.
_PREFIXES = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "tagging": "tag",
}

#: IAM's actions where they are not called as the operation is.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeWithResponseStream": "lambda:InvokeFunction",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:UploadPart": "s3:PutObject",
}

_ARN = re.compile(r"arn:(?P<partition>[\w-]+):(?P<service>[\w-]+):(?P<region>[\w-]*):(?P<account>\w*):(?P<resource>.+)")
_ROLE = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>\d*):role/(?P<name>.+)")

#: Operations whose names begin so take no single resource: IAM knows no resource for most of them.
_LOOKS_THROUGH = re.compile(r"(?:List|Search)(?![a-z])")

#: A reference to a saved value: nobody knows it before the recording.
_UNKNOWN = "${"


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call to be allowed; *signing* is the name its service signs with.

    *parameters* may hold ``${name}`` for what is saved while recording.
    """

    signing: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    mutates: bool = False

    @property
    def action(self) -> str:
        """``sagemaker:DescribeAutoMLJob``."""
        name = f"{_PREFIXES.get(self.signing, self.signing)}:{self.operation}"
        return _ACTIONS.get(name, name)


def policy(calls: Sequence[Call], answers: Iterable[Any], account: str = "*") -> dict[str, Any]:
    """
    Return the policy that allows *calls* and nothing else, as a JSON-ready value; equal for equal calls.

    *answers* are decoded answers that were recorded, which tell the ARNs of what is called by name. Where none does,
    the resource is ``*``. *account* stands for the account in them, a pseudonym.
    """
    kinds = _Kinds.of(calls, answers)
    found: dict[tuple[bool, str], set[str]] = {}
    for each in calls:
        for resource in kinds.resources(each, account):
            found.setdefault((each.mutates, resource), set()).add(each.action)
    statements = [*_statements(found), *_passed(calls, account)]
    return {"Version": "2012-10-17", "Statement": statements}


def _statements(found: Mapping[tuple[bool, str], set[str]]) -> Iterator[dict[str, Any]]:
    """Yield a statement for each set of actions, reading ones first."""
    groups: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for (mutates, resource), actions in sorted(found.items()):
        groups.setdefault((mutates, tuple(sorted(actions))), []).append(resource)
    numbers = {False: 0, True: 0}
    for (mutates, names), resources in sorted(groups.items()):
        numbers[mutates] += 1
        sid = f"{'Change' if mutates else 'Read'}{numbers[mutates]}"
        yield {
            "Sid": sid,
            "Effect": "Allow",
            "Action": list(names),
            "Resource": "*" if "*" in resources else resources,
        }


def _passed(calls: Iterable[Call], account: str) -> Iterator[dict[str, Any]]:
    """Yield leave to pass the roles that changing calls hand to their service."""
    found: dict[str, set[str]] = {}
    for each in calls:
        if each.mutates:
            for role in _roles(each.parameters, account):
                found.setdefault(role, set()).add(f"{each.signing}.amazonaws.com")
    for number, (role, services) in enumerate(sorted(found.items()), 1):
        yield {
            "Sid": f"PassRole{number}",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [role],
            "Condition": {"StringEquals": {"iam:PassedToService": sorted(services)}},
        }


def _roles(value: Any, account: str) -> Iterator[str]:
    if isinstance(value, str) and (match := _ROLE.fullmatch(value)):
        yield f"arn:{match['partition']}:iam::{account}:role/{match['name']}"
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, str) and name.endswith("RoleArn") and _UNKNOWN in each:
                yield f"arn:aws:iam::{account}:role/*"
            else:
                yield from _roles(each, account)
    elif isinstance(value, list):
        for each in value:
            yield from _roles(each, account)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What kind of resource a parameter names, by service and parameter: ``AutoMLJobName`` an ``automl-job``."""

    known: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, calls: Iterable[Call], answers: Iterable[Any]) -> _Kinds:
        """Learn from each ARN in *answers* that ends with the value of a parameter."""
        ends = {}
        for arn in filter(None, map(_ARN.fullmatch, sorted({text for answer in answers for text in texts(answer)}))):
            kind, sep, name = arn["resource"].partition("/")
            if sep:
                ends[arn["service"], name] = f"arn:{arn['partition']}:{arn['service']}:{{}}:{{}}:{kind}/{{}}"
        found = {}
        for each in calls:
            if _LOOKS_THROUGH.match(each.operation):  # its parameters are filters
                continue
            for name, value in each.parameters.items():
                if isinstance(value, str) and (each.signing, value) in ends:
                    found[each.signing, name] = ends[each.signing, value]
        return cls(found)

    def resources(self, call: Call, account: str) -> list[str]:
        """Return what *call* is made on; ``*`` where nothing tells, and for what looks through all there is."""
        if call.signing != "s3" and _LOOKS_THROUGH.match(call.operation):
            return ["*"]
        return [*self._named(call, account)] or ["*"]

    def _named(self, call: Call, account: str) -> Iterator[str]:
        for name, value in call.parameters.items():
            if not isinstance(value, str) or _UNKNOWN in value:
                continue
            arn = _ARN.fullmatch(value)
            if arn and arn["service"] == call.signing:
                yield f"arn:{arn['partition']}:{arn['service']}:{arn['region']}:{account}:{arn['resource']}"
            elif (call.signing, name) in self.known:
                yield self.known[call.signing, name].format(call.region, account, value)
            elif call.signing == "s3" and name == "Bucket":
                key = call.parameters.get("Key")
                yield f"arn:aws:s3:::{value}" + (f"/{key}" if isinstance(key, str) and _UNKNOWN not in key else "")

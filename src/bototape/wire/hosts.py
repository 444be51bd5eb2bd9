"""
What the host of a request tells: which endpoint it is, and the S3 bucket before it.

Sources: the endpoint rule sets of botocore's models (``https://{service}-fips.{Region}.{dnsSuffix}``), its
``partitions.json`` (the DNS suffixes); Amazon S3 user guide, "Virtual hosting of general purpose buckets"; AWS
PrivateLink guide, "Access an AWS service using an interface VPC endpoint".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Host", "read_host"]

_SUFFIXES = re.compile(
    r"\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws(?:\.ic\.gov|\.scloud|\.hci\.ic\.gov)?"
    r"|api\.amazonwebservices\.(?:com\.cn|eu)|api\.cloud-aws\.adc-e\.uk"
    r"|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov"
    r"|aws\.amazon\.com|localhost\.localstack\.cloud)$"
)
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d+|(?:aws-(?:[a-z-]+-)?)?global")
_NO_SERVICE = frozenset({"dualstack", "vpce"})
_FIPS = re.compile(r"-fips$|^fips-")
_S3_IN_REGION = re.compile(r"(s3)-(?:[a-z]{2}(?:-[a-z]+)+-\d+|external-1)")
_S3 = re.compile(r"s3|s3-(?:fips|accelerate|accesspoint|object-lambda|outposts|global)(?:-fips)?|s3express-.+")
_S3_DATA = re.compile(r"s3-(?:accelerate|accesspoint|global)|s3express-(?!control$).+")
_VPC_ENDPOINT, _GLOBAL_ACCESS = "vpce-", "accesspoint"


@dataclass(frozen=True, slots=True)
class Host:
    """
    What a host name tells.

    *endpoints* are the names its service may go by (endpoint prefixes), the most telling first, none for a host
    that is not AWS's; *bucket* is the length of the S3 bucket's (or access point's) name at its start, 0 if none.
    """

    endpoints: tuple[str, ...] = ()
    bucket: int = 0


@lru_cache(4096)
def read_host(name: str) -> Host:
    """Return what the host *name* (without port) tells; never raises."""
    name = name.lower()
    suffix = _SUFFIXES.search(name)
    if suffix is None:
        # The only name besides AWS's that is known to have none before it.
        return Host(bucket=len(name) - len(".localhost")) if name.endswith(".localhost") else Host()
    labels = [_FIPS.sub("", _S3_IN_REGION.sub(r"\1", each)) for each in name[: suffix.start()].split(".")]
    at = next((at for at in reversed(range(len(labels))) if _S3.fullmatch(labels[at])), 0)
    bucket = _bucket(name.split(".")[:at]) if at else 0
    telling = [each for each in labels[at:] if each not in _NO_SERVICE and not _REGION.fullmatch(each)]
    if telling and _S3_DATA.fullmatch(telling[0]):
        telling[0] = "s3"
    return Host(tuple(".".join(telling[start:]) for start in range(len(telling))), bucket)


def _bucket(labels: list[str]) -> int:
    """Return the length of what is a bucket's name in *labels*, those before S3's own."""
    if labels[-1].startswith(_VPC_ENDPOINT):  # the endpoint's own name is "bucket.vpce-…" or "accesspoint.vpce-…"
        labels = labels[:-2]
    elif labels[-1] == _GLOBAL_ACCESS:  # of a multi-Region access point's host, "x.mrap.accesspoint.s3-global"
        labels = labels[:-1]
    return len(".".join(labels))

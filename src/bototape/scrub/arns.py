"""
ARNs: parsed, never replaced as a whole. Partition, service, region and type stay; account and names change.

Source: AWS General Reference, "Amazon Resource Names (ARNs)"; resource forms from the Service Authorization
Reference of each service named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bototape.scrub.edits import Edit, keep_case, named
from bototape.scrub.estate import session_kind
from bototape.scrub.kinds import OWN_ACCOUNT
from bototape.scrub.known import Known
from bototape.scrub.owned import ACCOUNTS
from bototape.scrub.places import bucket
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["find", "has_no_names"]

_HEAD = re.compile(
    r"(?<![A-Za-z0-9])arn:aws(?:-[a-z]{1,8}){0,3}:([a-z0-9-]{1,63}):([a-z0-9*?-]{0,40}):([a-z0-9*?-]{0,40}):"
)
_TAIL = re.compile(r"[A-Za-z0-9_+=,.@/:*$~?!#-]{0,2048}")
_CUT = re.compile(r"(?<![A-Za-z0-9])arn:aws(?:-[a-z]{1,8}){0,3}:[a-z0-9-]{1,63}:[a-z0-9*?-]{0,40}:(\d{4,12})(?![\d:])")
_KMS_KEY = re.compile(r"key/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})(?![0-9a-f])", re.IGNORECASE)
_KMS_ALIAS = re.compile(r"alias/(?!aws/)([A-Za-z0-9:/_-]{1,256})")
_STUDIO_TYPES = ("domain", "user-profile", "space", "app")
_STUDIO = re.compile(rf"({'|'.join(_STUDIO_TYPES)})/(d-[a-z0-9-]{{2,61}})(?:/([A-Za-z0-9-]{{1,63}}))?(?:/|$)")
_ORGANIZATION_ACCOUNT = re.compile(r"account/o-[a-z0-9]{10,32}/(\d{12})(?!\d)")

_IAM_TYPES = frozenset({"role", "user", "group", "policy", "instance-profile", "server-certificate", "saml-provider"})

#: First path segments that AWS itself makes.
_AWS_PATHS = frozenset({"service-role", "aws-service-role", "aws-reserved", "job-function", "custom-managed"})

#: (kind, offset in the resource, name).
Part = tuple[str, int, str]


def find(text: str, known: Known) -> Iterator[Edit]:
    """Yield the edits of all ARNs in *text*, whole or cut off after some digits of the account."""
    if "arn:aws" not in text:
        return
    heads = 0
    for head in _HEAD.finditer(text):
        heads += 1
        service, account = head[1], head[3]
        if len(account) == len(OWN_ACCOUNT) and account.isdigit():
            yield named(text, *head.span(3), "account")
        if account != "aws" and account not in ACCOUNTS:
            yield from _resource(text, head.end(), service)
    if heads < text.count("arn:aws"):
        for cut in _CUT.finditer(text):
            yield _fragment(text, cut, known)


def _resource(text: str, start: int, service: str) -> Iterator[Edit]:
    parts = _PARTS.get(service)
    tail = _TAIL.match(text, start) if parts else None
    if parts is None or tail is None:
        return
    resource = tail[0].split("arn:aws", 1)[0].rstrip(".,:!?")
    for kind, offset, name in parts(resource):
        style = keep_case if kind == "kms-key" else None
        yield named(text, start + offset, start + offset + len(name), kind, style=style)


def _iam(resource: str) -> Iterator[Part]:
    segments = resource.split("/")
    if len(segments) < 2 or segments[0] not in _IAM_TYPES:  # noqa: PLR2004 - type/name
        return
    offset = len(segments[0]) + 1
    for segment in segments[1:-1]:
        if segment and segment not in _AWS_PATHS and "." not in segment and "*" not in segment:
            yield "path", offset, segment
        offset += len(segment) + 1
    if segments[-1] and "*" not in segments[-1] and segments[1] != "aws-service-role":
        yield segments[0], offset, segments[-1]


def _sts(resource: str) -> Iterator[Part]:
    segments = resource.split("/")
    if segments[0] == "user":  # AWS names a user under iam; moto's GetCallerIdentity does it here
        yield from _iam(resource)
    if segments[0] == "federated-user" and len(segments) == 2:  # noqa: PLR2004 - federated-user/NAME
        yield from _session(len("federated-user/"), segments[1])
    if segments[0] != "assumed-role" or len(segments) < 2:  # noqa: PLR2004 - assumed-role/ROLE[/SESSION]
        return
    if segments[1] and "*" not in segments[1] and not segments[1].startswith("AWSServiceRole"):
        yield "role", len("assumed-role/"), segments[1]
    if len(segments) == 3:  # noqa: PLR2004 - assumed-role/ROLE/SESSION
        yield from _session(len(f"assumed-role/{segments[1]}/"), segments[2])


def _session(offset: int, name: str) -> Iterator[Part]:
    kind = session_kind(name)
    if name and kind and "*" not in name and not re.fullmatch(r"i-[0-9a-f]{8,17}", name):
        yield kind, offset, name


def _kms(resource: str) -> Iterator[Part]:
    for kind, pattern in (("kms-key", _KMS_KEY), ("kms-alias", _KMS_ALIAS)):
        found = pattern.match(resource)
        if found:
            yield kind, found.start(1), found[1]


def _sagemaker(resource: str) -> Iterator[Part]:
    found = _STUDIO.match(resource)
    if not found:
        return
    yield "domain", found.start(2), found[2]
    if found[3]:
        yield "space" if found[1] == "space" else "profile", found.start(3), found[3]


def _s3(resource: str) -> Iterator[Part]:
    name = resource.split("/", 1)[0]
    if bucket(name):
        yield "bucket", 0, name


def _organizations(resource: str) -> Iterator[Part]:
    found = _ORGANIZATION_ACCOUNT.search(resource)
    if found:
        yield "account", found.start(1), found[1]


_PARTS: dict[str, Callable[[str], Iterator[Part]]] = {
    "iam": _iam,
    "sts": _sts,
    "kms": _kms,
    "sagemaker": _sagemaker,
    "s3": _s3,
    "organizations": _organizations,
}


def has_no_names(service: str, resource_type: str) -> bool:
    """Tell whether nothing that identifies is looked for behind the type of a resource of *service*."""
    return service not in _PARTS or (service == "sagemaker" and resource_type not in _STUDIO_TYPES)


def _fragment(text: str, cut: re.Match[str], known: Known) -> Edit:
    digits = cut[1]
    account = known.starts(digits)
    if account:
        return named(text, *cut.span(1), "account", value=account, style=lambda new, written: new[: len(written)])
    if len(digits) == len(OWN_ACCOUNT):
        return named(text, *cut.span(1), "account")

    def render(_: Pseudonyms) -> str:
        return OWN_ACCOUNT[: len(digits)]

    return Edit(*cut.span(1), render)

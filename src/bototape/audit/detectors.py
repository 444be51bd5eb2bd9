"""
What leaks in running text: one detector per rule and form, run over a whole sheet.

Written apart from the scrubber on purpose: what its patterns miss must not be missed here for the same reason.
Each pattern is linear: it starts at a literal, its repeats are possessive or bounded, and context is read from a
window.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bototape.audit.accounts import dashed_accounts, plain_accounts, truncated_accounts
from bototape.audit.examples import is_example_domain, is_example_uuid, is_made_up
from bototape.audit.sheets import after, before
from bototape.audit.surroundings import (
    dashed_addresses,
    dotted_addresses,
    long_addresses,
    machines,
    organizations,
    user_names,
)

__all__ = ["DETECTORS", "Detector"]

#: Yields the place and the value of each leak in a sheet.
Search = Callable[[str], Iterator[tuple[int, str]]]


class Detector(NamedTuple):
    """*search* runs only over sheets that hold one of *cues* (none: always)."""

    name: str
    rule: str
    cues: tuple[str, ...]
    search: Search


def _matches(pattern: str) -> Search:
    """Search for *pattern*; group 1 is the value, and a made-up one is no leak."""
    compiled = re.compile(pattern)

    def search(whole: str) -> Iterator[tuple[int, str]]:
        for match in compiled.finditer(whole):
            if not is_made_up(match[1]):
                yield match.start(1), match[1]

    return search


_SIGNATURE = re.compile(r"ignature=[\"']?([0-9a-fA-F]{64}[0-9a-fA-F]{0,96}+)")


def _signatures(*, presigned: bool) -> Search:
    """Search for hex signatures but those of zeros only; in a presigned URL they are a capability."""

    def search(whole: str) -> Iterator[tuple[int, str]]:
        for match in _SIGNATURE.finditer(whole):
            in_url = before(whole, match.start(), 7).lower() == "x-amz-s"
            if match[1].strip("0") and in_url is presigned:
                yield match.start(1), match[1]

    return search


#: In bytes that are no text, such as an archive's, letters of both cases may follow.
_AT = re.compile(r"@((?:[A-Za-z0-9-]{1,63}\.){1,8}(?:[a-z]{2,24}|[A-Z]{2,24}|[A-Z][a-z]{1,23}))(?![A-Za-z0-9-])")
_LOCAL_PART = re.compile(r"[A-Za-z0-9._%+-]{1,64}\Z")
_USER_INFO = re.compile(r"://[^\s/@]*\Z")


def _emails(whole: str) -> Iterator[tuple[int, str]]:
    """Search for addresses; the user of a URL and of a git remote is no person."""
    for match in _AT.finditer(whole):
        ahead = before(whole, match.start(), 128)
        name = _LOCAL_PART.search(ahead)
        if name and name[0] != "git" and not is_example_domain(match[1]) and not _USER_INFO.search(ahead):
            yield match.start() - len(name[0]), name[0] + match[0]


_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----")


def _private_keys(whole: str) -> Iterator[tuple[int, str]]:
    for match in _PEM.finditer(whole):
        if not is_made_up(after(whole, match.end(), 64).strip()):
            yield match.start(), match[0]


_KEY = re.compile(
    r"key/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(mrk-[0-9a-f]{32})(?![0-9a-zA-Z])",
    re.IGNORECASE,
)


def _kms_keys(whole: str) -> Iterator[tuple[int, str]]:
    for match in _KEY.finditer(whole):
        value = (match[1] or match[2]).lower()
        if not (is_example_uuid(value) or value.startswith(("mrk-feedfeed", "mrk-1234abcd"))):
            yield match.start(), value


# In the host name of an endpoint more follows the id.
_VPC_TAIL = re.compile(
    r"-([0-9a-f]{8}(?:[0-9a-f]{9})?)(?:(?![0-9A-Za-z_-])|(?=-[a-z0-9]{4,10}[a-z0-9.-]{1,60}\.vpce\.))"
)
_VPC_HEAD = re.compile(
    r"(?<![A-Za-z0-9_-])(?:acl|ami|aclassoc|cgw|dopt|eigw|eipalloc|eipassoc|eni|eni-attach|fl|fs|fsap|fsmt|i|igw|lgw|lt|"
    r"nat|pcx|pl|r|rtb|rtbassoc|sg|sgr|snap|subnet|tgw|tgw-attach|tgw-rtb|vgw|vol|vpc|vpce|vpce-svc|vpn)\Z"
)
_VPC_EXAMPLE = re.compile(
    r"0?feed.*|0123456789abcdef0|1234567890abcdef0|0abcdef1234567890|1a2b3c4d|12345678|0a1b2c3d4e5f.*|(?:19|20)[0-9]{6}|(.)\1*"
)


def _vpc_ids(whole: str) -> Iterator[tuple[int, str]]:
    for match in _VPC_TAIL.finditer(whole):
        head = _VPC_HEAD.search(before(whole, match.start(), 16))
        # Eight digits that are a date are the end of a name, not an id of before 2016.
        if head and not _VPC_EXAMPLE.fullmatch(match[1]):
            yield match.start() - len(head[0]), head[0] + match[0]


_PRINCIPAL = re.compile(
    r"arn:aws[a-z-]{0,16}:(?:iam|sts)::[0-9*]{0,12}:(role|user|group|instance-profile|assumed-role|federated-user|saml-provider)/"
    r"([\w+=,.@/-]{1,700}+)"
)
#: Pseudonyms, names that AWS makes itself, and instance ids, which have a rule of their own.
_NO_NAME = re.compile(
    r"example-.*|(?:Amazon|AWS|aws-).*|SageMaker|user-[0-9]+@example\.com|i-[0-9a-f]{8,17}|botocore-session-[0-9]+"
)


def _principals(whole: str) -> Iterator[tuple[int, str]]:
    """Search ARNs for the names in them: the last segment, and of an assumed role role and session."""
    for match in _PRINCIPAL.finditer(whole):
        segments = match[2].rstrip(".,").split("/")
        names = segments[:2] if match[1] == "assumed-role" else segments[-1:]
        if segments[0] != "aws-service-role":
            yield from ((match.start(), name) for name in names if name and not _NO_NAME.fullmatch(name))


_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_NOT_IN_WORD = r"(?![A-Za-z0-9])"
_KEY_PREFIXES = ("AKIA", "ASIA", "ABIA", "ACCA")
_UNIQUE_PREFIXES = ("AROA", "AIDA", "AGPA", "ANPA", "AIPA", "ANVA", "ASCA", "APKA")
_TOKEN_PREFIXES = ("IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz", "FQoDYXdz", "AgoJb3JpZ2lu")
_BEARER_PREFIXES = (
    *("k8s-aws-v1.", "bedrock-api-key-", "ABSK", "hf_", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"),
    *("glpat-", "xoxb-", "xoxp-", "xapp-", "AIza", "sk_live_", "rk_live_", "sk-ant-", "sk-proj-", "npm_", "pypi-Ag"),
    *("dapi", "dop_v1_", "nvapi-", "pul-"),
)

#: All detectors of running text, by name.
DETECTORS: tuple[Detector, ...] = (
    Detector(
        "web-hook",
        "capability-token",
        ("hooks.slack.com/",),
        _matches(r"hooks\.slack\.com/(services/[A-Za-z0-9/]{20,})"),
    ),
    Detector(
        "access-key-id",
        "access-key-id",
        _KEY_PREFIXES,
        # Whole, or masked so late that account and key can be told (13 characters hold both).
        _matches(
            rf"(A(?<![A-Za-z0-9]A)(?:KIA|SIA|BIA|CCA)(?:[A-Z0-9]{{16}}{_NOT_IN_WORD}|[A-Z0-9]{{9,15}}(?=\*\*|\.\.\.|…)))"
        ),
    ),
    Detector(
        "access-key-id-lower-case",
        "access-key-id",
        tuple(each.lower() for each in _KEY_PREFIXES),
        # Two digits: without any it is a word.
        _matches(rf"(a(?<![A-Za-z0-9]a)(?:kia|sia|bia|cca)(?=[a-z]*[2-7][a-z]*[2-7])[a-z2-7]{{16}}){_NOT_IN_WORD}"),
    ),
    Detector(
        "iam-unique-id",
        "iam-unique-id",
        _UNIQUE_PREFIXES,
        _matches(rf"(A(?<![A-Za-z0-9]A)(?:ROA|IDA|GPA|NPA|IPA|NVA|SCA|PKA)[A-Z0-9]{{12,17}}){_NOT_IN_WORD}"),
    ),
    Detector(
        "session-token",
        "session-token",
        _TOKEN_PREFIXES,
        _matches(rf"((?:{'|'.join(_TOKEN_PREFIXES)})[A-Za-z0-9+/_=-]{{40,}}+)"),
    ),
    Detector("request-signature", "request-signature", ("ignature=",), _signatures(presigned=False)),
    Detector("presigned-url", "presigned-url", ("ignature=",), _signatures(presigned=True)),
    Detector("url-token", "presigned-url", ("oken=",), _matches(r"[?&;](?:auth)?[Tt]oken=([^&\s\0\"'<>#]{16,4096})")),
    Detector(
        "request-signature-v2",
        "request-signature",
        ("AWS ",),
        _matches(r"AWS [A-Z0-9]{16,32}+:([A-Za-z0-9+/]{27}=)"),
    ),
    Detector(
        "credential-scope",
        "credential-scope",
        ("Credential=",),
        _matches(rf"Credential=((?!{'|'.join(_KEY_PREFIXES)})[A-Z0-9]{{16,128}}+/[0-9]{{8}}/)"),
    ),
    Detector(
        "jwt",
        "jwt",
        ("eyJ",),
        _matches(r"(eyJ(?<![A-Za-z0-9_-]eyJ)[A-Za-z0-9_-]{5,}+\.eyJ[A-Za-z0-9_-]{5,}+(?:\.[A-Za-z0-9_-]*+)?)"),
    ),
    Detector("private-key", "private-key", ("PRIVATE KEY-----",), _private_keys),
    Detector(
        "bearer-token",
        "bearer-token",
        _BEARER_PREFIXES,
        _matches(rf"(?<![A-Za-z0-9])((?:{'|'.join(map(re.escape, _BEARER_PREFIXES))})[A-Za-z0-9_=+/-]{{20,}}+)"),
    ),
    Detector(
        "bearer-said",
        "bearer-token",
        ("earer ", "asic "),
        _matches(
            r"(?:[Bb]earer|uthorization[\"']?:\s{0,3}[\"']?[Bb]asic)\s{1,3}((?=[A-Za-z._~+/-]{0,40}[0-9])[\w.~+/-]{16,}+=*+)"
        ),
    ),
    Detector(
        "secret-access-key",
        "secret-access-key",
        ("ecret", "ECRET"),
        _matches(
            r"(?:(?i:ecret)[A-Za-z_ .-]{0,24}[\"']?(?:\s{0,3}[=:>]\s{0,3}|\s{1,3})[\"']?)"
            r"((?![0-9a-f]{40})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))"
        ),
    ),
    Detector(
        "url-password",
        "url-password",
        ("@",),
        _matches(r"://[^\s:/@\0\"'<>]{0,64}+:(?!pass(?:word|wd)?@)([^\s@/\0\"'<>]{3,128}+)@"),
    ),
    Detector("email", "email", ("@",), _emails),
    Detector("registry-token", "bearer-token", ("QVdTOm",), _matches(r"(QVdTOm[A-Za-z0-9+/]{20,}+)")),
    Detector(
        "request-id-said",
        "request-id",
        ("equest",),
        _matches(rf"(?i:request[ _-]?id)[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?((?!00000000-0000-4000-8000-){_UUID})"),
    ),
    Detector("studio-instance", "studio-domain", ("ins-",), _matches(r"(?<![\w-])(ins-(?!e0a)[0-9a-f]{16})(?![\w-])")),
    Detector(
        "authorization-message",
        "authorization-message",
        ("authorization failure message",),
        _matches(r"authorization failure message:?\s{0,4}([A-Za-z0-9_-]{40,}+)"),
    ),
    Detector("account-id", "account-id", (), plain_accounts),
    Detector("account-id-dashed", "account-id", ("ccount", "CCOUNT", "cct"), dashed_accounts),
    Detector("account-id-truncated", "account-id", ("arn:",), truncated_accounts),
    Detector("kms-key", "kms-key", ("key/", "mrk-"), _kms_keys),
    Detector("kms-alias", "kms-alias", ("alias/",), _matches(r"alias/((?!aws/|[Ee]xample)[A-Za-z0-9:/_-]{1,256}+)")),
    Detector("vpc-id", "vpc-id", (), _vpc_ids),
    Detector("ip-address-dashed", "ip-address", ("ip-", "ec2-"), dashed_addresses),
    Detector("ip-address-dotted", "ip-address", (".",), dotted_addresses),
    Detector("ip-address-long", "ip-address", (":",), long_addresses),
    Detector("mac-address", "mac-address", (), machines),
    Detector("organization-id", "organization-id", ("o-", "ou-", "ssoins-", "/r-"), organizations),
    Detector("user-name", "user-name", ("/home/", "Users", "@"), user_names),
    Detector("iam-name", "iam-name", (":iam:", ":sts:"), _principals),
    Detector(
        "studio-domain",
        "studio-domain",
        ("domain/d-", "://d-", "dzd"),
        _matches(r"(?:(?:domain/|://)(?=d-)|(?<![A-Za-z0-9-])(?=dzd))((?:d-|dzd[-_])(?!exa)[a-z0-9-]{8,61}+)"),
    ),
    Detector(
        "canonical-user-id-grant",
        "canonical-user-id",
        ("id=",),
        _matches(r"\bid=[\"']?((?!eeeeeeee)[0-9a-f]{64})(?![0-9a-f])"),
    ),
)

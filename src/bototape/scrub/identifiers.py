"""
Ids and addresses by their own form: EC2, organizations, e-mail, IP and MAC addresses, home directories, key aliases.

Sources: Amazon EC2 user guide, "Resource IDs"; AWS Organizations API reference (patterns of ids); IAM Identity Center
API reference; RFC 6890 (special-purpose addresses).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address, IPv6Network

from bototape.scrub.detector import Detector, holds
from bototape.scrub.edits import Edit, keep_case, named
from bototape.scrub.kinds import EC2_KINDS
from bototape.scrub.names import Place, is_version

__all__ = ["DETECTORS"]

_PREFIXES = "|".join(sorted(EC2_KINDS, key=len, reverse=True))
_EC2 = re.compile(
    rf"(?<![\w-])({_PREFIXES})-([0-9a-f]{{17}}|[0-9a-f]{{8}})"
    r"(?:(?![\w-])|(?=-[a-z0-9]{4,10}[a-z0-9.-]{1,60}\.vpce\.))"
)
#: Eight digits that are more often the date at a name's end than an id of before 2016.
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
#: Where an id of EC2 and an address may be; both start with a literal, which is fast to look for.
_HEX_TAIL = re.compile(r"-[0-9a-f]{8}")
_TWO_DOTS = re.compile(r"\.\d{1,3}\.\d")
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@(?:[A-Za-z0-9-]{1,63}+\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_AFTER_SCHEME = re.compile(r"://[^\s/@]*$")
_ADDRESS = re.compile(r"(?<![\w.-])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w-]|\.\d)")
_VERSION_BEFORE = re.compile(
    r"/[\w.-]{1,128}:$|[=~<>!]=\s?$|\b(?:version|release|driver|kernel|engine)[\s:=]{1,3}$", re.IGNORECASE
)
_DASHED = re.compile(r"(?<![A-Za-z0-9-])(?:ip|ec2)-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?![\w-])")
#: A KMS key in prose; in an ARN `arns` finds it.
_KEY = re.compile(
    r"(?<![\w/:-])key/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})(?![\w-])", re.IGNORECASE
)
_ALIAS = re.compile(r"(?<![\w/-])alias/(?!aws/)([A-Za-z0-9:/_-]{1,256})")
_REQUEST_ID = re.compile(
    r"(?i:request[ _-]?id)[\"']?\s{0,3}[:=]\s{0,3}[\"']?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![\w-])"
)
_STUDIO_HOST = re.compile(r"(?<![A-Za-z0-9-])([a-z0-9][a-z0-9-]{7,62})(?=\.studio\.[a-z0-9-]{5,20}\.sagemaker\.aws)")

#: Amazon DataZone API reference, "DomainId"; Amazon SageMaker API reference, the application of a domain.
_DATA_ZONE = re.compile(r"(?<![\w-])dzd[-_][a-z0-9]{10,34}(?![\w-])")
_STUDIO_INSTANCE = re.compile(r"(?<![\w-])ins-[0-9a-f]{16}(?![\w-])")

_ORGANIZATION = re.compile(
    r"(?<![\w-])(?:(o-[a-z0-9]{10,32})|(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})|(ssoins-[0-9a-f]{16})"
    r"|(?<=/)(r-[a-z0-9]{4,32})(?=[/\"'\s*]|$))(?![\w-])"
)
_ORGANIZATION_KINDS = ("organization", "organizational-unit", "identity-center", "organization-root")
_PREFIX = re.compile(r"(?:o|u|s|r)-[a-z0-9]")
_COLONS = re.compile(r":[0-9a-fA-F]{0,4}:")
_DIGIT = re.compile(r"\d")
_IDENTITY_USER = re.compile(
    r"(?<![\w-])906[0-9a-f]{7}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])", re.IGNORECASE
)
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-fA-F:]{0,4}:)(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:.])")
_MAC = re.compile(r"(?<![\w:-])[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?![\w:-])")
_HOME = re.compile(
    r"(?:(?<![\w.-])(?<!:/)/(?:home|Users)/|[A-Za-z]:\\Users\\)([A-Za-z][A-Za-z0-9._-]{1,31})(?=[/\\\s\"':,;)]|$)"
)

#: What a `User-Agent` of an SDK says of the machine; in a record of AWS CloudTrail it is a text like any other.
_has_sdk = holds("boto3/", "botocore/", "aws-cli/", "aws-sdk-")
_MACHINE = re.compile(r"(?<![\w/])(?:os/[a-z]{2,16}#|exec-env/|app/)([^\s/\"']{3,128})")

#: Who is logged in, before the name of an instance.
_PROMPT = re.compile(r"(?<![\w.@/%+-])([a-z][a-z0-9._-]{1,31})@(?=(?:ip|ec2)-\d)")

#: Users that images of AWS and of build services have.
_NOBODYS_HOMES = (
    " admin administrator airflow bitnami centos codebuild debian default ec2-user fedora git glue_user hadoop jenkins"
    " jovyan linuxbrew model-server public root runner runneradmin sagemaker-user shared ssm-user ubuntu user vscode "
)

#: Where machines have addresses (RFC 4291, 4193), and of those the metadata and time services of EC2.
_UNICAST = (IPv6Network("2000::/3"), IPv6Network("fc00::/7"))
_EC2_SERVICES = IPv6Network("fd00:ec2::/32")

#: Accounts of version control hosts, not people.
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_NOT_PEOPLE = ("git@", "noreply@", "no-reply@")


def _ec2(text: str, _: Place) -> Iterator[Edit]:
    for match in _EC2.finditer(text):
        is_short = len(match[2]) == 8  # noqa: PLR2004 - digits of an old id
        # One letter and eight digits are a name; the short prefix lists are those of AWS.
        is_name = (len(match[1]) == 1 and match[2].isdigit()) or match[1] == "pl" or _DATE.fullmatch(match[2])
        if not (is_short and is_name):
            yield named(text, *match.span(), EC2_KINDS[match[1]])


def _requests(text: str, _: Place) -> Iterator[Edit]:
    for match in _REQUEST_ID.finditer(text):
        yield named(text, *match.span(1), "request-id", style=keep_case)


def _studios(text: str, _: Place) -> Iterator[Edit]:
    for match in _STUDIO_HOST.finditer(text):
        yield named(text, *match.span(), "domain")


def _keys(text: str, _: Place) -> Iterator[Edit]:
    for match in _KEY.finditer(text):
        yield named(text, *match.span(1), "kms-key", style=keep_case)


def _aliases(text: str, _: Place) -> Iterator[Edit]:
    for match in _ALIAS.finditer(text):
        yield named(text, *match.span(1), "kms-alias")


def _data_zones(text: str, _: Place) -> Iterator[Edit]:
    for match in _DATA_ZONE.finditer(text):
        if _DIGIT.search(match[0]):
            yield named(text, *match.span(), "data-zone")


def _studio_instances(text: str, _: Place) -> Iterator[Edit]:
    for match in _STUDIO_INSTANCE.finditer(text):
        yield named(text, *match.span(), "studio-instance")


def _organizations(text: str, _: Place) -> Iterator[Edit]:
    for match in _ORGANIZATION.finditer(text):
        # Words look the same; ids that AWS makes have a digit.
        if _DIGIT.search(match[0]):
            yield named(text, *match.span(), _ORGANIZATION_KINDS[(match.lastindex or 1) - 1])


def _identity_users(text: str, _: Place) -> Iterator[Edit]:
    for match in _IDENTITY_USER.finditer(text):
        yield named(text, *match.span(), "identity-user", style=keep_case)


def _ipv6(text: str, _: Place) -> Iterator[Edit]:
    for match in _IPV6.finditer(text):
        try:
            address = IPv6Address(match[0])
        except ValueError:
            continue
        if any(address in each for each in _UNICAST) and address not in _EC2_SERVICES:
            yield named(text, *match.span(), "ipv6", value=str(address))


def _macs(text: str, _: Place) -> Iterator[Edit]:
    for match in _MAC.finditer(text):
        yield named(text, *match.span(), "mac-address", style=keep_case)


def _homes(text: str, _: Place) -> Iterator[Edit]:
    for match in _HOME.finditer(text):
        if f" {match[1].lower()} " not in _NOBODYS_HOMES:
            yield named(text, *match.span(1), "user")


def _machines(text: str, _: Place) -> Iterator[Edit]:
    for match in _MACHINE.finditer(text) if _has_sdk(text, text.lower()) else ():
        yield named(text, *match.span(1), "machine-fact")


def _prompts(text: str, _: Place) -> Iterator[Edit]:
    for match in _PROMPT.finditer(text):
        if f" {match[1]} " not in _NOBODYS_HOMES:
            yield named(text, *match.span(1), "user")


def _emails(text: str, _: Place) -> Iterator[Edit]:
    for match in _EMAIL.finditer(text):
        in_url = _AFTER_SCHEME.search(text, max(match.start() - 300, 0), match.start())
        if not in_url and not match[0].startswith(_NOT_PEOPLE) and not match[0].endswith(_IMAGES):
            yield named(text, *match.span(), "email")


def _dotted(text: str, place: Place) -> Iterator[Edit]:
    if not is_version(place.name):
        yield from _addresses(text, _ADDRESS, ".")


def _dashed(text: str, _: Place) -> Iterator[Edit]:
    yield from _addresses(text, _DASHED, "-")


def _addresses(text: str, pattern: re.Pattern[str], mark: str) -> Iterator[Edit]:
    for match in pattern.finditer(text):
        kind = _address_kind([int(each) for each in match.groups()])
        start, end = match.start(1), match.end()
        if not kind or any(each != str(int(each)) for each in match.groups()) or _is_version(text, start):
            continue
        value = ".".join(match.groups())
        yield named(text, start, end, kind, value=value, style=lambda new, _: new.replace(".", mark))


def _address_kind(octets: list[int]) -> str | None:
    """Return what an address with *octets* is, or None for what names no machine of the estate (RFC 6890)."""
    a, b = octets[:2]
    if max(octets) > 255 or a in (0, 127) or a >= 224 or (a, b) == (169, 254):  # noqa: PLR2004 - RFC 6890
        return None
    private = a == 10 or (a == 172 and 16 <= b < 32) or (a, b) == (192, 168) or (a == 100 and 64 <= b < 128)  # noqa: PLR2004 - RFC 1918, 6598
    return "private-ip" if private else "public-ip"


def _is_version(text: str, start: int) -> bool:
    """Tell whether the place follows ``repository/image:``, ``==`` or the word, where four numbers are a version."""
    return _VERSION_BEFORE.search(text[max(start - 130, 0) : start]) is not None


#: Everything here.
DETECTORS = (
    Detector(lambda text, _: _HEX_TAIL.search(text) is not None, _ec2),
    Detector(holds("request"), _requests),
    Detector(holds(".studio."), _studios),
    Detector(holds("@"), _emails),
    Detector(holds("@ip-", "@ec2-"), _prompts),
    Detector(lambda text, _: _TWO_DOTS.search(text) is not None, _dotted),
    Detector(holds("ip-", "ec2-"), _dashed),
    Detector(_has_sdk, _machines),
    Detector(holds("alias/"), _aliases),
    Detector(holds("key/"), _keys),
    Detector(holds("dzd"), _data_zones),
    Detector(holds("ins-"), _studio_instances),
    Detector(lambda text, _: _PREFIX.search(text) is not None, _organizations),
    Detector(holds("906"), _identity_users),
    Detector(lambda text, _: _COLONS.search(text) is not None, _ipv6),
    Detector(lambda text, _: _COLONS.search(text) is not None, _macs),
    Detector(holds("/home/", "/users/", "\\users\\"), _homes),
)

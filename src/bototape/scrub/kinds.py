"""
The kinds of identifier and the made-up value each gets: numbered, valid where AWS checks it, recognisable again.

A pseudonym is in a range of its own kind (a documented example, a reserved prefix, a marker), so that scrubbing
it again leaves it alone and a reader sees that it is not real.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bototape.scrub.owned import ACCOUNTS

__all__ = ["BY_NAME", "EC2_KINDS", "OWN_ACCOUNT", "RENAMED", "Kind", "canonical", "stays"]

#: A pseudonym that gets another name: no kind of its own, since one of any kind would stay.
RENAMED = "renamed"

#: The pseudonym of the account that is recorded.
OWN_ACCOUNT = "123456789012"

_NEXT_ACCOUNTS = ("111122223333", "444455556666", "777788889999")

#: Accounts that AWS documentation uses in examples (counted in botocore's documentation), never real ones.
_DOCUMENTED_ACCOUNTS = frozenset(
    {OWN_ACCOUNT, *_NEXT_ACCOUNTS, "012345678910", "012345678901", "210987654321", "098765432109", "987654321098"}
    | {str(digit) * 12 for digit in range(10)}
)

#: EC2 id prefix → kind. Source: Amazon EC2 user guide, "Resource IDs"; EFS and SageMaker ids have the same form.
EC2_KINDS: Mapping[str, str] = {
    "acl": "network-acl",
    "aclassoc": "network-acl-association",
    "ami": "image",
    "cgw": "customer-gateway",
    "dopt": "dhcp-options",
    "eigw": "egress-only-gateway",
    "eipalloc": "elastic-ip",
    "eipassoc": "elastic-ip-association",
    "eni": "network-interface",
    "eni-attach": "network-interface-attachment",
    "fl": "flow-log",
    "fs": "file-system",
    "fsap": "access-point",
    "fsmt": "mount-target",
    "i": "instance",
    "igw": "internet-gateway",
    "lgw": "local-gateway",
    "lt": "launch-template",
    "mi": "managed-instance",
    "nat": "nat-gateway",
    "pcx": "vpc-peering",
    "pl": "prefix-list",
    "r": "reservation",
    "rtb": "route-table",
    "rtbassoc": "route-table-association",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-rtb": "transit-gateway-route-table",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
    "vpn": "vpn-connection",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of identifier.

    *make* takes a number from 1 and the real value and returns the pseudonym; *pattern* matches all of one and
    nothing real. *tier* is how much a leak hurts: 0 credential, 1 capability, 2 identity, 3 topology and names,
    4 traces. *numbered* is false where one text stands for all values; *kept* says that the ledger remembers it
    (never secrets, never traces and tokens, which differ in each recording). *documented* is searched for in a
    value and *owned* holds whole values: what AWS documents as an example, or owns itself, stays as it is.
    """

    name: str
    tier: int
    make: Callable[[int, str], str]
    pattern: re.Pattern[str]
    kept: bool = True
    numbered: bool = True
    documented: re.Pattern[str] | None = None
    owned: frozenset[str] = frozenset()


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _base32(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 32)
        digits = _BASE32[digit] + digits
    return digits


def _account(number: int, _: str) -> str:
    known = (OWN_ACCOUNT, *_NEXT_ACCOUNTS)
    return known[number - 1] if number <= len(known) else f"99990000{number:04}"


def _access_key(number: int, value: str) -> str:
    return f"{value[:4]}{_base32(number, 9)}EXAMPLE"


def _unique_id(number: int, value: str) -> str:
    return f"{value[:4]}{_base32(number, len(value) - 11)}EXAMPLE"


def _request_id(number: int, value: str) -> str:
    # The last group starts with a letter: twelve digits there would look like an account.
    return f"00000000-0000-4000-8000-e{number:011x}" if _UUID.fullmatch(value) else f"EXAMPLE{number:09X}"


def _kms_key(number: int, value: str) -> str:
    return f"mrk-feedfeed{number:024x}" if value.startswith("mrk-") else f"00000000-0000-4000-8000-f{number:011x}"


def _private_ip(number: int, _: str) -> str:
    return f"192.0.2.{number}" if number < 255 else _benchmark_ip(18, number)  # noqa: PLR2004 - a /24 of RFC 5737


def _public_ip(number: int, _: str) -> str:
    return f"203.0.113.{number}" if number < 255 else _benchmark_ip(19, number)  # noqa: PLR2004 - a /24 of RFC 5737


def _benchmark_ip(second: int, number: int) -> str:
    return f"198.{second}.{number >> 8 & 255}.{number & 255}"  # RFC 2544: 198.18.0.0/15


def _ipv6(number: int, _: str) -> str:
    high, low = divmod(number, 0x10000)  # RFC 3849: 2001:db8::/32
    return f"2001:db8::{high:x}:{low:x}" if high else f"2001:db8::{low:x}"


def _mac(number: int, _: str) -> str:
    # RFC 7042 has 256 addresses for documentation; after them come locally administered ones.
    if number < 256:  # noqa: PLR2004 - as above
        return f"00:00:5e:00:53:{number:02x}"
    return f"02:00:5e:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def _unit(number: int, _: str) -> str:
    return f"ou-exam-exa{number:05}"


def _identity_user(number: int, _: str) -> str:
    return f"00000000-0000-4000-8000-d{number:011x}"


def _data_zone(number: int, value: str) -> str:
    return f"{'dzd-' if value.startswith('dzd-') else 'dzd_'}example{number:05}"


def _ec2(prefix: str) -> Callable[[int, str], str]:
    def make(number: int, value: str) -> str:
        short = len(value) - len(prefix) - 1 == 8  # noqa: PLR2004 - ids made before 2016 have 8 digits, later ones 17
        return f"{prefix}-feed{number:04x}" if short else f"{prefix}-0feed{number:012x}"

    return make


def _numbered(prefix: str, suffix: str = "", width: int = 1) -> Callable[[int, str], str]:
    return lambda number, _: f"{prefix}{number:0{width}}{suffix}"


def _named(name: str, tier: int = 3) -> Kind:
    # A member whose pattern has no dash gets it with another one or with none.
    plain = rf"example-{name}-".replace("-", "[-_]?")
    return _kind(name, tier, _numbered(f"example-{name}-"), rf"(?i:{plain}\d+)")


def _kind(
    name: str,
    tier: int,
    make: Callable[[int, str], str],
    pattern: str,
    *,
    kept: bool = True,
    documented: str = "",
    owned: frozenset[str] = frozenset(),
) -> Kind:
    flags = re.IGNORECASE if name in _FOLDED else 0
    known = re.compile(documented, flags) if documented else None
    return Kind(name, tier, make, re.compile(pattern, flags), kept=kept, documented=known, owned=owned)


def _fixed(name: str, tier: int, text: str, documented: str = "") -> Kind:
    known = re.compile(documented) if documented else None
    pattern = re.compile(re.escape(text))
    return Kind(name, tier, lambda _number, _value: text, pattern, kept=False, numbered=False, documented=known)


#: The second that some SDKs put at the end of a session's name, in digits: another one in every recording.
_MOMENT = re.compile(r"[-_.]?(?<!\d)\d{10,19}$")


def _session(name: str) -> str:
    return _MOMENT.sub("", name) or "moment"


#: Kinds of which more than one spelling means the same, and the spelling that is counted and remembered. Names of
#: users, groups and roles are not distinguished by case (IAM user guide, "IAM and AWS STS quotas").
_FOLDED: Mapping[str, Callable[[str], str]] = {
    "access-key": str.upper,
    "canonical-user": str.lower,
    "email": str.lower,
    "identity-user": str.lower,
    "ipv6": str.lower,
    "group": str.lower,
    "host": str.lower,
    "kms-key": str.lower,
    "mac-address": str.lower,
    "request-id": str.lower,
    "role": str.lower,
    "session": _session,
    "unique-id": str.upper,
    "user": str.lower,
    "word": str.lower,
}

_OUR_ACCOUNTS = "|".join((OWN_ACCOUNT, *_NEXT_ACCOUNTS, r"99990000\d{4}"))
_UNIQUE = "ROA|IDA|GPA|NPA|IPA|NVA|SCA|PKA"
_KMS = r"00000000-0000-4000-8000-f[0-9a-f]{11}|mrk-feedfeed[0-9a-f]{24}"
_REQUEST = r"00000000-0000-4000-8000-e[0-9a-f]{11}|EXAMPLE[0-9A-F]{9}"
_DOCUMENTATION_IP = r"^(?:192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89]\.\d{1,3})\.\d{1,3}$"
_FAKE_DOMAIN = r"@(?:[\w-]{1,63}\.){0,8}(?:example|example\.(?:com|org|net|edu)|invalid|test|localhost)$"
_EXAMPLE_BUCKET = r"^(?:amzn-s3-demo-.*|(?:doc-)?example-?bucket\d*|(?:my-?)?bucket|mybucket\d*|s3-bucket)$"


#: What stands for a secret, and what is left of it where a model's pattern allows less: a shorter one, or its form.
#: The third is base64 of JSON, the last a number that may be dialled.
_SCRUBBED = r"^(?:[a-z][a-z0-9]{1,7}://)?(?:(?i:scrubbed)|[eE0\W_]+$)|^eyJTQ1JVQkJF|^\+?1000\d{6,8}$"

#: A name that somebody chose for an example or a test.
_EXAMPLE_NAME = (
    r"(?i)(?<![a-z])(?:demo|examples?|samples?|tests?|testing|tutorial|quickstart|dummy|fake|foo|bar|hello)(?![a-z])"
)

_ALL = (
    _kind("account", 2, _account, _OUR_ACCOUNTS, owned=ACCOUNTS | _DOCUMENTED_ACCOUNTS),
    _kind("access-key", 0, _access_key, "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{9}EXAMPLE", documented="EXAMPLE$", kept=False),
    _kind("unique-id", 2, _unique_id, rf"A(?:{_UNIQUE})[A-Z2-7]{{1,10}}EXAMPLE", documented="EXAMPLE$"),
    _fixed("secret-key", 0, "SCRUBBEDSECRETACCESSKEY0000000000EXAMPLE", "EXAMPLE(?:KEY)?$"),
    _fixed("session-token", 0, f"FwoGZXIvYXdzEXAMPLETOKEN{'0' * 76}EXAMPLETOKEN", "EXAMPLE"),
    _fixed("signature", 0, "0" * 64),
    _fixed("signature-v2", 0, "EXAMPLESIGNATUREAAAAAAAAAAA="),
    _fixed("registry-token", 0, base64.b64encode(b"AWS:SCRUBBED").decode()),
    _fixed("jwt", 0, "SCRUBBEDJWT"),
    _fixed("private-key", 0, "SCRUBBEDPRIVATEKEY"),
    _fixed("secret", 0, "SCRUBBED", _SCRUBBED),
    _kind("sensitive", 0, _numbered("SCRUBBED", width=6), r"SCRUBBED\d{6,}", kept=False, documented=_SCRUBBED),
    _fixed("failure-message", 2, "SCRUBBEDMESSAGE"),
    _kind("page-token", 2, _numbered("EXAMPLENEXTTOKEN", width=8), r"EXAMPLENEXTTOKEN\d{8,}", kept=False),
    _kind("handle", 1, _numbered("EXAMPLEHANDLE", width=11), r"EXAMPLEHANDLE\d{11,}", kept=False),
    _named("role"),
    _named("user", 2),
    _named("session", 2),
    _named("group"),
    _named("policy"),
    _named("instance-profile"),
    _named("saml-provider"),
    _named("server-certificate"),
    _named("path"),
    _named("profile", 2),
    _named("host"),
    _named("space"),
    _kind("name", 3, _numbered("example-name-"), r"example-name-\d+", documented=_EXAMPLE_NAME),
    _kind("email", 2, _numbered("user-", "@example.com"), r"user-\d+@example\.com", documented=_FAKE_DOMAIN),
    _kind("word", 3, _numbered("exampleword"), r"exampleword\d+"),
    _kind("bucket", 3, _numbered("amzn-s3-demo-bucket-"), r"amzn-s3-demo-bucket-\d+", documented=_EXAMPLE_BUCKET),
    _kind("kms-key", 3, _kms_key, _KMS),
    _kind("kms-alias", 3, _numbered("example-key-"), r"example-key-\d+"),
    _kind("domain", 3, _numbered("d-example", width=5), r"d-example\d{5,}"),
    _kind("data-zone", 3, _data_zone, r"dzd[-_]example\d{5,}"),
    _kind("studio-instance", 3, _numbered("ins-e0a", width=13), r"ins-e0a\d{13,}"),
    _kind("canonical-user", 2, lambda number, _: f"eeeeeeee{number:056x}", "e{8}[0-9a-f]{56}"),
    _kind("private-ip", 3, _private_ip, r"192\.0\.2\.\d+|198\.18\.\d+\.\d+", documented=_DOCUMENTATION_IP),
    _kind("public-ip", 3, _public_ip, r"203\.0\.113\.\d+|198\.19\.\d+\.\d+", documented=_DOCUMENTATION_IP),
    _kind("ipv6", 3, _ipv6, r"2001:db8::(?:[0-9a-f]{1,4}:)?[0-9a-f]{1,4}", documented=r"^(?i:2001:0?db8:)"),
    _kind("mac-address", 3, _mac, r"00:00:5e:00:53:[0-9a-f]{2}|02:00:5e:(?:[0-9a-f]{2}:){2}[0-9a-f]{2}"),
    _kind("organization", 3, _numbered("o-exa", width=8), r"o-exa\d{8,}", documented="^o-(?:exa|a1b2c3d4e5$)"),
    _kind("organizational-unit", 3, _unit, r"ou-exam-exa\d{5,}", documented="^ou-(?:exam|a1b2)"),
    _kind("organization-root", 3, _numbered("r-exa", width=3), r"r-exa\d{3,}", documented="^r-(?:exa|a1b2$)"),
    _kind("identity-center", 3, _numbered("ssoins-e0a", width=13), r"ssoins-e0a\d{13,}"),
    _kind("identity-user", 2, _identity_user, r"00000000-0000-4000-8000-d[0-9a-f]{11}"),
    _kind("request-id", 4, _request_id, _REQUEST, kept=False),
    _fixed("machine-fact", 3, "EXAMPLE"),
    _fixed("trace-id", 4, "EXAMPLETRACEID"),
    *(
        _kind(name, 3, _ec2(prefix), rf"{prefix}-(?:0feed[0-9a-f]{{12}}|feed[0-9a-f]{{4}})")
        for prefix, name in EC2_KINDS.items()
    ),
)

#: Every kind by its name.
BY_NAME: Mapping[str, Kind] = {each.name: each for each in _ALL}


def canonical(kind: str, value: str) -> str:
    """Return the one spelling of *value* that is counted and remembered: its case folded where it means nothing."""
    fold = _FOLDED.get(kind)
    return fold(value) if fold else value


def stays(kind: str, value: str) -> bool:
    """Tell whether *value* is a pseudonym of *kind*, a documented example, or AWS's own: such values stay."""
    if kind == RENAMED:
        return False
    found = BY_NAME[kind]
    if value in found.owned or found.pattern.fullmatch(value):
        return True
    return found.documented is not None and found.documented.search(value) is not None

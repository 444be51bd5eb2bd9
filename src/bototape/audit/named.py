"""
What leaks by the name it stands under: header, JSON member, XML element, form field, environment variable.

A name tells what no form can: that 64 hexadecimal digits are an owner and not a digest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bototape.audit.examples import is_example_account, is_example_address, is_example_uuid, is_made_up
from bototape.audit.kinds import Hit

__all__ = ["CONTEXTS", "Context", "contexts_of", "hits_under"]


class Context(NamedTuple):
    """One sort of name. *leak* returns the leaking part of a value, or None."""

    name: str
    rule: str
    means: Callable[[str, str], bool]
    leak: Callable[[str], str | None]


def _ends(*endings: str) -> Callable[[str, str], bool]:
    return lambda folded, _: folded.endswith(endings)


def _one_of(*names: str) -> Callable[[str, str], bool]:
    wanted = frozenset(names)
    return lambda folded, _: folded in wanted


_ACCOUNT = re.compile(r"[0-9]{12}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}")
_SHORT_ACCOUNT = re.compile(r"[1-9][0-9]{8,10}")


def _says_account(folded: str, _: str) -> bool:
    return "account" in folded or "owner" in folded or folded in ("aws", "catalogid", "registryid", "registryids")


def _account(value: str) -> str | None:
    """Twelve digits; as many as are left of a number whose leading zeros are gone."""
    if _ACCOUNT.fullmatch(value):
        return None if is_example_account(re.sub("[ -]", "", value)) else value
    return None


def _account_number(value: str) -> str | None:
    short = _SHORT_ACCOUNT.fullmatch(value)
    return value if short and not is_example_account(value.zfill(12)) else None


_SECRET_KEY = re.compile(r"(?![0-9a-f]{40})[A-Za-z0-9/+]{40}")


def _secret_key(value: str) -> str | None:
    return value if _SECRET_KEY.fullmatch(value) and not is_made_up(value) else None


def _longer_than(least: int) -> Callable[[str], str | None]:
    def leak(value: str) -> str | None:
        return value if len(value) >= least and not is_made_up(value) else None

    return leak


#: Tokens that are test input, page markers or vocabulary, not credentials.
_HARMLESS_TOKEN = re.compile(
    r"next|client|request|idempot|continuation|pagination|page|marker|sync|lock|pad|eos|bos|unk|mask|sep|cls|stop|special|"
    r"max|min|num|start|end|per|first|last|image|prompt|new"
)
_ENVIRONMENT_NAME = re.compile(
    r"(?:.*_)?(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|"
    r"(?:API|AUTH|ACCESS|PRIVATE|SIGNING|ENCRYPTION|SECRET|LICENSE)_?KEY)"
)
_SECRET_ENDINGS = (
    *("password", "passwd", "passphrase", "clientsecret", "secretstring", "apikey", "apitoken", "accesstoken"),
    *("authtoken", "authorizationtoken", "refreshtoken", "idtoken", "bearertoken", "identitytoken", "tokenvalue"),
    *("callbacktoken", "privatekey", "samlassertion", "plaintext"),
)
#: A value that refers to a secret or describes one instead of holding it.
_REFERENCE = re.compile(r"arn:|s3://|alias/|/|\{|\[|https?://|resolve:", re.IGNORECASE)


def _says_secret(folded: str, name: str) -> bool:
    if folded.endswith(_SECRET_ENDINGS):
        return True
    constant = name.upper() if "_" in name else name
    return _ENVIRONMENT_NAME.fullmatch(constant) is not None and not _HARMLESS_TOKEN.search(folded)


def _secret(value: str) -> str | None:
    leaks = len(value) >= 8 and not re.search(r"\s", value) and not _REFERENCE.match(value) and not is_made_up(value)  # noqa: PLR2004 - shorter ones are words such as "true"
    return value if leaks else None


_SCHEME = re.compile(r"(?:Bearer|Basic|Token|Negotiate)\s+(\S{8,})", re.IGNORECASE)


def _bearer(value: str) -> str | None:
    found = _SCHEME.fullmatch(value)
    return found[1] if found and not is_made_up(found[1]) else None


_V2_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64,160}")


def _signature(value: str) -> str | None:
    leaks = _V2_SIGNATURE.fullmatch(value) and value.strip("0") and not is_made_up(value)
    return value if leaks else None


def _says_key(folded: str, _: str) -> bool:
    return "kmskey" in folded or "kmsmasterkey" in folded or folded == "keyid"


def _says_owner_id(folded: str, name: str) -> bool:
    """S3's XML writes ``<Owner><ID>``."""
    return name == "ID" or "canon" in folded or folded == "ownerid"


_CANONICAL = re.compile(r"(?!eeeeeeee)[0-9a-f]{64}", re.IGNORECASE)


def _canonical(value: str) -> str | None:
    return value if _CANONICAL.fullmatch(value) else None


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _uuid(value: str) -> str | None:
    return value if _UUID.fullmatch(value) and not is_example_uuid(value.lower()) else None


def _trace(value: str) -> str | None:
    """Return any value but a pseudonym: these ids have many forms."""
    return value if len(value) >= 8 and not is_example_uuid(value) and not is_made_up(value) else None  # noqa: PLR2004 - a shorter one traces nothing


_ADDRESS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?:/[0-9]{1,2})?")


def _address(value: str) -> str | None:
    found = _ADDRESS.fullmatch(value)
    return found[1] if found and not is_example_address(found[1]) else None


_DOMAIN = re.compile(r"(?:d-|dzd[-_])(?!exa)[a-z0-9-]{8,61}")


def _domain(value: str) -> str | None:
    return value if _DOMAIN.fullmatch(value) else None


_IDENTITY = re.compile(rf"[0-9a-f]{{10}}-{_UUID.pattern}", re.IGNORECASE)


def _identity(value: str) -> str | None:
    return value if _IDENTITY.fullmatch(value) and not is_example_uuid(value[11:].lower()) else None


_ROOT = re.compile(r"r-(?!exa)(?=[0-9a-z]*[0-9])[0-9a-z]{4,32}")


def _root(value: str) -> str | None:
    return value if _ROOT.fullmatch(value) else None


_PAGE = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9+/=_.:-]{32,}", re.DOTALL)


def _page(value: str) -> str | None:
    """Return a token as AWS makes them, long and of all characters; a test's ``page-2`` is none."""
    return value if _PAGE.fullmatch(value) and not is_made_up(value) else None


_NOBODY = re.compile(r"example-.*|default|(?:default-|botocore-session-)?[0-9]*|(?:Amazon|AWS|aws-).*")


def _person(value: str) -> str | None:
    return None if _NOBODY.fullmatch(value) or is_made_up(value) else value


_MACHINE = re.compile(r"(?:os/[a-z]+#|exec-env/|app/|Linux/|Windows/|Darwin/)([^\s/]{3,128})")


def _machine(value: str) -> str | None:
    found = _MACHINE.search(value)
    return found[1] if found and not is_made_up(found[1]) else None


#: All contexts, by name. A name has every context that means it.
CONTEXTS: tuple[Context, ...] = (
    Context("account", "account-id", _says_account, _account),
    Context("account-number", "account-id", _ends("account", "accountid", "accountnumber", "ownerid"), _account_number),
    Context("secret-key", "secret-access-key", _ends("secretaccesskey", "secretkey"), _secret_key),
    Context("session-token", "session-token", _ends("securitytoken", "sessiontoken"), _longer_than(16)),
    Context("secret", "secret-value", _says_secret, _secret),
    Context("cookie", "secret-value", _ends("cookie"), _longer_than(8)),
    Context("authorization", "bearer-token", _ends("authorization"), _bearer),
    Context("signature", "request-signature", _ends("signature"), _signature),
    Context("kms", "kms-key", _says_key, _uuid),
    Context("canonical", "canonical-user-id", _says_owner_id, _canonical),
    Context(
        "address",
        "ip-address",
        _ends("ip", "ips", "ipv6", "ipaddress", "ipaddresses", "ipv4address", "cidr", "cidrblock", "forwardedfor"),
        _address,
    ),
    Context("domain", "studio-domain", _ends("domainid"), _domain),
    Context("identity", "identity-store-id", _ends("userid", "principalid", "memberid", "groupid"), _identity),
    Context("organization-root", "organization-id", _ends("rootid", "parentid", "targetid"), _root),
    Context(
        "page",
        "pagination-token",
        _ends("nexttoken", "continuationtoken", "paginationtoken", "pagetoken", "forwardtoken", "backwardtoken"),
        _page,
    ),
    Context("marker", "pagination-token", _one_of("marker", "nextmarker", "nextpagemarker", "nextpage"), _page),
    Context("handle", "capability-token", _ends("receipthandle", "tasktoken"), _longer_than(24)),
    Context("person", "user-name", _one_of("userprofilename", "singlesignonuservalue", "rolesessionname"), _person),
    Context("machine", "machine-fact", _ends("useragent"), _machine),
    Context("point-of-presence", "request-id", _one_of("xamzcfpop"), _longer_than(4)),
    Context(
        "trace",
        "request-id",
        _one_of(
            *("xamznrequestid", "xamzrequestid", "requestid", "xamzid2", "hostid", "xamzcfid", "xamzntraceid"),
            *("amzsdkinvocationid", "xamznerrorid"),
        ),
        _trace,
    ),
)

_FOLD = re.compile(r"[^a-z0-9]")


def contexts_of(name: str, contexts: tuple[Context, ...] = CONTEXTS) -> tuple[Context, ...]:
    """Return the contexts of *name*; most names have none."""
    folded = _FOLD.sub("", name.lower())
    return tuple(each for each in contexts if each.means(folded, name))


def hits_under(contexts: tuple[Context, ...], value: str) -> list[Hit]:
    """Return what leaks of *value* under a name of *contexts*."""
    found = ((each.rule, each.leak(value)) for each in contexts)
    return [Hit(rule, leak) for rule, leak in found if leak is not None]

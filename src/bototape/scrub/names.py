"""What a member, header, query parameter or element name says of its whole value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from bototape.scrub.edits import Edit, Style, keep_case, named
from bototape.scrub.estate import session_kind
from bototape.scrub.fit import fitted
from bototape.scrub.known import account_style
from bototape.scrub.meaning import Meaning

__all__ = [
    "HEADER",
    "NOWHERE",
    "Asked",
    "Place",
    "is_plain",
    "is_version",
    "nothing",
    "rule_of",
    "says_nothing",
    "whole",
    "whole_number",
]


class Place(NamedTuple):
    """
    Where a text stands: the *name* of its member, header, parameter or element, and of the one *around* it.

    *around* is ``header`` for a header field's value; *meaning* is what the service's model says.
    """

    name: str = ""
    around: str = ""
    meaning: Meaning | None = None


#: What says which edit of a text its place asks for.
Asked = Callable[[str, Place], Edit | None]

#: Where a text stands that nothing is known of.
NOWHERE = Place()

#: The *around* of a header field's value.
HEADER = "header"

_HEADERS_ONLY = frozenset({"via", "cookie", "set-cookie"})

_ACCOUNT = re.compile(r"\d{12}|\d{4}([- ])\d{4}\1\d{4}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KMS = re.compile(rf"{_UUID.pattern}|mrk-[0-9a-f]{{32}}", re.IGNORECASE)
_CANONICAL = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_REQUEST_ID = re.compile(rf"{_UUID.pattern}|[0-9A-Z]{{16}}|[0-9a-zA-Z_=-]{{12,64}}", re.IGNORECASE)
_DOMAIN = re.compile(r"d-[a-z0-9]{10,61}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_SIGV2 = re.compile(r"(?:[A-Za-z0-9+/]{27}|[A-Za-z0-9+/]{43})=")
_HEX = re.compile(r"[0-9a-f]{64,512}", re.IGNORECASE)
_ANY = re.compile(r"[^\x00]+", re.DOTALL)
_MARKER = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z0-9+/_-]{40,8192}={0,2}")
_PLAIN = re.compile(
    r"\s*(?:true|false|null|none|yes|no|on|off|auto|default|\d{1,6}(?:\.\d{1,6})?|\*{3,})?\s*", re.IGNORECASE
)

_ACCOUNT_NAMES = (
    "account accountid accountids awsaccount awsaccountid awsaccountids accountnumber owneraccount owneraccountid"
    " ownerid registryid registryids catalogid recipientaccountid sourceaccount awssourceaccount principalaccount"
    " awsprincipalaccount xamzexpectedbucketowner xamzsourceexpectedbucketowner xamzaccountid xamzsourceaccount"
    " expectedbucketowner targetaccount targetaccountid destinationaccount destinationaccountid sourceaccountid"
    " memberaccountid masteraccountid managementaccountid delegatedadminaccountid customeraccountid useraccountid"
    " requesteraccountid owner owners ownerids principal principals userids aws payer payeraccountid linkedaccountid"
)
#: Names that S3 gives to keys and other services to opaque tokens.
_MARKER_NAMES = "marker nextmarker"
_PAGE_NAMES = (
    "nexttoken continuationtoken nextcontinuationtoken paginationtoken nextpaginationtoken pagetoken nextpagetoken"
    " nextpage nextpagemarker nextbackwardtoken nextforwardtoken xamznnexttoken"
)
_REQUEST_NAMES = (
    "requestid xamznrequestid xamzrequestid xamznrequestids awsrequestid xamzapigwid xamznremappedxamznrequestid"
)
_TRACE_NAMES = "xamzid2 hostid xamzcfid xamzcfpop via xamzntraceid xamznremappedxamzcfid amzsdkinvocationid"

#: Secrets that models leave unmarked, and those of the AWS query and header parameters.
_SECRET_NAMES = (
    "password masteruserpassword masterpassword newpassword oldpassword temporarypassword proposedpassword secret"
    " clientsecret secretstring secretbinary secrethash plaintext privatekey privatekeyplaintext tokenvalue"
    " callbacktoken authtoken accesstoken refreshtoken idtoken bearertoken sessiontokenvalue samlassertion"
    " authorizationcode usercode devicecode apikey apikeyvalue apisecret setcookie cookie privatekeymaterial"
    " keymaterial passwd passphrase dbpassword authparameter"
)

#: Name, normalised → (what the whole value must be, the kind it then is).
_RULES: Mapping[str, tuple[re.Pattern[str], str]] = {
    **dict.fromkeys(_ACCOUNT_NAMES.split(), (_ACCOUNT, "account")),
    **dict.fromkeys(_PAGE_NAMES.split(), (_ANY, "page-token")),
    **dict.fromkeys(_MARKER_NAMES.split(), (_MARKER, "page-token")),
    **dict.fromkeys(_REQUEST_NAMES.split(), (_REQUEST_ID, "request-id")),
    **dict.fromkeys(_TRACE_NAMES.split(), (_ANY, "trace-id")),
    **dict.fromkeys(_SECRET_NAMES.split(), (_ANY, "secret")),
    **dict.fromkeys(("secretaccesskey", "secretkey", "awssecretaccesskey", "awssecretkey"), (_ANY, "secret-key")),
    **dict.fromkeys(
        (
            "sessiontoken",
            "xamzsecuritytoken",
            "securitytoken",
            "awssessiontoken",
            "awssecuritytoken",
            "xamzs3sessiontoken",
        ),
        (_ANY, "session-token"),
    ),
    **dict.fromkeys(("authorizationtoken",), (_ANY, "registry-token")),
    **dict.fromkeys(("webidentitytoken", "oidctoken"), (_ANY, "jwt")),
    **dict.fromkeys(("receipthandle", "tasktoken"), (_ANY, "handle")),
    "xamzsignature": (_HEX, "signature"),
    "signature": (_SIGV2, "signature-v2"),
    "domainid": (_DOMAIN, "domain"),
    "userprofilename": (_ANY, "profile"),
    **dict.fromkeys(("canonicaluser", "canonicaluserid", "s3canonicaluserid"), (_CANONICAL, "canonical-user")),
    "rolesessionname": (_ANY, "session"),
}

#: What other names of accounts end in: ``resourceOwnerAccount``, ``delegatedAdministratorAccountId``.
_ACCOUNT_ENDS = ("account", "accountid", "accountids", "accountnumber")

#: A free map's key that says its value is a secret: the last words of an environment variable or parameter name.
_SECRET_KEY = re.compile(
    r"(?:PASSWORD|PASSWD|(?:^|[_.-])(?:PWD|PASSPHRASE|SECRET|CREDENTIALS?|TOKEN|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY"
    r"|SECRET[_-]?KEY|AUTH[_-]?KEY|SIGNING[_-]?KEY|ENCRYPTION[_-]?KEY|SECRET[_-]?ACCESS[_-]?KEY))$"
)

#: Lower-case parameters of models and tables that end in the same words and are no secrets.
_HARMLESS = re.compile(
    r"(?:^|[_.-])(?:max|min|num|pad|eos|bos|unk|sep|cls|mask|stop|start|end|next|page|client|request|idempotency"
    r"|special|new|per|first|last|image|prompt)[_.-]?(?:new[_.-]?)?token$",
    re.IGNORECASE,
)

_NOT_PLAIN = re.compile(r"[^a-z0-9]")


#: The same in the middle of a name: what a member or map's key that starts with a small letter ends in.
_SECRET_END = re.compile(
    r"[a-z0-9](?:Password|Passwd|Passphrase|Secret|ApiKey|APIKey|ApiSecret|PrivateKey|SecretKey|AuthToken|AccessToken"
    r"|RefreshToken|BearerToken)$"
)


@lru_cache(maxsize=8192)
def rule_of(name: str) -> tuple[re.Pattern[str], str] | None:
    """Return what the whole value of a member *name* must be, and the kind it then is, or None for any other name."""
    plain = _NOT_PLAIN.sub("", name.lower())
    found = _RULES.get(plain)
    if found:
        return found
    if plain.endswith(_ACCOUNT_ENDS):
        return _ACCOUNT, "account"
    if "kms" in plain:
        return _KMS, "kms-key"
    snake = name.isupper() or (name.islower() and name != plain) or "-" in name
    # The scope of a signature; its key has a form of its own.
    if plain == "xamzcredential":
        return None
    if snake and _SECRET_KEY.search(name.upper()) and not _HARMLESS.search(name):
        return _ANY, "secret"
    if _SECRET_END.search(name):
        return _ANY, "secret"
    return None


def is_plain(text: str) -> bool:
    """Tell whether *text* is a small number or a word like ``none``, which is no secret."""
    return _PLAIN.fullmatch(text) is not None


def is_version(name: str) -> bool:
    """Tell whether the member *name* holds versions, which look like addresses."""
    return re.search(r"version|driver|engine|kernel|release|image", name, re.IGNORECASE) is not None


#: What the whole value of a kind must be, where it must be anything, whatever the model says.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "account": _ACCOUNT,
    "kms-key": _KMS,
    "canonical-user": _CANONICAL,
    "domain": _DOMAIN,
    "request-id": _REQUEST_ID,
    "role": re.compile(r"(?!AWSServiceRole)[\w+=,.@-]{1,128}"),
    "bucket": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
}

_STYLES: Mapping[str, Style] = {
    "account": account_style,
    "canonical-user": keep_case,
    "kms-key": keep_case,
    "request-id": keep_case,
}


def says_nothing(name: str, around: str, meaning: Meaning | None) -> bool:
    """Tell whether a place (as of a `Place`) says nothing of the values there."""
    if meaning is not None or rule_of(name) is not None or around.lower() in _S3_PRINCIPALS:
        return False
    return not name.endswith("Name") or not _is_listed(Place(name, around))


def whole(text: str, place: Place) -> Edit | None:
    """Return the edit of all of *text* that its *place* asks for, or None."""
    kind = _kind(text, place)
    if not kind or (kind in _OPAQUE and is_plain(text)):
        return None
    value = re.sub(r"\D", "", text) if kind == "account" else ""
    return fitted(named(text, 0, len(text), kind, value=value, style=_STYLES.get(kind)), text, kind, place.meaning)


def nothing(_text: str, _place: Place) -> Edit | None:
    """Return None: where nothing is asked of a place."""
    return None


def whole_number(token: str, place: Place) -> Edit | None:
    """Return the edit of the JSON number *token* that its *place* asks for, or None: a number becomes a number."""
    edit = whole(token, place)
    if edit is None or edit.facts[0][0] == "account":
        return edit
    is_secret = edit.facts[0][0] in ("secret", "sensitive")
    # What only ends in such a word may be when it was changed.
    is_named = place.meaning is not None or _NOT_PLAIN.sub("", place.name.lower()) in _RULES
    return replace(edit, render=lambda _: "0") if is_secret and is_named else None


_NAME = re.compile(r"[A-Za-z0-9][\w.-]{3,255}")

#: What ``List…`` operations of Amazon SageMaker, AWS Lambda and Amazon DynamoDB show under its plural.
_LISTED = frozenset(
    {
        *("AppImageConfig", "Domain", "Endpoint", "EndpointConfig", "Function", "GlobalTable", "Image"),
        *("InferenceComponent", "Layer", "Model", "NotebookInstance", "NotebookInstanceLifecycleConfig", "Space"),
        *("StudioLifecycleConfig", "Workforce", "Workteam"),
    }
)


def _is_listed(place: Place) -> bool:
    """Tell whether a name is one of a list, as in ``TrainingJobSummaries[].TrainingJobName``."""
    stem = place.name.removesuffix("Name")
    if not stem or stem == place.name:
        return False
    return place.around in (f"{stem}Summaries", f"{stem}SummaryList") or (
        stem in _LISTED and place.around == f"{stem}s"
    )


#: Who S3 names by canonical user and display name (Amazon S3 API reference, "Owner", "Grantee", "Initiator").
_S3_PRINCIPALS = frozenset({"owner", "grantee", "initiator"})

#: Kinds that a name tells, and of which a number or a word like ``none`` is no value.
_OPAQUE = frozenset({"secret", "jwt", "registry-token"})


def _kind(text: str, place: Place) -> str:
    kind, meaning = _told(text, place), place.meaning
    if kind or meaning is None or not meaning.is_sensitive or meaning.is_blob or meaning.stays(text):
        return kind
    return "" if text.startswith("arn:") or not text else "sensitive"


def _told(text: str, place: Place) -> str:
    if place.around and place.around.lower() in _S3_PRINCIPALS:
        if place.name.lower() == "id":
            return "canonical-user" if _CANONICAL.fullmatch(text) else ""
        if place.name == "DisplayName":
            return "user"
    if text.startswith("arn:") or not text:
        return ""
    meaning = place.meaning
    if meaning is not None and meaning.kind:
        kind = "email" if meaning.kind == "sensitive" and _EMAIL.fullmatch(text) else meaning.kind
        form = _FORMS.get(kind)
        return kind if form is None or form.fullmatch(text) else ""
    rule = rule_of(place.name)
    if rule is None:
        return "name" if _is_listed(place) and _NAME.fullmatch(text) else ""
    if not rule[0].fullmatch(text):
        return ""
    if place.name.lower() in _HEADERS_ONLY and place.around != HEADER:
        return ""
    return session_kind(text) or "" if rule[1] == "session" else rule[1]

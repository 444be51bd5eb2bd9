"""What to do about a service that refuses: credentials that ended or are unknown, and what they may not do."""

from __future__ import annotations

import re

__all__ = ["advice", "not_fetched"]

#: Sources: the common errors of AWS's Query and JSON APIs (STS, IAM and SageMaker API references, "Common Errors").
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_UNKNOWN = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "NotAuthorized",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)

#: How IAM words a refusal: ``… is not authorized to perform: ACTION on resource: ARN …``.
_ACTION = re.compile(r"not authorized to perform:? (?P<action>[A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_RESOURCE = re.compile(r"on resource:? (?P<resource>arn:\S+?|\*)(?=[\s,]|$)")


#: The calls that fetch credentials: how a message calls them, and what to do where they are refused.
_FETCHING = {
    "AssumeRole": (
        "sts:AssumeRole on the profile's role_arn",
        "allow its source_profile sts:AssumeRole on that role, and let the role trust it",
    ),
    "AssumeRoleWithWebIdentity": (
        "sts:AssumeRoleWithWebIdentity on the role_arn",
        "let the role trust the provider that the token is of",
    ),
    "GetRoleCredentials": (
        "sso:GetRoleCredentials",
        "give whoever signed in the role that the profile names (sso_account_id, sso_role_name)",
    ),
}

_RENEW = "the credentials have expired: renew them (aws sso login, or assume the role again), then run it again"
_CHOOSE = "the credentials are not known to the service: choose another --profile, or correct them"


def not_fetched(code: str, operation: str) -> tuple[str, str]:
    """
    Return why credentials could not be fetched, and what to do: *operation* was answered with the error *code*.

    What the answer says besides is left out: nobody knows yet whose account it names.
    """
    called, fix = _FETCHING.get(operation, (operation, "choose another --profile, or correct it"))
    if code in _EXPIRED:
        fix = _RENEW
    elif code in _UNKNOWN:
        fix = _CHOOSE
    return f"{called} was refused with {code}", fix


def advice(code: str, message: str, action: str, scenario: str) -> str:
    """
    Return what to do about the error *code* that says *message* (scrubbed), or nothing for any other error.

    *action* is that of the call (``sagemaker:DescribeAutoMLJob``), where the message names none.
    """
    if code in _EXPIRED:
        return _RENEW
    if code in _UNKNOWN:
        return _CHOOSE
    if code not in _DENIED:
        return ""
    said, where = _ACTION.search(message), _RESOURCE.search(message)
    named = said["action"] if said else action
    resource = where["resource"].rstrip(".") if where else "*"
    return f"allow {named} on {resource}: bototape iam-policy {scenario} prints all that it needs"

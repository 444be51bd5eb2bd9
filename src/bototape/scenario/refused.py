"""What to do about a service that refuses: credentials that ended or are unknown, and what they may not do."""

from __future__ import annotations

import re

__all__ = ["advice"]

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


def advice(code: str, message: str, action: str, scenario: str) -> str:
    """
    Return what to do about the error *code* that says *message* (scrubbed), or nothing for any other error.

    *action* is that of the call (``sagemaker:DescribeAutoMLJob``), where the message names none.
    """
    if code in _EXPIRED:
        return "the credentials have expired: renew them (aws sso login, or assume the role again), then run it again"
    if code in _UNKNOWN:
        return "the credentials are not known to the service: choose another --profile, or correct them"
    if code not in _DENIED:
        return ""
    said, where = _ACTION.search(message), _RESOURCE.search(message)
    named = said["action"] if said else action
    resource = where["resource"].rstrip(".") if where else "*"
    return f"allow {named} on {resource}: bototape iam-policy {scenario} prints all that it needs"

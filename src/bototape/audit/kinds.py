"""What the audit can find: kinds of identifiers, each with its tier."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bototape.finding import Severity

__all__ = ["KINDS", "Hit", "Kind", "Tier"]

#: T0 live credential, T1 capability URL, T2 identity or account, T3 topology, T4 trace id; "" is no identifier.
Tier = Literal["T0", "T1", "T2", "T3", "T4", ""]


class Kind(NamedTuple):
    """One kind; *words* with their article name it in messages."""

    tier: Tier
    words: str

    @property
    def severity(self) -> Severity:
        """Errors up to T2, which no cassette may hold; a warning for T3."""
        if self.tier in ("T0", "T1", "T2"):
            return Severity.ERROR
        return Severity.WARNING if self.tier == "T3" else Severity.INFO


class Hit(NamedTuple):
    """
    One identifier met in a text.

    *value* stays inside this package: messages name its kind and length only. *note* says what could not be done,
    for what is no identifier.
    """

    rule: str
    value: str
    note: str = ""


#: By rule id.
KINDS: dict[str, Kind] = {
    "access-key-id": Kind("T0", "an access key id"),
    "authorization-message": Kind("T2", "an encoded authorization failure message"),
    "account-id": Kind("T2", "an account id"),
    "bearer-token": Kind("T0", "a bearer token"),
    "canonical-user-id": Kind("T2", "a canonical user id"),
    "credential-scope": Kind("T2", "a credential scope"),
    "capability-token": Kind("T1", "a token that lets its holder act"),
    "email": Kind("T2", "an e-mail address"),
    "iam-name": Kind("T3", "the name of an IAM role, user or session"),
    "iam-unique-id": Kind("T2", "an IAM unique id"),
    "ip-address": Kind("T3", "an IP address"),
    "identity-store-id": Kind("T2", "a user's id in an identity store"),
    "jwt": Kind("T0", "a JSON web token"),
    "kms-alias": Kind("T3", "the alias of a KMS key"),
    "kms-key": Kind("T3", "a KMS key id"),
    "known-value": Kind("T2", "a value of the recorded estate"),
    "mac-address": Kind("T3", "a hardware address"),
    "machine-fact": Kind("T3", "a fact about the machine that called"),
    "opaque-layer": Kind("", "something that cannot be inspected"),
    "organization-id": Kind("T3", "an id of an organization"),
    "pagination-token": Kind("T2", "a pagination token"),
    "presigned-url": Kind("T1", "the signature of a presigned URL"),
    "private-key": Kind("T0", "a private key"),
    "request-id": Kind("T4", "a request id"),
    "request-signature": Kind("T0", "a request signature"),
    "secret-access-key": Kind("T0", "a secret access key"),
    "secret-value": Kind("T0", "a secret by its name"),
    "session-token": Kind("T0", "a session token"),
    "stale-digest": Kind("T3", "a digest of something else than the stored body"),
    "studio-domain": Kind("T3", "the id of a SageMaker domain"),
    "url-password": Kind("T0", "a password in a URL"),
    "user-name": Kind("T3", "the name of a user"),
    "vpc-id": Kind("T3", "an id of a VPC resource"),
}

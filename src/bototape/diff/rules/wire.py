"""Rules for how messages travel: protocol, HTTP, signature, host."""

from __future__ import annotations

from bototape.diff.rules.record import Rule, everywhere, sides, whole
from bototape.finding import Severity

__all__ = ["RULES"]

_B, _D, _I, _N = Severity.BREAKING, Severity.DANGEROUS, Severity.INFO, Severity.NEUTRAL

RULES = (
    Rule(
        "protocol-changed",
        "protocol-changed",
        whole(_I, _B),
        "protocol changed from {old} to {new}",
        "botocore speaks the new protocol; every recorded body and header, and mocks that parse them, are of the old.",
        "record again with the new release, or pin botocore below it",
    ),
    Rule(
        "protocols-changed",
        "protocols-changed",
        whole(_N, _I),
        "supported protocols changed ({old}; now {new})",
        "A protocol added to the list is often the default of a later release.",
        "expect a change of protocol; nothing to do now",
    ),
    Rule(
        "wire-metadata-changed",
        "wire-metadata-changed",
        whole(_N, _D),
        "wire metadata changed ({old}; now {new})",
        "Content-Type, X-Amz-Target or the XML namespace of requests change, which matchers may compare.",
        "match on the call instead of headers, or record again",
    ),
    Rule(
        "signature-version-changed",
        "signature-version-changed",
        whole(_D, _D),
        "signature version changed ({old}; now {new})",
        "Requests are signed another way; proxies, roles and matchers that look at the signature notice.",
        "check what reads the Authorization header",
    ),
    Rule(
        "auth-list-changed",
        "auth-list-changed",
        whole(_N, _N),
        "list of ways to sign changed ({old}; now {new})",
        "The first of them, which botocore takes, is the same as before.",
        "nothing to do",
    ),
    Rule(
        "auth-scheme-changed",
        "auth-scheme-changed",
        whole(_D, _D),
        "way to sign changed ({old}; now {new})",
        "botocore takes the first of the list it can: requests are signed another way than before.",
        "check what reads the Authorization header, and the credentials that are needed",
    ),
    Rule(
        "api-version-changed",
        "api-version-changed",
        whole(_I, _D),
        "version of the API changed ({old}; now {new})",
        "Requests that carry it differ, and clients that are made with api_version need the new one.",
        "match on the call, or record again",
    ),
    Rule(
        "http-method-changed",
        "http-method-changed",
        whole(_N, _B),
        "HTTP method changed from {old} to {new}",
        "botocore sends the new method; recorded requests have the old.",
        "record again",
    ),
    Rule(
        "uri-changed",
        "uri-changed",
        whole(_N, _B),
        "URI changed from {old} to {new}",
        "botocore sends to the new path; recorded requests have the old.",
        "record again",
    ),
    Rule(
        "uri-slash-changed",
        "uri-slash-changed",
        whole(_N, _D),
        "URI changed from {old} to {new}, a trailing slash",
        "Matchers that compare the path as text miss.",
        "match on the call, or record again",
    ),
    Rule(
        "uri-label-renamed",
        "uri-label-renamed",
        everywhere(_N, _N),
        "URI label renamed from {old} to {new}",
        "A label's name is never sent.",
        "nothing to do",
    ),
    Rule(
        "response-status-changed",
        "response-status-changed",
        whole(_N, _D),
        "status of the answer changed from {old} to {new}",
        "botocore only asks whether it is below 300; recordings and mocks carry the old one.",
        "record again if you assert on the status",
    ),
    Rule(
        "response-status-respelled",
        "response-status-respelled",
        whole(_N, _N),
        "status of the answer written differently ({old}; now {new})",
        "Without one it is 200.",
        "nothing to do",
    ),
    Rule(
        "host-prefix-changed",
        "host-prefix-changed",
        everywhere(_N, _B),
        "host prefix changed ({old}; now {new})",
        "Requests go to another host than the recorded ones.",
        "match on the call, or record again",
    ),
    Rule(
        "authtype-changed",
        "authtype-changed",
        whole(_I, _D),
        "authentication changed ({old}; now {new})",
        "The Authorization header comes or goes.",
        "record again if a matcher reads it",
    ),
    Rule(
        "request-encoding-changed",
        "request-encoding-changed",
        whole(_I, _D),
        "checksum or encoding of the request changed ({old}; now {new})",
        "Requests gain or lose headers, or the body is sent in another encoding.",
        "match on the call, or record again",
    ),
    Rule(
        "endpoint-parameter-changed",
        "endpoint-parameter-changed",
        {**sides((_N, _I), (_N, _I)), **whole(_I, _D)},
        "parameter of the endpoint changed ({old}; now {new})",
        "The endpoint rules may choose another host for the same call.",
        "compare the host of a new request with the recorded one",
    ),
    Rule(
        "endpoint-discovery-changed",
        "endpoint-discovery-changed",
        everywhere(_I, _D),
        "endpoint discovery changed ({old}; now {new})",
        "botocore asks the service for the host of a call, or does not any more.",
        "match on the call, or record again",
    ),
)

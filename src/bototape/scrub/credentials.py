"""
Credentials by their own form, wherever they stand: keys, tokens, signatures.

Sources: IAM user guide, "IAM identifiers" (unique id prefixes); Signature Version 4 (the ``Authorization`` header
and presigned query); Amazon ECR ``GetAuthorizationToken``; the token formats that code hosts publish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bototape.scrub.detector import Detector, holds
from bototape.scrub.edits import Edit, keep_case, named
from bototape.scrub.estate import session_kind
from bototape.scrub.names import Place, is_plain, rule_of
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["DETECTORS"]

_KEY = re.compile(r"(?<![A-Za-z0-9])A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_SMALL_KEY = re.compile(r"(?<![A-Za-z0-9])a[ks]ia(?=[a-z]{0,15}[2-7])[a-z2-7]{16}(?![A-Za-z0-9])")
_MASKED_KEY = re.compile(r"(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{4,15}(?=\*{2}|\.{3}|\u2026|x{3})")
_UNIQUE = re.compile(
    r"(?<![A-Za-z0-9])A(?:ROA|IDA|GPA|NPA|IPA|NVA|SCA|PKA)[A-Z0-9]{12,17}(?![A-Za-z0-9])(?::([\w+=,.@-]{2,64}))?"
)
#: Where an access key or a unique id may start.
_KEYS = re.compile(r"A(?:[KSB]IA|CCA|ROA|IDA|GPA|NPA|IPA|NVA|SCA|PKA)[A-Z0-9]{4}")

_SESSION = re.compile(
    r"(?<![A-Za-z0-9])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz|AgoJb3JpZ2lu)[A-Za-z0-9+/_-]{40,}+={0,2}"
)
_SIGNATURE = re.compile(r"(?i:signature)[\"'\s=:]{1,12}([0-9a-fA-F]{64,512})(?![0-9a-fA-F])")
_SIGV2 = re.compile(r"(?:\bAWS [A-Z0-9]{16,128}:|[?&;]Signature=)([A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=)")
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,}+\.eyJ[A-Za-z0-9_-]{4,}+\.[A-Za-z0-9_-]*+")
_REGISTRY = re.compile(r"(?<![A-Za-z0-9+/])QVdTOm[A-Za-z0-9+/]{20,}+={0,2}")
_BEDROCK = re.compile(r"(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{100,}+={0,2}")
_PRESIGNED = re.compile(r"(?:k8s-aws-v1\.|bedrock-api-key-)([A-Za-z0-9+/_-]{40,}+={0,2})")
_OTHERS = re.compile(
    r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{30,64}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}"
    r"|glpat-[A-Za-z0-9_-]{20,64}|xox[abposr]-[A-Za-z0-9-]{10,200}|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,200}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{20,200}|npm_[A-Za-z0-9]{36}|pypi-Ag[A-Za-z0-9_-]{20,400}|dapi[0-9a-f]{32}"
    r"|AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9])"
)
_PASSWORD = re.compile(r"://[^\s:/@'\"<>\\]{0,128}:([^\s/@'\"<>\\]{1,256})@")
_FAILURE = re.compile(r"(?i:encoded authorization failure message:)\s{0,3}([A-Za-z0-9_-]{40,}+)")
_ASSIGNED = re.compile(
    r"(?i:aws_?secret_?access_?key|secret_?access_?key|aws_?secret_?key)[\"']?(?:\s{0,3}[=:]\s{0,3}|\s{1,3})[\"']?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])"
)
_AUTHORIZATION = re.compile(
    r"(?i:authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?i:bearer|basic|token)\s{1,3}([A-Za-z0-9._~+/-]{8,}+=*+)"
)
_BEARER = re.compile(r"(?<![A-Za-z])Bearer\s{1,3}([A-Za-z0-9._~+/-]{20,}+=*+)")
_PAIRED = re.compile(
    r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}[^A-Za-z0-9+/]{1,12}(?![0-9a-f]{40})([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])"
)
_PARAMETER = re.compile(
    r"[?&](?i:auth_?token|token|access_token|id_token|refresh_token|(?:x-)?api[_-]?key|sig|signature)=([^&\s\"'<>\\]{16,}+)"
)
#: A name, what assigns, a quote, the value: in a script, an environment file, JSON that was cut off.
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])([A-Za-z_][\w.-]{2,63})[\"']?(\s{0,3}[=:]\s{0,3})([\"']?)([^\s\"'<>;,&|()\[\]{}$%*=\\][^\s\"'<>;,&|()\[\]{}\\]{2,4095})"
    r"(?![(\[{])"
)
_names_a_secret = holds(
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "cred",
    "code",
    "cookie",
    "material",
    "plaintext",
    "auth",
    "assertion",
)
_ASSIGNED_KINDS = frozenset({"secret", "secret-key", "session-token", "registry-token"})
#: A word of a sentence after a colon is shorter than this, or has no digit.
_SHORTEST_SECRET = 8

_HOOK = re.compile(r"hooks\.slack\.com/services/([A-Za-z0-9/]{20,200})")
_PEM = "PRIVATE KEY-----"

#: What must be in a text (lower case) for each pattern to be worth a look, the pattern, its kind, its group.
_PATTERNS = (
    (("iqojb3jp", "fwogzxiv", "fqogzxiv", "fqodyxdz", "agojb3jp"), _SESSION, "session-token", 0),
    (("signature",), _SIGNATURE, "signature", 1),
    (("aws ", "signature="), _SIGV2, "signature-v2", 1),
    (("eyj",), _JWT, "jwt", 0),
    (("qvdtom",), _REGISTRY, "registry-token", 0),
    (("absk",), _BEDROCK, "secret", 0),
    (("k8s-aws-v1.", "bedrock-api-key-"), _PRESIGNED, "secret", 1),
    (("hf_", "gh", "github_pat_", "glpat-", "xox", "sk-", "k_", "npm_", "pypi-", "dapi", "aiza"), _OTHERS, "secret", 0),
    (("://",), _PASSWORD, "secret", 1),
    (("hooks.slack.com",), _HOOK, "secret", 1),
    (("token=", "key=", "sig"), _PARAMETER, "secret", 1),
    (("authorization",), _AUTHORIZATION, "secret", 1),
    (("bearer",), _BEARER, "secret", 1),
    (("akia", "asia"), _PAIRED, "secret-key", 1),
    (("failure message",), _FAILURE, "failure-message", 1),
    (("secret",), _ASSIGNED, "secret-key", 1),
)


def _by_form(pattern: re.Pattern[str], kind: str, group: int) -> Callable[[str, Place], Iterator[Edit]]:
    def find(text: str, _: Place) -> Iterator[Edit]:
        for match in pattern.finditer(text):
            yield named(text, *match.span(group), kind)

    return find


def _assignments(text: str, _: Place) -> Iterator[Edit]:
    for match in _ASSIGNMENT.finditer(text):
        name, mark, quote, value = match.groups()
        rule = rule_of(name)
        if rule is None or rule[1] not in _ASSIGNED_KINDS or is_plain(value):
            continue
        is_shell = mark == "=" and name.isupper()
        has_digit = re.search(r"\d", value) is not None and ("=" in mark or len(value) >= _SHORTEST_SECRET)
        if quote or is_shell or has_digit:
            yield named(text, *match.span(4), rule[1])


def _may_assign(text: str, folded: str) -> bool:
    return ("=" in text or ":" in text) and _names_a_secret(text, folded)


def _may_have_keys(text: str, _: str) -> bool:
    return _KEYS.search(text) is not None


def _keys(text: str, _: Place) -> Iterator[Edit]:
    for match in _KEY.finditer(text):
        yield named(text, *match.span(), "access-key", style=keep_case)
    for match in _MASKED_KEY.finditer(text):
        yield Edit(*match.span(), _masked(match[0]))
    for match in _UNIQUE.finditer(text):
        end = match.start(1) - 1 if match[1] else match.end()
        yield named(text, match.start(), end, "unique-id", style=keep_case)
        kind = session_kind(match[1]) if match[1] else None
        if kind and not re.fullmatch(r"i-[0-9a-f]{8,17}", match[1]):
            yield named(text, *match.span(1), kind)


def _masked(written: str) -> Callable[[Pseudonyms], str]:
    def render(_: Pseudonyms) -> str:
        return (written[:4] + "EXAMPLE" * 2)[: len(written)]

    return render


def _small_keys(text: str, _: Place) -> Iterator[Edit]:
    for match in _SMALL_KEY.finditer(text):
        yield named(text, *match.span(), "access-key", value=match[0].upper(), style=keep_case)


def _pem(text: str, _: Place) -> Iterator[Edit]:
    place = text.find(_PEM)
    while place >= 0:
        start = text.rfind("-----BEGIN", max(place - 40, 0), place)
        end = text.find("-----END", place)
        close = text.find("-----", end + 8) if end >= 0 else -1
        stop = close + 5 if close >= 0 else len(text)
        if start >= 0:
            yield named(text, start, stop, "private-key")
        place = text.find(_PEM, stop)


#: Everything here, in the order of a reader's interest.
DETECTORS = (
    *(Detector(holds(*hints), _by_form(pattern, kind, group)) for hints, pattern, kind, group in _PATTERNS),
    Detector(_may_have_keys, _keys),
    Detector(_may_assign, _assignments),
    Detector(lambda text, _: "akia" in text or "asia" in text, _small_keys),
    Detector(lambda text, _: _PEM in text, _pem),
)

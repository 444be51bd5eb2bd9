"""What the recorder knows of itself: the values that must not be in a recording, whatever they look like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bototape.errors import UsageError
from bototape.scrub.kinds import BY_NAME

__all__ = ["SHORTEST", "Estate", "arn_values", "is_word", "joined", "session_kind"]

#: Words with fewer characters are refused: they hit status codes, ports and parts of other identifiers.
SHORTEST = 5

#: What every recording is made of: hiding one of these words would break it, not hide an account.
_VOCABULARY = (
    "https amazonaws.com.cn amazonaws.com sagemaker.aws x-amz-target x-amz-json-1.1 content-type application/json"
    " text/xml arn:aws-us-gov arn:aws service-role assumed-role execution-role training-job transform-job automl-job"
    " processing-job inference-recommendations-job monitoring-schedule getcalleridentity organization"
    " scrubbedjwt scrubbedprivatekey scrubbedmessage scrubbedsecretaccesskey examplenexttoken examplehandle"
    " exampleword amzn-s3-demo-bucket example-role example-session example-instance-profile user-1@example.com"
    " us-east-1 us-west-2 eu-west-1 eu-central-1 ap-southeast-2"
)

_TEXTS = ("account", "arn", "user_id", "access_key_id", "secret_access_key", "session_token")
_TOO_SHORT = "it would also hit status codes and parts of other values; give a longer word"
_EMAIL = re.compile(r"[^@\s/]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")

#: Session names that AWS services give themselves.
_SERVICE_SESSIONS = frozenset({"SageMaker", "AmazonSageMaker"})


#: A name with one of these is nobody's first name and no word of a sentence.
_TELLING = re.compile(r"[0-9._-]")


def session_kind(name: str) -> str | None:
    """Return the kind of a role session's *name*: ``email``, ``session``, or None for a service's own."""
    if name in _SERVICE_SESSIONS:
        return None
    return "email" if _EMAIL.fullmatch(name) else "session"


@dataclass(frozen=True, slots=True, repr=False)
class Estate:
    """
    Who records: the caller's identity and credentials, words to hide, and further known values by kind.

    *account* has 12 digits; *arn* and *user_id* are as `sts:GetCallerIdentity` answers them; *words* are hidden
    wherever they occur, in any case; *values* are (kind, value) pairs. Any may be empty. ``repr`` shows nothing.
    """

    account: str = ""
    arn: str = ""
    user_id: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    words: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Estate:
        """
        Return the estate that *mapping* describes: the fields by name, *words* a list, *values* kind → list.

        Raises `UsageError` for an unknown key, a wrong type, an account that is not 12 digits, an unknown kind, a
        word or value that is too short, and a word that is part of what every recording is made of. The value is
        never shown.
        """
        if not isinstance(mapping, Mapping):
            raise UsageError("cannot use the estate: it is not an object of names and values")
        unknown = sorted(set(mapping) - {*_TEXTS, "words", "values"})
        if unknown:
            raise UsageError(
                f"cannot use the estate: it has no key {unknown[0]!r}", f"the keys are {', '.join(_TEXTS)}"
            )
        texts = {name: _text(name, mapping[name]) for name in _TEXTS if mapping.get(name) is not None}
        if not re.fullmatch(r"\d{12}|", texts.get("account", "")):
            raise UsageError("cannot use the estate: 'account' is not 12 digits", "write it as text, without dashes")
        words = tuple(_word(each, place) for place, each in enumerate(_list("words", mapping.get("words"))))
        return cls(**texts, words=words, values=_values(mapping.get("values")))

    def __repr__(self) -> str:
        return "Estate(…)"

    def known(self) -> tuple[tuple[str, str], ...]:
        """Return all (kind, value) pairs to look for, each once, those that others contain last."""
        found = [
            ("account", self.account),
            ("access-key", self.access_key_id),
            ("secret-key", self.secret_access_key),
            ("session-token", self.session_token),
            *_caller(self.arn),
            *_identity(self.user_id),
            *self.values,
            *(("word", each) for each in self.words),
        ]
        return tuple(dict.fromkeys((kind, value) for kind, value in found if value))


def joined(estate: Estate, more: Estate) -> Estate:
    """Return *estate* with the words and values of *more* besides its own, and what else it does not name itself."""
    told = {name: getattr(estate, name) or getattr(more, name) for name in _TEXTS}
    words, values = (*estate.words, *more.words), (*estate.values, *more.values)
    return Estate(**told, words=tuple(dict.fromkeys(words)), values=tuple(dict.fromkeys(values)))


def is_word(text: str) -> bool:
    """Tell whether *text* may be hidden wherever it occurs: long enough, and not part of every recording."""
    return len(text) >= SHORTEST and text.lower() not in _VOCABULARY


def arn_values(arn: str) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) pairs in the *arn* of a caller, a role or a user's device: its account and names."""
    parts = arn.split(":", 5)
    account = [("account", parts[4])] if len(parts) > 5 and re.fullmatch(r"\d{12}", parts[4]) else []  # noqa: PLR2004 - arn:partition:service:region:account:resource
    return (*account, *_caller(arn))


def _caller(arn: str) -> list[tuple[str, str]]:
    resource = arn.split(":", 5)[-1].split("/")
    if resource[0] == "assumed-role" and len(resource) > 2:  # noqa: PLR2004 - assumed-role/ROLE/SESSION
        return [("role", resource[1]), *_session(resource[2])]
    if resource[0] in ("user", "role") and len(resource) > 1:
        return [(resource[0], resource[-1])]
    if resource[0] == "mfa" and len(resource) > 1:
        return [("user", resource[-1])]
    if resource[0] == "federated-user" and len(resource) > 1:
        return _session(resource[1])
    return []


def _identity(user_id: str) -> list[tuple[str, str]]:
    unique, _, session = user_id.partition(":")
    found = [("unique-id", unique)] if re.fullmatch(r"A[A-Z]{3}[A-Z0-9]{8,}", unique) else []
    return found + _session(session)


def _session(name: str) -> list[tuple[str, str]]:
    kind = session_kind(name)
    if not name or not kind:
        return []
    person = name.partition("@")[0] if kind == "email" else ""
    also = [("user", person)] if len(person) >= SHORTEST and _TELLING.search(person) else []
    return [(kind, name), *also]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"cannot use the estate: {name!r} is not text")
    return value


def _list(name: str, value: object) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UsageError(f"cannot use the estate: {name!r} is not a list")
    return value


def _word(value: object, place: int) -> str:
    word = _text(f"words[{place}]", value).strip()
    if len(word) < SHORTEST:
        raise UsageError(
            f"cannot hide word {place + 1} of the estate: it has fewer than {SHORTEST} characters",
            _TOO_SHORT,
        )
    if not is_word(word):
        raise UsageError(
            f"cannot hide word {place + 1} of the estate: every recording has it",
            "give a word that only your account uses",
        )
    return word


def _values(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise UsageError("cannot use the estate: 'values' is not an object of kinds and lists")
    unknown = sorted(str(each) for each in value if each not in BY_NAME)
    if unknown:
        raise UsageError(f"cannot use the estate: 'values' names the unknown kind {unknown[0]!r}")
    return tuple(
        (kind, _value(kind, each, place))
        for kind, all_of in value.items()
        for place, each in enumerate(_list(kind, all_of))
    )


def _value(kind: str, value: object, place: int) -> str:
    text = _text(f"values.{kind}", value)
    if kind == "account" and not re.fullmatch(r"\d{12}", text):
        raise UsageError(
            f"cannot hide account {place + 1} of the estate: it is not 12 digits", "write it as text, without dashes"
        )
    if len(text) < SHORTEST:
        raise UsageError(
            f"cannot hide {kind} {place + 1} of the estate: it has fewer than {SHORTEST} characters", _TOO_SHORT
        )
    return text

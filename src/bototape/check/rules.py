"""The rules of checking, and how bad each is by profile, as one table."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal, get_args

from bototape.errors import UsageError
from bototape.finding import Severity

__all__ = ["PROFILES", "RULES", "Half", "Profile", "Rule", "profile_of", "severity"]

#: How strictly responses are judged; requests are always judged strictly.
Profile = Literal["default", "strict", "present"]

#: The two halves of an interaction.
Half = Literal["request", "response"]

#: All profiles.
PROFILES: tuple[Profile, ...] = get_args(Profile)

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One kind of fault. The severities are for a request, and for a response by profile; None is not reported.

    Source of the severities: SDKs read live answers that lack required members or carry new enum values (Smithy,
    "Constraint traits": not enforced when deserialising output), so those fail no recording by default.
    """

    id: str
    request: Severity | None
    default: Severity | None
    strict: Severity | None
    present: Severity | None


_ALL = (
    Rule("body-undecodable", _ERROR, _ERROR, _ERROR, _ERROR),
    Rule("type-mismatch", _ERROR, _ERROR, _ERROR, _ERROR),
    Rule("timestamp-invalid", _ERROR, _ERROR, _ERROR, _ERROR),
    Rule("blob-invalid", _ERROR, _ERROR, _ERROR, _ERROR),
    Rule("binding-mismatch", _ERROR, _ERROR, _ERROR, None),
    Rule("member-unknown", _ERROR, _INFO, _WARNING, None),
    Rule("member-missing", _ERROR, _WARNING, _ERROR, None),
    Rule("member-null", _ERROR, None, _INFO, None),
    Rule("enum-value-unknown", _ERROR, _WARNING, _ERROR, None),
    Rule("union-arity", _ERROR, _WARNING, _ERROR, _WARNING),
    Rule("length-out-of-range", _ERROR, _INFO, _WARNING, None),
    Rule("value-out-of-range", _ERROR, _INFO, _WARNING, None),
    Rule("pattern-mismatch", _ERROR, _INFO, _WARNING, None),
    Rule("error-unmodeled", _INFO, _INFO, _INFO, None),
    Rule("operation-unknown", _WARNING, _WARNING, _WARNING, _WARNING),
    Rule("not-checked", _INFO, _INFO, _INFO, _INFO),
)

#: Every rule by its id.
RULES = {each.id: each for each in _ALL}


def profile_of(name: str) -> Profile:
    """Return *name* as a profile; raises UsageError when it is none."""
    for each in PROFILES:
        if each == name:
            return each
    near = difflib.get_close_matches(name, PROFILES, 1)
    known = ", ".join(PROFILES)
    raise UsageError(f"there is no profile {name!r}", f"did you mean {near[0]}?" if near else f"name one of {known}")


def severity(rule: str, half: Half, profile: Profile) -> Severity | None:
    """Return how bad a fault by *rule* is, or None when *profile* does not report it."""
    found = RULES[rule]
    if half == "request":
        return found.request
    return {"default": found.default, "strict": found.strict, "present": found.present}[profile]

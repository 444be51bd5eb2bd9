"""How faults are judged: a profile, what a project sets otherwise, and the errata of the models."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from bototape.check.errata import Erratum
from bototape.check.rules import RULES, Half, Profile, severity
from bototape.errors import UsageError
from bototape.finding import Severity

__all__ = ["LEVELS", "Policy", "levels"]

#: The words for a severity that a project may set; ``off`` is not reported.
LEVELS: Mapping[str, Severity | None] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "off": None,
}

_REQUEST = "request."


@dataclass(frozen=True, slots=True)
class Policy:
    """
    A *profile* with other *severities* for some rules, and the known *errata* of models.

    *severities* are by rule for responses, by ``request.`` and rule for requests. Errata explain faults, but
    not in profile ``strict``, which holds all to the letter.
    """

    profile: Profile = "default"
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    errata: tuple[Erratum, ...] = ()

    def severity(self, rule: str, half: Half) -> Severity | None:
        """Return how bad a fault by *rule* is, or None when it is not reported."""
        key = f"{_REQUEST}{rule}" if half == "request" else rule
        return self.severities[key] if key in self.severities else severity(rule, half, self.profile)

    @property
    def excuses(self) -> bool:
        """Tell whether errata count."""
        return bool(self.errata) and self.profile != "strict"


def levels(words: Mapping[str, object], where: str) -> dict[str, Severity | None]:
    """
    Return the severities that *words* give by rule, as `Policy` has them; *where* names their source in errors.

    Raises UsageError for a rule that is none, and a word that is no severity.
    """
    known = {*RULES, *(f"{_REQUEST}{each}" for each in RULES)}
    found: dict[str, Severity | None] = {}
    for key, word in words.items():
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            fix = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(RULES)}"
            raise UsageError(f"cannot use {where}: there is no rule {key!r}", fix)
        if word not in LEVELS:
            raise UsageError(f"cannot use {where}: {key}: no severity {word!r}", f"give one of {', '.join(LEVELS)}")
        found[key] = LEVELS[str(word)]
    return found

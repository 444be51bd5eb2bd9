"""Check a cassette against the API of a release: every request, response and modeled error, by profile."""

from __future__ import annotations

from bototape.check.checker import Checker, check, not_checked
from bototape.check.errata import Erratum
from bototape.check.frame import service_name
from bototape.check.policy import LEVELS, Policy, levels
from bototape.check.rules import PROFILES, RULES, Profile, profile_of

__all__ = [
    "LEVELS",
    "PROFILES",
    "RULES",
    "Checker",
    "Erratum",
    "Policy",
    "Profile",
    "check",
    "levels",
    "not_checked",
    "profile_of",
    "service_name",
]

"""What is known of a rule by its id: for formats that describe the rules they name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from bototape.audit.kinds import KINDS
from bototape.diff.rules import BY_ID

__all__ = ["About", "about", "documentation"]


@dataclass(frozen=True, slots=True)
class About:
    """A sentence that says what a rule finds, why that matters and what to do (may be empty), and its page."""

    summary: str
    advice: str = ""
    page: str = ""


def about(rule: str) -> About:
    """Return what is known of *rule*; the page is relative to the documentation's directory, empty for none."""
    if rule in BY_ID:
        found = BY_ID[rule]
        return About(_sentence(rule.replace("-", " ")), f"{found.why} Fix: {found.fix}.", f"rules.md#{rule}")
    if rule in KINDS:
        return About(f"A file holds {KINDS[rule].words}.", page="auditing.md")
    return About(_sentence(rule.replace("-", " ")))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def documentation() -> str:
    """
    Return the URL of the documentation's directory, ending in a slash, empty where the package names none.

    It is the ``Documentation`` URL of the installed package's metadata.
    """
    try:
        urls = metadata.metadata("bototape").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    for each in urls:
        label, _, url = str(each).partition(",")
        if label.strip().lower() == "documentation":
            return f"{url.strip().rstrip('/')}/"
    return ""

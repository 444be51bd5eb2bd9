"""Which files are scenarios and which are cassettes: told by the keys at the top of them, right or wrong otherwise."""

from __future__ import annotations

import re

from bototape.errors import ScenarioInvalid
from bototape.scenario import text

__all__ = ["CASSETTES", "SCENARIOS", "is_cassette", "is_scenario"]

#: How the names of cassettes end, and those of scenarios: JSON is YAML, and may be named so.
CASSETTES = (".yaml", ".yml")
SCENARIOS = (*CASSETTES, ".json")

_STEPS = re.compile(rb"^[\"']?steps[\"']?[ \t]*:", re.MULTILINE)
_INTERACTIONS = re.compile(rb"^[\"']?interactions[\"']?[ \t]*:", re.MULTILINE)


def is_cassette(content: bytes) -> bool:
    """Tell whether *content* is meant to be a cassette; scenarios and ledgers are not."""
    return _INTERACTIONS.search(content) is not None


def is_scenario(content: bytes) -> bool:
    """Tell whether *content* is meant to be a scenario, in YAML or JSON."""
    if is_cassette(content):
        return False
    return _STEPS.search(content) is not None or (content.lstrip().startswith(b"{") and _has_steps(content))


def _has_steps(content: bytes) -> bool:
    """Tell whether a flow mapping, whose keys need no lines of their own, is a scenario."""
    if b"steps" not in content:
        return False
    try:
        found, _ = text.read(content.decode("utf-8"), "")
    except (ScenarioInvalid, UnicodeDecodeError):
        return b"interactions" not in content  # whoever reads it says what is wrong
    return "steps" in found and "interactions" not in found

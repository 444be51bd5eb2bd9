"""
The audit judges the leak vectors: each leak is flagged as it was recorded, no trap is, and nothing is left of what
was scrubbed. Stored ones, and those of an invented estate.
"""

import json
from pathlib import Path

import pytest

from bototape.audit import audit, estate_values
from bototape.finding import Severity
from bototape.yamltext import dump
from tests.invented import vectors
from tests.scrub_vectors import parts_of
from tests.scrub_vectors_adapter import scrub

DATA = Path(__file__).parent / "data" / "scrub"
ESTATE = json.loads((DATA / "estate.json").read_text())
INVENTED, MORE = vectors(3)
VECTORS = [
    *((each, each.get("known") or ESTATE) for each in json.loads((DATA / "vectors.json").read_text())),
    *((each, each.get("known") or INVENTED.known) for each in MORE),
]
LEAKS = [(each, known) for each, known in VECTORS if not each.get("fp")]


def name(each):
    return each[0]["name"]


def cassette(parts, headers):
    """The cassette of messages that hold *parts*."""
    return dump({"interactions": [_interaction(*each, headers) for each in parts], "version": 1})


def _interaction(where, text, headers):
    sent = [line.partition(": ") for line in text.split("\n") if line] if where == "header" else []
    return {
        "request": {
            "method": "POST",
            "uri": text if where == "uri" else "https://x.amazonaws.com/",
            "headers": {key: [value] for key, _, value in sent},
            "body": None,
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {key: [value] for key, value in headers.items()},
            "body": {"string": "" if where in ("uri", "header") else text},
        },
    }


def found(parts, headers, known):
    """What the audit finds in *parts*: of a whole cassette as it stands, else of one that holds them."""
    values = estate_values({key: value for key, value in known.items() if not isinstance(value, dict)})
    text = parts[0][1] if parts[0][0] == "cassette-yaml" else cassette(parts, headers)
    return [each for each in audit(text, where="c", known=values) if each.rule != "opaque-layer"]


def test_every_leak_is_flagged():
    """Told the estate, the audit sees each leak; names of others in a list are nobody's form."""
    missed = [
        each["name"]
        for each, known in LEAKS
        if "provenance" not in each and not found(parts_of(each), each.get("headers", {}), known)
    ]

    assert missed == []


@pytest.mark.parametrize("vector", [each for each in VECTORS if each[0].get("fp")], ids=name)
def test_no_trap_is_flagged(vector):
    """What only looks like an identifier is no finding."""
    each, _ = vector

    assert [one for one in found(parts_of(each), {}, {}) if one.severity > Severity.INFO] == []


def test_nothing_is_left_of_what_was_scrubbed():
    """Neither program sees an identity or a credential in the other's output."""
    left = {}
    for each, known in LEAKS:
        done, headers = scrub(parts_of(each), known, dict(each.get("headers", {})))
        errors = [one.rule for one in found(done, headers, known) if one.severity is Severity.ERROR]
        if errors:
            left[each["name"]] = errors

    assert left == {}

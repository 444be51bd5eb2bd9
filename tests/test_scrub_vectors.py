import json
from pathlib import Path

import pytest

from tests.scrub_vectors_adapter import judged

DATA = Path(__file__).parent / "data" / "scrub"
VECTORS = json.loads((DATA / "vectors.json").read_text())
ESTATE = json.loads((DATA / "estate.json").read_text())

#: Not found unless somebody says what to look for: a key and a user that only their estate tells from any other ids.
NEEDS_TO_BE_TOLD = {"hex-and-base32-case-variants"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["name"])
def test_nothing_leaks_and_nothing_else_changes(vector):
    """Told who records, the scrubber cleans every known way to leak and leaves the traps alone."""
    assert judged(vector, vector.get("known") or ESTATE) == []


@pytest.mark.parametrize(
    "vector", [each for each in VECTORS if each["name"] not in NEEDS_TO_BE_TOLD], ids=lambda each: each["name"]
)
def test_without_being_told_it_finds_what_has_a_form(vector):
    """Told nothing, it still finds every identifier that its place or its form gives away."""
    assert judged(vector, {}) == []

"""What a journal may say of a saved identifier, and what whoever knows the account makes of it."""

import pytest

from bototape.refresh.restore import Restorer
from bototape.scrub.pseudonyms import digest

KEY = b"a key for tests"
KNOWN = (("account", "604913827755"), ("role", "zorvane-sm-exec"))
NAMES = {
    digest(KEY, "account", "604913827755"): "123456789012",
    digest(KEY, "role", "zorvane-sm-exec"): "example-role-1",
    digest(KEY, "role", "somebody-else"): "example-role-11",
}
ARN = "arn:aws:iam::{}:role/{}"


def hidden(restorer, scrubbed, real):
    return {"it": (scrubbed, restorer.digest(real))}


@pytest.mark.parametrize(
    ("scrubbed", "real"),
    [
        ("plain", "plain"),
        (7, 7),
        (ARN.format("123456789012", "example-role-1"), ARN.format("604913827755", "zorvane-sm-exec")),
        ({"a": ["123456789012", None]}, {"a": ["604913827755", None]}),
    ],
    ids=["nothing-hidden", "number", "arn", "inside"],
)
def test_what_the_recorder_knows_is_had_again(scrubbed, real):
    """Exactly: the digest of the real value says so."""
    restorer = Restorer(KEY, KNOWN)

    assert restorer.restored(hidden(restorer, scrubbed, real), NAMES) == {"it": real}


@pytest.mark.parametrize(
    ("scrubbed", "real"),
    [
        (ARN.format("123456789012", "example-role-11"), ARN.format("604913827755", "somebody-else")),
        ("vpc-0feed000000000001", "vpc-0400af2372ae2e69b"),
        (None, "what the scrubbed answer does not tell"),
    ],
    ids=["another-name", "random-id", "not-told"],
)
def test_what_it_does_not_know_is_not_guessed(scrubbed, real):
    """Half of an identifier would be somebody else's."""
    restorer = Restorer(KEY, KNOWN)

    assert restorer.restored(hidden(restorer, scrubbed, real), NAMES) == {}


def test_another_account_has_nothing_of_it():
    """Nor has another key."""
    kept = hidden(Restorer(KEY, KNOWN), "123456789012", "604913827755")

    assert Restorer(KEY, (("account", "837250196448"),)).restored(kept, NAMES) == {}
    assert Restorer(b"another key of tests", KNOWN).restored(kept, NAMES) == {}

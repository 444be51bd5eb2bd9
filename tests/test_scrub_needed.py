"""
Each part of the scrubber is needed: with any one of them switched off, some leak vector is missed.

So a rule whose pattern can never match, or that another one covers, does not stay unnoticed.
"""

import pytest

from bototape.scrub import apply, arns, documents, known, names, packed, sieve, text
from bototape.scrub.known import Known
from bototape.scrub.needles import Needle, Needles
from tests.invented import vectors
from tests.scrub_vectors_adapter import judged

pytestmark = pytest.mark.slow

INVENTED, VECTORS = vectors(11)
DETECTORS = sieve.sieve(Known((), Needles(()))).detectors
KINDS = sorted({kind for _, kind in names._RULES.values()})


@pytest.fixture(autouse=True)
def _forgetful():
    """Nothing that was found before is remembered."""
    names.rule_of.cache_clear()
    apply._finder.cache_clear()
    yield
    names.rule_of.cache_clear()
    apply._finder.cache_clear()


def is_missed(*, is_told=False):
    """Tell whether a vector fails now."""
    leaks = [each for each in VECTORS if not each.get("fp") and (is_told or not each.get("told"))]
    return any(judged(each, (each.get("known") or INVENTED.known) if is_told else {}) for each in leaks)


def test_nothing_is_missed_with_all_of_it():
    """Else the tests below prove nothing."""
    assert (is_missed(), is_missed(is_told=True)) == (False, False)


@pytest.mark.parametrize("at", range(len(DETECTORS)))
def test_every_detector_is_needed(monkeypatch, at):
    """Forms: credentials, ids, accounts in hosts and names, ARNs."""
    made = sieve.sieve

    def without(values):
        whole = made(values)
        return sieve.Sieve(whole.known, (*whole.detectors[:at], *whole.detectors[at + 1 :]))

    monkeypatch.setattr(text, "sieve", without)

    assert is_missed()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_name_is_needed(monkeypatch, kind):
    """Names of members, headers and parameters that say what their values are."""
    rules = {name: rule for name, rule in names._RULES.items() if rule[1] != kind}
    monkeypatch.setattr(names, "_RULES", rules)

    assert is_missed()


@pytest.mark.parametrize("service", arns._PARTS)
def test_every_service_of_arns_is_needed(monkeypatch, service):
    """What follows the account in an ARN."""
    monkeypatch.setattr(arns, "_PARTS", {name: each for name, each in arns._PARTS.items() if name != service})

    assert is_missed()


@pytest.mark.parametrize("layer", ["is_json", "is_xml", "is_form", "is_multipart"])
def test_every_structure_is_needed(monkeypatch, layer):
    """Texts with parts of their own."""
    monkeypatch.setattr(documents, layer, lambda _: False)

    assert is_missed()


@pytest.mark.parametrize("box", ["_gzip", "_zlib", "_zip", "_events", "_cbor", "_utf16"])
def test_every_box_is_needed(monkeypatch, box):
    """Bytes that hold other contents."""
    monkeypatch.setattr(packed, box, lambda *_: None)

    assert is_missed()


@pytest.mark.parametrize("spelling", ["_hex", "_base64_needles", "_account_needles", "_plain"])
def test_every_spelling_of_what_is_known_is_needed(monkeypatch, spelling):
    """Known values as they stand, in hex and inside base64."""
    nothing = Needle("\0", fold=False, find=lambda _: iter(()))
    monkeypatch.setattr(known, spelling, lambda *_: nothing if spelling in ("_hex", "_plain") else iter(()))

    assert is_missed(is_told=True)

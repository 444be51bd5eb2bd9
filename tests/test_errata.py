"""What models are known to be wrong about."""

import re
from collections import Counter

import pytest

from bototape.check.errata import Erratum, explaining, parse
from bototape.errata import load, shipped
from bototape.errors import UsageError
from bototape.history.points import below
from bototape.releases import load as load_model

ENTRY = {
    "service": "sqs",
    "operation": "*Batch",
    "path": "output.Failed",
    "kind": "member-missing",
    "reason": "left out when no message failed",
    "source": "an issue",
}


def test_an_entry_explains_the_fault_it_describes_and_no_other():
    """Service, operation, place and rule must fit; * stands for any characters, brackets for themselves."""
    (entry,) = parse({"erratum": [{**ENTRY, "path": "output.Failed[].*"}]}, "errata.toml")
    fault = ("member-missing", "sqs", "SendMessageBatch", "output.Failed[].Code", "")

    assert explaining((entry,), *fault) == entry
    for at, other in enumerate(("member-unknown", "sns", "SendMessage", "output.FailedX.Code")):
        assert explaining((entry,), *fault[:at], other, *fault[at + 1 :]) is None


def test_an_entry_with_a_value_explains_that_value_alone():
    """One status, one value of an enum."""
    (entry,) = parse({"erratum": [{**ENTRY, "kind": "binding-mismatch", "path": "response", "value": "206"}]}, "x")
    fault = ("binding-mismatch", "sqs", "SendMessageBatch", "response")

    assert explaining((entry,), *fault, "206") == entry
    assert explaining((entry,), *fault, "201") is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"errata": []}, "cannot use the errata e.toml: unknown key 'errata'"),
        ({"erratum": 1}, "cannot use the errata e.toml: erratum is not a list of tables"),
        ({"erratum": [{**ENTRY, "sevice": "x"}]}, "cannot use the errata e.toml: entry 1 has no key 'sevice'"),
        ({"erratum": [ENTRY, {**ENTRY, "reason": " "}]}, "cannot use the errata e.toml: entry 2: reason: expected"),
        ({"erratum": [{**ENTRY, "kind": "member-mising"}]}, "cannot use the errata e.toml: entry 1: there is no kind"),
        (
            {"erratum": [{key: each for key, each in ENTRY.items() if key != "source"}]},
            "cannot use the errata e.toml: entry 1 lacks source",
        ),
    ],
)
def test_what_is_no_entry_is_told(document, message):
    """With the number of the entry, and what was probably meant."""
    with pytest.raises(UsageError) as caught:
        parse(document, "e.toml")

    assert str(caught.value).startswith(message)


def test_a_file_that_is_no_toml_is_told(tmp_path):
    """With its path."""
    path = tmp_path / "errata.toml"
    path.write_text("[[erratum")

    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value).startswith(f"cannot use the errata {path}: it is not TOML: ")


@pytest.mark.parametrize(
    "entry", shipped(), ids=lambda each: f"{each.service}.{each.operation}.{each.path}.{each.value}"
)
def test_each_shipped_entry_is_about_something_the_model_has(entry: Erratum):
    """Its operation and place exist in the installed botocore; an entry whose reason went away is taken out."""
    service = load_model("installed", entry.service).service
    wanted = [re.compile(".*".join(map(re.escape, each.split("*")))) for each in (entry.operation, entry.path)]
    operations = [each for each in service.operations if wanted[0].fullmatch(each)]
    places = {point.place.partition(".")[2] for each in operations for point in below(service, each)}

    assert operations
    assert entry.path == "response" or any(wanted[1].fullmatch(each) for each in places)


def test_no_shipped_entry_is_there_twice():
    """What one entry explains needs no other."""
    keys = Counter((each.service, each.operation, each.path, each.kind, each.value) for each in shipped())

    assert [each for each, count in keys.items() if count > 1] == []

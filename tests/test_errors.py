"""Errors are values with named fields: what they take, how they are shown, and that another process can have them."""

import pickle

import pytest

from bototape import BototapeError, CassetteMissing, EndlessPoll, NoMatch, UsageError, errors
from bototape.errors import CassetteUnreadable, ModelUnavailable, ServiceUnknown

ALL = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, BototapeError)]


def test_fields_are_given_in_order_or_by_name_and_have_defaults():
    """As of a dataclass."""
    found = CassetteUnreadable("a.yaml", "it is empty", line=3)

    assert (found.path, found.reason, found.fix, found.line) == ("a.yaml", "it is empty", "", 3)
    assert repr(found) == "CassetteUnreadable(path='a.yaml', reason='it is empty', fix='', line=3)"
    assert str(found) == "cannot use cassette a.yaml:3: it is empty"
    assert str(CassetteMissing("a.yaml", fix="record it")).endswith("\n  fix: record it")


def test_a_subclass_has_the_fields_of_its_base():
    """And what is no field is none."""
    assert ServiceUnknown.field_names == ModelUnavailable.field_names == ("what", "reason", "fix")
    assert EndlessPoll.field_names == NoMatch.field_names
    assert "what" not in NoMatch.field_names
    assert UsageError.field_names == ("reason", "fix")


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", "b", "c"), {}), (("a",), {"reason": "b"}), (("a",), {"fixes": "b"})],
    ids=["too few", "too many", "twice", "unknown"],
)
def test_other_arguments_are_refused(values, named):
    """A typing mistake in our own code is loud."""
    with pytest.raises(TypeError, match=r"^UsageError takes reason, fix$"):
        UsageError(*values, **named)


@pytest.mark.parametrize("kind", [each for each in ALL if each is not BototapeError], ids=lambda each: each.__name__)
def test_an_error_survives_a_pickle(kind):
    """Workers of pytest-xdist send them."""
    found = kind(*(("x",) if name in {"places", "faults", "reasons", "known"} else "x" for name in kind.field_names))

    back = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert (type(back), repr(back), str(back)) == (kind, repr(found), str(found))

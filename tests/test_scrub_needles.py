"""Many values are looked for in one pass; it finds what looking for each by itself finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.scrub.edits import choose
from bototape.scrub.estate import Estate
from bototape.scrub.known import encoded_in, known_of
from bototape.scrub.needles import Cores, Needles

WORDS = ["falcon-1", "falcon-12", "Falcon-123", "ab", "aaaa", "aaaaaa", "naïve-İstanbul", "x.y_z-0001", "604913827755"]
FACTS = [("name", each) for each in WORDS] + [("account", f"6049138277{n:02}") for n in range(50, 60)]
SPELLED = ["6049-1382-7756", "6049 1382 7757", "NjA0OTEzODI3NzU1", "_", "-", " ", "İ"]
PIECES = st.sampled_from([*WORDS, *SPELLED])
NOWHERE = [("name", f"nowhere-{n:05}") for n in range(60)]


def plain(cores, text):
    """Every place of each, one core after the other."""
    places = range(len(text))
    return sorted((number, at) for number, core in enumerate(cores) for at in places if text.startswith(core, at))


@given(cores=st.lists(st.text("abA-", min_size=1, max_size=7), max_size=8), text=st.text("abA-", max_size=60))
def test_each_place_of_each_literal_is_found_once(cores, text):
    """Literals in each other, over each other, equal ones and short ones."""
    assert sorted(Cores(cores).hits(text)) == plain(cores, text)


@pytest.mark.slow
@given(pieces=st.lists(PIECES, max_size=14))
def test_one_pass_finds_what_many_passes_find(pieces):
    """The edits that win are the same, whether there are few values or so many that they are looked for at once."""
    text = "".join(pieces)
    few = known_of(Estate(), FACTS).needles.all
    more = known_of(Estate(), NOWHERE).needles.all

    def told(edits):
        return [(each.start, each.end, each.facts) for each in choose(edits)]

    one_by_one = [each for needle in few for each in needle.find(text)]
    assert told(Needles((*few, *more)).find(text)) == told(one_by_one)


@pytest.mark.parametrize("start", [0, 3, 9])
def test_what_reaches_a_place_is_told_alike(start):
    """Also of a value that begins before it."""
    few = known_of(Estate(), FACTS[:1]).needles
    many = known_of(Estate(), [*FACTS[:1], *NOWHERE]).needles

    text = "see falcon-1 there"
    assert many.may_be_in(text, start) == few.may_be_in(text, start) is True
    assert many.may_be_in(text, 13) == few.may_be_in(text, 13) is False


def test_accounts_inside_base64_are_told_together():
    """Those that are in the text, of however many there are."""
    facts = [("account", str(10**11 + 7919 * n)) for n in range(200)]

    text = "Zm9vIDYwNDkxMzgyNzc1NSBiYXI="
    assert encoded_in(text, [*facts, ("account", "604913827755")]) == {("account", "604913827755")}

"""docs/history.md shows what the commands print."""

from tests.test_docs import script


def test_the_page_shows_what_its_commands_print():
    """Written by scripts/update_history, from committed timelines and snapshots."""
    docs = script("update_history")
    text = docs.PAGE.read_text(encoding="utf-8")

    assert len(docs.BLOCK.findall(text)) == 3
    assert docs.page(text) == text


def test_the_picture_on_the_page_is_up_to_date():
    """Drawn anew, it is the same to the byte."""
    docs = script("update_history")

    assert docs.PICTURE.read_text(encoding="utf-8") == docs.shown(docs.DRAWN)

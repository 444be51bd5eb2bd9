"""docs/formats.md is about what there is; its commands are run by test_docs.py."""

import re
from pathlib import Path

from bototape.cli.reports import FORMATS

PAGE = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")


def test_the_page_is_about_every_format():
    """Each has a section and a row in the first table."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", PAGE)
    table = PAGE.partition("\n## ")[0]

    assert re.findall("(?m)^## ([a-z]+)$", prose) == list(FORMATS)
    assert re.findall(r"(?m)^\| `(\w+)` \|", table) == list(FORMATS)

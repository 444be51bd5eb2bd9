"""
Cassette trees as YAML text and back, the same to every reader.

``dump`` writes a narrow dialect: block style, keys plain or quoted, each string quoted on one line or a literal block.
``load`` reads that dialect with yaml12 and everything else with PyYAML's parser, which is the reference;
``load_as_1_2`` reads what a writer of YAML 1.2 meant.
``prove`` reads a text with both and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.late import late

if TYPE_CHECKING:
    from bototape.yamltext.emit import dump
    from bototape.yamltext.proof import prove
    from bototape.yamltext.reader import load, load_as_1_2
    from bototape.yamltext.reference import NotYaml, line_of

__all__ = ["NotYaml", "dump", "line_of", "load", "load_as_1_2", "prove"]

__getattr__ = late(
    __name__,
    {
        **dict.fromkeys(("NotYaml", "line_of"), "reference"),
        **dict.fromkeys(("load", "load_as_1_2"), "reader"),
        "dump": "emit",
        "prove": "proof",
    },
)

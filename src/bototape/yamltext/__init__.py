"""
Cassette trees as YAML text and back, the same to every reader.

``dump`` writes a narrow dialect: block style, keys plain or quoted, each string quoted on one line or a literal block.
``load`` reads that dialect with yaml12 and everything else with PyYAML's parser, which is the reference.
``prove`` reads a text with both and compares.
"""

from bototape.yamltext.emit import dump
from bototape.yamltext.proof import prove
from bototape.yamltext.reader import load
from bototape.yamltext.reference import NotYaml, line_of

__all__ = ["NotYaml", "dump", "line_of", "load", "prove"]

"""Choose the reader for a text."""

from __future__ import annotations

from bototape.yamltext import fast, reference

__all__ = ["load", "load_as_1_2"]


def load(text: str) -> object:
    """
    Return the one document in *text*: dicts, lists, text, bytes, numbers, booleans, dates, None (no document: None).

    Safe on hostile text: only YAML's own scalar tags and those of vcrpy's cassettes are read, none of which runs code;
    expansion by aliases and depth are limited. Raises `NotYaml`.
    """
    if fast.is_plain_dialect(text):
        try:
            return fast.read(text)
        except ValueError:  # the reference says which line is wrong
            pass
    return reference.read(text)


def load_as_1_2(text: str) -> object:
    """
    Return the one document in *text*, its plain scalars by the rules of YAML 1.2: no dates, no ``yes`` for true.

    For files that a reader of YAML 1.1 would take otherwise than they were meant. As safe as `load`; raises `NotYaml`.
    """
    reference.read(text)
    try:
        return fast.read(text)
    except ValueError:
        raise reference.NotYaml(0, "it is YAML 1.1, and not 1.2") from None

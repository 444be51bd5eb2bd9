"""Prove that a text holds its tree for both readers before it replaces anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

from bototape.yamltext import fast
from bototape.yamltext.reference import LOADER

__all__ = ["prove"]


def prove(text: str, tree: Mapping[str, object]) -> None:
    """
    Read *text* with yaml12 and with PyYAML as it comes; both must give *tree*, types included.

    Raises ValueError naming the reader and the first path that differs, or the line it cannot read.
    """
    for reader, read in (("yaml12", fast.read), ("PyYAML", _stock)):
        try:
            found = read(text)
        except (ValueError, yaml.YAMLError) as error:
            raise ValueError(f"{reader} cannot read the text written") from error
        place = next(_differences(tree, found, ""), None)
        if place is not None:
            raise ValueError(f"{reader} reads another value at {place or 'the top'}")


def _stock(text: str) -> object:
    return yaml.load(text, Loader=LOADER)  # noqa: S506  # LOADER is a safe loader


def _differences(expected: object, found: object, path: str) -> Iterator[str]:
    if isinstance(expected, Mapping):
        if not isinstance(found, dict) or list(expected) != list(found):
            yield path
            return
        for key, value in expected.items():
            yield from _differences(value, found[key], f"{path}.{key}" if path else key)
    elif isinstance(expected, list | tuple):
        if not isinstance(found, list) or len(expected) != len(found):
            yield path
            return
        for index, value in enumerate(expected):
            yield from _differences(value, found[index], f"{path}[{index}]")
    elif type(expected) is not type(found) or expected != found:
        yield path

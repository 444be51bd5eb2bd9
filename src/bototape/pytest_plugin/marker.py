"""The marker ``bototape``: what it takes, and the cassette it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bototape.pytest_plugin import options

__all__ = ["DESCRIPTION", "NAME", "asked"]

NAME = "bototape"

#: The line of ``pytest --markers``.
DESCRIPTION = (
    f"{NAME}(name, record_mode=None, allowed_hosts=(), ignore=(), http=None, match_on=(…), release='', "
    "clock=None, poll_limit=1000, seeded=False): replay the cassette NAME (a file below the cassette directory, "
    "with or without .yaml) for all botocore clients; nothing is sent but what record_mode (once, new_episodes, "
    "all) has recorded"
)

#: What a marker takes, and how a message shows it.
_SETTINGS = {
    "record_mode": "record_mode=…",
    "allowed_hosts": "allowed_hosts=[…]",
    "ignore": "ignore=[…]",
    "http": "http=True",
    "match_on": "match_on=[…]",
    "release": "release='…'",
    "clock": 'clock="virtual"',
    "poll_limit": "poll_limit=1000",
    "seeded": "seeded=True",
}


def asked(node: pytest.Item, marker: pytest.Mark) -> Path:
    """Return the path a marker asks for; anything it does not know is an error, not a default."""
    unknown = marker.kwargs.keys() - _SETTINGS.keys()
    if len(marker.args) != 1 or not isinstance(marker.args[0], str) or unknown:
        raise pytest.UsageError(
            f"{node.nodeid}: @pytest.mark.bototape takes one cassette name, {', '.join(_SETTINGS.values())}; "
            f"given args {marker.args!r}, kwargs {marker.kwargs!r}"
        )
    name = marker.args[0]
    path = options.cassette_directory(node.config) / name
    return path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")

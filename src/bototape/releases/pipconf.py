"""
How the user's pip finds packages: the answer of pip itself, so that files, environment and defaults count as they do.

pip is asked for the options that its commands would run with (``pip download``, ``pip install``), which holds for
``pip.conf`` at every level, ``PIP_*`` variables, sections of one command, and pip's own default index.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bototape.errors import ModelUnavailable

__all__ = ["Settings", "read"]

#: Prints the options of three commands. What ``wheel`` has too is set for all; ``install`` goes before ``download``.
_ASK = """
import json
from pip._internal.commands import create_command
def options(name):
    found, _ = create_command(name).parser.parse_args([])
    return {key: getattr(found, key, None) for key in %r}
print()
print(json.dumps([options(name) for name in ("wheel", "install", "download")]))
"""

_KEYS = (
    "index_url",
    "extra_index_urls",
    "no_index",
    "find_links",
    "trusted_hosts",
    "proxy",
    "cert",
    "client_cert",
    "timeout",
    "retries",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    Where pip looks for packages, and how.

    *indexes* and *find_links* are URLs, which may hold credentials, or paths. *timeout_s* is in seconds. An empty
    *proxy*, *cert* (a file of authorities) or *client_cert* means the environment's. Never print one of these.
    """

    indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    proxy: str = ""
    cert: str = ""
    client_cert: str = ""
    timeout_s: float = 15.0
    retries: int = 0


def read() -> Settings:
    """
    Return the settings of the pip in this environment (half a second).

    Raises ModelUnavailable when there is no pip or it does not tell; its words, which may show an index, are kept
    back.
    """
    command = [sys.executable, "-P", "-c", _ASK % (_KEYS,)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a constant, no shell
    try:
        return _settings(*json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        missing = "No module named 'pip'" in done.stderr
        raise ModelUnavailable(
            "the configuration of pip",
            "pip is not installed in this environment" if missing else f"pip did not tell it (exit {done.returncode})",
            "python -m ensurepip" if missing else "see what is wrong with: python -m pip config list",
        ) from error


def _settings(*commands: Mapping[str, Any]) -> Settings:
    wheel, install, download = commands
    found = {key: download[key] if install[key] == wheel[key] else install[key] for key in _KEYS}
    indexes = [] if found["no_index"] else [found["index_url"], *(found["extra_index_urls"] or ())]
    return Settings(
        indexes=_each_once(indexes),
        find_links=_each_once(found["find_links"] or ()),
        trusted_hosts=_each_once(found["trusted_hosts"] or ()),
        proxy=found["proxy"] or "",
        cert=found["cert"] or "",
        client_cert=found["client_cert"] or "",
        timeout_s=float(found["timeout"] or 15.0),
        retries=int(found["retries"] or 0),
    )


def _each_once(found: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for each in found if each))

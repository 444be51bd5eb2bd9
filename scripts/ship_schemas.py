"""Build hook: the newest snapshot and the timeline of each service, and tracked.toml, go into the wheel."""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Snapshots(BuildHookInterface):
    """Ships ``schemas/`` as ``bototape/_schemas/``, cut down to what someone without a repository needs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable install sees the repository and needs none."""
        if version == "editable":
            return
        schemas = Path(self.root) / "schemas"
        shipped = [*newest(schemas), *schemas.glob("tracked.toml"), *schemas.glob("*/timeline.jsonl")]
        build_data["force_include"] |= {str(each): f"bototape/_schemas/{each.relative_to(schemas)}" for each in shipped}


def newest(schemas: Path) -> list[Path]:
    """Return the directory of the newest release of each service, whatever its API version."""
    found: dict[str, Path] = {}
    for about in schemas.glob("*/*/*/release.json"):
        service, release = about.parts[-4], about.parent
        found[service] = max(found.get(service, release), release, key=numbers)
    return list(found.values())


def numbers(release: Path) -> list[int]:
    """Order releases as numbers."""
    return [int(each) for each in re.findall(r"\d+", release.name)]

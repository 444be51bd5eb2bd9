#!/usr/bin/env python3
"""
Cost of comparing two releases of the API, loading included: sagemaker, then every service; deepdiff beside it.

NEW is the installed botocore. OLD is --old, a directory in botocore's layout or a botocore wheel; by default the oldest
supported botocore in .venv-oldest (scripts/test makes it), else the installed one again. Every figure is CPU time of
one core, sagemaker's the best of --rounds.

    python scripts/bench_diff.py [--old DIRECTORY|WHEEL] [--rounds 5]
"""

from __future__ import annotations

import argparse
import gc
import re
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore
from deepdiff import DeepDiff

from bototape.diff import changes, rules
from bototape.diff.compare import compare
from bototape.finding import Finding
from bototape.releases import Model, installed

ROOT = Path(__file__).resolve().parent.parent
NEW = Path(botocore.__file__).parent


def model(botocore_package: Path, service: str) -> Model:
    """Load the whole model of *service* as from an installed botocore."""
    return installed.model(service, data=botocore_package / "data")


def compared(old: Path, new: Path, service: str) -> list[Finding]:
    """Load both models of *service*, with paginators and waiters, and return what changed."""
    return rules.judge(compare(model(old, service), model(new, service)), "both")


def timed(function: Callable[[], object], rounds: int = 1) -> float:
    """Return the least CPU seconds of *rounds* calls."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return min(taken)


def bare(value: Any) -> Any:
    """Return a model without its documentation: what both compare."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if not (key == "documentation" and type(each) is str)}
    return [bare(each) for each in value] if isinstance(value, list) else value


def services(botocore_package: Path) -> set[str]:
    """Return the services a botocore package has."""
    return {each.parent.parent.name for each in (botocore_package / "data").glob("*/*/service-2.json*")}


def version(botocore_package: Path) -> str:
    """Return the version a botocore package says it has."""
    found = re.search(r"__version__ = '([^']+)'", (botocore_package / "__init__.py").read_text(encoding="utf-8"))
    return found[1] if found else str(botocore_package)


def oldest() -> Path:
    """Return the botocore of .venv-oldest, else the installed one."""
    return next(ROOT.glob(".venv-oldest/lib/*/site-packages/botocore"), NEW)


def unpacked(place: Path, directory: Path) -> Path:
    """Return the botocore package that *place* is or, if it is a wheel, holds."""
    if place.is_dir():
        return place / "botocore" if (place / "botocore").is_dir() else place
    with zipfile.ZipFile(place) as wheel:
        wheel.extractall(directory, [each for each in wheel.namelist() if each.startswith("botocore/")])
    return directory / "botocore"


def main() -> None:
    """Print one table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        old = unpacked(options.old or oldest(), Path(directory))
        before, after = (model(each, "sagemaker") for each in (old, NEW))
        print(f"botocore {version(old)} → {version(NEW)}, CPU seconds\n")
        print("| what | operations or services | findings | bototape | deepdiff | ratio |")
        print("|---|---:|---:|---:|---:|---:|")
        found = compared(old, NEW, "sagemaker")
        mine = timed(lambda: compared(old, NEW, "sagemaker"), options.rounds)
        count = f"{len(before.service.operations)} → {len(after.service.operations)}"
        print(f"| sagemaker, with loading | {count} | {len(found):,} | {mine:.2f} | | |")
        walked = timed(lambda: list(changes.detect(before.service, after.service, "sagemaker")), options.rounds)
        raw = bare(before.raw), bare(after.raw)
        theirs = timed(lambda: DeepDiff(*raw))
        print(f"| sagemaker, loaded | {count} | | {walked:.3f} | {theirs:.1f} | {theirs / walked:.0f} |")
        both = sorted(services(old) & services(NEW))
        total = 0

        def everything() -> None:
            nonlocal total
            total = sum(len(compared(old, NEW, service)) for service in both)

        taken = timed(everything)
        print(f"| all services, with loading | {len(both)} | {total:,} | {taken:.1f} | | |")


if __name__ == "__main__":
    main()

"""What the docs show is what happens."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.test_layers import LAYERS, imports

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
EXAMPLES = ROOT / "docs" / "examples"


def script(name):
    """Import a script that has no suffix."""
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def steady(text):
    """Replace what differs from run to run: a port, how long pytest took, the jitter of botocore's retries."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"would have slept \d+\.\d s", "would have slept 0.0 s", text)
    return re.sub(r"in \d+\.\d+s", "in 0.00s", text)


@pytest.mark.newest_botocore
@pytest.mark.slow
def test_the_readme_shows_the_demos_real_output():
    """Whoever runs scripts/demo sees what the README shows."""
    docs = script("update_docs")

    assert steady(docs.BLOCK.search(docs.README.read_text(encoding="utf-8"))[0]) == steady(docs.demo())


def test_the_help_of_every_command_is_in_the_docs():
    """docs/commands.md is written by scripts/update_docs and up to date."""
    docs = script("update_docs")

    assert docs.HELP.read_text(encoding="utf-8") == docs.helped()


@pytest.mark.slow
@pytest.mark.parametrize("page", script("update_docs").PLAYED, ids=lambda path: path.name)
def test_commands_in_the_docs_print_what_the_page_shows(page):
    """The page is written by scripts/update_docs and up to date."""
    assert page.read_text(encoding="utf-8") == script("update_docs").played(page)


def test_the_demo_installs_what_the_examples_import():
    """scripts/demo runs them in an environment that has the extra ``demo`` and nothing else."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    installed = {re.match(r"[\w-]+", each)[0] for each in extras["demo"]}
    names = {each.partition(".")[0] for path in EXAMPLES.glob("*.py") for each in imports(path)}
    own = {"bototape", *(path.stem for path in EXAMPLES.glob("*.py"))}

    assert names - own - installed - set(sys.stdlib_module_names) == set()


def test_the_examples_pass():
    """docs/examples is a suite that anyone can run."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_in_the_docs_is_taken_from_the_examples(page):
    """A Python block on a page stands, line for line, in an example that is run."""
    run = "\n".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.py")))

    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for part in block.strip().split("\n\n\n"):
            assert part in run


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Each relative link names a file that is there."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", prose)

    assert [each for each in links if not (page.parent / each).exists()] == []


def test_the_architecture_names_every_module():
    """ARCHITECTURE.md is the layer table, kept true."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: int(layer) for layer, names in rows for name in re.findall(r"`(\w+)`", names)}

    assert told == {name: layer for name, layer in LAYERS.items() if name in told}
    present = {path.stem for path in (ROOT / "src" / "bototape").iterdir() if not path.name.startswith("__")}
    assert present - {"py", "data"} <= told.keys()

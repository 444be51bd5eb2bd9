"""The pages for those who move in: their files are written, their commands run, their output compared."""

import fnmatch
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bototape.adapters import hermetic

PAGES = Path(__file__).parent.parent / "docs" / "moving"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)

#: Pages whose commands need something that answers as AWS does.
SERVED = {"stubber", "moto"}


def commands(text):
    """Return each command of a console block with the lines of output that the page shows, which may have ``*``."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            found[-1][1].append(line)
    return found


@pytest.fixture
def environment():
    """What a reader's shell has; ``python`` is that of the other tools."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_", "CI"))}
    kept |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    kept |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTEST_ADDOPTS": "-p no:cacheprovider -p no:randomly"}
    return kept


def run(command, directory, environment):
    """Run a command as a shell would; return all that it printed."""
    told = ["sh", "-c", command]
    done = subprocess.run(told, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


@pytest.mark.slow
@pytest.mark.newest_botocore
@pytest.mark.parametrize("page", sorted(each.stem for each in PAGES.glob("*.md") if each.stem != "README"))
def test_a_page_does_what_it_shows(page, tmp_path, environment, peers):
    """In order, in an empty directory: each file as shown, each command with the lines of output that are shown."""
    endpoint = ""
    if page in SERVED:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - slow to import

        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        environment |= {
            "AWS_ACCESS_KEY_ID": hermetic.DUMMY_ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": hermetic.DUMMY_SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    if page == "stubber":
        environment["AWS_ENDPOINT_URL"] = endpoint
    try:
        shown = 0
        for language, name, text in BLOCK.findall((PAGES / f"{page}.md").read_text(encoding="utf-8")):
            if language != "console":
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                continue
            for command, expected in commands(text):
                told = re.sub(r"^python ", f"{peers('python')} ", command).replace("http://127.0.0.1:5000", endpoint)
                printed = run(told, tmp_path, environment)
                missing = [line for line in expected if not fnmatch.filter(printed, line)]
                assert missing == [], f"$ {command}\n" + "\n".join(printed)
                shown += 1
    finally:
        if endpoint:
            server.stop()
    assert shown


def test_every_tool_of_the_index_has_its_page():
    """The index lists the pages, all of them."""
    listed = re.findall(r"\]\((\S+?)\.md\)", (PAGES / "README.md").read_text(encoding="utf-8"))

    assert sorted(listed) == sorted(each.stem for each in PAGES.glob("*.md") if each.stem != "README")

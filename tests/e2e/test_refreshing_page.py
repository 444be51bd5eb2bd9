"""docs/refreshing.md, run from its first command to its last against an account on loopback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.live import ACCESS_KEY, ACCOUNT, SECRET, Answer, account
from tests.e2e.test_refresh_job import job

pytestmark = [pytest.mark.slow, pytest.mark.newest_botocore]

PAGE = Path(__file__).parent.parent.parent / "docs" / "refreshing.md"
BIN = Path(sys.executable).parent
FILES = re.compile(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```\n", re.DOTALL)
BLOCKS = re.compile(r"<!-- live(?:: (\w+))? -->\n```console\n(.*?)```\n", re.DOTALL)


def environment(home, url, when):
    config = home / "config"
    config.write_text(
        f"[profile sandbox]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\nregion = us-east-1\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GIT_", "BOTOTAPE_"))}
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "BOTOTAPE_CACHE": str(home / "cache"),
        "BOTOTAPE_SCRUB_KEY": "key of this page",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "COLUMNS": "120",
        "SOURCE_DATE_EPOCH": when,
    }


def played(block, directory, env):
    """Run the commands of *block* and return it with what they print."""
    lines = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=directory,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        lines += [f"$ {command}", *done.stdout.splitlines()]
    text = "\n".join(lines) + "\n"
    text = re.sub(r"recorded \d{4}-\d\d-\d\d, \d+ days ago", "recorded 2026-11-30, 46 days ago", text)
    return re.sub(r"sagemaker \d+\.\d+\.\d+", "sagemaker 1.44.8", text)


def test_the_page_shows_what_happens(tmp_path):
    """Every command on it works, and prints what the page says."""
    text = PAGE.read_text(encoding="utf-8")
    project = tmp_path / "project"
    subprocess.run(["git", "init", "-q", project], check=True)
    for name, content in FILES.findall(text):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text(content)
    shown, found = [], []
    with account(ListAutoMLJobs=[Answer(job("InProgress")), Answer(job("Completed"))]) as live:
        for when, block in BLOCKS.findall(text):
            now = "4102444800" if when else "1795996800"
            shown.append(block)
            found.append(played(block, project, environment(tmp_path, live.url, now)))

    assert shown == found
    assert ACCOUNT not in "".join(found)

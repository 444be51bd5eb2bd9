"""Other people's suites, tests and cassettes as they published them, run under ``--bototape-adopt-vcr``."""

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.newest_botocore]

#: langchain-aws fetches a document when its tests are imported; none of those that are run needs what it says.
NO_PAGE = """
import httpx

class Page:
    content = b"%PDF-1.4"

httpx.get = lambda *_, **__: Page
"""

LANGCHAIN = ("tests/integration_tests/chat_models/test_bedrock_converse.py", "-m", "vcr", "-k", "not pdf")
OPENTELEMETRY = ("tests/test_botocore_bedrock.py",)


class Run:
    """One run of a suite: its outcomes by test, and what it printed."""

    def __init__(self, pytest_path, root: Path, *options):
        report = root / "report.xml"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
        told = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
        telemetry = {"LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false", "OTEL_SDK_DISABLED": "false"}
        done = subprocess.run(
            [pytest_path, "-q", "-p", "no:cacheprovider", "-o", "addopts=", f"--junitxml={report}", *options],
            cwd=root,
            env={**environment, **told, **telemetry, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.text = done.stdout + done.stderr
        self.outcomes = {
            f"{case.get('classname')}::{case.get('name')}": next(
                (each.tag for each in case if each.tag != "properties"), ""
            )
            for case in ET.parse(report).iter("testcase")  # noqa: S314 - pytest's own report
        }


def unpacked(suites, name, directory):
    """Unpack a suite's source distribution, and return its root and how to run it."""
    path = next((Path(suites("pytest")).parent.parent / "sdists").glob(f"{name}-*.tar.gz"))
    with tarfile.open(path) as archive:
        archive.extractall(directory, filter="data")
    root = next(directory.iterdir())
    (root / "no_page.py").write_text(NO_PAGE, encoding="utf-8")
    return root


def digests(root):
    """What is in the suite's cassettes."""
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in root.glob("tests/cassettes/*")}


@pytest.mark.parametrize(
    ("name", "options", "fewest"),
    [
        ("opentelemetry_instrumentation_botocore", ("-p", "no:recording", *OPENTELEMETRY), 68),
        ("langchain_aws", ("-p", "no:vcr", "-p", "no_page", *LANGCHAIN), 10),
    ],
    ids=["opentelemetry-with-pytest-vcr", "langchain-aws-with-pytest-recording"],
)
def test_a_suite_gives_the_same_results(suites, tmp_path, name, options, fewest):
    """All tests end as they do without us, every cassette stays as it is, and what no longer fits is told."""
    root = unpacked(suites, name, tmp_path)
    before = digests(root)

    plain = Run(suites("pytest"), root, *options)
    ours = Run(suites("pytest"), root, "--bototape-adopt-vcr", *options)

    assert plain.outcomes == ours.outcomes, ours.text
    assert list(plain.outcomes.values()).count("") >= fewest, plain.text
    assert digests(root) == before
    assert "replayed from" in ours.text
    assert "replayed from" not in plain.text


def test_calls_that_changed_since_they_were_recorded_are_told(suites, tmp_path):
    """The prompt "You are a friendly app" was recorded, "… model" is sent: vcrpy's matchers leave the body out."""
    root = unpacked(suites, "opentelemetry_instrumentation_botocore", tmp_path)

    ours = Run(suites("pytest"), root, "-p", "no:recording", "--bototape-adopt-vcr", *OPENTELEMETRY)

    assert [line for line in ours.text.splitlines() if "let them through" in line] == [
        f"bedrock-runtime.{operation}: 2 calls differ from what was recorded; the suite's match_on let them through"
        for operation in ("Converse", "ConverseStream", "InvokeModel")
    ]

"""``bototape audit``, from outside."""

import base64
import json
import os
import random

import pytest

from bototape.cli import main

ACCOUNT = "6049" + "".join(random.Random("cli").choices("123456789", k=8))  # noqa: S311 - invented
LEAK = f'{{"RoleArn": "arn:aws:sagemaker:us-east-1:{ACCOUNT}:model/demo"}}'
SUBNET = "subnet-0" + "ab12" * 4

CASSETTE = """\
interactions:
- request:
    body: '{{}}'
    headers: {{}}
    method: POST
    uri: https://api.sagemaker.us-east-1.amazonaws.com/
  response:
    body:
      string: '{body}'
    headers: {{}}
    status:
      code: 200
      message: OK
version: 1
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files below an empty current directory."""
    monkeypatch.chdir(tmp_path)

    def to(name: str, text: str | bytes) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return to


def test_a_clean_cassette(write, capsys):
    """A clean cassette says so in one line and exits 0."""
    write("a.yaml", CASSETTE.format(body="{}"))

    assert main(["audit", "a.yaml"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("0 findings")
    assert captured.err == "audited 1 file\n"


def test_a_leak_is_named_by_place(write, capsys):
    """A raw cassette exits 1 and names each leak by its place, never by its value."""
    write("a.yaml", CASSETTE.format(body=LEAK))

    assert main(["audit", "a.yaml"]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[:-1] == [
        "error      a.yaml#1 response body /RoleArn: holds an account id (12 characters, inside json) [account-id]"
    ]
    assert ACCOUNT not in captured.out + captured.err


def test_json_output(write, capsys):
    """Programs get the same findings with kind, tier, interaction, pointer and layers."""
    write("a.yaml", CASSETTE.format(body=LEAK))

    assert main(["audit", "--format", "json", "a.yaml"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == [
        {
            "where": "a.yaml#1 response body /RoleArn",
            "rule": "account-id",
            "severity": "error",
            "message": "holds an account id (12 characters, inside json)",
            "evidence": {
                "kind": "account-id",
                "tier": "T2",
                "interaction": "1",
                "part": "response body",
                "pointer": "/RoleArn",
                "layers": "json",
            },
            "fingerprint": "b95d678ab25a",
        }
    ]


@pytest.mark.parametrize(("gate", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_the_gate(write, gate, code, capsys):
    """Names and addresses fail the audit only where the user asks for it."""
    write("a.yaml", CASSETTE.format(body=f'{{"SubnetId": "{SUBNET}"}}'))

    assert main(["audit", "--fail-on", gate, "a.yaml"]) == code
    assert "[vpc-id]" in capsys.readouterr().out


def test_directories_are_searched(write, capsys):
    """All YAML, JSON and text files below a directory are read, hidden ones and others are not."""
    for name in ("in/a.yaml", "in/b/c.yml", "in/b/d.json", "in/e.txt", "in/f.LOG"):
        write(name, f'"arn:aws:iam::{ACCOUNT}:root"\n')
    for name in ("in/x.py", "in/.hidden/y.yaml", "in/.z.yaml"):
        write(name, LEAK)

    assert main(["audit", "in", "in/a.yaml"]) == 1
    captured = capsys.readouterr()
    assert [line.split()[1].rstrip(":") for line in captured.out.splitlines()[:-1]] == [
        "in/a.yaml",
        "in/b/c.yml",
        "in/b/d.json",
        "in/e.txt",
        "in/f.LOG",
    ]
    assert captured.err == "audited 5 files\n"


def test_plain_text_is_no_damaged_yaml(write, capsys):
    """A log is audited as text and not blamed for being no YAML; a cassette that is none is."""
    write("a.log", '["open\n')
    write("b.yaml", '["open\n')

    assert main(["audit", "a.log", "b.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "warning    b.yaml:2: cannot be read as YAML, so it was audited as plain text [not-yaml]"
    ]


def test_what_could_not_be_read_is_never_clean(write, capsys):
    """A missing file and one that is no text exit 3, and the others are audited all the same."""
    write("a.yaml", CASSETTE.format(body=LEAK))
    write("b.yaml", b"\xff\xfe\x00")

    assert main(["audit", "a.yaml", "b.yaml", "missing.yaml"]) == 3
    captured = capsys.readouterr()
    assert captured.out.startswith("error      a.yaml#1 response body /RoleArn: ")
    assert captured.err == (
        "audited 1 file\n"
        "bototape: cannot use cassette b.yaml: it is not UTF-8 (byte 1)\n"
        "  fix: convert it, or take it out of the audit\n"
        "bototape: cannot open cassette missing.yaml: there is no such file\n"
        "  fix: name a file or a directory that exists\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(write, capsys, tmp_path):
    """A file that may not be read is not clean either."""
    write("a.yaml", "{}")
    (tmp_path / "a.yaml").chmod(0)

    assert main(["audit", "a.yaml"]) == 3
    assert "Permission denied" in capsys.readouterr().err


def test_an_empty_directory_is_a_mistake(write, capsys):
    """Nothing to audit is not the same as clean."""
    write("in/x.py", "")

    assert main(["audit", "in"]) == 2
    assert capsys.readouterr().err == (
        "bototape: there is no YAML, JSON or text file below in\n  fix: name a file, or another directory\n"
    )


def test_known_values(write, capsys):
    """Told the estate, the audit finds its words and names in any spelling."""
    write("estate.json", json.dumps({"account": ACCOUNT, "words": ["zorvane"], "session_token": ""}))
    write("a.yaml", CASSETTE.format(body=json.dumps({"Name": base64.b64encode(b"the Zorvane zorvane one").decode()})))
    write("b.yaml", CASSETTE.format(body=json.dumps({"Size": int(ACCOUNT)})))

    assert main(["audit", "a.yaml", "b.yaml"]) == 0
    capsys.readouterr()
    assert main(["audit", "--known-from", "estate.json", "a.yaml", "b.yaml"]) == 1
    out = capsys.readouterr().out
    assert [line.partition(": ")[0].split(maxsplit=1)[1] for line in out.splitlines()[:-1]] == [
        "a.yaml#1 response body /Name",
        "b.yaml#1 response body /Size",
    ]
    assert ACCOUNT not in out
    assert "zorvane" not in out.lower()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read the estate estate.json: No such file or directory"),
        ("nope", "cannot read the estate estate.json: it is not JSON"),
        ("[]", "cannot read the estate estate.json: it is not a JSON object"),
        (
            '{"words": ["zorvane", "443"]}',
            "cannot look for value 2 of the estate estate.json: it has fewer than 5 characters",
        ),
    ],
)
def test_an_estate_that_cannot_be_used(write, content, reason, capsys):
    """An estate that says nothing useful stops the audit: it would pass what the user wanted to find."""
    write("a.yaml", CASSETTE.format(body="{}"))
    if content is not None:
        write("estate.json", content)

    assert main(["audit", "--known-from", "estate.json", "a.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"bototape: {reason}"

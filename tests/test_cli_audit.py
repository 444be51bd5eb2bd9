"""``bototape audit``, from outside."""

import base64
import json
import os
import random
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from bototape.cli import main

ROOT = Path(__file__).parent.parent

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
                "file": "a.yaml",
                "interaction": "1",
                "part": "response body",
                "pointer": "/RoleArn",
                "layers": "json",
                "preview": "************",
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


# Formats and policy ---------------------------------------------------------------------------------------------------


def test_sarif(write, capsys, tmp_path):
    """Code scanning gets the place, the kind and its page, also for what is allowed."""
    write("a.yaml", CASSETTE.format(body=LEAK))
    write("bototape-audit.toml", POLICY.format(day="2999-01-01"))
    write("b.yaml", CASSETTE.format(body=f'{{"SubnetId": "{SUBNET}"}}'))

    assert main(["audit", "--format", "sarif", "--output", "out.sarif", "a.yaml", "b.yaml"]) == 1
    run = json.loads((tmp_path / "out.sarif").read_text("utf-8"))["runs"][0]
    assert [(each["ruleId"], each["level"], "suppressions" in each) for each in run["results"]] == [
        ("account-id", "error", False),
        ("vpc-id", "error", True),
    ]
    assert [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]] == [
        "a.yaml",
        "b.yaml",
    ]
    assert capsys.readouterr().out == ""
    assert ACCOUNT not in json.dumps(run)


def test_github(write, capsys):
    """In a build log each finding is an annotation of its file."""
    write("a.yaml", CASSETTE.format(body=LEAK))

    assert main(["audit", "--format", "github", "a.yaml"]) == 1
    assert capsys.readouterr().out.splitlines()[0].startswith("::error file=a.yaml,title=a.yaml#1::")


POLICY = """\
[policy]
T3 = "error"

[[allow]]
kind = "vpc-id"
place = "b.yaml*"
reason = "an invented network"
until = "{day}"
"""


def test_the_policy_of_the_project(write, capsys):
    """A tier may be made an error, a finding may stay until a day, and an entry for nothing is named."""
    write("b.yaml", CASSETTE.format(body=f'{{"SubnetId": "{SUBNET}"}}'))
    write("c.yaml", CASSETTE.format(body="{}"))
    write("bototape-audit.toml", POLICY.format(day="2999-01-01"))

    assert main(["audit", "b.yaml"]) == 0
    assert capsys.readouterr().out == "0 findings; gate error: 0 at or above; 1 ignored\n"
    assert main(["audit", "c.yaml"]) == 0
    assert "bototape-audit.toml: nothing to allow any more: vpc-id at b.yaml*" in capsys.readouterr().err


def test_an_entry_that_has_ended(write, capsys, monkeypatch):
    """The day is given: by the clock, or SOURCE_DATE_EPOCH."""
    write("b.yaml", CASSETTE.format(body=f'{{"SubnetId": "{SUBNET}"}}'))
    write("p.toml", POLICY.format(day="2026-01-31"))

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1769817600")  # 2026-01-31
    assert main(["audit", "--policy", "p.toml", "b.yaml"]) == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1769904000")
    capsys.readouterr()
    assert main(["audit", "--policy", "p.toml", "b.yaml"]) == 1
    assert "; was allowed until 2026-01-31 (an invented network) [vpc-id]" in capsys.readouterr().out


def test_public_values_may_stand_anywhere(write):
    """A vendor's account that documentation tells everybody is no leak; another is."""
    write("a.yaml", CASSETTE.format(body=LEAK))
    write(
        "bototape-audit.toml",
        f'[[allow]]\nkind = "account-id"\nvalue = "{ACCOUNT}"\nreason = "a vendor\'s"\nuntil = "2999-01-01"\n',
    )
    write("b.yaml", CASSETTE.format(body=LEAK.replace(ACCOUNT, ACCOUNT[::-1])))

    assert main(["audit", "a.yaml"]) == 0
    assert main(["audit", "b.yaml"]) == 1


def test_credentials_fail_whatever_the_gate(write):
    """A live credential is never below the gate."""
    write("a.yaml", CASSETTE.format(body=f'{{"note": "ghp_{"aB3d" * 9}"}}'))

    assert main(["audit", "--fail-on", "never", "a.yaml"]) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot use the policy p.toml: there is no such file"),
        (b"\xff", "cannot use the policy p.toml: it is not UTF-8 text"),
        ("[rules]", "cannot use p.toml: unknown key 'rules'"),
    ],
)
def test_a_policy_that_cannot_be_used(write, content, reason, capsys):
    """A policy that is named and says nothing useful stops the audit."""
    write("a.yaml", "{}")
    if content is not None:
        write("p.toml", content)

    assert main(["audit", "--policy", "p.toml", "a.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"bototape: {reason}"


# History --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def git(tmp_path):
    """Run git in the current directory, which is made a repository."""

    def run(*arguments: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
        return subprocess.run(
            ["git", *settings, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    run("init", "-q")
    return run


def lines(out: str) -> list[str]:
    return [line.partition(": holds")[0].split(maxsplit=1)[1] for line in out.splitlines() if ": holds" in line]


def test_the_history(write, git, capsys):
    """A leak that was removed, renamed away, or is on another branch is found once, where git shows it."""
    leak = CASSETTE.format(body=LEAK)
    write("in/a.yaml", leak)
    git("add", ".")
    git("commit", "-qm", "one")
    first = git("rev-parse", "HEAD")[:12]
    git("mv", "in/a.yaml", "in/b.yaml")
    git("commit", "-qm", "two")
    git("checkout", "-qb", "other")
    write("in/é \n.yaml", leak.replace(ACCOUNT, ACCOUNT[::-1]))
    git("add", ".")
    git("commit", "-qm", f"for {ACCOUNT[:4]}@zorvane-labs.io")
    other = git("rev-parse", "HEAD")[:12]
    git("checkout", "-q", "main")
    git("rm", "-q", "in/b.yaml")
    git("commit", "-qm", "gone")

    assert main(["audit", "--git-history", "in"]) == 1
    captured = capsys.readouterr()
    assert lines(captured.out) == [
        f"{first}:in/a.yaml#1 response body /RoleArn",
        f"{other}:in/é \\n.yaml#1 response body /RoleArn",
        f"{other} (message):1",
    ]
    assert git("show", f"{first}:in/a.yaml") == leak.strip()
    assert main(["audit", "--git-history", "in/a.yaml"]) == 1
    assert lines(capsys.readouterr().out) == [f"{first}:in/a.yaml#1 response body /RoleArn"]


def test_what_is_still_there_is_told_once(write, git, capsys):
    """A leak in the working file is reported there, not in the commit that has it as well."""
    write("a.yaml", CASSETTE.format(body=LEAK))
    git("add", ".")
    git("commit", "-qm", "one")

    assert main(["audit", "--git-history", "."]) == 1
    assert lines(capsys.readouterr().out) == ["a.yaml#1 response body /RoleArn"]


def test_a_leak_made_in_a_merge(write, git, capsys):
    """What only a merge brought in stands in no single commit's changes."""
    write("a.yaml", "a: 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "other")
    write("b.yaml", "b: 1\n")
    git("add", ".")
    git("commit", "-qm", "two")
    git("checkout", "-q", "main")
    write("c.yaml", "c: 1\n")
    git("add", ".")
    git("commit", "-qm", "three")
    git("merge", "-q", "--no-commit", "other")
    write("a.yaml", f"a: arn:aws:iam::{ACCOUNT}:root\n")
    git("add", ".")
    git("commit", "-qm", "merge")
    merge = git("rev-parse", "HEAD")[:12]
    write("a.yaml", "a: 1\n")

    assert main(["audit", "--git-history", "."]) == 1
    assert lines(capsys.readouterr().out) == [f"{merge}:a.yaml /a"]


def test_a_history_that_cannot_be_read(write, git, capsys, tmp_path, monkeypatch):
    """No repository, nothing in it, and a shallow clone are never clean."""
    write("a.yaml", "a: 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    git("commit", "-qm", "two", "--allow-empty")
    git("clone", "-q", "--depth", "1", tmp_path.as_uri(), "shallow")

    assert main(["audit", "--git-history", "nowhere"]) == 2
    assert "there is no YAML, JSON or text file in the history of nowhere" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path / "shallow")
    assert main(["audit", "--git-history", "a.yaml"]) == 3
    assert "the repository is a shallow clone" in capsys.readouterr().err
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    assert main(["audit", "--git-history", "a.yaml"]) == 2
    assert "cannot read the history of" in capsys.readouterr().err


# The hook -------------------------------------------------------------------------------------------------------------

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda each: each["id"])
def test_the_hooks_run(write, hook, capsys):
    """What pre-commit calls is a command there is, which refuses a leak and passes what is clean."""
    write("cassettes/a.yaml", CASSETTE.format(body=LEAK))
    write("cassettes/b.yaml", CASSETTE.format(body="{}"))
    program, *arguments = shlex.split(hook["entry"])

    assert (program, hook["language"]) == ("bototape", "python")
    assert main([*arguments, "cassettes/b.yaml"]) == 0
    assert main([*arguments, "cassettes/a.yaml", "cassettes/b.yaml"]) == 1
    assert "a.yaml#1 response body /RoleArn" in capsys.readouterr().out

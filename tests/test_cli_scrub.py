"""``bototape scrub``, from outside: the cassettes of other tools, cleaned in place."""

import base64
import gzip
import hashlib
import json
import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import vcr
import yaml

from bototape import cassettes, ledger
from bototape.cleaning import stored
from bototape.cli import main
from bototape.interaction import header

_CHOICE = random.Random("scrub")  # noqa: S311 - invented
ACCOUNT = "6049" + "".join(_CHOICE.choices("123456789", k=8))
KEY_ID = "ASIA" + "".join(_CHOICE.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
ROLE = "carpentry-lab-runner"
BODY = json.dumps({"ModelArn": f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/demo", "ModelName": "demo"})


def entry(body, *, uri="https://api.sagemaker.eu-west-1.amazonaws.com/", headers=None, sent=None, extra=None):
    """One interaction as vcrpy stores it; *headers* are the answer's, *sent* the request's."""
    return {
        "request": {
            "body": '{"ModelName": "demo"}',
            "headers": {"X-Amz-Target": ["SageMaker.DescribeModel"], **(sent or {})},
            "method": "POST",
            "uri": uri,
        },
        "response": {
            "body": {"string": body},
            "headers": {"Content-Length": [str(len(body))], **(headers or {})},
            "status": {"code": 200, "message": "OK"},
            **(extra or {}),
        },
    }


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty current directory and a key of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ledger.VARIABLE, "one key for the tests")
    return tmp_path


def store(name, *entries, **more):
    """Write a cassette as vcrpy does."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump({"interactions": list(entries), "version": 1, **more}), encoding="utf-8")
    return path


def test_a_dry_run_tells_and_writes_nothing(capsys):
    """By default nothing is touched, not even a key is made; what there is to do fails a job."""
    path = store("c/a.yaml", entry(BODY, sent={"Authorization": [f"AWS4-HMAC-SHA256 Credential={KEY_ID}/x"]}))
    before = path.read_bytes()

    assert main(["scrub", "c"]) == 1
    assert capsys.readouterr().out == (
        "c/a.yaml: 1 account; without the headers 1 Authorization\n"
        "would scrub 1 of 1 cassette: 1 account\n"
        "nothing was written; give --write to replace them\n"
    )
    assert path.read_bytes() == before
    assert sorted(each.name for each in Path("c").iterdir()) == ["a.yaml"]


def test_what_was_written_is_clean_and_stays(capsys):
    """The second run finds nothing; the audit, told the account, agrees; vcrpy plays it."""
    path = store("c/a.yaml", entry(BODY))

    assert main(["scrub", "c", "--write"]) == 0
    assert capsys.readouterr().out == (
        "c/a.yaml: 1 account\nscrubbed 1 of 1 cassette: 1 account\ntheir pseudonyms are in c/ledger.json\n"
    )
    clean = path.read_bytes()
    assert ACCOUNT.encode() not in clean
    assert main(["scrub", "c", "--write"]) == 0
    assert capsys.readouterr().out == "nothing to scrub in 1 cassette\n"
    assert path.read_bytes() == clean
    response = cassettes.read(path).interactions[0].response
    assert json.loads(response.body)["ModelArn"] == "arn:aws:sagemaker:eu-west-1:111122223333:model/demo"
    assert header(response.headers, "Content-Length") == str(len(response.body))


def test_what_one_file_tells_is_looked_for_in_all():
    """Twelve bare digits are no account, unless another file says so."""
    bare = store("c/a.yaml", entry(json.dumps({"ModelName": f"x-{ACCOUNT}-y"})))
    store("c/b.yaml", entry(BODY))

    assert main(["scrub", "c", "--write"]) == 0
    assert json.loads(cassettes.read(bare).interactions[0].response.body) == {"ModelName": "x-111122223333-y"}


def test_a_value_has_one_pseudonym_in_all_files_and_runs():
    """A file that comes later gets what the ledger remembers."""
    first = store("c/a.yaml", entry(BODY))
    assert main(["scrub", "c/a.yaml", "--write"]) == 0
    other = ACCOUNT[:4] + ACCOUNT[:3:-1]
    second = store("c/deep/b.yaml", entry(BODY.replace(ACCOUNT, other)), entry(BODY))

    assert main(["scrub", "c/deep", "--write"]) == 0
    texts = [each.response.body for path in (first, second) for each in cassettes.read(path).interactions]
    assert [json.loads(each)["ModelArn"].split(":")[4] for each in texts] == [
        "111122223333",
        "444455556666",
        "111122223333",
    ]
    assert not Path("c/deep/ledger.json").exists()


def test_the_estate_names_what_no_form_tells():
    """Words and the account of a file and of the project's settings."""
    Path("who.json").write_text(json.dumps({"account": ACCOUNT, "words": ["zanzibar"]}))
    Path("pyproject.toml").write_text('[tool.bototape.estate]\nwords = ["kilimanjaro"]\n')
    path = store("c/a.yaml", entry(json.dumps({"ModelName": f"Zanzibar/kilimanjaro/{ACCOUNT}"})))

    assert main(["scrub", "c", "--write", "--estate", "who.json"]) == 0
    body = json.loads(cassettes.read(path).interactions[0].response.body)
    assert body == {"ModelName": "exampleword1/exampleword2/123456789012"}


def test_fields_beside_the_message_are_scrubbed_and_kept():
    """aiohttp's ``url``, times and marks of other tools: replaying needs them, and they may hold the account."""
    url = f"https://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/v2/"
    path = store(
        "c/a.yaml",
        {**entry(BODY, extra={"url": url, "note": f"arn:aws:iam::{ACCOUNT}:root"}), "recorded_at": "2024-05-01"},
        recorded_with="some tool",
    )

    assert main(["scrub", "c", "--write"]) == 0
    tree = yaml.safe_load(path.read_text())
    response = tree["interactions"][0]["response"]
    assert response["url"] == "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/"
    assert response["note"] == "arn:aws:iam::111122223333:root"
    assert tree["interactions"][0]["recorded_at"] == "2024-05-01"
    assert tree["recorded_with"] == "some tool"


def test_variables_of_a_recording_are_scrubbed():
    """They are in the form that the calls have, whatever they are called; the rest of the mark stays."""
    mark = {"date": "", "endpoint": "aws", "format": 1, "release": "1.44.5", "scrub": "none", "seed": 7}
    values = {"arn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", "list": [{"n": 1, "bucket": f"logs-{ACCOUNT}"}]}
    path = store("c/a.yaml", entry(BODY), bototape={**mark, "variables": values})

    assert main(["scrub", "c", "--write"]) == 0
    found = cassettes.read(path).provenance
    assert found.seed == 7
    assert found.variables == {
        "arn": "arn:aws:iam::111122223333:role/example-role-1",
        "list": [{"n": 1, "bucket": "logs-111122223333"}],
    }


def test_binary_headers_are_opened_and_stay_binary():
    """vcrpy hides botocore's headers as base64 from every grep; its matcher tells bytes from text."""
    sent = {"X-Amz-Expected-Bucket-Owner": [ACCOUNT.encode()], "X-Amz-Target": [b"SageMaker.DescribeModel"]}
    path = store("c/a.yaml", entry(BODY, sent=sent))

    assert main(["scrub", "c", "--write"]) == 0
    headers = yaml.safe_load(path.read_text())["interactions"][0]["request"]["headers"]
    assert headers == {
        "X-Amz-Expected-Bucket-Owner": [b"111122223333"],
        "X-Amz-Target": [b"SageMaker.DescribeModel"],
    }


def test_compressed_answers_stay_compressed_and_digests_become_true():
    """Another client asked for gzip and will decode it again; a digest of the original would be an oracle."""
    packed = gzip.compress(BODY.encode(), mtime=0)
    held = entry(packed, headers={"Content-Encoding": ["gzip"], "ETag": [f'"{hashlib.md5(packed).hexdigest()}"']})  # noqa: S324 - as S3 has it
    path = store("c/a.yaml", held)

    assert main(["scrub", "c", "--write"]) == 0
    response = yaml.safe_load(path.read_text())["interactions"][0]["response"]
    body = response["body"]["string"]
    assert ACCOUNT not in gzip.decompress(body).decode()
    assert response["headers"]["Content-Length"] == [str(len(body))]
    assert response["headers"]["ETag"] == [f'"{hashlib.md5(body).hexdigest()}"']  # noqa: S324


def test_a_json_cassette_stays_json():
    """vcrpy's other serializer."""
    path = Path("c/a.json")
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "interactions": [entry(BODY)]}, indent=4) + "\n")

    assert main(["scrub", "c", "--write"]) == 0
    text = path.read_text()
    assert ACCOUNT not in text
    assert text == json.dumps(json.loads(text), indent=4) + "\n"


def test_a_broken_file_stops_none_of_the_others(capsys):
    """It is named and left as it was; the rest is done; the exit code tells."""
    broken = store("c/a.yaml", entry(BODY))
    broken.write_text(broken.read_text().replace("method: POST", "method: [POST]"))
    held = broken.read_bytes()
    good = store("c/b.yaml", entry(BODY))

    assert main(["scrub", "c", "--write"]) == 3
    captured = capsys.readouterr()
    assert "cannot use cassette c/a.yaml:" in captured.err
    assert "scrubbed 1 of 2 cassettes: 1 account\n" in captured.out
    assert broken.read_bytes() == held
    assert ACCOUNT not in good.read_text()


def test_a_write_protected_file_is_as_it_was():
    """It is refused by name, also to root once that has no leave to pass over modes."""
    path = store("c/a.yaml", entry(BODY))
    held = path.read_bytes()
    path.chmod(stat.S_IRUSR)
    caps = "-dac_override,-dac_read_search"
    bound = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}"] if os.geteuid() == 0 else []

    command = [*bound, sys.executable, "-m", "bototape", "scrub", "c", "--write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "write-protected" in done.stderr
    assert path.read_bytes() == held
    assert sorted(each.name for each in Path("c").iterdir()) == ["a.yaml", "ledger.json"]


def test_a_file_that_cannot_be_written_in_full_is_as_it_was():
    """It is written beside the old one first, and never over it: what a full disk cuts short is taken away."""
    path = store("c/a.yaml", entry(json.dumps({"ModelArn": f"arn:aws:iam::{ACCOUNT}:role/x", "Text": "word " * 4000})))
    held = path.read_bytes()
    # Python would keep half of a module that it compiles under the limit, for whoever imports it next.
    limit = "import resource, sys; sys.dont_write_bytecode = True; "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); "
    run = "from bototape.cli import main; sys.exit(main(['scrub', 'c', '--write']))"

    done = subprocess.run([sys.executable, "-c", limit + run], capture_output=True, text=True, check=False)

    assert done.stderr == (
        "bototape: cannot write cassette c/a.yaml: file too large\n"
        "  fix: check the space and the permissions there, then try again\n"
    )
    assert done.returncode == 3
    assert path.read_bytes() == held
    assert sorted(each.name for each in Path("c").iterdir()) == ["a.yaml", "ledger.json"]


def test_nothing_it_prints_is_a_value(capsys):
    """Neither stdout nor stderr, whatever is found."""
    path = store("c/a.yaml", entry(BODY, headers={"X-Note": [f"{KEY_ID} arn:aws:iam::{ACCOUNT}:role/{ROLE}"]}))

    main(["scrub", "c"])
    main(["scrub", "c", "--write"])
    captured = capsys.readouterr()
    printed = captured.out + captured.err + path.read_text()
    assert [each for each in (ACCOUNT, KEY_ID, ROLE) if each in printed] == []


def test_stock_vcrpy_plays_what_was_scrubbed():
    """The cassette of another tool stays that tool's cassette."""
    path = store("c/a.yaml", entry(BODY, uri=f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs"))
    assert main(["scrub", "c", "--write"]) == 0

    with vcr.use_cassette(str(path), record_mode="none") as tape:
        import urllib3  # noqa: PLC0415 - vcrpy patches it

        with urllib3.PoolManager() as pool:
            answer = pool.request("POST", "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs")
            assert json.loads(answer.data)["ModelName"] == "demo"
    assert tape.play_count == 1


@pytest.mark.parametrize(
    ("held", "after", "expected"),
    [
        ("a", b"b", "b"),
        (b"a", b"b", b"b"),
        ({"string": "a", "encoding": "utf-8"}, b"b", {"string": "b", "encoding": "utf-8"}),
        ({"base64_string": "YQ=="}, b"b", {"base64_string": base64.b64encode(b"b").decode()}),
        (["a"], b"b", "b"),
        ("a", b"\xff", b"\xff"),
        (None, b"a", None),
    ],
)
def test_a_body_keeps_its_spelling(held, after, expected):
    """Each of the spellings that vcrpy has had."""
    assert stored._body(held, b"a", after) == expected


def test_the_shipped_cassettes_tell_nobody(capsys):
    """What was recorded with the same rules stays as it is, byte for byte."""
    root = (Path(__file__).parent.parent / "cassettes").resolve()
    described = [str(root / "describe_auto_ml_job.yaml")]

    assert main(["scrub", *described]) == 0
    assert capsys.readouterr().out == "nothing to scrub in 1 cassette\n"

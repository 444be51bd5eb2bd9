import base64
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.parsers import create_parser
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import cassettes
from bototape.cli import main
from bototape.errors import CassetteMissing, UsageError
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response, header
from bototape.replay import Player
from bototape.sandbox import Invention, invent, unscrub, who_am_i, write
from bototape.sandbox.put import estate_of
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.kinds import BY_NAME
from bototape.scrub.pseudonyms import Pseudonyms

SHIPPED = sorted((Path(__file__).parent.parent / "cassettes").glob("*.yaml"))
URI = "https://api.sagemaker.us-east-1.amazonaws.com/"
REQUEST_ID = "00000000-0000-4000-8000-e0000000000"

#: One pseudonym of every kind, where its kind is told by its form or its name.
EVERYTHING = {
    "RoleArn": "arn:aws:iam::123456789012:role/service-role/example-role-1",
    "UserArn": "arn:aws:iam::111122223333:user/example-path-1/example-user-1",
    "GroupArn": "arn:aws:iam::111122223333:group/example-group-1",
    "Caller": "arn:aws:sts::123456789012:assumed-role/example-role-2/user-1@example.com",
    "Other": "arn:aws:sts::444455556666:assumed-role/example-role-1/example-session-1",
    "UserId": "AROAAAAAAAAAABEXAMPLE:user-1@example.com",
    "Bucket": "s3://amzn-s3-demo-bucket-1/sagemaker-us-east-1-123456789012 exampleword1",
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/img:1 763104351884.dkr.ecr.us-east-1.amazonaws.com/x",
    "KmsKeyId": "00000000-0000-4000-8000-f00000000001",
    "KmsArn": "arn:aws:kms:us-east-1:123456789012:alias/example-key-1 mrk key/mrk",
    "VolumeKmsKeyId": "mrk-feedfeed000000000000000000000002",
    "Subnets": ["subnet-0feed000000000001", "subnet-feed0002"],
    "VpcId": "vpc-0feed000000000001",
    "DomainId": "d-example00001",
    "UserProfileArn": "arn:aws:sagemaker:us-east-1:123456789012:user-profile/d-example00001/example-profile-1",
    "Hosts": "192.0.2.1 and 203.0.113.1",
    "Environment": {"HF_TOKEN": "SCRUBBED", "DB": "postgresql://svc:SCRUBBED@db:1/x", "LOG_LEVEL": "20"},
    "Url": "https://d-example00001.studio.us-east-1.sagemaker.aws/auth?token=SCRUBBEDJWT",
    "AccessKeyId": "ASIAAAAAAAAABEXAMPLE",
    "SecretAccessKey": "SCRUBBEDSECRETACCESSKEY0000000000EXAMPLE",
    "authorizationToken": "QVdTOlNDUlVCQkVE",
    "NextToken": "EXAMPLENEXTTOKEN00000001",
    "ReceiptHandle": "EXAMPLEHANDLE00000000001",
    "Nested": '{"Arn":"arn:aws:iam::123456789012:root","T":1.5E9}',
    "Accounts": 123456789012,
}
RICH = Cassette(
    (
        Interaction(
            Request(
                "POST",
                URI,
                (
                    ("Content-Type", "application/x-amz-json-1.1"),
                    ("X-Amz-Target", "SageMaker.X"),
                    ("Content-Length", "27"),
                ),
                b'{"RoleArn": "arn:aws:iam::123456789012:role/service-role/example-role-1"}',
            ),
            Response(
                200,
                "OK",
                (
                    ("x-amzn-RequestId", REQUEST_ID + "1"),
                    ("x-amz-id-2", "EXAMPLETRACEID"),
                    ("Date", "Fri, 20 Nov 2026 10:11:12 GMT"),
                    ("x-amz-crc32", "0"),
                ),
                json.dumps(EVERYTHING, indent=1).encode(),
            ),
            Call("sagemaker", "X", "us-east-1"),
        ),
        Interaction(
            Request(
                "POST",
                "https://sts.us-east-1.amazonaws.com/?owner=user-1%40example.com",
                (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),),
                b"Action=X&Version=1&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fservice-role%2Fexample-role-1",
            ),
            Response(200, "OK", (("x-amzn-RequestId", REQUEST_ID + "2"),), b"<A>123456789012</A>"),
            Call("sts", "X", "us-east-1", "query"),
        ),
        Interaction(Request("GET", URI), Response(200, "OK", (), b"\xff\x00 123456789012"), None),
    ),
    Provenance("custom", "2026-11-20", "1.44.5"),
)


def scrubbed(cassette, estate):
    pseudonyms = Pseudonyms(b"a key for tests", {})
    return Cassette(tuple(scrub(each, estate, pseudonyms) for each in cassette.interactions), RICH.provenance)


def settled(cassette):
    """Return *cassette* numbered by first appearance, as a recording is."""
    invention = Invention(7)
    return scrubbed(unscrub(cassette, invention), estate_of((cassette,), invention))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9))
def test_scrubbing_a_sandbox_gives_the_cassette_back(seed):
    """Whatever account is invented, its recording scrubs to the cassette it was made from."""
    cassette = settled(RICH)
    invention = Invention(seed)

    raw = unscrub(cassette, invention)

    assert scrubbed(raw, estate_of((cassette,), invention)).interactions == cassette.interactions


@pytest.mark.parametrize("path", SHIPPED, ids=lambda each: each.stem)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_shipped_cassette_comes_back(path, seed):
    """What the repository ships is what a recording of any account would give."""
    cassette = cassettes.read(path)
    invention = Invention(seed)

    raw = unscrub(cassette, invention)

    assert scrubbed(raw, estate_of((cassette,), invention)).interactions == cassette.interactions
    assert raw.interactions != cassette.interactions


def test_no_pseudonym_is_left():
    """A sandbox looks raw: every pseudonym that a form or a name gives away has an invented value."""
    text = cassettes.to_text(unscrub(settled(RICH), Invention(0)))

    left = {
        name: found
        for name, kind in BY_NAME.items()
        if name not in ("signature", "request-id")
        and (found := re.findall(rf"(?<!\d)(?:{kind.pattern.pattern})(?!\d)", text))
    }
    assert left == {}
    assert "00000000-0000" not in text


def test_awss_own_account_stays():
    """An image of AWS's registry is AWS's in every account."""
    assert b"763104351884.dkr.ecr" in unscrub(RICH, Invention(0)).interactions[0].response.body


def test_requests_look_as_they_were_sent():
    """Signature, session token, time and client are there again, for the time the answer has."""
    invention = Invention(0)
    estate = invention.estate("us-east-1")

    headers = unscrub(RICH, invention).interactions[0].request.headers

    assert [name for name, _ in headers] == [
        "Content-Type",
        "X-Amz-Target",
        "Content-Length",
        "X-Amz-Date",
        "X-Amz-Security-Token",
        "Authorization",
        "User-Agent",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
    ]
    assert header(headers, "X-Amz-Date") == "20261120T101112Z"
    assert header(headers, "X-Amz-Security-Token") == estate.session_token
    assert (header(headers, "Authorization") or "").startswith(
        f"AWS4-HMAC-SHA256 Credential={estate.access_key_id}/20261120/us-east-1/sagemaker/aws4_request, "
    )


def test_lengths_and_checksums_are_true():
    """A client that checks them can be served from a sandbox."""
    done = unscrub(RICH, Invention(0)).interactions[0]

    assert header(done.request.headers, "Content-Length") == str(len(done.request.body))
    assert header(done.response.headers, "x-amz-crc32") != "0"


def test_a_sandbox_says_that_it_is_raw():
    """Nothing pretends to come from AWS or to be scrubbed."""
    assert unscrub(RICH, Invention(0)).provenance == Provenance("custom", "2026-11-20", "1.44.5", "none")
    assert unscrub(Cassette(), Invention(0)) == Cassette((), Provenance("custom", scrub="none"))


def test_variables_are_of_the_same_account():
    """What a recording remembers by name has the form of its raw calls, so that it scrubs to what it was."""
    invention = Invention(0)
    variables = {"arn": "arn:aws:iam::123456789012:role/example-role-1", "n": [1.5, None]}
    raw = unscrub(Cassette((), Provenance("aws", seed=7, variables=variables)), invention).provenance

    assert raw.seed == 7
    assert raw.variables["n"] == [1.5, None]
    assert raw.variables["arn"].split(":")[4] == invention.of("account", "123456789012")


def test_one_seed_is_one_account():
    """The same seed gives the same account everywhere, another seed another account."""
    assert Invention(3).estate("us-east-1") == Invention(3).estate("us-east-1")
    assert len({Invention(seed).estate("us-east-1").account for seed in range(50)}) == 50
    assert Invention(3).of("role", "example-role-1") != Invention(3).of("role", "example-role-2")


@pytest.mark.parametrize("kind", sorted(set(BY_NAME) - {"signature", "signature-v2", "private-key", "failure-message"}))
def test_what_is_invented_is_not_taken_for_a_pseudonym(kind):
    """Every invented value is one that the scrubber replaces."""
    made = BY_NAME[kind]
    pseudonym = made.make(3, "AKIA" + "A" * 16 if kind == "access-key" else "AROA" + "A" * 17)

    for seed in range(20):
        value = Invention(seed).of(kind, pseudonym)
        assert Pseudonyms(b"k", {}).of(kind, value) != value
        assert value == Invention(seed).of(kind, pseudonym)


def test_an_invented_account_is_nobodys():
    """An account that AWS owns or documents is not invented: it would stay in the recording."""
    drawn = iter([763104351884, 111122223333, 604913827755])
    rng = SimpleNamespace(randrange=lambda *_: next(drawn))

    assert invent._account(Invention(0), rng, "") == "604913827755"


def test_an_invented_key_belongs_to_the_invented_account():
    """As in a real key id, the account can be read off it: a scrubber that keeps half of it leaks."""
    estate = Invention(0).estate("us-east-1")
    head = int.from_bytes(base64.b32decode(estate.access_key_id[4:])[:6], "big")

    assert f"{(head & 0x7FFFFFFFFF80) >> 7:012}" == estate.account


@pytest.mark.parametrize(
    ("region", "start"),
    [("us-east-1", "arn:aws:sts::"), ("cn-north-1", "arn:aws-cn:sts::"), ("us-gov-west-1", "arn:aws-us-gov:sts::")],
)
def test_the_caller_is_in_the_regions_partition(region, start):
    """An ARN of China or GovCloud says so."""
    assert Invention(0).estate(region).arn.startswith(start)


def test_sts_answers_who_is_calling():
    """botocore reads the invented caller from STS's recorded answer, as often as it asks."""
    invention = Invention(0)
    estate = invention.estate("us-east-1")
    player = Player(who_am_i(estate, invention, "us-east-1"), "sts.yaml")
    request = Request(
        "POST",
        "https://sts.us-east-1.amazonaws.com/",
        (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),),
        b"Action=GetCallerIdentity&Version=2011-06-15",
    )
    shape = Session().get_service_model("sts").operation_model("GetCallerIdentity").output_shape

    for _ in range(2):
        answer = player.play(request).response
        read = create_parser("query").parse(
            {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}, shape
        )
        assert (read["Account"], read["Arn"], read["UserId"]) == (estate.account, estate.arn, estate.user_id)


@pytest.fixture
def source(tmp_path):
    """A scrubbed cassette on disk."""
    path = tmp_path / "rich.yaml"
    path.write_text(cassettes.to_text(settled(RICH)))
    return path


def test_the_command_says_what_it_wrote(source, tmp_path, capsys):
    """Raw cassette, STS's answer, credentials and estate, one line each."""
    out = tmp_path / "box"

    assert main(["sandbox", str(source), "--out", str(out), "--seed", "4"]) == 0

    assert capsys.readouterr().out == (
        f"{out / 'rich.yaml'}: raw cassette of an invented account\n"
        f"{out / 'sts.yaml'}: answer of sts:GetCallerIdentity\n"
        f"{out / 'credentials'}: its credentials, as AWS_SHARED_CREDENTIALS_FILE takes them\n"
        f"{out / 'estate.json'}: what its recorder knows of itself\n"
    )
    assert sorted(each.name for each in out.iterdir()) == [
        ".bototape-sandbox",
        "credentials",
        "estate.json",
        "rich.yaml",
        "sts.yaml",
    ]


def test_the_files_are_what_their_readers_take(source, tmp_path, monkeypatch):
    """The cassette reads, botocore finds the credentials, the estate is an estate; all of one account."""
    made = write([source], tmp_path / "box", 4)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(made.credentials))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)

    estate = Estate.from_mapping(json.loads(made.estate.read_text()))
    found = Session().get_credentials().get_frozen_credentials()

    assert scrubbed(cassettes.read(made.cassettes[0]), estate).interactions == cassettes.read(source).interactions
    assert (found.access_key, found.secret_key, found.token) == (
        estate.access_key_id,
        estate.secret_access_key,
        estate.session_token,
    )
    assert estate.account in cassettes.read(made.sts).interactions[0].response.body.decode()
    assert made.cassettes[0].read_text().startswith("# Raw traffic of an account that does not exist")


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_the_files_are_for_their_owner_only(source, tmp_path):
    """What looks like a credential is kept like one."""
    made = write([source], tmp_path / "box", 0)

    assert made.directory.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in made.directory.iterdir()} == {0o600}


def test_a_sandbox_may_be_made_again(source, tmp_path):
    """A second run replaces the first, and what only the first wrote is gone."""
    other = source.with_name("other.yaml")
    other.write_text(source.read_text())
    write([source, other], tmp_path / "box", 0)
    before = (tmp_path / "box" / "rich.yaml").read_text()

    write([source], tmp_path / "box", 1)

    assert not (tmp_path / "box" / "other.yaml").exists()
    assert (tmp_path / "box" / "rich.yaml").read_text() != before


def test_a_directory_of_others_is_refused(source, tmp_path):
    """Nobody's files are mixed with raw traffic."""
    out = tmp_path / "box"
    out.mkdir()
    (out / "notes.txt").write_text("mine")

    with pytest.raises(UsageError, match="it holds files that are not a sandbox's"):
        write([source], out, 0)

    assert [each.name for each in out.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("place", ["box", "a/b/box", "."])
@pytest.mark.parametrize("mark", ["directory", "file"])
def test_a_version_controlled_tree_is_refused(source, tmp_path, place, mark):
    """Nothing raw can be committed by accident, in a clone or a worktree."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").mkdir() if mark == "directory" else (tree / ".git").write_text("gitdir: elsewhere\n")

    with pytest.raises(UsageError, match=f"it is inside the version-controlled tree {re.escape(str(tree))}"):
        write([source], tree / place, 0)

    assert [each.name for each in tree.iterdir()] == [".git"]


def test_a_link_into_such_a_tree_is_refused(source, tmp_path):
    """A link does not hide where a file ends up."""
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / "sub").mkdir()
    (tmp_path / "link").symlink_to(tree / "sub")

    with pytest.raises(UsageError, match="version-controlled tree"):
        write([source], tmp_path / "link" / "box", 0)


def test_a_file_in_the_directorys_place_is_refused(source):
    """--out names a directory."""
    with pytest.raises(UsageError, match="it is not a directory"):
        write([source], source, 0)


def test_two_cassettes_of_one_name_are_refused(source, tmp_path):
    """No cassette silently takes another's place, nor the place of STS's answer."""
    twin = tmp_path / "twin" / "rich.yaml"
    twin.parent.mkdir()
    twin.write_text(source.read_text())

    with pytest.raises(UsageError, match=r"another file there is called rich\.yaml"):
        write([source, twin], tmp_path / "box", 0)
    with pytest.raises(UsageError, match=r"another file there is called sts\.yaml"):
        write([tmp_path / "sts.yaml"], tmp_path / "box", 0)


def test_a_missing_cassette_is_an_error(tmp_path, capsys):
    """Nothing is written when an input is not there."""
    with pytest.raises(CassetteMissing):
        write([tmp_path / "no.yaml"], tmp_path / "box", 0)

    assert main(["sandbox", str(tmp_path / "no.yaml"), "--out", str(tmp_path / "box")]) == 3
    assert "there is no such file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

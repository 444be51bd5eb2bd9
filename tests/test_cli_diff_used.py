"""``bototape diff`` limited to what is used, over several services, with an ignore file, into files."""

import json

import pytest

from bototape.cli import main
from tests.worlds import call, cassette, holds, model, release

ENUM = {"type": "string", "enum": ["RED", "BLUE", "GREEN"]}
MAXIMUM = {"type": "integer", "max": 9}


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Two releases: an enum value in an answer, a lowered maximum in a request, a lid's weight, an operation gone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20
    release(tmp_path / "old", toy=model(("GetBox", "PutBox", "DropBox")), box=model(), gone=model())
    changed = {"Colour": ENUM, "Size": {**MAXIMUM, "min": 1}, "Weight": MAXIMUM}
    release(tmp_path / "new", toy=model(**changed), box=model(Colour=ENUM), born=model())
    return tmp_path


@pytest.fixture
def diff(world, capsys):
    """Run the command from *old* to *new*; exit code, stdout, stderr."""
    del world

    def run(*options):
        code = main(["diff", "./old", "./new", *options])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return run


GREEN = "enum value 'GREEN' added [enum-value-added]"


def test_only_what_a_cassette_uses(diff, world):
    """The value of the colour that was answered; not the size nobody sent, the lid nobody got, the lost operation."""
    cassette(world / "a.yaml")

    assert diff("--only-used", "a.yaml") == (
        0,
        [f"dangerous  toy.GetBox.output.Colour: {GREEN}", "1 finding: 1 dangerous; gate breaking: 0 at or above"],
        "",
    )


def test_a_used_operation_that_is_gone_fails(diff, world):
    """Services come from what is used; the default gate is breaking."""
    cassette(world / "a.yaml", call("DropBox"), call(service="box"))
    code, out, _ = diff("--only-used", "a.yaml")

    assert (code, out) == (
        1,
        [
            "breaking   toy.DropBox: operation removed [operation-removed]",
            f"dangerous  box.GetBox.output.Colour: {GREEN}",
            "2 findings: 1 breaking, 1 dangerous; gate breaking: 1 at or above",
        ],
    )


@pytest.mark.parametrize("name", ["s.yaml", "s.json"])
def test_a_scenario_uses_what_it_sends_and_all_it_gets(diff, world, name):
    """Nothing tells what its recording is read for."""
    steps = [{"operation": "GetBox", "parameters": {"Name": "a", "Size": 5}}]
    (world / name).write_text(json.dumps({"service": "toy", "region": "us-east-1", "steps": steps}))
    code, out, _ = diff("--only-used", name)

    assert (code, [each.split(":")[0].split()[1] for each in out[:-1]]) == (
        0,
        ["toy.GetBox.input.Size", "toy.GetBox.output.Colour", "toy.GetBox.output.Lid.Weight"],
    )


def test_a_directory_is_all_cassettes_and_scenarios_below(diff, world):
    """Other files in it, such as a ledger, are passed over."""
    (world / "c" / "scenarios").mkdir(parents=True)
    (world / "c" / "ledger.yaml").write_text("format: 1\n")
    (world / "c" / "scenarios" / "s.yaml").write_text(
        "service: toy\nregion: us-east-1\nsteps:\n- operation: DropBox\n  parameters: {Name: a}\n"
    )
    cassette(world / "c" / "a.yaml", call(service="box"))

    assert [each.split(":")[0] for each in diff("--only-used", "c")[1][:2]] == [
        "breaking   toy.DropBox",
        "dangerous  box.GetBox.output.Colour",
    ]


def test_what_tests_read_is_what_is_used(diff, world):
    """A file of pytest's --bototape-usage; a worker's notes that were lost are told of."""
    seen = {"bototape": "usage", "format": 1, "gaps": [], "sent": ["toy.GetBox"], "values": {}, "whole": []}
    (world / "size.json").write_text(json.dumps({**seen, "read": ["toy.GetBox.output", "toy.GetBox.output.Size"]}))
    lost = {**seen, "gaps": ["a worker crashed"], "read": ["toy.GetBox.output", "toy.GetBox.output.Colour"]}
    (world / "colour.json").write_text(json.dumps(lost))

    code, out, err = diff("--only-used", "size.json")
    assert not [each for each in out if "Colour" in each]
    assert (code, err) == (0, "")
    code, out, err = diff("--only-used", "colour.json")
    assert [each for each in out if "Colour" in each] == [f"dangerous  toy.GetBox.output.Colour: {GREEN}"]
    assert err == "bototape: warning: colour.json: a worker crashed: what was read there is not known\n"


def test_a_list_names_what_is_used(diff, world):
    """Members one by one, each with what is below it."""
    (world / "ops.txt").write_text("toy.GetBox.output.Lid\ntoy.PutBox.input\n")

    assert diff("--only-used", "ops.txt")[1][:-1] == [
        "dangerous  toy.PutBox.input.Size: maximum lowered from none to 9 [maximum-lowered]",
        "info       toy.GetBox.output.Lid.Weight: maximum lowered from none to 9 [maximum-lowered]",
    ]


def test_the_place_shown_is_a_used_one_and_the_fingerprint_stays(diff, world):
    """Whoever uses PutBox alone is not told of GetBox, and an ignore entry fits both reports."""
    cassette(world / "a.yaml", call("PutBox"))
    whole = json.loads("\n".join(diff("--service", "toy", "--format", "json")[1]))["findings"]
    [found] = json.loads("\n".join(diff("--only-used", "a.yaml", "--format", "json")[1]))["findings"]

    assert (found["where"], found["evidence"]["operations"]) == (
        "toy.PutBox.output.Colour",
        "PutBox.output.Colour",
    )
    assert found["evidence"]["fingerprint"] in {each["evidence"]["fingerprint"] for each in whole}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing names a service\n  fix: --service SERVICE, --all-services, or --only-used cassettes"),
        (("--all-services", "--service", "toy"), "--all-services leaves nothing for --service"),
        (("--service", "toy", "--service", "box", "--operation", "GetBox"), "--operation belongs to one service"),
        (("--only-used", "none.yaml"), "cannot open cassette none.yaml: there is no such file"),
        (("--only-used", "empty"), "there is no cassette or scenario below empty"),
        (("--only-used", "plain.yaml"), "nothing used is a call of AWS"),
        (("--only-used", "bad.txt"), "cannot use the list bad.txt:1: expected service.Operation"),
        (
            ("--only-used", "typo.txt"),
            "cannot use the list typo.txt:2: neither release has toy.GetBoxes\n  fix: did you mean GetBox?",
        ),
        (
            ("--only-used", "member.txt"),
            "cannot use the list member.txt:1: neither release has toy.GetBox.output.Colours",
        ),
        (("--only-used", "latin.txt"), "cannot use the list latin.txt: it is not UTF-8 text"),
        (("--service", "toy", "--also", "json"), "--also: expected FORMAT=FILE, found 'json'"),
        (("--service", "toy", "--also", "xml=a"), "--also: there is no format 'xml'"),
        (("--service", "toy", "--output", "no/such/file"), "cannot write no/such/file: No such file or directory"),
        (
            ("--service", "toy", "--ignore-file", "none.toml"),
            "cannot use the ignore file none.toml: there is no such file",
        ),
        (("--service", "born"), "cannot load the model of born: old has no such service"),
    ],
)
def test_what_cannot_be_meant_is_told(diff, world, options, said):
    """Exit 2 or 3, one sentence and what to do, no traceback; a release older than the service is one of them."""
    (world / "empty").mkdir()
    (world / "bad.txt").write_text("GetBox\n")
    (world / "typo.txt").write_text("toy.GetBox\ntoy.GetBoxes\n")
    (world / "member.txt").write_text("toy.GetBox.output.Colours\n")
    (world / "latin.txt").write_bytes(b"\xe9")
    (world / "plain.yaml").write_text(
        "interactions:\n- request: {method: GET, uri: 'http://example.com/', body: null, headers: {}}\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}\nversion: 1\n"
    )
    code, out, err = diff(*options)

    assert (code in (2, 3), out) == (True, [])
    assert f"bototape: {said}" in err
    assert "Traceback" not in err


def test_a_call_nothing_tells_is_a_warning(diff, world):
    """A signed request of no known operation: it is not passed over in silence."""
    (world / "vcr.yaml").write_text(
        "interactions:\n- request:\n    method: GET\n    uri: https://nowhere.us-east-1.amazonaws.com/a\n"
        "    body: null\n    headers:\n      Authorization:\n"
        "      - AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/toy/aws4_request, Signature=0\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}\nversion: 1\n"
    )
    _, _, err = diff("--service", "toy", "--only-used", "vcr.yaml")

    assert err.startswith(
        "bototape: warning: vcr.yaml: 1 call whose operation nothing tells: what they use is not known"
    )


def test_a_file_that_cannot_be_read_is_told(diff, world):
    """A loop of links, for one: exit 3 and the reason."""
    (world / "loop.yaml").mkdir()
    cassette(world / "loop.yaml" / "a.yaml")
    (world / "loop.yaml" / "a.yaml").unlink()
    (world / "loop.yaml" / "b.yaml").symlink_to(world / "loop.yaml" / "b.yaml")

    assert diff("--only-used", "loop.yaml")[0] == 2
    assert "cannot open cassette loop.yaml/b.yaml" in diff("--only-used", "loop.yaml/b.yaml")[2]


def test_all_services(diff):
    """Each that either release has; one that came or went is told as such."""
    code, out, err = diff("--all-services")

    assert (code, err) == (1, "")
    assert [each.split(" [")[0] for each in out if "service" in each] == [
        "breaking   gone.metadata: service removed",
        "info       born.metadata: service added",
    ]
    assert {each.split()[1].split(".")[0] for each in out[:-1]} == {"toy", "box", "gone", "born"}


def test_all_services_that_are_used(diff, world):
    """A lost service is told to those who call it alone."""
    cassette(world / "a.yaml", call(service="gone"), call(service="box"))

    assert [each.split(": ")[0] for each in diff("--all-services", "--only-used", "a.yaml")[1][:-1]] == [
        "breaking   gone.metadata",
        "dangerous  box.GetBox.output.Colour",
    ]


def test_storms_of_neutral_changes_are_one_line_and_can_be_expanded(diff, world):
    """In JSON every one is there; what is not neutral is never folded."""
    plain, anchored = ({"type": "string", "pattern": each} for each in ("[a-z]+", "^[a-z]+$"))
    release(world / "old", box=model(Text=plain, Size=plain, Weight=plain))
    release(world / "new", box=model(Text=anchored, Size=anchored, Weight=anchored))
    folded, expanded = diff("--service", "box"), diff("--service", "box", "--expand")
    report = json.loads("\n".join(diff("--service", "box", "--format", "json")[1]))

    assert [each.split(": ")[0] for each in folded[1]] == ["neutral    box", "3 findings"]
    assert "pattern respelled, 3 times" in folded[1][0]
    assert [each.split(": ")[0] for each in expanded[1]] == [
        "neutral    box.GetBox.input.Name",
        "neutral    box.GetBox.input.Size",
        "neutral    box.GetBox.output.Lid.Weight",
        "3 findings",
    ]
    assert len(report["findings"]) == 3


def test_documentation_is_told_on_request(diff, world):
    """Texts are left out otherwise: most releases change some."""
    for each, text in (("old", "A box."), ("new", "A box, or none.")):
        box = model()
        box["operations"]["GetBox"]["documentation"] = text
        release(world / each, box=box)

    assert diff("--service", "box")[1] == ["0 findings; gate breaking: 0 at or above"]
    assert "documentation-changed" in diff("--service", "box", "--documentation", "--expand")[1][0]


def test_several_services(diff):
    """Worst first over all of them."""
    assert [each.split(":")[0].split()[1] for each in diff("--service", "box", "--service", "toy")[1][:2]] == [
        "toy.DropBox",
        "box.GetBox.output.Colour",
    ]


def test_reports_go_into_files(diff, world):
    """The same findings, once in each format; stdout stays empty with --output."""
    code, out, err = diff("--service", "toy", "--output", "a.txt", "--also", "json=a.json")
    text, data = (world / "a.txt").read_text(), json.loads((world / "a.json").read_text())

    assert (code, out, err) == (1, [], "")
    assert text.splitlines()[0] == "breaking   toy.DropBox: operation removed [operation-removed]"
    assert len(data["findings"]) == 4


def test_ignored_findings_are_not_shown_and_do_not_fail(diff, world):
    """The file beside is used without being named; how many are hidden is said."""
    (world / "bototape-ignore.toml").write_text(
        '[[ignore]]\nkind = "operation-removed"\nservice = "toy"\npath = "DropBox"\n'
        'reason = "unused"\nuntil = 2026-11-20\n'
    )
    code, out, err = diff("--service", "toy")

    assert (code, err) == (0, "")
    assert "operation-removed" not in "".join(out)
    assert out[-1].endswith("; gate breaking: 0 at or above; 1 ignored")


def test_an_expired_entry_brings_its_finding_back(diff, world):
    """It fails again, and says what had let it pass."""
    (world / "i.toml").write_text(
        '[[ignore]]\nkind = "operation-removed"\nservice = "toy"\npath = "*"\n'
        'reason = "we will move"\nuntil = 2026-11-19\n'
    )
    code, out, _ = diff("--service", "toy", "--ignore-file", "i.toml")

    assert (code, out[0]) == (
        1,
        "breaking   toy.DropBox: operation removed; was ignored until 2026-11-19 (we will move) [operation-removed]",
    )


@pytest.mark.parametrize(
    ("options", "code"), [((), 0), (("--strict-ignores",), 4), (("--strict-ignores", "--fail-on", "dangerous"), 1)]
)
def test_an_unused_entry_is_a_warning_and_exit_4_if_strict(diff, world, options, code):
    """A finding that fails the command is worse news, and keeps exit 1."""
    (world / "bototape-ignore.toml").write_text('\n[[ignore]]\nfingerprint = "0123456789ab"\nreason = "x"\n')
    found, _, err = diff("--service", "box", *options)

    assert found == code
    assert err == "bototape: warning: bototape-ignore.toml:2: nothing to ignore any more: 0123456789ab\n"


@pytest.mark.usefixtures("world")
def test_ignore_add_makes_an_entry_of_90_days(capsys):
    """And the diff that showed the finding passes."""
    arguments = ["diff", "./old", "./new", "--service", "toy"]
    main([*arguments, "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    [print_] = [each["evidence"]["fingerprint"] for each in report["findings"] if each["severity"] == "breaking"]

    assert main(["ignore", "add", print_, "--service", "toy", "--reason", "unused"]) == 0
    assert capsys.readouterr().out == f"bototape-ignore.toml: {print_} may stay until 2027-02-18\n"
    assert main(arguments) == 0
    capsys.readouterr()
    assert main(["ignore", "list"]) == 0
    assert capsys.readouterr().out == f"bototape-ignore.toml:1: {print_}, until 2027-02-18: unused\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("0123456789ab", "--until", "30d"), "may stay until 2026-12-20"),
        (("0123456789ab", "--until", "never"), "may stay for ever"),
        (("0123456789ab", "--until", "1.45.0"), "may stay until 1.45.0"),
        (
            ("--kind", "member-added", "--service", "s3", "--path", "s3.Get*"),
            "member-added of s3.Get* may stay until 2027-02-18",
        ),
        (("0123456789ab", "--until", "soon"), 'until: expected a day (2027-03-01) or a release (1.45.0); found "soon"'),
        (("xyz",), 'fingerprint: expected 12 hex digits, as reports show them; found "xyz"'),
        (("--kind", "member-added"), "expected a fingerprint, or kind, service and path; found kind"),
        (("--kind", "member-aded", "--service", "s3", "--path", "*"), "did you mean member-added?"),
    ],
)
def test_ignore_add_says_what_it_did_or_what_is_wrong(world, capsys, options, said):
    """A bad entry is never written."""
    code = main(["ignore", "add", *options, "--reason", "x"])
    out, err = capsys.readouterr()

    assert said in out + err
    assert (code, (world / "bototape-ignore.toml").exists()) == ((0, True) if out else (2, False))


def test_ignore_list_tells_what_has_passed(world, capsys):
    """And that there is nothing, where there is nothing."""
    assert main(["ignore", "list"]) == 0
    assert capsys.readouterr() == ("", "bototape-ignore.toml: no finding may stay\n")
    (world / "bototape-ignore.toml").write_text(
        '[[ignore]]\nfingerprint = "0123456789ab"\nreason = "x"\nuntil = 2026-11-19\n'
    )
    main(["ignore", "list"])

    assert capsys.readouterr().out == "bototape-ignore.toml:1: 0123456789ab, until 2026-11-19 (passed): x\n"


def test_pages_of_several_services_stand_below_each_other(diff):
    """apichanges as before, one page per service that has one."""
    code, out, _ = diff("--service", "toy", "--service", "box", "--format", "apichanges")

    assert code == 0
    assert [each for each in out if each.startswith("unknown date")] == [
        "unknown date - Toy - 2 updated api methods",
        "unknown date - Toy - 2 updated api methods",
    ]


def test_a_member_nobody_has_yet_concerns_those_around_it(diff, world):
    """A new required member of a request breaks whoever calls the operation."""
    shapes = {"In": holds("Name", "Owner", Name="Text", Size="Size", Owner="Text")}
    release(world / "new", toy=model(("GetBox", "PutBox", "DropBox"), **shapes))
    cassette(world / "a.yaml")

    assert diff("--only-used", "a.yaml")[:2] == (
        1,
        [
            "breaking   toy.GetBox.input.Owner: required member added [required-member-added]",
            "1 finding: 1 breaking; gate breaking: 1 at or above",
        ],
    )


def test_a_cassette_of_another_tool_is_read_by_its_requests(diff, world):
    """No mark of ours: the call is told by method, path and host, a REST call as well."""
    s3 = model(("GetObject",))
    s3["metadata"] |= {"protocol": "rest-xml"}
    s3["operations"]["GetObject"]["http"] = {"method": "GET", "requestUri": "/{Bucket}/{Key+}"}
    for each in ("old", "new"):
        release(world / each, s3=s3)
    gone = model(())
    gone["metadata"] |= {"protocol": "rest-xml"}
    release(world / "new", s3=gone)
    (world / "vcr.yaml").write_text(
        "interactions:\n- request: {method: GET, uri: 'https://amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com/a/b',"
        " body: null, headers: {}}\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}\nversion: 1\n"
    )

    assert diff("--only-used", "vcr.yaml")[1][0] == "breaking   s3.GetObject: operation removed [operation-removed]"

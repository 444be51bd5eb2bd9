"""``bototape drift`` from outside: what changed that is used, and how each cassette stands."""

import json
from pathlib import Path

import pytest

from bototape.cli import main
from tests.worlds import call, cassette, holds, model, release

ROOT = Path(__file__).parent.parent
ENUM = {"type": "string", "enum": ["RED", "BLUE", "GREEN"]}


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Two releases alike; a test changes the newer one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20
    release(tmp_path / "old", toy=model())
    release(tmp_path / "new", toy=model())
    (tmp_path / "cassettes").mkdir()
    return tmp_path


@pytest.fixture
def drift(world, capsys):
    """Run the command from *old* to *new*; exit code, stdout, stderr."""
    del world

    def run(*options):
        code = main(["drift", "--pinned", "./old", "--against", "./new", *map(str, options)])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run


def newer(world, operations=("GetBox", "PutBox"), **shapes):
    release(world / "new", toy=model(operations, **shapes))


def test_nothing_changed(drift, world):
    """Each cassette is fresh; what was compared is said."""
    cassette(world / "cassettes" / "a.yaml")

    assert drift() == (
        0,
        ["1 finding: 1 neutral (not listed); gate breaking: 0 at or above"],
        [
            "toy: pinned old, against new",
            "  fresh      cassettes/a.yaml",
            "1 cassette: 1 fresh",
        ],
    )


def test_a_change_that_is_used_is_told_and_leaves_a_valid_cassette_fresh(drift, world):
    """A new value of an enum concerns code that reads it, not the recordings."""
    newer(world, Colour=ENUM, Size={"type": "integer", "min": 3})
    cassette(world / "cassettes" / "a.yaml")
    code, out, err = drift()

    assert (code, out[0]) == (0, "dangerous  toy.GetBox.output.Colour: enum value 'GREEN' added [enum-value-added]")
    assert (len(out), err[1:]) == (2, ["  fresh      cassettes/a.yaml", "1 cassette: 1 fresh"])


def test_a_change_that_hardly_endangers_recordings_leaves_them_fresh(drift, world):
    """A pattern for a note in answers: whether the recorded note fits is checked, the rest is for information."""
    newer(world, Text={"type": "string", "pattern": "[a-z]+"})
    cassette(world / "cassettes" / "a.yaml", call(answer={"Colour": "RED", "Note": "hello"}))
    code, out, err = drift()

    assert (code, err[1]) == (0, "  fresh      cassettes/a.yaml")
    assert [each.split()[0] for each in out[:-1]] == ["dangerous"]


def test_changes_of_what_is_not_used_are_told_on_request(drift, world):
    """The size that nobody sends."""
    newer(world, Size={"type": "integer", "min": 3})
    cassette(world / "cassettes" / "a.yaml")

    assert drift()[0] == 0
    assert (drift("--all-changes")[0], drift("--all-changes")[1][0]) == (
        1,
        "breaking   toy.GetBox.input.Size: minimum raised from 1 to 3, in 2 places [minimum-raised]",
    )


def test_a_list_may_say_what_is_used(drift, world):
    """As the plugin writes the members that tests read: the cassettes stand as they do."""
    newer(world, Colour=ENUM)
    cassette(world / "cassettes" / "a.yaml")
    (world / "read.txt").write_text("toy.GetBox.output.Note\n")

    assert drift("--only-used", "read.txt")[1] == ["1 finding: 1 neutral (not listed); gate breaking: 0 at or above"]


def test_stale_but_valid(drift, world):
    """A member that answers always have now is missing in the recording."""
    newer(world, Out=holds("Colour", "Size", Colour="Colour", Lid="Lid", Note="Text", Size="Size"))
    cassette(world / "cassettes" / "a.yaml")
    code, out, err = drift()
    member = "toy.GetBox.output.Size (required-member-added)"

    assert (code, out[0], err[1]) == (
        0,
        f"dangerous  cassettes/a.yaml: stale but valid in toy new: {member} [cassette-stale]",
        "  stale      cassettes/a.yaml",
    )


def test_invalid(drift, world):
    """A request that the newer release refuses fails the command, with the first error in full."""
    newer(world, In=holds("Name", "Owner", Name="Text", Size="Size", Owner="Text"))
    cassette(world / "cassettes" / "a.yaml", call(), call("PutBox"))
    code, out, err = drift()
    first = "#1 request: In lacks the required member Owner [member-missing]"

    assert (code, out[0], err[1]) == (
        1,
        f"breaking   cassettes/a.yaml: invalid in toy new: 2 errors, the first: {first} [cassette-invalid]",
        "  invalid    cassettes/a.yaml",
    )
    assert [each.split(":")[0] for each in out[1:-1]] == ["breaking   toy.GetBox.input.Owner"]


def test_orphaned(drift, world):
    """It calls an operation that is gone; one that is still there does not save it."""
    newer(world, ("GetBox",))
    cassette(world / "cassettes" / "a.yaml", call(), call("PutBox"))
    cassette(world / "cassettes" / "b.yaml")
    code, out, err = drift()

    assert (code, out[:2], err[1:]) == (
        1,
        [
            "breaking   cassettes/a.yaml: orphaned: toy.PutBox is gone in toy new [cassette-orphaned]",
            "breaking   toy.PutBox: operation removed [operation-removed]",
        ],
        ["  orphaned   cassettes/a.yaml", "  fresh      cassettes/b.yaml", "2 cassettes: 1 fresh, 1 orphaned"],
    )


def test_a_service_that_is_gone_orphans_its_cassettes(drift, world):
    """Whatever operation they call."""
    (world / "new" / "toy" / "2020-01-01" / "service-2.json").unlink()
    release(world / "new", other=model())
    cassette(world / "cassettes" / "a.yaml")
    code, out, _ = drift()

    assert (code, out[0]) == (
        1,
        "breaking   cassettes/a.yaml: orphaned: toy.GetBox is gone in toy ./new [cassette-orphaned]",
    )


def test_unchecked(drift, world):
    """A service without a model is said, and does not hide the others."""
    cassette(world / "cassettes" / "a.yaml", call(service="nowhere"))
    cassette(world / "cassettes" / "b.yaml")
    code, out, err = drift()

    assert (code, out[0]) == (
        0,
        "info       cassettes/a.yaml: not checked: there is no model of what it calls [cassette-unchecked]",
    )
    assert err[0].startswith("bototape: warning: nowhere is not looked at: cannot load the model of nowhere")
    assert err[-3:] == [
        "  unchecked  cassettes/a.yaml",
        "  fresh      cassettes/b.yaml",
        "2 cassettes: 1 fresh, 1 unchecked",
    ]


@pytest.mark.parametrize(
    ("date", "days", "said"),
    [
        ("2026-11-10", 10, None),
        ("2026-11-09", 10, "recorded 2026-11-09, 11 days ago; expected at most 10"),
        ("", 10, "it does not say when it was recorded; expected at most 10 days ago"),
        ("2020-01-01", None, None),
    ],
)
@pytest.mark.parametrize("where", ["option", "pyproject"])
def test_older_than_max_age(drift, world, date, days, said, where):
    """By the day of the last answer; the limit from the command line or the project."""
    cassette(world / "cassettes" / "a.yaml", date=date)
    if days and where == "pyproject":
        (world / "pyproject.toml").write_text(f"[tool.bototape]\nmax_age = {days}\n")
    code, out, _ = drift(*(("--max-age", days) if days and where == "option" else ()))

    assert (code, [each for each in out if "cassette-old" in each]) == (
        0,
        [f"info       cassettes/a.yaml: {said} [cassette-old]"] if said else [],
    )


def test_answers_newer_than_the_pinned_model(drift, world):
    """What the pinned model lacks and the newer one has, and what neither has."""
    newer(world, Out=holds("Colour", Colour="Colour", Lid="Lid", Note="Text", Size="Size"))
    cassette(world / "cassettes" / "a.yaml", call(answer={"Colour": "RED", "Size": 3, "Magic": 1}))
    _, out, err = drift()

    first = "#1 response /Magic [member-unknown]"
    doubt = "1 of them the newer release does not know either"

    assert [each.partition(": ")[2] for each in out if "newer-than-pin" in each] == [
        f"newer than the pinned toy old in 2 places, the first: {first}; {doubt} [answer-newer-than-pin]"
    ]
    assert err[1] == "  fresh      cassettes/a.yaml"


def test_a_recording_as_new_as_the_newer_release_is_not_stale(world, capsys):
    """What changed before it was made cannot have made it stale."""
    shapes = {"Out": holds("Colour", "Size", Colour="Colour", Lid="Lid", Note="Text", Size="Size")}
    for version, each in (("1.44.0", model()), ("1.45.0", model(**shapes))):
        place = world / version / "botocore"
        release(place / "data", toy=each)
        (place / "__init__.py").write_text(f"__version__ = '{version}'\n")
    for version in ("1.44.9", "1.45.0"):
        cassette(world / "cassettes" / f"{version}.yaml", release=version)
    main(["drift", "--pinned", "./1.44.0", "--against", "./1.45.0"])

    assert capsys.readouterr().err.splitlines() == [
        "toy: pinned 1.44.0, against 1.45.0",
        "  stale      cassettes/1.44.9.yaml",
        "  fresh      cassettes/1.45.0.yaml",
        "2 cassettes: 1 fresh, 1 stale",
    ]
    assert main(["drift", "--pinned", "./1.45.0", "--against", "./1.44.0"]) == 2
    assert capsys.readouterr().err == (
        "bototape: cannot tell the drift of toy: 1.44.0 is older than the pinned 1.45.0\n"
        "  fix: name a newer release with --against, or an older one with --pinned\n"
    )


def test_findings_about_cassettes_can_be_ignored(drift, world):
    """By their fingerprint, which another error would change, or by kind and path."""
    newer(world, In=holds("Name", "Owner", Name="Text", Size="Size", Owner="Text"))
    cassette(world / "cassettes" / "a.yaml")
    drift("--format", "json", "--output", "r.json")
    found = json.loads((world / "r.json").read_text())["findings"]
    [print_] = [each["evidence"]["fingerprint"] for each in found if each["rule"] == "cassette-invalid"]
    file = world / "bototape-ignore.toml"
    rest = '[[ignore]]\nkind = "required-member-added"\nservice = "toy"\npath = "*"\nreason = "x"\n'
    file.write_text(f'[[ignore]]\nfingerprint = "{print_}"\nreason = "x"\n{rest}')

    assert (drift()[0], drift("--strict-ignores")[0]) == (0, 0)
    file.write_text(
        f'[[ignore]]\nkind = "cassette-invalid"\nservice = "toy"\npath = "cassettes/*"\nreason = "x"\n{rest}'
    )
    assert drift()[0] == 0
    cassette(world / "cassettes" / "a.yaml", call(), call(parameters={"Name": 7}))
    file.write_text(f'[[ignore]]\nfingerprint = "{print_}"\nreason = "x"\n{rest}')
    assert drift("--strict-ignores")[0] == 1


ERRATUM = """
[[erratum]]
service = "toy"
operation = "GetBox"
path = "output.Note"
kind = "type-mismatch"
reason = "it is a number for old boxes"
source = "our own recordings"
"""


def test_errata_explain_what_would_make_a_cassette_invalid(drift, world):
    """Those of the project and of the command; they count as ignored, with reason and source, but not in strict."""
    cassette(world / "cassettes" / "a.yaml", call(answer={"Colour": "RED", "Note": 7}))
    (world / "errata.toml").write_text(ERRATUM)
    states = [drift()[2][1].split()[0], drift("--errata", "errata.toml")[2][1].split()[0]]
    (world / "pyproject.toml").write_text('[tool.bototape.check]\nerrata = ["errata.toml"]\n')
    code, out, err = drift("--format", "json")
    states += [err[1].split()[0], drift("--profile", "strict")[2][1].split()[0]]
    report = json.loads("\n".join(out))

    assert (code, states) == (0, ["invalid", "fresh", "fresh", "invalid"])
    assert [(each["where"], each["reason"]) for each in report["ignored"]] == [
        (
            "cassettes/a.yaml#1 response /Note",
            "erratum of the model: it is a number for old boxes (our own recordings)",
        )
    ]


@pytest.mark.parametrize("where", ["option", "pyproject"])
def test_severities_decide_what_makes_a_cassette_invalid(drift, world, where):
    """What a check calls an error by the project's own severities; the option comes first."""
    cassette(world / "cassettes" / "a.yaml", call(answer={}))
    cassette(world / "cassettes" / "b.yaml", call(answer={"Colour": "RED", "Note": 7}))
    before = [each.split()[0] for each in drift()[2][1:3]]
    if where == "pyproject":
        text = "[tool.bototape.check]\nseverities = {member-missing = 'error', type-mismatch = 'info'}\n"
        (world / "pyproject.toml").write_text(text)
        options = []
    else:
        (world / "pyproject.toml").write_text("[tool.bototape.check]\nseverities = {member-missing = 'info'}\n")
        options = ["--severity", "member-missing=error", "--severity", "type-mismatch=info"]

    assert (before, [each.split()[0] for each in drift(*options)[2][1:3]]) == (
        ["fresh", "invalid"],
        ["invalid", "fresh"],
    )


def test_what_is_not_judged_is_not_newer_than_the_pin(drift, world):
    """A member that an erratum explains, or a rule that is off, is nothing to pin a newer release for."""
    newer(world, Out=holds("Colour", Colour="Colour", Lid="Lid", Note="Text", Size="Size"))
    cassette(world / "cassettes" / "a.yaml", call(answer={"Colour": "RED", "Size": 3}))
    entry = ERRATUM.replace("type-mismatch", "member-unknown").replace("Note", "Size")
    (world / "errata.toml").write_text(entry)
    runs = [drift(), drift("--errata", "errata.toml"), drift("--severity", "member-unknown=off")]

    assert [sum("answer-newer-than-pin" in each for each in out) for _, out, _ in runs] == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "severities = {'member-mising' = 'off'}",
            "cannot use [tool.bototape.check] of pyproject.toml: there is no rule",
        ),
        ("errata = ['none.toml']", "cannot use the errata none.toml: No such file or directory"),
    ],
)
def test_settings_of_checks_that_cannot_be_meant_are_told(drift, world, text, error):
    """Exit 2, before any model is loaded."""
    (world / "pyproject.toml").write_text(f"[tool.bototape.check]\n{text}\n")
    code, out, err = drift()

    assert (code, out) == (2, [])
    assert err[0].startswith(f"bototape: {error}")


def test_json_has_every_cassette_with_its_state(drift, world):
    """For a refresh, or a dashboard."""
    cassette(world / "cassettes" / "a.yaml")
    report = json.loads("\n".join(drift("--format", "json")[1]))

    assert [(each["where"], each["rule"], each["severity"], each["evidence"]) for each in report["findings"]] == [
        (
            "cassettes/a.yaml",
            "cassette-fresh",
            "neutral",
            {"state": "fresh", "service": "toy", "recorded": "2026-11-01", "fingerprint": "3e185f6615d9"},
        )
    ]


def test_the_projects_cassettes_are_those_of_its_settings(drift, world):
    """Without a path: pyproject.toml, else ./cassettes, else a mistake."""
    (world / "pyproject.toml").write_text('[tool.bototape]\ncassettes = ["tapes"]\n')
    (world / "tapes").mkdir()
    cassette(world / "tapes" / "t.yaml")
    assert drift()[2][-1] == "1 cassette: 1 fresh"

    (world / "pyproject.toml").unlink()
    (world / "cassettes").rmdir()
    assert drift() == (
        2,
        [],
        [
            "bototape: nothing names a cassette, and there is no ./cassettes",
            '  fix: name them, or set cassettes = ["tests/cassettes"] in [tool.bototape] of pyproject.toml',
        ],
    )


def test_the_pin_is_the_oldest_recording_where_there_is_no_snapshot(world, capsys):
    """Releases are compared as such: 1.9 before 1.10. A cassette that tells none pins nothing."""
    cassette(world / "cassettes" / "a.yaml", call(service="sts"), release="1.9.0")
    cassette(world / "cassettes" / "b.yaml", call(service="sts"), release="1.10.0")

    assert main(["drift", "--against", "./new"]) == 3
    assert capsys.readouterr().err.splitlines()[-2].startswith("bototape: cannot load sts of release 1.9.0")
    for each in ("a", "b"):
        cassette(world / "cassettes" / f"{each}.yaml", call(service="sts"), release="")
    assert main(["drift", "--against", "./new"]) == 3
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "bototape: cannot load the pinned release of sts: no snapshot and no cassette tells it",
        "  fix: bototape schemas add RELEASE --service sts, or name a release with --pinned",
    ]


def test_this_repository_is_clean(capsys, monkeypatch):
    """Its own cassettes and snapshots; what botocore brings later is for the job of every day to tell."""
    monkeypatch.chdir(ROOT)

    assert main(["drift", "--against", "pinned", "--strict-ignores"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "5 cassettes: 5 fresh"

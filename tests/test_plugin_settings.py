"""Settings of the plugin: who may say one, who wins, and what cannot be meant."""

import os
import re
from pathlib import Path

import pytest

from bototape import config
from bototape.errors import UsageError
from bototape.pytest_plugin import options
from bototape.pytest_plugin.settings import BY_NAME, TABLE, Run, Source, Value, checked, meant
from tests.builders import describe, written

SRC = Path(__file__).parent.parent / "src" / "bototape"


@pytest.fixture
def suite(pytester, monkeypatch):
    """A directory with a cassette named ``job``; call it with a test file's text to run it in a new process."""
    for name in [each for each in os.environ if each.startswith(("BOTOTAPE_RECORD", "GITHUB_"))]:
        monkeypatch.delenv(name)
    written(pytester.path / "cassettes", describe("a", "InProgress"), describe("a", "Completed"), name="job.yaml")

    def run(text, *options):
        head = (
            "import boto3, pytest\n\ndef status(name='a'):\n    sagemaker = boto3.client('sagemaker')\n"
            "    return sagemaker.describe_auto_ml_job(AutoMLJobName=name)['AutoMLJobStatus']\n\n"
        )
        pytester.makepyfile(test_it=head + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)

    return run


def test_who_says_a_setting_first_decides():
    """Command line and environment, then the nearest marker, then the fixture, then the settings, then the default."""
    speaking = [Source("near", {"clock": "real"}), Source("far", {"clock": "virtual", "unused": "fail"})]
    last = {"unused": Value("ignore", "ini"), "release": Value("1.20.41", "ini")}

    def of(name, first=(), sources=speaking):
        return Run(dict(first), last).of(name, sources)

    assert of("clock", {"clock": Value("virtual", "--bototape-clock")}) == Value("virtual", "--bototape-clock")
    assert of("clock") == Value(None, "near")
    assert of("unused") == Value("fail", "far")
    assert of("unused", sources=[]) == Value("ignore", "ini")
    assert of("poll_limit") == Value(1000)


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        ("clock", "real", None),
        ("poll_limit", "none", None),
        ("poll_limit", "30", 30),
        ("seeded", "on", True),
        ("ignore", ["Tags[].Value"], ("Tags[].Value",)),
        ("cassette_dir", Path("tapes"), "tapes"),
        ("allowed_hosts", ["localhost:80"], ("localhost:80",)),
        ("record_mode", "once", "once"),
    ],
)
def test_text_and_values_mean_the_same(name, told, expected):
    """A setting is what it would be in Python, wherever it is said."""
    assert meant(BY_NAME[name], told, "here") == expected


@pytest.mark.parametrize(
    ("name", "told", "message"),
    [
        ("clock", "fast", "here: clock: expected virtual or real; found 'fast'"),
        ("poll_limit", "0", "here: poll_limit: expected a whole number, 1 or more, or none; found '0'"),
        ("seeded", "maybe", "here: seeded: expected true or false; found 'maybe'"),
        ("unused", "error", "here: unused: expected ignore, warn or fail; found 'error'"),
        ("allowed_hosts", "localhost", "here: allowed_hosts: expected a list of host names *; found 'localhost'"),
        ("allowed_hosts", ["http://a"], "cannot allow the host 'http://a'*"),
        ("record_mode", "onec", "here: there is no record mode 'onec'"),
    ],
)
def test_what_cannot_be_meant_is_an_error(name, told, message):
    """It says where, what is expected and what was found."""
    with pytest.raises(UsageError) as caught:
        meant(BY_NAME[name], told, "here")

    assert re.match(re.escape(message).replace(r"\*", ".*"), str(caught.value))


def test_an_unknown_name_has_a_suggestion():
    """In the fixture as in a marker."""
    with pytest.raises(UsageError) as caught:
        checked({"recordmode": "once"}, "the fixture bototape_config")

    assert str(caught.value) == (
        "the fixture bototape_config: there is no setting 'recordmode'\n  fix: did you mean record_mode?"
    )


def test_the_table_of_the_project_has_every_setting():
    """What is in the plugin's table can be said in [tool.bototape], where commands let it stand."""
    assert {each.name for each in TABLE} - {"max_age"} == set(config.OF_TESTS)


def test_every_variable_is_known():
    """What the code reads is no unknown variable to the header."""
    read = {name for path in SRC.rglob("*.py") for name in re.findall(r"\"(BOTOTAPE_[A-Z_]*[A-Z])\"", path.read_text())}

    assert read <= {*options.VARIABLES, *(each.variable for each in TABLE)}


@pytest.mark.slow
def test_settings_are_heeded_and_the_header_tells_them(suite, pytester, monkeypatch):
    """Of each kind of place one; a marker beats the fixture, the fixture pytest's settings, they the project's."""
    monkeypatch.setenv("BOTOTAPE_POLL_LIMIT", "7")
    monkeypatch.setenv("BOTOTAPE_RECORDMODE", "once")
    pytester.makepyprojecttoml(
        '[tool.bototape]\ncassettes = ["tapes"]\nclock = "virtual"\nseeded = false\nignore = ["X"]\n'
        '[tool.pytest.ini_options]\nbototape_seeded = true\nbototape_ignore = ["AutoMLJobName"]\n'
    )
    pytester.mkdir("tapes")
    (pytester.path / "cassettes" / "job.yaml").rename(pytester.path / "tapes" / "job.yaml")
    pytester.makeconftest(
        "import pytest\n\n@pytest.fixture(scope='module')\ndef bototape_config():\n    return {'clock': 'real'}\n"
    )
    result = suite(
        """
import uuid

made = []

@pytest.mark.bototape("job")
def test_ini_and_fixture(bototape):
    made.append(uuid.uuid4())
    assert (status("z"), bototape.clock) == ("InProgress", None)

@pytest.mark.bototape(clock="virtual")
class TestMarker:
    @pytest.mark.bototape("job", ignore=())
    def test_nearest(self, bototape):
        assert bototape.clock is not None
        assert made == [uuid.uuid4()]
        with pytest.raises(AssertionError):
            status("z")
        bototape.forget_misses()
""",
        "--bototape-unused=ignore",
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            (
                "bototape: mode none, cassettes in */tapes ([[]tool.bototape]), ignore AutoMLJobName "
                "(bototape_ignore), clock virtual ([[]tool.bototape]), poll_limit 7 (BOTOTAPE_POLL_LIMIT), "
                "seeded True (bototape_seeded), unused ignore (--bototape-unused)"
            ),
            "bototape: note: nothing reads the variable BOTOTAPE_RECORDMODE; did you mean BOTOTAPE_RECORD_MODE?",
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "ini", "message", "fix"),
    [
        (["--bototape-clock=fast"], "", "--bototape-clock: clock: expected virtual or real; found 'fast'", "correct*"),
        ([], "[tool.bototape]\nunusd = 'fail'", "*has no key 'unusd'", "did you mean unused?"),
        ([], "[tool.bototape]\nclock = 3", "[[]tool.bototape] of pyproject.toml: clock: expected *; found 3", "*"),
        (
            [],
            "[tool.pytest.ini_options]\nbototape_clok = 'x'",
            "*no setting 'bototape_clok'",
            "did you mean bototape_c*",
        ),
        (
            ["--bototape-release=1.20.41", "--bototape-record-mode=once"],
            "",
            "--bototape-release 1.20.41 plays recordings, and --bototape-record-mode once makes them",
            "record without a release, play with one",
        ),
    ],
    ids=["option", "unknown key of the project", "value of the project", "unknown ini", "release and mode"],
)
def test_what_is_wrong_stops_the_run(suite, pytester, options, ini, message, fix):
    """Before any test, with what may be meant."""
    pytester.makepyprojecttoml(ini)
    result = suite("def test_it():\n    pass\n", *options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}", f"*fix: {fix}"])


@pytest.mark.slow
def test_a_test_has_a_cassette_of_its_own(suite, pytester):
    """By the fixture alone, or by a marker without a name; a run as several releases plays one file."""
    tapes = pytester.path / "cassettes" / "test_it"
    for name in ("test_fixture", "TestC.test_marker[x]", "test_ages"):
        written(tapes, describe("a", "Completed"), name=f"{name}.yaml")
    result = suite(
        """
def test_fixture(bototape):
    assert status() == "Completed"

class TestC:
    @pytest.mark.bototape(release="installed")
    @pytest.mark.parametrize("n", ["x"])
    def test_marker(self, n):
        assert status() == "Completed"

@pytest.mark.bototape(releases=["installed"])
def test_ages(bototape_release):
    assert (status(), bototape_release) == ("Completed", "installed")
"""
    )

    result.assert_outcomes(passed=3)


@pytest.mark.slow
def test_releases_that_cannot_be_meant_are_an_error_of_the_module(suite):
    """The test is named, and what is expected."""
    result = suite("@pytest.mark.bototape(releases=['1.20.41', '1.20.41'])\ndef test_it():\n    pass\n")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it: @pytest.mark.bototape: releases: expected a list of releases*"])


@pytest.mark.slow
def test_releases_of_a_method_of_unittest_are_an_error(suite):
    """pytest runs it once, whatever a marker says: the test would pass without having been run as any release."""
    result = suite(
        """
import unittest
import pytest

class TestIt(unittest.TestCase):
    @pytest.mark.bototape("job", releases=["1.20.41"])
    def test_it(self):
        pass
"""
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*UsageError: test_it.py::TestIt::test_it: @pytest.mark.bototape: releases does nothing here: pytest runs*",
            "*  fix: make it a function or a method of another class, or name one: release='1.20.41'",
        ]
    )


@pytest.mark.slow
def test_releases_parametrize(suite):
    """One test for each release, its id beside other parameters; class markers count; a release of the run wins."""
    text = """
@pytest.mark.bototape("job", releases=["1.20.41", "installed"])
class TestAges:
    @pytest.mark.parametrize("n", [1, 2])
    def test_both(self, n):
        pass

    @pytest.mark.bototape(release="installed")
    def test_nearest(self):
        pass
"""
    collected = suite(text, "--collect-only", "-q")

    collected.stdout.fnmatch_lines(
        [
            *(
                f"test_it.py::TestAges::test_both[[]{each}]"
                for each in ("1-1.20.41", "1-installed", "2-1.20.41", "2-installed")
            ),
            "test_it.py::TestAges::test_nearest",
        ]
    )
    one = suite(text, "--collect-only", "-q", "--bototape-release=1.20.41")
    one.stdout.fnmatch_lines(["test_it.py::TestAges::test_both[[]1]", "test_it.py::TestAges::test_both[[]2]"])

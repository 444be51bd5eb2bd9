"""Which record mode is in force: the command line's, the environment's, the test's, the project's; in CI the first."""

import pytest

from bototape import UsageError, modes, use_cassette


@pytest.fixture(autouse=True)
def nothing_is_said():
    """No run's options hold."""
    before = modes.settle(modes.Session())
    yield
    modes.settle(before)


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ({}, "none"),
        ({"setting": "once"}, "once (bototape_record_mode)"),
        ({"setting": "once", "marker": "all"}, "all (the test says so)"),
        ({"setting": "once", "marker": "none"}, "none (the test says so)"),
        ({"marker": "all", "environment": "new_episodes"}, "new_episodes (BOTOTAPE_RECORD_MODE)"),
        ({"marker": "all", "environment": ""}, "all (the test says so)"),
        ({"marker": "all", "environment": "once", "line": "none"}, "none (--bototape-record-mode)"),
        ({"environment": "once", "ci": "true"}, "none (CI: BOTOTAPE_RECORD_MODE, once not heeded)"),
        ({"marker": "all", "ci": "1"}, "none (CI: the test says so, all not heeded)"),
        ({"setting": "once", "ci": "yes"}, "none (CI: bototape_record_mode, once not heeded)"),
        ({"setting": "none", "ci": "yes"}, "none"),
        ({"setting": "once", "line": "all", "ci": "true"}, "all (--bototape-record-mode)"),
        ({"setting": "once", "ci": "false"}, "once (bototape_record_mode)"),
    ],
)
def test_who_decides(said, mode):
    """From the strongest to the weakest, and what a header shows of it."""
    modes.settle(modes.Session(command_line=said.get("line"), setting=said.get("setting")))
    environment = {"BOTOTAPE_RECORD_MODE": said.get("environment", ""), "CI": said.get("ci", "")}

    assert str(modes.chosen(said.get("marker"), environment)) == mode


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("onec", "did you mean once?"),
        ("new-episodes", "did you mean new_episodes?"),
        ("New_Episodes", "did you mean new_episodes?"),
        ("rewrite", "did you mean all?"),
        ("replay", "did you mean none?"),
        ("", "the modes are none, once, new_episodes, all"),
        (True, "the modes are none, once, new_episodes, all"),
    ],
)
def test_an_unknown_mode_is_an_error_with_a_suggestion(said, fix):
    """Neither a default nor the nearest one: recording by mistake costs money."""
    with pytest.raises(UsageError) as caught:
        use_cassette("c.yaml", record_mode=said)

    assert str(caught.value) == f"record_mode: there is no record mode {said!r}\n  fix: {fix}"


def test_a_mode_that_is_not_in_force_is_an_error_too():
    """It would be in force on another machine."""
    with pytest.raises(UsageError, match="BOTOTAPE_RECORD_MODE: there is no record mode 'alll'"):
        modes.chosen("once", {"BOTOTAPE_RECORD_MODE": "alll", "CI": "true"})

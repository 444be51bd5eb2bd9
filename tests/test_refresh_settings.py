"""What a project and the command line say of a refresh, and when scenarios are recorded at once."""

import pytest

from bototape.cli import leave, refresh
from bototape.config import Config
from bototape.errors import UsageError
from bototape.refresh.workers import can_go_on_at_once
from bototape.scenario.run import open_session


@pytest.mark.parametrize(
    ("table", "option", "expected"),
    [({}, None, 4), ({"jobs": 2}, None, 2), ({"jobs": 2}, 1, 1)],
    ids=["default", "project", "option"],
)
def test_how_many_go_on_at_once(table, option, expected):
    """The option comes before the project, which comes before the default; the help tells that."""
    assert leave.allowed(Config(refresh=table), (), None, None, option).jobs == expected
    [jobs] = [each for each in refresh.command.params if each.name == "jobs"]
    assert jobs.help.endswith(f"[default: {leave.JOBS}]")


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "4"])
def test_a_number_that_cannot_be_meant(value):
    """It is told with what is expected."""
    with pytest.raises(UsageError) as caught:
        leave.allowed(Config(refresh={"jobs": value}), (), None, None)

    assert caught.value.reason == (
        "cannot use [tool.bototape.refresh] of pyproject.toml: "
        f"jobs: expected a whole number, 1 or more; found {value!r}"
    )


def test_who_is_asked_for_a_code_is_asked_once(tmp_path, monkeypatch):
    """Processes cannot ask their user: a profile with a device records one after the other."""
    (tmp_path / "config").write_text(
        "[profile plain]\nregion = us-east-1\n"
        "[profile device]\nrole_arn = arn:aws:iam::123456789012:role/sandbox\nsource_profile = plain\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/jane\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    assert [can_go_on_at_once(open_session(each)) for each in ("plain", "device")] == [True, False]

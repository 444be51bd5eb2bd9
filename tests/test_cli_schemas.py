import pytest

from bototape.cli import main
from tests.modelled import a_wheel


def schemas(capsys, *argv):
    code = main(["schemas", *map(str, argv)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_snapshot_is_added_listed_and_verified(capsys, tmp_path):
    """From a wheel at hand, with named operations."""
    wheel = a_wheel(tmp_path)
    place = tmp_path / "schemas"
    added = schemas(
        capsys,
        "add",
        "1.2.3",
        "--service",
        "lab",
        "--operations",
        "Measure, Later",
        "--wheel",
        wheel,
        "--schemas",
        place,
    )
    directory = place / "lab" / "2020-01-01" / "1.2.3"

    assert added == (
        0,
        f"wrote {directory}: lab 1.2.3 (2022-10-24), 1 operation, 6 files, 2 kB\nnot in that release: Later\n",
        "",
    )
    assert schemas(capsys, "list", "--schemas", place) == (
        0,
        f"lab  1.2.3 (2022-10-24)  1 operation  {directory}\n",
        "",
    )
    assert schemas(capsys, "verify", "--schemas", place)[:1] == (0,)

    (directory / "Measure.input.schema.json").unlink()
    code, out, _ = schemas(capsys, "verify", "--schemas", place)
    assert code == 1
    assert "schema-missing" in out


def test_the_tracked_operations_are_the_default(capsys, tmp_path):
    """From the list beside the snapshots."""
    (tmp_path / "tracked.toml").write_text('[lab]\noperations = ["Stop"]\n')
    code, out, _ = schemas(
        capsys, "add", "1.2.3", "--service", "lab", "--wheel", a_wheel(tmp_path), "--schemas", tmp_path
    )

    assert code == 0
    assert "1 operation" in out


@pytest.mark.parametrize(
    ("release", "operations", "code", "said"),
    [
        ("9.9", "Measure", 2, "is botocore 1.2.3"),
        ("1.2.3", " , ", 2, "--operations names none"),
        ("1.2.3", "tracked", 2, "no tracked operations of lab are listed"),
    ],
)
def test_a_snapshot_that_cannot_be_meant_is_refused(capsys, tmp_path, release, operations, code, said):
    """The wrong wheel, no operations, no list of them."""
    found = schemas(
        capsys, "add", release, "--service", "lab", "--operations", operations,
        "--wheel", a_wheel(tmp_path), "--schemas", tmp_path / "schemas",
    )  # fmt: skip

    assert found[0] == code
    assert said in found[2]
    assert not (tmp_path / "schemas").exists()


@pytest.mark.parametrize("verb", ["list", "verify"])
def test_nothing_to_look_at_is_said(capsys, tmp_path, verb):
    """A wrong directory is an error, not a clean result."""
    assert main(["schemas", verb, "--schemas", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.err == (
        f"bototape: there is no snapshot below {tmp_path}\n  fix: bototape schemas add RELEASE --service SERVICE\n"
    )

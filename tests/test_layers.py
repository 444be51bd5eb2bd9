"""The layer table of ARCHITECTURE.md as data: a module imports only from lower layers, third parties at home."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "bototape"

LAYERS = {
    "errors": 0,
    "finding": 0,
    "late": 0,
    "wellformed": 0,
    "interaction": 1,
    "jsontext": 1,
    "shapes": 1,
    "yamltext": 1,
    "wire": 2,
    "schema": 2,
    "variables": 2,
    "audit": 2,
    "scrub": 3,
    "match": 3,
    "attempt": 3,
    "check": 3,
    "diff": 3,
    "reference": 3,
    "reads": 3,
    "age": 4,
    "record": 4,
    "replay": 4,
    "plain": 4,
    "calls": 4,
    "endless": 4,
    "faults": 4,
    "evidence": 4,
    "usage": 4,
    "cassettes": 6,
    "errata": 6,
    "releases": 6,
    "ledger": 6,
    "config": 6,
    "substitutes": 6,
    "watched": 6,
    "modes": 6,
    "report": 6,
    "adapters": 7,
    "server": 7,
    "guard": 7,
    "history": 7,
    "judging": 7,
    "clock": 7,
    "seeded": 7,
    "ignore": 7,
    "importers": 8,
    "capture": 8,
    "recordings": 8,
    "explain": 8,
    "tape": 9,
    "cleaning": 9,
    "hooks": 9,
    "scenario": 10,
    "sandbox": 9,
    "drift": 9,
    "coverage": 9,
    "contract": 10,
    "pruning": 10,
    "validity": 10,
    "refresh": 11,
    "adopted": 10,
    "pytest_plugin": 12,
    "cli": 12,
}

#: Up to here modules are pure: values in, values out.
PURE = 4

#: What touches files, clock, environment or sockets, and so may not be imported by a pure module.
IMPURE = {
    "os",
    "pathlib",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "shutil",
    "threading",
    "random",
    "urllib.request",
}

#: Third parties and where each may be imported.
HOMES = {
    "aiobotocore": {"adapters"},
    "aiohttp": {"adapters"},
    "boto3": {"adapters"},
    "botocore": {"adapters", "capture", "refresh", "releases", "scenario", "tape"},
    "click": {"cli"},
    "deepdiff": {"refresh"},
    "jsonschema": {"schema", "scenario"},
    "jsonschema_rs": {"check"},
    "orjson": {"wire"},
    "platformdirs": {"ledger", "releases", "config"},
    "pytest": {"pytest_plugin"},
    "pypi_simple": {"releases"},
    "remotezip": {"releases"},
    "requests": {"releases"},
    "rich": {"report", "cli"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "vcr": {"adapters"},
    "yaml": {"yamltext", "scenario"},
    "yaml12": {"yamltext"},
}

MODULES = sorted(path for path in SRC.rglob("*.py"))


def unit(path: Path) -> str:
    """Name the top-level module or package of a file; ``__init__`` is the public door."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> set[str]:
    """Every dotted name imported anywhere in the file, late and type-only ones included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def test_every_module_has_a_layer():
    """A new module must be put in its room."""
    assert {unit(path) for path in MODULES} - {"__init__", "__main__"} <= LAYERS.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda each: str(each.relative_to(SRC)))
def test_imports_point_down(path: Path):
    """A module imports its own package or a lower layer, nothing else of ours."""
    me = unit(path)
    if me in ("__init__", "__main__"):
        return
    ours = {each.split(".")[1] for each in imports(path) if each.startswith("bototape.")}

    wrong = {each for each in ours if each in LAYERS and each != me and LAYERS[each] >= LAYERS[me]}
    assert wrong == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda each: str(each.relative_to(SRC)))
def test_pure_layers_do_no_io(path: Path):
    """Layers 0 to 4 take values and return values."""
    if LAYERS.get(unit(path), 99) > PURE:
        return

    assert {each for each in imports(path) if each in IMPURE or each.split(".")[0] in IMPURE} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda each: str(each.relative_to(SRC)))
def test_third_parties_stay_at_home(path: Path):
    """A breaking release of a dependency is a change in one place."""
    me = unit(path)
    strangers = {each.split(".")[0] for each in imports(path)} & HOMES.keys()

    assert {each for each in strangers if me not in HOMES[each]} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda each: str(each.relative_to(SRC)))
def test_modules_stay_small(path: Path):
    """A module that outgrows about 300 lines becomes a package."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_modules_inside_a_package_import_one_way():
    """Siblings of one idea may know each other, in one direction: no cycles, late imports included."""
    names = {
        ".".join(("bototape", *path.relative_to(SRC).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in MODULES
    }
    graph = {
        name: {each if each in names else each.rpartition(".")[0] for each in imports(path)} & names.keys() - {name}
        for name, path in names.items()
    }
    graph.pop("bototape")  # the public door loads what is asked for

    done = set()
    while True:
        free = {name for name, needs in graph.items() if name not in done and not needs - done - {"bototape"}}
        if not free:
            break
        done |= free
    assert sorted(graph.keys() - done) == []

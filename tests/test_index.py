import contextlib
import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bototape import releases
from bototape.cli import main, network
from bototape.errors import ModelUnavailable, UsageError
from bototape.releases import cache, listing, session
from bototape.releases.index import Index
from bototape.releases.model import Release
from bototape.releases.pipconf import Settings
from tests.modelled import MODEL, PAGINATORS, WAITERS
from tests.packages import FILLER, release, serving, until

CASSETTE = Path(__file__).parent.parent / "cassettes" / "resource_not_found.yaml"
DATES = {"1.9.0": "2021-03-29", "1.10.0": "2021-03-30", "1.10.1": "2022-10-24", "1.11.0": "2023-01-05"}


@pytest.fixture
def wheels(tmp_path):
    """A directory of four releases; the service lab is in all, newlab in the last."""
    for version, date in DATES.items():
        release(tmp_path / "wheels", version, date, services=("lab", "newlab") if version == "1.11.0" else ("lab",))
    return tmp_path / "wheels"


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """The user's cache, empty."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def index(*urls, say=lambda _: None, progress=lambda *_: None, **settings):
    return Index(say, progress, lambda: Settings(indexes=urls, timeout_s=5, **settings))


def files(path):
    return sorted(each for each in path.rglob("*") if each.is_file())


# What is read


@pytest.mark.parametrize("form", ["html", "json"])
@pytest.mark.parametrize("ranges", [True, False])
def test_one_service_is_read_of_a_wheel(wheels, form, ranges):
    """From pages of either form; by ranges a fraction of the wheel, else the whole."""
    heard = []
    with serving(wheels, form=form, ranges=ranges) as server:
        found = index(server.url, progress=lambda *each: heard.append(each)).source("1.10.1", "lab")

    size = (wheels / "botocore-1.10.1-py3-none-any.whl").stat().st_size
    assert (found.service, found.api_version, found.release) == ("lab", "2020-01-01", Release("1.10.1", "2022-10-24"))
    assert found.files == {"service-2.json": MODEL, "paginators-1.json": PAGINATORS, "waiters-2.json": WAITERS}
    assert (server.sent() < FILLER / 2) is ranges
    assert heard[-1:] == ([] if ranges else [(size, size)])
    assert server.encodings == {"identity"}


def test_refused_ranges_lead_to_one_whole_download(wheels):
    """Some proxies answer every range with an error."""
    with serving(wheels, range_status=416) as server:
        assert index(server.url).source("1.9.0", "lab").release.version == "1.9.0"

    assert [path for path, _ in server.asked[1:]] == ["/files/botocore-1.9.0-py3-none-any.whl"] * 2


@pytest.mark.parametrize(
    "spelling", ["find_links directory", "find_links path", "at home", "file: index", "find_links page"]
)
def test_local_places_need_no_server(wheels, spelling, monkeypatch):
    """Directories, file: URLs and pages on disk, as in pip."""
    simple = wheels.parent / "simple"
    (simple / "botocore").mkdir(parents=True)
    links = [f'<a href="../../wheels/{each.name}">{each.name}</a>' for each in wheels.iterdir()]
    (simple / "botocore" / "index.html").write_text("".join(links))
    options = {
        "find_links directory": {"find_links": (wheels.as_uri(),)},
        "find_links path": {"find_links": (str(wheels),)},
        "at home": {"find_links": ("~/wheels",)},
        "file: index": {"indexes": (simple.as_uri(),)},
        "find_links page": {"find_links": (str(simple / "botocore" / "index.html"),)},
    }[spelling]
    monkeypatch.setenv("HOME", str(wheels.parent))
    place = Index(settings=lambda: Settings(**options))

    assert place.source("1.10.1", "lab").release == Release("1.10.1", "2022-10-24")
    assert place.newest() == "1.11.0"


def test_places_are_one_list_and_local_files_come_first(wheels, tmp_path):
    """A release that only an extra index has is found; one on disk is not fetched."""
    release(tmp_path / "more", "2.0.0")
    wheels.rename(tmp_path / "botocore")
    with serving(tmp_path / "more") as extra, serving(tmp_path / "botocore") as server:
        place = index(server.url, extra.url, tmp_path.as_uri())

        assert place.source("2.0.0", "lab").release.version == "2.0.0"
        assert place.source("1.9.0", "lab").release.version == "1.9.0"
        assert (place.newest(), server.sent(), extra.sent() > 0) == ("2.0.0", 0, True)


def test_pages_of_find_links_are_read_over_http(wheels):
    """A plain page of links."""
    with serving(wheels) as server:
        place = Index(settings=lambda: Settings(find_links=(f"{server.url}/botocore/",)))

        assert place.newest() == "1.11.0"


@pytest.mark.parametrize("ranges", [True, False])
def test_credentials_in_the_url_are_used_and_never_shown(wheels, ranges):
    """For the page and the files, whatever goes wrong."""
    said = []
    with serving(wheels, password="s3cret", ranges=ranges) as server:
        place = index(server.url, say=said.append)
        assert place.source("1.9.0", "lab").release.version == "1.9.0"

        server.wheel_status = 500
        with pytest.raises(ModelUnavailable) as caught:
            place.source("1.10.0", "lab")
        assert "reader" not in f"{caught.value}{caught.value.__cause__!r}{said}"
        assert "s3cret" not in f"{caught.value}{said}"

        with pytest.raises(ModelUnavailable) as caught:
            index(server.url.replace("s3cret", "wr0ng")).source("1.9.0", "lab")
    assert str(caught.value) == (
        f"cannot load botocore 1.9.0: a package index does not answer "
        f"({server.root}: HTTP 401 (credentials of the index?))\n  fix: try again later"
    )


def test_credentials_of_netrc_are_used(wheels, tmp_path, monkeypatch):
    """As pip does."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login reader password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(wheels, password="s3cret") as server:
        assert index(server.url.replace("reader:s3cret@", "")).newest() == "1.11.0"


# Words and dates for releases


def test_the_newest_is_final_and_not_withdrawn(wheels):
    """Neither a candidate nor a yanked release stands for latest."""
    release(wheels, "1.12.0rc1")
    release(wheels, "1.13.0")
    with serving(wheels) as server:
        kind, text = server.listed()
        server.page = 200, kind, text.replace('">botocore-1.13.0', '" data-yanked="broken">botocore-1.13.0')

        assert index(server.url).newest() == "1.11.0"
        assert index(server.url).source("1.13.0", "lab").release.version == "1.13.0"


@pytest.mark.parametrize(
    ("date", "version"),
    [("2021-03-29", "1.9.0"), ("2021-03-30", "1.10.0"), ("2022-10-23", "1.10.0"), ("2099-01-01", "1.11.0")],
)
@pytest.mark.parametrize("uploaded", [DATES, {"1.10.0": "2021-03-30"}, {}], ids=["told", "some told", "not told"])
def test_a_date_stands_for_the_newest_release_on_or_before_it(wheels, date, version, uploaded):
    """By the index's own dates; where it has none, by those of the models."""
    with serving(wheels, form="json", uploaded=uploaded) as server:
        assert index(server.url).on(date, "lab") == version
        assert (server.sent() == 0) is (uploaded is DATES)


def test_a_date_before_all_releases_is_refused(wheels):
    """With the oldest there is."""
    with serving(wheels) as server, pytest.raises(ModelUnavailable) as caught:
        index(server.url).on("2020-12-31", "newlab")

    assert str(caught.value) == (
        "cannot load the release of 2020-12-31: the oldest in the package index is 1.9.0 (2021-03-29)"
    )


# What goes wrong


def no_places():
    return Index(settings=Settings)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"page": (500, "text/plain", "oops")}, "HTTP 500"),
        ({"page": (403, "text/plain", "oops")}, "HTTP 403 (credentials of the index?)"),
        ({"page": (200, "text/html", "<p>Please <b>log in<p></a><<")}, "its answer lists no wheel of botocore"),
        ({"page": (200, "application/vnd.pypi.simple.v1+json", "{")}, "its answer is not a page of packages"),
        ({"page": (200, "application/vnd.pypi.simple.v1+json", "[]")}, "its answer is not a page of packages"),
        ({"page": (200, "application/vnd.pypi.simple.v1+json", '{"meta": {"api-version": "9.0"}}')},
         "its answer is not a page of packages"),
        ({"page": (200, "image/png", "PNG")}, "its answer is not a page of packages"),
        ({"page": (302, "text/plain", "")}, "its answer is not a page of packages"),
    ],
)  # fmt: skip
def test_an_index_that_answers_garbage_is_named(wheels, options, said):
    """Host and reason; nothing of what it sent."""
    with serving(wheels, **options) as server:
        place = index(server.url)
        for ask in (lambda: place.source("1.9.0", "lab"), place.newest):
            with pytest.raises(ModelUnavailable) as caught:
                ask()
            assert caught.value.reason == f"a package index does not answer ({server.root}: {said})"


def test_an_index_that_is_not_there_is_named(wheels):
    """One sentence, no stack of retries."""
    with serving(wheels) as server:
        url = server.url
    with pytest.raises(ModelUnavailable) as caught:
        index(url, retries=0).source("1.9.0", "lab")

    assert str(caught.value) == (
        f"cannot load botocore 1.9.0: a package index does not answer ({server.root}: no connection)\n"
        "  fix: try again later"
    )


def test_one_index_that_fails_does_not_hide_what_another_has(wheels):
    """But what is newest cannot be told without it."""
    with serving(wheels, page=(500, "text/plain", "")) as broken, serving(wheels) as server:
        place = index(broken.url, server.url)

        assert place.source("1.9.0", "lab").release.version == "1.9.0"
        with pytest.raises(ModelUnavailable, match="HTTP 500"):
            place.newest()


def test_plain_http_elsewhere_is_not_asked():
    """pip ignores such an index unless it is a trusted-host."""
    place = index("http://packages.invalid/simple")

    with pytest.raises(ModelUnavailable, match=r"packages\.invalid: pip does not trust it: it is plain HTTP"):
        place.newest()


def test_no_place_at_all_says_so():
    """PIP_NO_INDEX and no find-links."""
    with pytest.raises(ModelUnavailable, match="no package index has botocore"):
        no_places().source("1.0", "lab")


def test_an_unknown_release_is_named_with_its_neighbours(wheels):
    """The nearest before and after."""
    with serving(wheels) as server, pytest.raises(ModelUnavailable) as caught:
        index(server.url).source("1.10.99", "lab")

    assert str(caught.value) == (
        "cannot load botocore 1.10.99: the package index has no such release\n"
        "  fix: the nearest it has: 1.10.1 or 1.11.0"
    )


@pytest.mark.parametrize(
    ("service", "fix"),
    [("labb", "did you mean lab?"), ("satellite", "name another service, or a release that has it")],
)
@pytest.mark.parametrize("ranges", [True, False])
def test_a_service_that_a_release_lacks_is_named(wheels, service, fix, ranges):
    """With the nearest name that it has, without a second download."""
    with serving(wheels, ranges=ranges) as server, pytest.raises(ModelUnavailable) as caught:
        index(server.url).source("1.9.0", service)

    assert str(caught.value) == (
        f"cannot load botocore-1.9.0-py3-none-any.whl: botocore 1.9.0 has no service {service}\n  fix: {fix}"
    )


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("digests", [True, False])
def test_a_truncated_wheel_is_named(wheels, ranges, digests, empty_cache):
    """At the index, or on the way; nothing gets into the cache."""
    path = wheels / "botocore-1.9.0-py3-none-any.whl"
    with serving(wheels, ranges=ranges, digests=digests) as server:
        page = server.listed()
        server.page = (200, *page)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(ModelUnavailable) as caught:
            releases.load("1.9.0", "lab", index=index(server.url))

    assert caught.value.what == f"botocore-1.9.0-py3-none-any.whl of {server.root}"
    assert caught.value.reason.startswith("it is truncated or")
    assert files(empty_cache) == []


def test_a_wheel_that_is_not_the_indexs_is_refused(wheels):
    """Where it is downloaded whole, by its digest."""
    with serving(wheels, ranges=False) as server:
        server.page = (200, *server.listed())
        release(wheels, "1.9.0", "2021-03-28")
        with pytest.raises(ModelUnavailable) as caught:
            index(server.url).source("1.9.0", "lab")

    assert caught.value.reason == "it is truncated or was changed: its digest is not the index's"


def test_credentials_on_a_page_are_not_kept(wheels):
    """What is kept of a link may be shown."""
    link = "https://reader:s3cret@one.example/botocore-3.0.0-py3-none-any.whl"
    with serving(wheels, page=(200, "text/html", f'<a href="{link}">botocore-3.0.0-py3-none-any.whl</a>')) as server:
        settings = Settings(indexes=(server.url,))
        with session.session(settings) as opened:
            found = listing.listing(settings, opened)

    assert found.wheels["3.0.0"][0].place == "https://one.example/botocore-3.0.0-py3-none-any.whl"


def test_a_download_that_breaks_off_is_named(wheels):
    """The server closes too early."""
    with serving(wheels, ranges=False, cut_short=1000) as server, pytest.raises(ModelUnavailable) as caught:
        index(server.url).source("1.9.0", "lab")

    assert str(caught.value) == (
        f"cannot load botocore-1.9.0-py3-none-any.whl of {server.root}: the answer broke off\n  fix: try again later"
    )


def test_a_server_that_falls_silent_is_given_up(wheels):
    """After pip's timeout."""
    with serving(wheels, ranges=False, stall=True) as server:
        place = Index(settings=lambda: Settings(indexes=(server.url,), timeout_s=0.3))
        with pytest.raises(ModelUnavailable, match=r"no answer within 0\.3 s"):
            place.source("1.9.0", "lab")


def test_a_wheel_of_another_release_is_refused(wheels):
    """The name of a file proves nothing."""
    (wheels / "botocore-1.9.0-py3-none-any.whl").rename(wheels / "botocore-1.8.0-py3-none-any.whl")
    with serving(wheels) as server, pytest.raises(ModelUnavailable) as caught:
        index(server.url).source("1.8.0", "lab")

    assert str(caught.value) == "cannot load botocore 1.8.0: its wheel is of botocore 1.9.0"


@pytest.mark.parametrize(("package", "module"), [("pypi_simple", "listing"), ("remotezip", "fetch")])
def test_without_the_extra_it_says_what_to_install(monkeypatch, package, module):
    """A command that needs it names it, also where a part of it is there."""
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"bototape.releases.{module}", raising=False)
    monkeypatch.delattr(f"bototape.releases.{module}", raising=False)

    with pytest.raises(UsageError) as caught:
        no_places().newest()

    assert str(caught.value) == (
        f"cannot use the package index: {package.replace('_', '-')} is not installed\n"
        '  fix: install the extra: pip install "bototape[index]"'
    )


def test_a_look_up_is_told_once(wheels):
    """The list of releases is asked for once, for however many services."""
    told = []
    place = index(find_links=(str(wheels),), say=told.append)

    assert [place.newest(), place.newest(), place.versions()[-1]] == ["1.11.0"] * 3
    assert told == ["looking up the newest release in the package index"]


# Loading


def test_a_release_is_fetched_once(wheels, empty_cache):
    """Then it comes from the cache, without any index."""
    with serving(wheels) as server:
        first = releases.load("1.9.0", "lab", index=index(server.url))

    assert releases.load("1.9.0", "lab") == first
    assert (first.release, first.tracked_only, first.raw) == (Release("1.9.0", "2021-03-29"), False, MODEL)
    assert files(empty_cache) == [empty_cache / "models" / "1.9.0" / "lab.json.gz"]


def test_what_is_at_hand_is_named_when_the_index_fails(wheels):
    """Snapshots, the installed botocore, the cache."""
    with serving(wheels) as server:
        releases.load("1.9.0", "lab", index=index(server.url))
        server.page = 500, "text/plain", ""
        reasons = []
        for service in ("lab", "newlab", "sts"):
            with pytest.raises(ModelUnavailable) as caught:
                releases.load("1.10.0", service, index=index(server.url))
            reasons.append(caught.value.reason)

    reason = f"a package index does not answer ({server.root}: HTTP 500)"
    assert reasons == [
        f"{reason} (at hand: cache: 1.9.0)",
        f"{reason} (at hand: no release of it)",
        f"{reason} (at hand: installed: {releases.installed.version()})",
    ]


@pytest.mark.parametrize("spec", ["latest", "2022-10-24"])
def test_words_that_only_the_index_can_tell_need_it(spec):
    """Offline they are not guessed from what happens to be at hand."""
    with pytest.raises(ModelUnavailable) as caught:
        releases.load(spec, "sts")

    assert str(caught.value) == (
        f"cannot load sts of release {spec}: only the package index can tell it, and the network is not used "
        f"(installed: {releases.installed.version()})\n"
        '  fix: drop --offline, or name a version, "pinned" or "installed"'
    )


@pytest.mark.parametrize(("spec", "version"), [("latest", "1.11.0"), ("2022-12-31", "1.10.1")])
def test_words_are_looked_up_and_loaded(wheels, spec, version):
    """The model of the release that they stand for."""
    with serving(wheels) as server:
        assert releases.load(spec, "lab", index=index(server.url)).release == Release(version, DATES[version])


@pytest.mark.parametrize(
    ("spec", "reason"),
    [("2022-13-01", "that is no day: month must be in 1..12"), ("newest", "that names no release")],
)
def test_what_names_no_release_is_refused(spec, reason):
    """Before anything is asked."""
    with pytest.raises(ModelUnavailable) as caught:
        releases.load(spec, "sts", index=no_places())

    assert caught.value.reason == reason


# From outside


def environment(tmp_path, **more):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "BOTOTAPE_"))}
    (tmp_path / "tmp").mkdir(exist_ok=True)
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        cache.VARIABLE: str(tmp_path / "cache"),
        "TMPDIR": str(tmp_path / "tmp"),
        "HOME": str(tmp_path),
        **more,
    }


def bototape(tmp_path, *arguments, **variables):
    command = [sys.executable, "-W", "error", "-m", "bototape", *arguments]
    return subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path, **variables), stdout=-1, stderr=-1, text=True
    )


def test_diff_fetches_what_it_needs_and_says_so(wheels, capsys, monkeypatch):
    """As pip is configured; on stderr, so that the report stays a report. The second time nothing is asked."""
    arguments = ["diff", "1.9.0", "1.10.0", "--service", "lab", "--format", "json"]
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("BOTOTAPE_OFFLINE", "0")
    with serving(wheels, password="s3cret") as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        code = main(arguments)
        out, err = capsys.readouterr()
    monkeypatch.setenv("BOTOTAPE_OFFLINE", "1")

    assert (code, json.loads(out)["findings"], err.splitlines()) == (
        0,
        [],
        [
            "bototape: reading lab of botocore 1.9.0 from the package index",
            "bototape: reading lab of botocore 1.10.0 from the package index",
        ],
    )
    assert (main(arguments), *capsys.readouterr()) == (0, out, "")


LOAD = """
import sys
from bototape import releases
from bototape.releases.pipconf import Settings
index = releases.Index(settings=lambda: Settings(indexes=(sys.argv[1],)))
print(*(releases.load(each, "lab", index=index).release for each in ("1.9.0", "1.10.0", "1.11.0")), sep=", ")
"""


def test_two_processes_fill_one_cache(wheels, tmp_path, empty_cache):
    """At once, each with the right answer; the cache is whole afterwards."""
    with serving(wheels) as server:
        command = [sys.executable, "-c", LOAD, server.url]
        both = [subprocess.Popen(command, env=environment(tmp_path), stdout=-1, text=True) for _ in range(2)]
        outputs = [each.communicate()[0] for each in both]

    assert outputs == ["1.9.0 (2021-03-29), 1.10.0 (2021-03-30), 1.11.0 (2023-01-05)\n"] * 2
    assert [each.parent.name for each in files(empty_cache)] == ["1.10.0", "1.11.0", "1.9.0"]
    assert releases.load("1.11.0", "lab").release == Release("1.11.0", "2023-01-05")


def interrupted(child):
    """Press Ctrl-C until *child* ends, and return what it said: one that comes within a finaliser is lost to Python."""
    for _ in range(3):
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=10)[1]
    child.kill()
    return child.communicate()[1]


def test_ctrl_c_in_a_download_leaves_nothing_behind(wheels, tmp_path, empty_cache):
    """No temporary file, no entry of the cache, one line."""
    with serving(wheels, ranges=False, stall=True) as server:
        child = bototape(tmp_path, "diff", "1.9.0", "1.10.0", "--service", "lab", PIP_INDEX_URL=server.url)
        until(lambda: [path for path, _ in server.asked].count("/files/botocore-1.9.0-py3-none-any.whl") == 2)
        err = interrupted(child)

    assert (child.returncode, err.splitlines()[-1]) == (130, "bototape: interrupted")
    assert (files(tmp_path / "tmp"), files(empty_cache)) == ([], [])


def test_check_asks_the_index_too(wheels, capsys, monkeypatch):
    """For a release that is not at hand."""
    release(wheels, "1.12.0", "2023-01-06", services=("sagemaker",))
    monkeypatch.setattr(
        network, "Index", lambda say, **_: Index(say, settings=lambda: Settings(find_links=(str(wheels),)))
    )
    arguments = ["check", str(CASSETTE), "--release", "latest", "--fail-on", "never"]

    assert main(arguments) == 3
    assert "the network is not used" in capsys.readouterr().err

    monkeypatch.setenv("BOTOTAPE_OFFLINE", "0")
    assert main(arguments) == 0
    assert capsys.readouterr().err.splitlines() == [
        "bototape: looking up the newest release in the package index",
        "bototape: reading sagemaker of botocore 1.12.0 from the package index",
        "checked 1 cassette, 1 interaction: sagemaker 1.12.0 (2023-01-06)",
    ]


@pytest.mark.parametrize(
    ("terminal", "shown"),
    [(True, "\r  downloaded 1.5 of 3.0 MB\r  downloaded 3.0 of 3.0 MB\n\r  downloaded 0.5 MB"), (False, "")],
)
def test_progress_is_for_terminals(capsys, monkeypatch, terminal, shown):
    """A log file has no use for it."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    progress = network.index_unless(offline=False)._progress
    for each in ((1_500_000, 3_000_000), (3_000_000, 3_000_000), (500_000, None)):
        progress(*each)

    assert capsys.readouterr().err == shown


def test_offline_forbids_the_index(capsys, monkeypatch):
    """By option or environment; said in one sentence."""
    monkeypatch.setenv("BOTOTAPE_OFFLINE", "0")
    code = main(["diff", "latest", "installed", "--service", "sts", "--offline"])

    assert code == 3
    assert "the network is not used" in capsys.readouterr().err


def test_a_session_warns_of_nothing(wheels):
    """Warnings are errors for our users, too."""
    with warnings.catch_warnings(), serving(wheels, form="json") as server:
        warnings.simplefilter("error")
        assert index(server.url, trusted_hosts=("127.0.0.1",)).source("1.9.0", "lab").release.version == "1.9.0"


def test_no_index_host_stands_in_the_code():
    """Which index is asked is pip's affair."""
    source = Path(releases.__file__).parent
    assert [each.name for each in source.glob("*.py") if "://" in each.read_text().replace('"://"', "")] == [
        "session.py"
    ]

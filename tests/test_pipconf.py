import os
import subprocess

import pytest
import requests

from bototape.errors import ModelUnavailable
from bototape.releases import pipconf, session
from bototape.releases.pipconf import Settings
from tests.packages import release, serving


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Set the text of pip.conf, with no variables of pip's around."""
    for each in [*os.environ]:
        if each.startswith("PIP_"):
            monkeypatch.delenv(each)

    def write(text):
        (tmp_path / "pip.conf").write_text(text)
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    return write


def test_files_sections_and_variables_count_as_in_pip(configured, monkeypatch):
    """A variable goes before a command's section, that before [global]; lists are split at spaces."""
    configured(
        "[global]\nindex-url = https://reader:pw@one.example/simple\nfind-links = /links\ntimeout = 7\n"
        "proxy = http://proxy.example:3128\ncert = /ca.pem\nclient-cert = /me.pem\nno-index = false\n"
        "[install]\nindex-url = https://two.example/simple\n"
        "extra-index-url =\n    https://three.example/simple\n    file:///four\n"
        "[download]\ntrusted-host = one.example two.example\nindex-url = https://five.example/simple\n"
    )
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "/other /links")

    assert pipconf.read() == Settings(
        indexes=("https://two.example/simple", "https://three.example/simple", "file:///four"),
        find_links=("/other", "/links"),
        trusted_hosts=("one.example", "two.example"),
        proxy="http://proxy.example:3128",
        cert="/ca.pem",
        client_cert="/me.pem",
        timeout_s=7,
        retries=1,
    )


@pytest.mark.usefixtures("configured")
def test_without_configuration_pip_names_its_own_default(monkeypatch):
    """One index, over TLS; which one is pip's to know."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    found = pipconf.read()

    assert ([each.partition(":")[0] for each in found.indexes], found.find_links) == (["https"], ())


def test_no_index_leaves_find_links(configured, tmp_path, monkeypatch):
    """An isolated machine; and no module of the current directory is taken for pip."""
    configured("[global]\nno-index = true\nfind-links = wheels\n")
    (tmp_path / "pip.py").write_text("raise SystemExit('ran')")
    monkeypatch.chdir(tmp_path)
    found = pipconf.read()

    assert (found.indexes, found.find_links) == ((), ("wheels",))


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ((1, "", "ModuleNotFoundError: No module named 'pip'"),
         "pip is not installed in this environment\n  fix: python -m ensurepip"),
        ((3, "", "bad https://reader:pw@one.example"),
         "pip did not tell it (exit 3)\n  fix: see what is wrong with: python -m pip config list"),
        ((0, "[]\n", ""), "pip did not tell it (exit 0)\n  fix: see what is wrong with: python -m pip config list"),
        ((0, "3\n", ""), "pip did not tell it (exit 0)\n  fix: see what is wrong with: python -m pip config list"),
    ],
)  # fmt: skip
def test_a_pip_that_does_not_tell_is_named_without_its_words(monkeypatch, done, said):
    """They may show an index."""
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, *done))

    with pytest.raises(ModelUnavailable) as caught:
        pipconf.read()
    assert str(caught.value) == f"cannot load the configuration of pip: {said}"


# Sessions


def test_a_url_is_shown_by_its_host_alone():
    """Credentials, and a path that may be one, are kept back."""
    url = "https://reader:p%40ss@one.example:8443/token-abc/simple?key=1"

    assert session.host(url) == "one.example:8443"
    assert session.bare(url) == "https://one.example:8443/token-abc/simple?key=1"


def sent(settings, url):
    """The headers that a request for *url* goes out with."""
    with session.session(settings) as opened:
        return dict(opened.prepare_request(requests.Request("GET", url)).headers)


def test_credentials_go_to_their_own_origin_and_nowhere_else(monkeypatch):
    """Files often lie on another host than the page."""
    monkeypatch.setenv("NETRC", os.devnull)
    settings = Settings(indexes=("https://a:b%40c@one.example/simple",), find_links=("https://two.example/",))

    assert sent(settings, "https://one.example/files/x.whl")["Authorization"] == "Basic YTpiQGM="
    for other in (
        "https://two.example/x",
        "https://one.example:8443/x",
        "http://one.example/x",
        "https://x.one.example/",
    ):
        assert "Authorization" not in sent(settings, other)


def test_a_session_has_pips_proxy_and_certificates():
    """None of them means the environment's."""
    with session.session(Settings(proxy="http://proxy.example:3128", cert="/ca.pem", client_cert="/me.pem")) as found:
        assert (found.proxies, found.verify, found.cert) == (
            {"http": "http://proxy.example:3128", "https": "http://proxy.example:3128"}, "/ca.pem", "/me.pem",
        )  # fmt: skip
    with session.session(Settings()) as found:
        assert (found.proxies, found.verify, found.cert) == ({}, True, None)


def test_a_proxy_is_used(tmp_path):
    """All requests go there."""
    release(tmp_path, "1.0.0")
    with serving(tmp_path) as server, session.session(Settings(proxy=f"http://{server.root}")) as found:
        assert found.get("http://packages.invalid/simple/").status_code == 404
    assert server.asked == [("http://packages.invalid/simple/", 12)]


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://one.example/simple", True),
        ("http://one.example/simple", False),
        ("http://two.example/simple", True),
        ("http://three.example:8080/simple", True),
        ("http://three.example/simple", False),
        ("http://127.9.9.9:1/simple", True),
        ("http://[::1]/simple", True),
        ("http://localhost/simple", True),
        ("http://10.0.0.1/simple", False),
    ],
)
def test_plain_http_is_for_loopback_and_trusted_hosts(url, secure):
    """As pip has it."""
    assert session.is_secure(url, Settings(trusted_hosts=("two.example", "three.example:8080"))) is secure


def test_the_certificate_of_a_trusted_host_is_not_looked_at(monkeypatch):
    """And of no other."""
    seen = []

    def send(_, request, **options):
        seen.append((request.url, options["verify"], options["timeout"]))
        return requests.Response()

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    with session.session(Settings(trusted_hosts=("two.example",), cert="/ca.pem", timeout_s=3)) as found:
        found.trust_env = False
        for each in ("https://one.example/", "https://two.example/"):
            found.send(requests.Request("GET", each).prepare(), verify="/ca.pem")

    assert seen == [("https://one.example/", "/ca.pem", 3), ("https://two.example/", False, 3)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.SSLError(), "its certificate is not trusted"),
        (requests.exceptions.ProxyError(), "the proxy does not answer"),
        (requests.ConnectTimeout(), "no answer within 15 s"),
        (requests.ConnectionError(), "no connection"),
        (requests.TooManyRedirects(), "it redirects for ever"),
        (requests.exceptions.InvalidURL("https://a:b@host"), "InvalidURL"),
    ],
)
def test_trouble_is_said_in_words(error, said):
    """Never with the text of the error, which may show a URL."""
    assert session.reason(error, Settings()) == said

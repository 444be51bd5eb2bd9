"""An HTTP session as pip would have it: proxy, certificates, trusted hosts, credentials; and its trouble in words."""

from __future__ import annotations

import ipaddress
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_netrc_auth
from urllib3.util.retry import Retry

from bototape.releases.pipconf import Settings

__all__ = ["TROUBLE", "bare", "host", "is_secure", "reason", "session"]

#: What a request may raise.
TROUBLE = (requests.RequestException, urllib3.exceptions.HTTPError)

#: More attempts than this only delay the message.
_MOST_RETRIES = 2

_Origin = tuple[str, str, int | None]


def bare(url: str) -> str:
    """Return *url* without the credentials in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def host(url: str) -> str:
    """Return what may be shown of *url*: host and port. The path of some indexes is a secret."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_secure(url: str, settings: Settings) -> bool:
    """Tell whether pip would ask *url*: over TLS, this machine, or a host it is told to trust."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    return parts.scheme == "https" or name == "localhost" or _is_loopback(name) or _is_trusted(url, settings)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_trusted(url: str, settings: Settings) -> bool:
    parts = urlsplit(url)
    return bool({parts.hostname, f"{parts.hostname}:{parts.port}"} & {*settings.trusted_hosts})


def session(settings: Settings) -> requests.Session:
    """Return a session that reaches what *settings* name; requests take URLs without credentials."""
    made = requests.Session()
    made.headers["User-Agent"] = f"bototape/{version('bototape')}"
    made.auth = _Credentials([*settings.indexes, *settings.find_links])
    if settings.proxy:
        made.proxies = {"http": settings.proxy, "https": settings.proxy}
    made.verify = settings.cert or True
    made.cert = settings.client_cert or None
    retries = Retry(total=min(settings.retries, _MOST_RETRIES), backoff_factor=0.25, status_forcelist=())
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter(settings, max_retries=retries))
    return made


class _Adapter(HTTPAdapter):
    """Gives every request pip's timeout, and no look at the certificate of a trusted host; closes all it opened."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self._settings = settings
        self._answers: list[requests.Response] = []
        super().__init__(**options)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send *request*."""
        options["timeout"] = options.get("timeout") or self._settings.timeout_s
        if not _is_trusted(request.url or "", self._settings):
            answer = super().send(request, *args, **options)
        else:
            options["verify"] = False
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
                answer = super().send(request, *args, **options)
        self._answers.append(answer)
        return answer

    def close(self) -> None:
        """Close the connections, those of answers that nobody read to the end included."""
        while self._answers:
            self._answers.pop().close()
        super().close()


class _Credentials(AuthBase):
    """Those in the configured URLs, for their own origin alone, also on pages' absolute links; else ``.netrc``'s."""

    def __init__(self, urls: list[str]) -> None:
        self._known: Mapping[_Origin, tuple[str, str]] = {
            _origin(url): (unquote(urlsplit(url).username or ""), unquote(urlsplit(url).password or ""))
            for url in reversed(urls)
            if "@" in urlsplit(url).netloc
        }

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        url = request.url or ""
        found = self._known.get(_origin(url)) or get_netrc_auth(url)
        return HTTPBasicAuth(*found)(request) if found else request


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def reason(error: Exception, settings: Settings) -> str:
    """Say in words what *error*, one of `TROUBLE`, was. Its own text may show a URL and is not used."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        denied = error.response.status_code in (401, 403)
        return f"HTTP {error.response.status_code}{' (credentials of the index?)' if denied else ''}"
    if any(isinstance(each, urllib3.exceptions.ReadTimeoutError) for each in error.args):
        return _silent(settings)
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (requests.exceptions.ProxyError, "the proxy does not answer"),
        (requests.exceptions.SSLError, "its certificate is not trusted"),
        (requests.Timeout, _silent(settings)),
        (urllib3.exceptions.ReadTimeoutError, _silent(settings)),
        (requests.exceptions.ChunkedEncodingError, "the answer broke off"),
        (urllib3.exceptions.HTTPError, "the answer broke off"),
        (requests.ConnectionError, "no connection"),
        (requests.TooManyRedirects, "it redirects for ever"),
    )
    return next((said for kind, said in kinds if isinstance(error, kind)), type(error).__name__)


def _silent(settings: Settings) -> str:
    return f"no answer within {settings.timeout_s:g} s"

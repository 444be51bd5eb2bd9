"""Requests as botocore's clients send them: endpoint, host style, signature and all, caught before the network."""

import contextlib

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session

from bototape.interaction import Request

REGION = "us-east-1"


def session():
    """A session with invented credentials, whatever the environment has."""
    found = Session()
    found.set_credentials("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", None)
    return found


class Catcher:
    """A client of one service; it keeps the last request of each call and sends none."""

    def __init__(self, service, *, region=REGION, owner=None, validate=False, **options):
        config = Config(parameter_validation=validate, retries={"max_attempts": 0, "mode": "standard"})
        config = config.merge(options.pop("config", Config()))
        self.client = (owner or session()).create_client(service, region_name=region, config=config, **options)
        self.client.meta.events.register("before-send", self._keep)
        self.names = {name: key for key, name in self.client.meta.method_to_api_mapping.items()}
        self.last = None

    def _keep(self, request, **_context):
        self.last = caught(request)
        return AWSResponse(request.url, 500, {}, _Empty())

    def request(self, operation, parameters=None):
        """The request that the call makes."""
        self.last = None
        with contextlib.suppress(Exception):  # the answer is none of the service's
            getattr(self.client, self.names[operation])(**(parameters or {}))
        assert self.last is not None, f"{operation} sent nothing"
        return self.last


class _Empty:
    def stream(self, *_arguments, **_options):
        return iter([b""])

    def read(self, *_arguments):
        return b""


def caught(prepared):
    """A prepared request of botocore as ours."""
    body = prepared.body
    if body is not None and not isinstance(body, str | bytes | bytearray):
        body = body.read()
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    headers = tuple((str(name), _text(value)) for name, value in prepared.headers.items())
    return Request(prepared.method, prepared.url, headers, content)


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)

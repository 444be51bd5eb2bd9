"""
The answers that clients hand out while a cassette plays, made to note what is read of them.

Patched at class level, once per process and only if somebody asks; without notes each patch passes the call on.

``BaseClient._make_api_call``          hands out the answer, or raises the error with its own
``PageIterator.__iter__``, ``.build_full_result``, ``Waiter.wait``   read for themselves: not noted
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.paginate import PageIterator
from botocore.waiter import Waiter

from bototape.adapters import active, models
from bototape.reads import Notes, noting, unseen
from bototape.reads.trees import NotingDict, NotingList
from bototape.shapes import Service
from bototape.usage import of_request

__all__ = ["note", "stop"]

_lock = threading.Lock()
_installed: list[bool] = []
_notes: list[Notes] = []


def note(notes: Notes) -> None:
    """Let *notes* be taken of all answers played from now on."""
    with _lock:
        if not _installed:
            _patch_client()
            _patch_own(PageIterator, "build_full_result")
            _patch_own(Waiter, "wait")
            _patch_pages()
            _installed.append(True)
        _notes.append(notes)


def stop() -> None:
    """Take no more notes."""
    with _lock:
        _notes.clear()


def _patch_client() -> None:
    original = BaseClient._make_api_call  # noqa: SLF001 - behind all handlers, where the answer is the caller's

    def _make_api_call(self: Any, operation_name: str, api_params: Any) -> Any:
        __tracebackhide__ = True
        notes = _notes[-1] if _notes else None
        if notes is None or not active.is_playing():
            return original(self, operation_name, api_params)
        service = self._service_model
        models.tell(service.service_name, service._service_description)  # noqa: SLF001 - it has no other door
        codec = models.codec(service.service_name)
        if codec is None or operation_name not in codec.service.operations:
            return original(self, operation_name, api_params)
        name, model = str(service.service_name), codec.service
        _note_sent(notes, name, operation_name, model, api_params)
        try:
            answer = original(self, operation_name, api_params)
        except ClientError as error:
            _wrap_error(notes, f"{name}.{operation_name}.error", model, operation_name, error)
            raise
        root = model.operations[operation_name].output
        return _wrapped(answer, model, root, f"{name}.{operation_name}.output", notes)

    BaseClient._make_api_call = _make_api_call  # noqa: SLF001 - see above


def _note_sent(notes: Notes, name: str, operation: str, model: Service, parameters: Any) -> None:
    sent = of_request(operation, model, parameters if isinstance(parameters, dict) else {})
    notes.sent(f"{name}.{each}" for each in sent)


def _wrapped(answer: Any, model: Service, root: str | None, place: str, notes: Notes) -> Any:
    if root is None or type(answer) is not dict:
        return answer
    notes.got(place)
    _tell_yaml()
    return noting(answer, model.shapes, model.shapes[root], place, notes)


def _wrap_error(notes: Notes, place: str, model: Service, operation: str, error: ClientError) -> None:
    """Note which error came, and what is read of its members: whoever catches it knows its class."""
    name = type(error).__name__
    modeled = next((each for each in model.operations[operation].errors if each == name), None)
    if modeled is not None:
        error.response = _wrapped(error.response, model, modeled, f"{place}.{modeled}", notes)


def _patch_own(kind: type, name: str) -> None:
    original: Callable[..., Any] = getattr(kind, name)

    def own(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not _notes:
            return original(self, *args, **kwargs)
        with unseen():
            return original(self, *args, **kwargs)

    own.__name__, own.__doc__ = name, original.__doc__
    setattr(kind, name, own)


def _patch_pages() -> None:
    original = PageIterator.__iter__

    def iterate(self: Any) -> Iterator[Any]:
        pages = original(self)
        if not _notes:
            yield from pages
            return
        while True:
            with unseen():  # not around the yield: what the caller does meanwhile is the caller's
                page = next(pages, None)
            if page is None:
                return
            yield page

    PageIterator.__iter__ = iterate


def _tell_yaml() -> None:
    """Let PyYAML, which is there once a cassette was read, write them as dicts and lists: it goes by exact type."""
    yaml = sys.modules.get("yaml")
    if yaml is None or NotingDict in yaml.SafeDumper.yaml_representers:
        return
    for kind in (yaml.representer.SafeRepresenter, yaml.representer.Representer, yaml.SafeDumper, yaml.Dumper):
        kind.add_representer(NotingDict, kind.represent_dict)
        kind.add_representer(NotingList, kind.represent_list)

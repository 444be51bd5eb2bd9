"""A headless Chromium, spoken to in the Chrome DevTools Protocol over two pipes: no driver, no socket."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

#: Where a browser may be found; each understands the same protocol.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # root, in a container, has none; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--window-size=1100,900",
)


def executable():
    """The path of a browser, or None."""
    return next(filter(None, map(shutil.which, filter(None, (os.environ.get("BOTOTAPE_BROWSER"), *NAMES)))), None)


class Page:
    """One tab. *events* are all that came unasked: requests, messages of the console, errors."""

    def __init__(self, send, receive) -> None:
        self._send, self._receive = send, receive
        self._number = 0
        self._session = {}
        self.events = []

    def call(self, method, **parameters):
        """Run one command and return its result."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters, **self._session})
        while (message := self._receive()).get("id") != self._number:
            self.events.append(message)
        assert "error" not in message, (method, message["error"])
        return message["result"]

    def attach(self):
        """Open the tab and have everything told."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.events.clear()

    def open(self, path: Path):
        """Load a file and wait until it has run."""
        self.call("Page.navigate", url=path.as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._receive())

    def evaluate(self, expression):
        """Return the value of a JavaScript expression, promises awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def type(self, selector, text):
        """Type *text* into a field, as a user does."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def click(self, selector):
        """Click the middle of an element with the mouse."""
        box = self.evaluate(
            f"(() => {{ const element = document.querySelector({json.dumps(selector)});"
            "element.scrollIntoView({block: 'center'}); const box = element.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def told(self, *methods):
        """The events of these kinds."""
        return [each["params"] for each in self.events if each.get("method") in methods]

    def picture(self) -> bytes:
        """Return what the tab shows, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextmanager
def page(browser: str) -> Iterator[Page]:
    """Run *browser* with one empty tab, and end it."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # The protocol wants descriptors 3 and 4; the shell puts the pipes there.
    shell = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["/bin/bash", "-c", shell, browser, *OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=(to_read, from_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        with os.fdopen(to_write, "wb", buffering=0) as sending, os.fdopen(from_read, "rb") as receiving:
            opened = Page(_sender(sending), _receiver(receiving))
            try:
                opened.attach()
                yield opened
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()


def _sender(stream):
    return lambda message: stream.write(json.dumps(message).encode() + b"\0")


def _receiver(stream):
    def receive():
        parts = bytearray()
        while (byte := stream.read(1)) != b"\0":
            assert byte, "the browser ended"
            parts += byte
        return json.loads(parts)

    return receive

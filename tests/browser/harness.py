"""A real Streamlit server and a real Chromium, for tests in the browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from coverage.paths import ROOT
from tests.machine import find_chromium

_PATIENCE_MS = 60_000

# Opened at a page's own address, Streamlit first looks for its server below that page
# (getPossibleBaseUris in its frontend) and then above; no setting of the server changes it, and an
# answer there would make it take the page for the server's place. Chromium logs what it is told.
_LOOKING = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
)


def chromium() -> str | None:
    """Return the browser to test with; None for the one that playwright installs."""
    found = find_chromium()
    return str(found) if found else None


@contextmanager
def serving(home: Path, port: int = 0) -> Iterator[str]:
    """Run the app as a user does, on `port` or else a free one; yield its address."""
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    environment |= {"HOME": str(home), "USERPROFILE": str(home)}
    environment |= {"PLANNER_WORKSPACE": str(home / "workspace")}
    log = home / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base, server, log)
            yield base
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start:\n{log.read_text(errors='replace')}")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One browser tab, and what it did that it should not have done.

    Attributes
    ----------
    refused
        Addresses outside the app that were asked for; each was refused.
    errors
        Errors on the console and uncaught exceptions.
    dialogs
        Alerts that popped up.
    """

    base: str
    page: Page
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


def _looks_for_its_server(message: ConsoleMessage, base: str) -> bool:
    place = message.location["url"].removeprefix(base)
    return "404" in message.text and _LOOKING.fullmatch(place) is not None


@contextmanager
def visit(browser: Browser, base: str, width: int = 1366, height: int = 768) -> Iterator[Visit]:
    """Open the app in a tab of its own; whatever is not the app itself is refused and counted."""
    context = browser.new_context(viewport={"width": width, "height": height})
    # The first run of the app imports everything, on a machine that may be busy with other tests.
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    page = context.new_page()
    seen = Visit(base, page)

    def only_the_app(route: Route) -> None:
        if route.request.url.startswith((f"{base}/", "data:", "blob:")):
            route.continue_()
        else:
            seen.refused.append(route.request.url)
            route.abort()

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not _looks_for_its_server(message, base):
            seen.errors.append(message.text)

    context.route("**/*", only_the_app)
    page.on("console", listen)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    page.on(
        "websocket",
        lambda socket_: (
            None
            if socket_.url.startswith(base.replace("http", "ws", 1))
            else seen.refused.append(socket_.url)
        ),
    )
    try:
        page.goto(base)
        yield seen
    finally:
        context.close()

"""What the app answers to the network, before Streamlit sees it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message
from streamlit import config, net_util
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web.server import server_util
from streamlit.web.server.app_discovery import discover_asgi_app

from coverage.paths import ROOT
from coverage.ui import server

UPLOAD = "/_stcore/upload_file/tab/file"


async def _answer(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


class Client:
    """Speaks to an app without a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def ask(
        self, method: str, path: str, headers: dict[str, str], parts: Sequence[bytes] = (b"",)
    ) -> tuple[int, Headers]:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        left = list(parts)
        sent: list[Message] = []

        async def receive() -> Message:
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self._app(scope, receive, send))
        return sent[0]["status"], Headers(raw=sent[0]["headers"])


@pytest.fixture(name="client")
def client_fixture(monkeypatch: pytest.MonkeyPatch) -> Client:
    allowed = ["localhost", "127.0.0.1", "::1"]
    monkeypatch.setattr(
        "streamlit.web.server.starlette.starlette_websocket.config.get_option", lambda _: allowed
    )
    app = Starlette(
        routes=[Route("/{path:path}", _answer, methods=["GET", "PUT"])],
        middleware=server.middleware(),
    )
    return Client(app)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 200),
        ("127.0.0.1", 200),
        ("[::1]:8501", 200),
        ("evil.example:8501", 400),
        ("localhost.evil.example", 400),
        ("[::1", 400),
        ("127.0.0.1:x", 400),
        ("user@localhost", 400),
        ("", 400),
    ],
)
def test_only_known_names_are_answered_and_every_answer_has_its_headers(
    client: Client, host: str, status: int
) -> None:
    told, headers = client.ask("GET", "/static/x.js", {"Host": host})
    assert told == status
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_lets_no_code_come_from_elsewhere() -> None:
    policy = dict(
        part.split(" ", 1) for part in dict(server.HEADERS)["Content-Security-Policy"].split("; ")
    )
    for kind in ("default-src", "script-src", "style-src", "frame-src", "font-src"):
        assert not {"*", "https:", "http:"} & set(policy[kind].split()), kind


@pytest.mark.parametrize("stated", [True, False])
def test_what_a_session_sends_has_a_total(
    client: Client, monkeypatch: pytest.MonkeyPatch, stated: bool
) -> None:
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(server.runtime, "exists", lambda: True)
    monkeypatch.setattr(
        server.runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager)
    )
    monkeypatch.setattr(server, "MAX_SESSION_BYTES", 100)
    monkeypatch.setattr(server, "MAX_SESSION_FILES", 3)

    def send(size: int) -> int:
        headers = {"Host": "localhost"}
        if stated:
            headers["Content-Length"] = str(size)
        return client.ask("PUT", UPLOAD, headers, [b"x" * 5, b"x" * (size - 5)])[0]

    assert send(100) == 200
    assert send(101) == 413
    manager.add_file("tab", UploadedFileRec("a", "a", "", b"x" * 60))
    manager.add_file("other", UploadedFileRec("b", "b", "", b"x" * 90))
    assert (send(40), send(41)) == (200, 413)
    manager.add_file("tab", UploadedFileRec("c", "c", "", b""))
    assert send(10) == 200
    manager.add_file("tab", UploadedFileRec("d", "d", "", b""))
    assert send(10) == 413
    manager.remove_session_files("tab")  # what Streamlit does when the tab is closed
    assert send(100) == 200


def test_what_was_taken_in_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    context = SimpleNamespace(session_id="tab", uploaded_file_mgr=manager)
    monkeypatch.setattr(server, "get_script_run_ctx", lambda: context)
    for name in ("a", "b"):
        manager.add_file("tab", UploadedFileRec(name, name, "", b"xyz"))
    server.let_go([UploadedFile(manager.file_storage["tab"]["a"], FileURLs())])
    assert list(manager.file_storage["tab"]) == ["b"]


def test_a_session_that_ends_gives_back_what_it_sent() -> None:
    tab = Mock(id="tab", _state=AppSessionState.APP_NOT_RUNNING)
    AppSession.shutdown(tab)
    tab._uploaded_file_mgr.remove_session_files.assert_called_once_with("tab")


def test_the_app_is_served_through_the_guard() -> None:
    found = discover_asgi_app(ROOT / "app.py")
    assert found.import_string == "app:app"


def test_a_foreign_origin_makes_the_server_ask_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("asked a public server for this machine's address")

    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked)
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    server.stay_inside()
    assert not server_util.is_url_from_allowed_origins("http://evil.example")


def test_the_settings_name_the_hosts() -> None:
    settings = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert 'allowedHosts = ["localhost", "127.0.0.1", "::1"]' in settings
    assert "server.allowedHosts" in config._config_options_template


_STARTED = """
import runpy, socket, sys, threading, os
asked = []
connect = socket.socket.connect
def noted(self, address):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1"):
        asked.append(address)
    return connect(self, address)
socket.socket.connect = noted
look_up = socket.getaddrinfo
def looked(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"0.0.0.0"):
        asked.append(host)
    return look_up(host, *rest, **more)
socket.getaddrinfo = looked
def stop():
    import time, urllib.request
    for _ in range(300):
        try:
            url = f"http://127.0.0.1:{sys.argv[-1]}/_stcore/health"
            with urllib.request.urlopen(url, timeout=2) as answer:
                break
        except OSError:
            time.sleep(0.1)
    print("UP", asked, flush=True)
    os._exit(0)
threading.Thread(target=stop, daemon=True).start()
sys.argv[:] = ["streamlit", "run", "app.py", "--server.port", sys.argv[-1]]
runpy.run_module("streamlit", run_name="__main__")
"""


def test_a_start_of_the_server_speaks_to_nobody_outside(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    environment |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _STARTED, str(port)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "UP []" in done.stdout, done.stdout + done.stderr

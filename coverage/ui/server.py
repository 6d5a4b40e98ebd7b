"""What stands between the network and Streamlit: who may ask, what is told to browsers, how much.

Streamlit looks at ``server.allowedHosts`` for its WebSocket only; here every request is held to it,
so that a page elsewhere that rebinds a name of its own to this machine gets nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from coverage.ui import turns
from coverage.workspace.unpack import MAX_FILES, MAX_SENT_BYTES

# Streamlit and Leaflet run code and styles that they make in the page; none of it, and nothing
# else, comes from or goes to another place. Base maps that a visitor names are pictures from there.
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob: https: http:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss: data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
HEADERS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
"""Sent with every answer. Maps are frames of the app's own, hence ``'self'``."""

_UPLOAD: Final = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)$")
MAX_SESSION_BYTES: Final = 2 * MAX_SENT_BYTES
"""Of what one tab has sent and the app holds in memory. Twice what one county may have: that a
county is too big is told on its page, in words."""
MAX_SESSION_FILES: Final = 2 * MAX_FILES


class _TooMuchError(Exception):
    """A session sends more than its total."""


class Guard:
    """The middleware; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._on_the_way: dict[str, dict[object, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS:
                    headers[name] = value
            await send(message)

        match = _UPLOAD.search(scope["path"])
        if not is_host_allowed(Headers(scope=scope).get("host")):
            refusal = PlainTextResponse("The Host is not in server.allowedHosts.", 400)
            await refusal(scope, receive, with_headers)
        elif match is not None and scope["method"] == "PUT":
            await self._take(match["session"], scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    async def _take(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an upload in as far as the session's total allows, whatever its headers say."""
        running = self._on_the_way.setdefault(session, {})
        upload = object()
        running[upload] = 0

        def check() -> None:
            kept = kept_bytes(session)
            files = len(kept) + len(running)
            if files > MAX_SESSION_FILES or sum(kept) + sum(running.values()) > MAX_SESSION_BYTES:
                raise _TooMuchError

        async def counted() -> Message:
            message = await receive()
            running[upload] += len(message.get("body", b""))
            check()
            return message

        try:
            check()
            await self._app(scope, counted, send)
        except _TooMuchError:
            await PlainTextResponse("More than one session may send.", 413)(scope, receive, send)
        finally:
            del running[upload]
            if not running:
                self._on_the_way.pop(session, None)


def kept_bytes(session: str) -> tuple[int, ...]:
    """Return the bytes of each file that Streamlit keeps for a session, until that ends."""
    if not runtime.exists():
        return ()
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return tuple(len(file.data) for file in manager.file_storage.get(session, {}).copy().values())


def let_go(files: Iterable[UploadedFile]) -> None:
    """Give back the memory of files that were looked into: they count no more."""
    context = get_script_run_ctx()
    if context is not None:
        manager = context.uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        for file in files:
            manager.remove_file(context.session_id, file.file_id)


def stay_inside() -> None:
    """Let Streamlit never ask a public server for this machine's outside address.

    It does so for any page of a foreign origin, and at a start on every address.
    """
    setattr(net_util, "get_external_ip", _unknown)  # noqa: B010


def _unknown() -> None:
    return None


def middleware() -> tuple[Middleware, ...]:
    """Return what the app is served through; what is replaced in Streamlit is so from then on."""
    stay_inside()
    turns.install()
    return (Middleware(Guard),)

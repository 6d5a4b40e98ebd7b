"""Whether a visitor sits at this machine, and what others are not told of it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from coverage.messages import Language, Message
from coverage.problems import InputError, Problem, storage_reason

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXIED: Final = re.compile(
    r"forwarded|x-forwarded(-.*)?|x-original-.*|x-real-ip|via|cf-.*|true-client-ip|x-client-ip"
    r"|x-cluster-client-ip",
    re.IGNORECASE,
)
"""Headers that a proxy adds: whoever comes through one is not on this machine, whatever it says."""


def is_local() -> bool:
    """Return whether the browser runs on the machine that the app runs on.

    Only then may it name folders of that machine, or see other people's workspaces.
    """
    headers: Mapping[str, str] = st.context.headers
    address = st.context.ip_address  # none for 127.0.0.1 and ::1
    if isinstance(address, str) and not _is_loopback(address):
        return False
    if any(_PROXIED.fullmatch(name) for name in headers):
        return False
    host = headers.get("Host")
    return host is None or _host_name(host) in _LOOPBACK


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # such as an address in brackets that is not closed
        return None


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def place(path: Path) -> str:
    """Return how the visitor is told of a file or folder: by its whole path only on this machine.

    From elsewhere nobody can open it, and where an office keeps its files is its own affair.
    """
    return str(path) if is_local() else path.name


def known(problem: Problem) -> Problem:
    """Return `problem` as the visitor may know it: without this machine's paths from elsewhere."""
    return problem if is_local() else replace(problem, values=_by_name(problem.values))


def lines(error: InputError, language: Language) -> tuple[str, ...]:
    """Return one sentence for each problem of `error`, as the visitor may know it."""
    return InputError([known(problem) for problem in error.problems]).lines(language)


def unreadable(error: OSError) -> InputError:
    """Return `error`, met where a file of this machine was read, as a problem."""
    values = {"file": Path(error.filename or "").name, "reason": storage_reason(error)}
    return InputError([Problem("ui.unreadable", values=values)])


def _by_name(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _named(value) for name, value in values.items()}


def _named(value: object) -> object:
    if isinstance(value, Message):
        return Message(value.id, _by_name(value.values))
    return value.name if isinstance(value, PurePath) else value

"""The whole story on a machine without any network but the loopback.

Run in a network namespace of its own: ``unshare -rn python -m tests.browser.without_network DIR``.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
import sys
from pathlib import Path

from tests.browser.harness import browsing, serving, visit
from tests.browser.story import tell

_GET_FLAGS = 0x8913
_SET_FLAGS = 0x8914
_UP = 0x1


def loopback_up() -> None:
    """Do what ``ip link set lo up`` does, without needing iproute2."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(control, _GET_FLAGS, request))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags | _UP))


def assert_closed() -> None:
    """No address outside this machine has a way to it (192.0.2.0/24 is kept for examples)."""
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    except OSError as error:
        if error.errno == errno.ENETUNREACH:
            return
    raise SystemExit("There is a network after all.")


if __name__ == "__main__":
    assert_closed()
    loopback_up()
    with serving(Path(sys.argv[1])) as base, browsing() as browser, visit(browser, base) as seen:
        tell(seen)
    print("told without a network")

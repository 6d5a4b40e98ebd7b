"""Make sure that this machine can run the browser tests: a Chromium, and a Chinese font for it.

``python -m tests.machine`` installs what is missing where it can (Debian's packages as root, else
playwright's own Chromium), and otherwise fails with the line to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOWS_BROWSERS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)


def find_chromium() -> Path | None:
    """Return the browser to test with: ``$CHROMIUM``, the system's, or playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    for root in (os.environ.get("PROGRAMFILES"), os.environ.get("PROGRAMFILES(X86)")):
        for name in WINDOWS_BROWSERS if root else ():
            path = Path(str(root)) / name
            if path.is_file():
                return path
    return _playwright_chromium()


def _playwright_chromium() -> Path | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - perhaps not needed

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def has_chinese_font() -> bool:
    """Return whether a browser on this machine can draw Chinese."""
    if sys.platform in ("win32", "darwin"):
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip())


def _apt_install(*packages: str) -> bool:
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "install", *packages])
    return all(
        subprocess.run(line, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
        == 0
        for line in commands
    )


def _playwright_install() -> bool:
    line = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(line, check=False).returncode == 0


def main() -> int:
    """Install what is missing; return 1 with the line to run where that fails."""
    failures = []
    if (
        find_chromium() is None
        and not _apt_install("chromium")
        and not (_playwright_install() and find_chromium())
    ):
        failures.append("no Chromium for the browser tests; run: sudo apt-get install chromium")
    if not has_chinese_font() and not (
        _apt_install("fontconfig", "fonts-noto-cjk") and has_chinese_font()
    ):
        failures.append("no Chinese font; run: sudo apt-get install fontconfig fonts-noto-cjk")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Run a command beside busy processes: ``python -m tests.busy 4 python -m pytest``."""

from __future__ import annotations

import subprocess
import sys

_BUSY = "while True: pass"


def beside(processes: int, command: list[str]) -> int:
    """Run a command beside so many processes that never rest; return what it returns."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(processes)]
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        for process in busy:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(beside(int(sys.argv[1]), sys.argv[2:]))

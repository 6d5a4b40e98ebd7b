"""Put the data that stands beside the code into the package, so that a wheel is whole."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_MADE_BY = ("*.py", "demo", "__pycache__", ".*")
"""What makes the data, and is not of them."""


class BuildWithData(build_py):
    """Copies ``data/`` to ``coverage/_data/``, where ``coverage/paths.py`` looks first."""

    def run(self) -> None:
        """Build the packages, and unless they stay where they are also the data."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "coverage" / "_data"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("data", target, ignore=shutil.ignore_patterns(*_MADE_BY))


setup(cmdclass={"build_py": BuildWithData})

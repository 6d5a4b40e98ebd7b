"""Loops compiled by numba, which cannot be imported beside a package called coverage as it is.

numba looks for coverage.py when it is first imported, and takes our package for it. For that moment
our package stands aside; afterwards every module is the same as before.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, Final, Generic, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

_OURS: Final = "coverage"
_IMPORTING: Final = threading.Lock()


@cache
def numba() -> ModuleType | None:
    """Return numba, imported where it was not yet; None where it cannot be imported."""
    with _IMPORTING:
        aside = {} if "numba" in sys.modules else {_OURS: sys.modules.pop(_OURS, None)}
        if aside:
            sys.modules[_OURS] = None  # type: ignore[assignment] # `import coverage` fails on None
        try:
            import numba as module
        except Exception:  # an llvmlite or numpy of another version fails in ways of its own
            return None
        finally:
            for name, ours in aside.items():
                if ours is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = ours
        return module


class Compiled(Generic[_P, _R]):
    """A function that numba compiles at its first call, or loads as it was compiled before.

    Attributes
    ----------
    ready
        Whether that is done, so that a call is quick.
    """

    def __init__(self, module: ModuleType, function: Callable[_P, _R]) -> None:
        options = {"nogil": True, "error_model": "numpy"}
        self.ready = False
        self._uncached: Callable[_P, _R] = module.njit(**options)(function)
        try:
            self._fast: Callable[_P, _R] = module.njit(cache=True, **options)(function)
        except RuntimeError:  # there is no folder in which machine code could be kept
            self._fast = self._uncached

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Return what the function gives."""
        if not self.ready and self._fast is not self._uncached:
            try:
                return self._fast(*args, **kwargs)
            except Exception:  # the machine code that was kept is damaged, or cannot be written
                self._fast = self._uncached
            finally:
                self.ready = True
        self.ready = True
        return self._fast(*args, **kwargs)


@cache
def compiled(function: Callable[_P, _R]) -> Compiled[_P, _R] | None:
    """Return `function` compiled, to run without the interpreter's lock; None without numba.

    The machine code is kept on the disk, beside the source or in the user's own folder, so that
    only the very first call compiles; where neither can be written each process compiles anew.

    Parameters
    ----------
    function
        A module's function of loops over arrays that calls no other function of ours.
    """
    module = numba()
    return None if module is None else Compiled(module, function)


def is_ready(function: Callable[..., Any]) -> bool:
    """Return whether `function` was compiled or loaded in this process, so that a call is quick."""
    fast = compiled(function) if numba.cache_info().currsize else None
    return fast is not None and fast.ready

"""The process that reads counties for the app: ``python -m coverage.workspace.reader``.

It is given one folder after the other on its standard input and answers on its standard output;
both are pickles between this process and the one that started it (see `coverage.workspace.apart`).
What it reads may be hostile; that it is a process of its own lets it be ended at any point.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
import traceback
from types import MappingProxyType
from typing import IO, Any

from coverage.assessment.assess import assess_folder
from coverage.limits import memory_ceiling
from coverage.messages import Message
from coverage.problems import InputError, OutputError
from coverage.rules.catalogue.load import load_catalogue
from coverage.workspace.answers import (
    Answer,
    Broken,
    Made,
    Ready,
    Refused,
    Request,
    Step,
    read_only,
)


class _Pickler(pickle.Pickler):
    """Also sends the read-only views that records hold."""

    def reducer_override(self, value: Any) -> Any:
        """Send a view as the mapping it shows, and make a view of it again."""
        if isinstance(value, MappingProxyType):
            return read_only, (dict(value),)
        return NotImplemented


def send(answer: Answer, stream: IO[bytes]) -> None:
    """Write one answer to `stream`."""
    _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(answer)
    stream.flush()


def answer_to(request: Request, tell: Any) -> Answer:
    """Return what becomes of one request; `tell` is given the steps on the way."""
    at = Message("report.step_county")

    def progress(step: Message) -> None:
        nonlocal at
        if step != at:
            at = step
            tell(Step(step))

    try:
        with memory_ceiling(request.limits):
            return Made(assess_folder(request.folder, progress))
    except InputError as error:
        return Refused(error.problems, isinstance(error, OutputError))
    except MemoryError:
        return Refused((request.limits.memory_problem(at),))
    except Exception as error:  # a defect, told where it is seen
        return Broken(repr(error), traceback.format_exc())


def _listen(stream: IO[bytes], requests: queue.Queue[Request]) -> None:
    """Take in requests; end the process, at work or not, when nobody is left to ask."""
    try:
        while True:
            requests.put(pickle.load(stream))  # noqa: S301 - from the process that started this
    except Exception:
        os._exit(0)


def main() -> None:
    """Answer requests until the other side closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other side's to hear
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come among the answers
    requests_pipe = os.fdopen(os.dup(0), "rb")
    requests: queue.Queue[Request] = queue.Queue()
    threading.Thread(target=_listen, args=(requests_pipe, requests), daemon=True).start()
    load_catalogue()
    send(Ready(), answers)
    while True:
        request = requests.get()
        send(answer_to(request, lambda step: send(step, answers)), answers)


if __name__ == "__main__":
    main()

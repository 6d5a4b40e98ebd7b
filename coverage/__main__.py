"""The command line: ``python -m coverage <verb>``."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from coverage import __version__
from coverage.command_line import VERBS, UsageError, check_verb, language_of, parser_in
from coverage.console import complain, labelled, output_checked, say, silence
from coverage.messages import Language, Message, text
from coverage.problems import InputError, OutputError, Problem, not_written

if TYPE_CHECKING:
    from coverage.assessment.report import Report
    from coverage.scenario.compare import Comparison

DONE: Final = 0
DEFECT: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130

MAP_SUFFIXES: Final = (".png", ".pdf", ".svg", ".html")
_STEPS_A_FOLDER: Final = 5
_SHOW_BAR_AFTER_S: Final = 2.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status: 0 done, 2 bad input, 1 a defect of ours."""
    words = list(sys.argv[1:] if argv is None else argv)
    language = language_of(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Chinese Windows console cannot show every character: show "?" and go on.
            stream.reconfigure(errors="replace")
    try:
        with output_checked():
            return _run(words, language)
    except InputError as error:
        complain(error, language)
        return BAD_INPUT
    except KeyboardInterrupt:
        say(text("cli.interrupted", language), sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        silence(sys.stdout)  # whoever read it has gone: nobody is left to tell
        return DONE
    except Exception:
        if "--debug" in words:
            raise
        say(text("cli.defect", language, log=_log(words)), sys.stderr)
        return DEFECT


def _run(words: list[str], language: Language) -> int:
    check_verb(words)
    args, unknown = parser_in(language).parse_known_args(words)
    if unknown:
        raise UsageError("cli.unknown_argument", argument=" ".join(unknown))
    if args.verb is None:
        raise UsageError("cli.no_verb", verbs=", ".join(VERBS))
    verbs: dict[str, Callable[[argparse.Namespace, Language], int]] = {
        "report": _report,
        "check": _check,
        "rules": _rules,
        "map": _map,
    }
    return verbs[args.verb](args, language)


def _report(args: argparse.Namespace, language: Language) -> int:
    formats = _formats(args.formats)
    folders = _folders(args)
    if args.out is None:
        raise UsageError("cli.no_out")
    as_of = _day(args.as_of)
    _known_region(args.region)
    from coverage.assessment.assess import assess_folder
    from coverage.report.comparison import comparison_text
    from coverage.report.completeness import completeness_text, missing_text
    from coverage.report.files import results_problem, write_report
    from coverage.report.score import score_rows, score_table

    scenario = None if args.scenario is None else _scenario(args.scenario)
    written: dict[str, Path] = {}
    failed = []
    steps = _STEPS_A_FOLDER + (scenario is not None)
    with _Progress(len(folders) * steps, language) as progress:
        for done, folder in enumerate(folders):
            progress.reach(done * steps)
            try:
                with _limited(progress, language):
                    report = assess_folder(folder, progress, as_of=as_of, region=args.region)
                _refuse_same_code(report, folder, written)
                comparison = None
                if scenario is not None:
                    progress(Message("report.step_scenario"))
                    report, comparison = scenario(report)
                progress(Message("report.step_files"))
                before = results_problem(args.out / report.county.config.county.code)
                target = write_report(report, args.out, language, formats, comparison)
            except OutputError as error:
                with progress.out_of_the_way():
                    complain(error, language, None if error.everywhere else folder)
                failed.extend(folders[done:] if error.everywhere else [folder])
                if error.everywhere:
                    break
                continue
            except InputError as error:
                failed.append(folder)
                with progress.out_of_the_way():
                    complain(error, language, folder)
                continue
            identity = report.county.config.county
            with progress.out_of_the_way():
                say(text("cli.written", language, name=identity.name, path=target))
                if before is not None:
                    say(labelled(before, language))
                if identity.illustrative:
                    say(text("cli.illustrative", language))
                if comparison is not None:
                    say(text("report.scenario", language, name=report.scenario))
                    say(comparison_text(comparison, language))
                say(score_table(score_rows(report, language), language))
                say(completeness_text(report, language))
                if missing := missing_text(report, language):
                    say(missing)
                for problem in report.quality:
                    if problem.level == "warning":
                        say(labelled(problem, language))
                say("")
    if not failed:
        return DONE
    if len(folders) > 1:
        names = ", ".join(str(folder) for folder in failed)
        done = len(folders) - len(failed)
        say(text("cli.some_failed", language, done=done, names=names), sys.stderr)
    return BAD_INPUT


def _scenario(path: Path) -> Callable[[Report], tuple[Report, Comparison]]:
    """Read a scenario file once, and return what applies it to a county."""
    from dataclasses import replace

    from coverage.county.files import sha256_of, shown
    from coverage.county.model import InputFile
    from coverage.scenario.compare import compare
    from coverage.scenario.file import load_scenario
    from coverage.scenario.run import assess_scenario

    scenario = load_scenario(path)
    file = InputFile("scenario", shown(path.name), sha256_of([path]), len(scenario.edits))

    def applied(base: Report) -> tuple[Report, Comparison]:
        report = assess_scenario(base, scenario)
        county = replace(report.county, inputs=(*report.county.inputs, file))
        report = replace(report, county=county)
        return report, compare(base, report, scenario)

    return applied


def _check(args: argparse.Namespace, language: Language) -> int:
    (folder,) = _folders(args, at_most=1)
    from coverage.assessment.assess import read_folder
    from coverage.rules.catalogue.selection import selection_notes

    with _Progress(_STEPS_A_FOLDER, language) as progress, _limited(progress, language):
        county, network, rules, _ = read_folder(folder, progress)
    notes = (*county.quality, *network.quality, *selection_notes(county.config, rules))
    for problem in notes:
        say(labelled(problem, language))
    name = county.config.county.name
    say(text("cli.checked", language, name=name, rules=len(rules), count=len(notes)))
    return DONE


def _rules(args: argparse.Namespace, language: Language) -> int:
    from coverage.report.rule_text import rule_list, rule_text, rule_toml
    from coverage.rules.catalogue.load import load_catalogue, nearest
    from coverage.rules.catalogue.profiles import GENERIC, region_code
    from coverage.rules.catalogue.selection import generic_rules

    catalogue = load_catalogue()
    if args.id is None and args.toml:
        raise UsageError("cli.toml_needs_id")
    if args.id is None:
        chosen = list(catalogue.values())
        if args.region is not None:
            code = region_code(args.region)
            ids = generic_rules(catalogue) if code == GENERIC else None
            chosen = [r for r in chosen if (r.scope.covers(code) if ids is None else r.id in ids)]
        say(rule_list(chosen, language) if chosen else text("cli.no_rules", language))
        return DONE
    if args.id not in catalogue:
        raise UsageError("cli.unknown_rule", id=args.id, nearest=nearest(args.id, catalogue))
    written = rule_toml if args.toml else rule_text
    say(written(catalogue[args.id], language))
    return DONE


def _map(args: argparse.Namespace, language: Language) -> int:
    (folder,) = _folders(args, at_most=1)
    if args.out is None:
        raise UsageError("cli.no_out")
    if args.out.suffix.lower() not in MAP_SUFFIXES:
        known = ", ".join(MAP_SUFFIXES)
        raise UsageError("cli.unknown_suffix", suffix=args.out.suffix, known=known)
    from coverage.assessment.assess import assess_folder
    from maps import LAYERS
    from maps.basemap import NO_BASEMAP, basemap_at
    from maps.export import write_map

    if args.layer not in LAYERS:
        raise UsageError("cli.unknown_layer", layer=args.layer, known=", ".join(LAYERS))
    basemap = NO_BASEMAP
    if args.basemap is not None:
        basemap = basemap_at(args.basemap, args.basemap_datum).checked()
    scenario = None if args.scenario is None else _scenario(args.scenario)
    before = None
    with _Progress(_STEPS_A_FOLDER + (scenario is not None), language) as progress:
        with _limited(progress, language):
            report = assess_folder(folder, progress)
        if scenario is not None:
            progress(Message("report.step_scenario"))
            before = report
            report, _ = scenario(report)
        progress(Message("report.step_files"))
        _make_room(args.out)
        write_map(
            report, args.out, language, args.layer, rule=args.rule, before=before, basemap=basemap
        )
    say(text("cli.written", language, name=report.county.config.county.name, path=args.out))
    return DONE


def _make_room(path: Path) -> None:
    """Make the folder that `path` is to stand in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written("report.cannot_write", error, path=path) from error


def _folders(args: argparse.Namespace, at_most: int | None = None) -> list[Path]:
    if not args.folders:
        raise UsageError("cli.no_folder")
    if at_most is not None and len(args.folders) > at_most:
        raise UsageError("cli.too_many_folders", count=len(args.folders))
    return list(args.folders)


def _day(stated: str | None) -> date | None:
    if stated is None:
        return None
    try:
        return datetime.strptime(stated, "%Y-%m-%d").date()
    except ValueError as error:
        raise UsageError("cli.bad_day", day=stated) from error


def _known_region(stated: str | None) -> None:
    """Refuse an unknown region once, before any folder is read."""
    from coverage.rules.catalogue.profiles import region_code

    if stated is not None:
        region_code(stated)


def _formats(stated: str | None) -> tuple[str, ...]:
    from coverage.report.files import FORMATS

    if stated is None:
        return FORMATS
    formats = tuple(word.strip().lower() for word in stated.split(",") if word.strip())
    wrong = [word for word in formats if word not in FORMATS]
    if wrong or not formats:
        known = ", ".join(FORMATS)
        raise UsageError("cli.unknown_format", format=", ".join(wrong), known=known)
    return formats


def _refuse_same_code(report: Report, folder: Path, written: dict[str, Path]) -> None:
    """Refuse a second folder of one region: its report would take the first one's place."""
    code = report.county.config.county.code
    if code in written:
        values = {"first": written[code], "second": folder, "code": code}
        raise InputError([Problem("cli.same_code", values=values)])
    written[code] = folder


class _Progress:
    """A bar on a terminal's stderr, shown only for work of more than two seconds."""

    def __init__(self, total: int, language: Language) -> None:
        from tqdm import tqdm

        self._language = language
        self._step: Message | None = None
        self._bar = tqdm(
            total=total,
            disable=None,
            delay=_SHOW_BAR_AFTER_S,
            file=sys.stderr,
            leave=False,
            bar_format="{desc} |{bar}| {elapsed}",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def __call__(self, step: Message) -> None:
        """Say which step begins; one that goes on counts once."""
        if step == self._step:
            self._bar.refresh()
            return
        self._step = step
        self._bar.set_description(step.text(self._language), refresh=False)
        self._bar.update(1)

    @property
    def step(self) -> Message:
        """The step that was told last."""
        return self._step or Message("report.step_county")

    def reach(self, steps: int) -> None:
        """Stand at `steps`, where a folder before has ended early."""
        self._step = None
        self._bar.update(steps - self._bar.n)

    @contextmanager
    def out_of_the_way(self) -> Iterator[None]:
        """Clear the bar while something else is printed."""
        self._bar.clear()
        yield


def _limited(progress: _Progress, language: Language) -> AbstractContextManager[None]:
    """Return what ends a reading that takes too much memory or time, as bad input."""
    from coverage.limits import limited, limits_of

    def give_up(error: InputError) -> None:
        complain(error, language)
        sys.stderr.flush()
        os._exit(BAD_INPUT)

    return limited(limits_of(), lambda: progress.step, give_up)


def _log(words: Sequence[str]) -> Path:
    """Write what a maintainer needs to know of the exception at hand, and return where."""
    handle, name = tempfile.mkstemp(prefix="planner-1030-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(f"planner-1030 {__version__}, Python {sys.version}, {sys.platform}\n")
        stream.write(f"{list(words)}\n\n")
        stream.write(traceback.format_exc())
    return Path(name)


if __name__ == "__main__":
    # A run makes many objects that live to its end: looking for dead ones among them every 700
    # new ones was a seventh of its time.
    gc.set_threshold(100_000, 20, 100)
    sys.exit(main())

"""What may be written after ``python -m coverage``, and its help in the user's language."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NoReturn

from coverage import __version__
from coverage.console import say
from coverage.messages import LANGUAGES, Language, default_language, text
from coverage.problems import InputError, Problem

VERBS: Final = ("report", "check", "rules", "map")


class UsageError(InputError):
    """The command line itself is wrong."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__([Problem(code, values=values)])


class _Formatter(argparse.HelpFormatter):
    """Help whose own words are in the user's language."""

    usage_id: Final = "cli.usage"
    language: Language = "zh"

    def add_usage(
        self,
        usage: str | None,
        actions: object,
        groups: object,
        prefix: str | None = None,
    ) -> None:
        """Put our word for "usage" before the usage line."""
        word = text(self.usage_id, self.language) if prefix is None else prefix
        super().add_usage(usage, actions, groups, word)  # type: ignore[arg-type]


class _EnglishFormatter(_Formatter):
    language: Language = "en"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the command the way every other problem is told."""
        raise UsageError("cli.usage_error", detail=message, prog=self.prog)

    def print_help(self, file: object = None) -> None:  # noqa: ARG002
        """Print the help; argparse would say nothing where it cannot be written."""
        say(self.format_help().rstrip("\n"))


def parser_in(language: Language) -> argparse.ArgumentParser:
    """Return the parser of every verb, its help in `language`."""
    formatter = _EnglishFormatter if language == "en" else _Formatter
    parser = _Parser(
        prog="python -m coverage",
        description=text("cli.description", language),
        epilog=text("cli.exit_status", language),
        formatter_class=formatter,
        add_help=False,
    )
    _common(parser, language, None)
    parser.add_argument("--version", action="version", version=__version__, help=_HIDE)
    verbs = parser.add_subparsers(title=text("cli.verbs", language), dest="verb", metavar="")
    added = {}
    for verb in VERBS:
        # Each verb's help is the message cli.verb_<verb>.
        help_text = text(f"cli.verb_{verb}", language)
        added[verb] = verbs.add_parser(
            verb,
            help=help_text,
            description=help_text,
            formatter_class=formatter,
            add_help=False,
        )
    for verb in ("report", "check", "map"):
        group = added[verb].add_argument_group(text("cli.inputs", language))
        group.add_argument(
            "folders",
            metavar="FOLDER",
            nargs="*",
            type=Path,
            help=text("cli.help_folder", language),
        )
    rules = added["rules"].add_argument_group(text("cli.inputs", language))
    rules.add_argument("id", metavar="ID", nargs="?", help=text("cli.help_id", language))
    options = {verb: _common(added[verb], language, argparse.SUPPRESS) for verb in VERBS}
    options["rules"].add_argument(
        "--region", metavar="CODE|PROFILE", help=text("cli.help_region", language)
    )
    options["rules"].add_argument(
        "--toml", action="store_true", help=text("cli.help_toml", language)
    )
    options["report"].add_argument(
        "--region", metavar="CODE|PROFILE", help=text("cli.help_as_if", language)
    )
    options["report"].add_argument(
        "--as-of", metavar="YYYY-MM-DD", help=text("cli.help_as_of", language)
    )
    options["report"].add_argument(
        "--scenario", metavar="FILE", type=Path, help=text("cli.help_scenario", language)
    )
    options["report"].add_argument(
        "--out", metavar="DIR", type=Path, help=text("cli.help_out_dir", language)
    )
    options["report"].add_argument(
        "--formats", metavar="json,csv,xlsx,html,png", help=text("cli.help_formats", language)
    )
    options["map"].add_argument(
        "--out", metavar="FILE", type=Path, help=text("cli.help_out_file", language)
    )
    options["map"].add_argument(
        "--layer",
        metavar="minutes|coverage|beyond|station|units|speed|reach|change",
        default="minutes",
        help=text("cli.help_layer", language),
    )
    options["map"].add_argument("--rule", metavar="ID", help=text("cli.help_map_rule", language))
    options["map"].add_argument(
        "--scenario", metavar="FILE", type=Path, help=text("cli.help_map_scenario", language)
    )
    options["map"].add_argument(
        "--basemap", metavar="PATH", type=Path, help=text("cli.help_basemap", language)
    )
    options["map"].add_argument(
        "--basemap-datum",
        metavar="wgs84|gcj02",
        default="wgs84",
        help=text("cli.help_basemap_datum", language),
    )
    return parser


_HIDE: Final = argparse.SUPPRESS


def _common(
    parser: argparse.ArgumentParser, language: Language, default: str | None
) -> argparse._ArgumentGroup:
    """Add the options of every verb in a group of their own, and return it."""
    group = parser.add_argument_group(text("cli.options", language))
    group.add_argument("-h", "--help", action="help", help=text("cli.help_help", language))
    group.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=default,
        help=text("cli.help_lang", language),
    )
    group.add_argument(
        "--debug", action="store_true", default=default, help=text("cli.help_debug", language)
    )
    return group


def language_of(words: Sequence[str]) -> Language:
    """Return the language asked for, before anything else is read: even the help is in it."""
    for place, word in enumerate(words):
        following = words[place + 1] if word == "--lang" and place + 1 < len(words) else ""
        stated = word.removeprefix("--lang=") if word.startswith("--lang=") else following
        for language in LANGUAGES:
            if stated == language:
                return language
    return default_language()


def check_verb(words: Sequence[str]) -> None:
    """Refuse an unknown verb in our own words, with the nearest known one."""
    plain = [
        word
        for place, word in enumerate(words)
        if not word.startswith("-") and (place == 0 or words[place - 1] != "--lang")
    ]
    if plain and plain[0] not in VERBS:
        near = get_close_matches(plain[0], VERBS, n=1, cutoff=0.0)[0]
        raise UsageError("cli.unknown_verb", verb=plain[0], nearest=near, verbs=", ".join(VERBS))

"""The text of a rule's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Writes no references, which the loader refuses."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Escape a "next line" mark, which would be read again as a blank."""
    style = '"' if "\x85" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text_node)


def rule_text(rule: Mapping[str, Any]) -> str:
    """Return the rule as the text of its file: YAML, Chinese as it is, keys in their order."""
    return yaml.dump(dict(rule), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100)

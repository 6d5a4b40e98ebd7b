"""The YAML of rule files: only what says the same to a program as to a reader."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml

from coverage.county.files import MAX_CELL_LENGTH

if TYPE_CHECKING or not yaml.__with_libyaml__:
    _SafeLoader = yaml.SafeLoader
else:
    from yaml.composer import Composer
    from yaml.constructor import SafeConstructor
    from yaml.cyaml import CParser
    from yaml.resolver import Resolver

    class _SafeLoader(Composer, CParser, SafeConstructor, Resolver):
        """``yaml.SafeLoader`` over libyaml's parser, several times as fast.

        ``yaml.CSafeLoader`` composes in C, where a subclass sees no reference (``*``) and deep
        nesting ends the process; composed in Python, it ends as a ``RecursionError``.
        """

        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)


class PlainLoader(_SafeLoader):
    """Refuses what makes a rule file say something else than a reader sees.

    Raises
    ------
    yaml.MarkedYAMLError
        At a reference, a scalar of more than `MAX_CELL_LENGTH` characters, a key that is no text
        or stands twice.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose the node that begins at the next event."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=mark)
        if self.check_event(yaml.ScalarEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            if len(event.value) > MAX_CELL_LENGTH:  # a number of so many digits takes minutes
                raise yaml.MarkedYAMLError(problem="…", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of a node, if each of its keys is a text of its own."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"duplicate key {key}", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)

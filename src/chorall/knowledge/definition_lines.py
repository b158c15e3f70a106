"""On which line of a TOML text each key stands: tomllib reads values but keeps no positions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

KeyPath = tuple[str | int, ...]


def index_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (first line is 1) of every key path written in a TOML text."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    for node in tree.root_node.named_children:
        prefix: KeyPath = ()
        if node.type in ("table", "table_array_element"):
            prefix = _open_table(node, counts, lines)
        pairs = [node] if node.type == "pair" else node.named_children
        for pair in pairs:
            lines.update(_index_pair(pair, prefix))
    return lines


def _open_table(node: Node, counts: dict[KeyPath, int], lines: dict[KeyPath, int]) -> KeyPath:
    """Resolve a table header to its key path, counting the elements of arrays of tables."""
    path: KeyPath = ()
    parts = _read_key(node.named_children[0])
    for position, part in enumerate(parts):
        path += (part,)
        opens = node.type == "table_array_element" and position == len(parts) - 1
        if opens:
            counts[path] = counts.get(path, -1) + 1
            lines.setdefault(path, _line(node))
        if path in counts:
            path += (counts[path],)
    lines[path] = _line(node)
    return path


def _index_pair(pair: Node, prefix: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if pair.type != "pair":
        return
    key, value = pair.named_children[0], pair.named_children[1]
    path = prefix + tuple(_read_key(key))
    yield path, _line(pair)
    yield from _index_value(value, path)


def _index_value(value: Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if value.type == "inline_table":
        for pair in value.named_children:
            yield from _index_pair(pair, path)
    if value.type == "array":
        elements = [child for child in value.named_children if child.type != "comment"]
        for position, element in enumerate(elements):
            yield (*path, position), _line(element)
            yield from _index_value(element, (*path, position))


def _read_key(node: Node) -> list[str]:
    if node.type == "dotted_key":
        return [part for child in node.named_children for part in _read_key(child)]
    text = (node.text or b"").decode()
    return list(tomllib.loads(f"{text} = 0")) if node.type == "quoted_key" else [text]


def _line(node: Node) -> int:
    return int(node.start_point.row) + 1

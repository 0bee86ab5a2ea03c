"""What a person or a script sees: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from ops.replaying import Progress as Moved

VERSION: Final = 1
"""Of the JSON shapes. Within a version fields are only added."""


@dataclass(slots=True)
class Screen:
    """Prints rows: a table, or with `as_json` one JSON object a line. `quiet` says only errors.

    Colours and tables follow NO_COLOR and whether the stream is a terminal.
    """

    as_json: bool = False
    quiet: bool = False
    out: Console = field(default_factory=lambda: Console(file=sys.stdout, highlight=False))
    err: Console = field(default_factory=lambda: Console(file=sys.stderr, highlight=False))

    def say(self, text: str) -> None:
        """Tell the person something that is no result."""
        if not self.quiet:
            self.err.print(text, markup=False, soft_wrap=True)

    def complain(self, text: str) -> None:
        """Say what went wrong, quiet or not."""
        self.err.print(f"esteira: {text}", markup=False, soft_wrap=True)

    def row(self, kind: str, row: Mapping[str, Any]) -> None:
        """One result, as soon as it is known."""
        if self.as_json:
            self._line(kind, row)
        else:
            fields = ((k, _text(v)) for k, v in row.items() if v not in (None, "", [], {}))
            self.out.print(
                "\n".join(f"{name:<14} {text}" for name, text in fields),
                markup=False,
                soft_wrap=True,
            )

    def rows(self, kind: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Results of one kind; a table shows these columns of them."""
        if self.as_json:
            for row in rows:
                self._line(kind, row)
        elif self.out.is_terminal:
            table = Table(box=None, pad_edge=False)
            for place, column in enumerate(columns):
                # The first one names the row: it is copied from here.
                table.add_column(column, no_wrap=not place)
            for row in rows:
                table.add_row(*(_text(row.get(column)) for column in columns))
            self.out.print(table)
        else:
            for row in rows:
                # The console would write blanks for a tab.
                cells = (" ".join(_text(row.get(column)).split()) for column in columns)
                self.out.file.write("\t".join(cells) + "\n")

    @contextmanager
    def progress(self, what: str) -> Iterator[Moved]:
        """A bar with the time left; none where nobody looks."""
        if self.quiet or not self.err.is_terminal:
            yield lambda _done, _total: None
            return
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(what)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def _line(self, kind: str, row: Mapping[str, Any]) -> None:
        shape = {"v": VERSION, "kind": kind, **row}
        self.out.file.write(json.dumps(shape, ensure_ascii=False, default=str) + "\n")
        self.out.file.flush()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)

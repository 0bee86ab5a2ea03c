"""Orders as a spreadsheet in Brazil reads them: `;`, decimal commas, and no formulas. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from panel.pages import formats, words
from panel.tab import Tab

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for something else."""
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""

HEADINGS: Final = (
    "Pedido", "Canal", "Data do pedido", "Situação", "Motivos", "Cliente", "CPF/CNPJ", "Itens",
    "Moeda", "Valor", "Pedido no ERP", "NF-e", "Cancelado em", "Última mudança",
)  # fmt: skip


def line(row: Mapping[str, Any], channel: str, document: str | None) -> str:
    """One order. `document` is as the reader may see it."""
    cancellation = row["cancellation"]
    cells = (
        row["number"],
        channel,
        _when(row["placed_at"]),
        words.SITUATIONS[row["situation"]][0],
        "; ".join(dict.fromkeys(reason["text"] for reason in row["reasons"])),
        row["buyer"]["name"],
        document or "",
        str(row["items"]),
        row["currency"] or "",
        (row["total"] or "").replace(".", ","),
        row["erp"]["number"] if row["erp"] else "",
        (row["erp"].get("nfe_number") or "") if row["erp"] else "",
        _when(cancellation["cancelled_at"]) if cancellation else "",
        _when(row["updated_at"]),
    )
    return ";".join(map(_cell, cells)) + "\r\n"


def heading() -> str:
    """The first line of the file."""
    return BOM + ";".join(HEADINGS) + "\r\n"


def name(store_id: str, tab: Tab, day: str) -> str:
    """What the file is called."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in store_id)
    return f"pedidos-{words.TABS[tab][0]}-{plain}-{day}.csv"


def _when(moment: Any) -> str:
    return formats.when(moment) if moment else ""


def _cell(text: str) -> str:
    """The text as it is, never as a formula: an apostrophe keeps a spreadsheet from running it."""
    safe = f"'{text}" if text.lstrip(" ").startswith(_RUNS) else text
    return f'"{safe.replace(chr(34), chr(34) * 2)}"' if any(c in safe for c in ';"\r\n') else safe

"""What somebody typed into the form of a store: what of it cannot be, and what it changes. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from contracts.stores import StoreSettings
from omie.registers import Code
from panel.pages.formats import ZONE
from panel.pages.store_form import OTHERS, PAYMENT, SALE, Section, day_of

_WHOLE: Final = frozenset(
    {"bank_account_code", "salesperson_code", "tax_scenario_code", "stock_location_code"}
)
_ALWAYS_CHOSEN: Final = ("payment_source", "margin_base", "stock_movement_mode")
_LARGEST: Final = 2**53
_MOST_TYPED: Final = 200


def errors(form: Iterable[Section], typed: Mapping[str, str]) -> dict[str, str]:
    """What cannot be, by the field's name."""
    found: dict[str, str] = {}
    for field in [field for section in form for field in section.fields]:
        value = typed.get(field.name, "")
        if field.kind == "select" and value not in {code for code, _ in field.options}:
            found[field.name] = "Escolha uma opção da lista."
        if len(value) > _MOST_TYPED or not value.isprintable():
            found[field.name] = "Use até 200 caracteres, sem quebras de linha."
        if field.kind == "date" and value and not _is_day(value):
            found[field.name] = "Esta data não existe."
        if field.name.startswith("frete-codigo:") and value and not _is_code(value):
            found[field.name] = "Use o código da transportadora no ERP, só números."
    return found


def options(typed: Mapping[str, str], settings: StoreSettings) -> dict[str, Any]:
    """The settings as typed; those that the form does not have stay as they are."""
    plain = [choice.name for choice in (*SALE, *PAYMENT, OTHERS)]
    names = ("intermediary_cnpj", "intermediary_seller", "missing_email")
    texts = [name for name in names if name in typed]
    found: dict[str, Any] = {name: _code(name, typed.get(name, "")) for name in plain}
    found |= {name: typed[name].strip() or None for name in texts}
    found |= {
        name: name in typed
        for name in ("require_carrier", "update_erp_customer", "missing_number_as_sn")
    }
    return found | {
        "erp_origin_code": typed.get("erp_origin_code") or settings.erp_origin_code,
        **{name: typed.get(name, getattr(settings, name)) for name in _ALWAYS_CHOSEN},
        "payment_methods": _table(typed, "meio:") | _pairs(typed, "gateway"),
        "installments": _table(typed, "parcelas:"),
        "carriers": {name: int(code) for name, code in _pairs(typed, "frete").items()},
        "document_keys": _words(typed.get("document_keys", "")),
        "orders_from": _since(typed.get("orders_from"), settings.orders_from),
        **{
            name: _words(typed[name])
            for name in ("excluded_tags", "excluded_sources")
            if name in typed
        },
    }


def _words(text: str) -> tuple[str, ...]:
    """What stands between the commas, each once."""
    words = (word.strip() for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _table(typed: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {n.removeprefix(prefix): v for n, v in typed.items() if n.startswith(prefix) and v}


def _pairs(typed: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Rows of a name and a code, as far as both were typed."""
    names, codes = _table(typed, f"{prefix}:"), _table(typed, f"{prefix}-codigo:")
    return {
        name.strip(): codes[row] for row, name in names.items() if name.strip() and row in codes
    }


def _code(name: str, value: str) -> Code | None:
    if not value:
        return None
    return int(value) if name in _WHOLE else value


def _since(day: str | None, known: datetime | None) -> datetime | None:
    """The begin of the day in Brazil; what is known, to the minute, while its day stays."""
    if day is None or day == day_of(known):
        return known
    return datetime.combine(date.fromisoformat(day), time(), ZONE).astimezone(UTC) if day else None


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value) > date.min
    except ValueError:
        return False


def _is_code(value: str) -> bool:
    return value.isascii() and value.isdigit() and 0 < int(value) < _LARGEST

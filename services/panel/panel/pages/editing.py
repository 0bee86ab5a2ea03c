"""The correction of one order as a form: which fields it has, and what of it was changed. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.commands import Corrections
from contracts.reasons import ReasonCode
from panel import mask
from panel.pages import formats
from panel.pages.complaints import LONGEST, complaint
from panel.pages.words import PAYMENTS

_Described = tuple[tuple[str, str, dict[str, Any]], ...]
_BUYER: Final[_Described] = (
    ("name", "Nome", {}),
    (
        "document",
        "CPF ou CNPJ",
        {"hint": "Com ou sem pontos; o CNPJ pode ter letras.", "mask": "documento"},
    ),
    ("state_registration", "Inscrição estadual", {}),
    ("email", "E-mail", {"kind": "email"}),
    ("phone", "Telefone", {"kind": "tel", "mask": "telefone", "hint": "Com DDD."}),
)
_ADDRESS: Final[_Described] = (
    ("recipient", "Destinatário", {}),
    ("cep", "CEP", {"hint": "8 dígitos.", "width": "short", "inputmode": "numeric", "mask": "cep"}),
    ("street", "Logradouro", {}),
    ("number", "Número", {"width": "short"}),
    ("complement", "Complemento", {}),
    ("bairro", "Bairro", {}),
    ("city", "Cidade", {}),
    ("uf", "UF", {"width": "short", "longest": 2}),
)
_ITEM: Final[_Described] = (
    ("sku", "SKU no ERP", {}),
    (
        "erp_product_id",
        "Código do produto no ERP",
        {"hint": "Se preenchido, vale no lugar do SKU.", "inputmode": "numeric"},
    ),
)
_PAYMENT: Final[_Described] = (
    ("method", "Meio de pagamento", {"options": tuple(PAYMENTS.items())}),
    (
        "installments",
        "Parcelas",
        {"inputmode": "numeric", "width": "short", "longest": 2},
    ),
)
_SHIPPING: Final[_Described] = (("carrier", "Transportadora", {}),)
_OF_PAYMENT: Final[dict[str, str]] = {
    ReasonCode.PAYMENT_UNMAPPED: "payment.method",
    ReasonCode.INSTALLMENTS_UNMAPPED: "payment.installments",
}
_NEEDED: Final = {
    "buyer": frozenset({"name", "document"}),
    "shipping_address": frozenset({"cep", "street", "number", "bairro", "city", "uf"}),
}
_SEVERAL: Final = "payments."
"""Where several payments are corrected, each under its number."""
_CEP: Final = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its value, what was said against it, and how it is typed.

    `now` is what the order says where somebody was quicker, and typed otherwise.
    """

    name: str
    label: str
    value: str
    error: str = ""
    hint: str = ""
    kind: str = "text"
    width: str = "long"
    inputmode: str = ""
    longest: int = LONGEST
    autocomplete: str = "off"
    options: tuple[tuple[str, str], ...] = ()
    mask: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; `note` says what they are about, `item` which line.

    What is `aside` is seldom corrected.
    """

    title: str
    fields: tuple[Field, ...]
    note: str = ""
    item: str = ""
    aside: bool = False


def sections(
    order: Mapping[str, Any],
    errors: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
    *,
    compared: bool = False,
) -> list[Section]:
    """The form of an order: with its own values, or with what a person has typed.

    `compared` tells beside what was typed what the order says now.
    """

    def field(name: str, label: str, value: object, **how: Any) -> Field:
        own = _written(name, "" if value is None else str(value))
        shown = (typed or {}).get(name, own)
        differs = compared and _cleaned(name, shown) != _cleaned(name, own)
        now = (own or "vazio") if differs else ""
        return Field(name, label, shown, error=errors.get(name, ""), now=now, **how)

    def fields(prefix: str, of: Mapping[str, Any], described: _Described) -> tuple[Field, ...]:
        return tuple(
            field(f"{prefix}.{name}", label, of.get(name), **how) for name, label, how in described
        )

    found = [Section("Cliente", fields("buyer", order["buyer"], _BUYER))]
    found += [
        Section(title, fields(kind, order.get(kind) or {}, _ADDRESS))
        for kind, title in _addresses(order)
    ]
    found += [
        Section(
            item["title"] or f"Item {item['item_id']}",
            fields(f"items.{item['item_id']}", item, _ITEM),
            note=f"Quantidade {item['quantity']}; preço e quantidade vêm do canal.",
            item=item["item_id"],
            aside=True,
        )
        for item in order["items"]
    ]
    found += [
        Section(title, fields(name, payment, _PAYMENT), note=note, aside=True)
        for name, title, payment, note in _payments(order)
    ]
    found.append(Section("Frete", fields("shipping", order["shipping"], _SHIPPING), aside=True))
    note = field("note", "Observação", "", hint="Fica no histórico do pedido; não vai para o ERP.")
    found.append(Section("Por que você está corrigindo", (note,)))
    return found


def place(reason: Mapping[str, Any], order: Mapping[str, Any]) -> str:
    """The field of the form that a reason points at; empty where the form has none for it."""
    said: str = reason["field"] or ""
    name = said if said.startswith(_SEVERAL) else _OF_PAYMENT.get(reason["code"], said)
    if "billing_address" not in dict(_addresses(order)):
        name = name.replace("billing_address.", "shipping_address.")
    names = {field.name for section in sections(order, {}) for field in section.fields}
    return name if name in names else ""


def against(reasons: Iterable[Mapping[str, Any]], order: Mapping[str, Any]) -> dict[str, str]:
    """What validation said against fields of the form, by field."""
    told: dict[str, str] = {}
    for reason in reasons:
        if reason["code"] == ReasonCode.BUYER_DATA_WITHHELD:
            told |= dict.fromkeys(_withheld(order), "O canal não mostrou; preencha aqui.")
        elif name := place(reason, order):
            told[name] = reason["detail"] or reason["text"]
    return told


def _withheld(order: Mapping[str, Any]) -> Iterator[str]:
    """The fields that the ERP needs and the channel left empty."""
    for section in sections(order, {}):
        for field in section.fields:
            part, _, name = field.name.partition(".")
            if name in _NEEDED.get(part, ()) and not field.value:
                yield field.name


def changed(order: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form that now say something else, cleaned of masks."""
    return {
        field.name: _cleaned(field.name, typed[field.name])
        for section in sections(order, {})
        for field in section.fields
        if field.name in typed
        and _cleaned(field.name, typed[field.name]) != _cleaned(field.name, field.value)
    }


def wrong(changes: Mapping[str, str]) -> dict[str, str]:
    """What can be said against the changes before validation sees them, by field."""
    found = {}
    for name, value in changes.items():
        if error := complaint(name.rpartition(".")[2], value):
            found[name] = error
    return found


def corrections(order: Mapping[str, Any], changes: Mapping[str, str]) -> Corrections:
    """The changes as the belt understands them. One address for both purposes corrects both."""
    parts: dict[str, Any] = {}
    items: dict[str, dict[str, str]] = {}
    payments: dict[str, dict[str, str]] = {}
    for name, value in changes.items():
        part, _, field = name.partition(".")
        if not field:
            parts[part] = value
        elif part == "items":
            item_id, _, field = field.rpartition(".")
            items.setdefault(item_id, {"item_id": item_id})[field] = value
        elif part == "payments":
            number, _, field = field.partition(".")
            payments.setdefault(number, {"number": number})[field] = value
        else:
            parts.setdefault(part, {})[field] = value
    both = "billing_address" not in dict(_addresses(order))
    if both and "shipping_address" in parts and order.get("billing_address"):
        parts["billing_address"] = parts["shipping_address"]
    lists = {"items": list(items.values()), "payments": list(payments.values())}
    return Corrections.model_validate(parts | lists)


def _addresses(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    shipping, billing = order.get("shipping_address"), order.get("billing_address")
    if billing and shipping != billing:
        return [
            ("shipping_address", "Endereço de entrega"),
            ("billing_address", "Endereço de cobrança"),
        ]
    return [("shipping_address", "Endereço de entrega e cobrança")]


def _payments(order: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Each payment: the name of its fields, its title, itself, and what it is about."""
    paid = order["payments"]
    if len(paid) <= 1:
        nothing: Mapping[str, Any] = {"method": "", "installments": None}
        yield "payment", "Pagamento", next(iter(paid), nothing), ""
        return
    for number, payment in enumerate(paid, 1):
        what = formats.money(payment["amount"], order["currency"])
        about = ", ".join(filter(None, (what, payment["gateway"])))
        yield f"{_SEVERAL}{number}", f"Pagamento {number} de {len(paid)}", payment, f"{about}."


def _cleaned(name: str, value: str) -> str:
    value = value.strip()
    match name.rpartition(".")[2]:
        case "cep":
            return "".join(c for c in value if c.isalnum())
        case "document":
            return "".join(c for c in value if c not in " ./-").upper()
        case "phone":
            return "".join(c for c in value if c not in " ()-.")
        case "uf":
            return value.upper()
        case _:
            return value


def _written(name: str, value: str) -> str:
    """The value as people write it."""
    match name.rpartition(".")[2]:
        case "cep" if len(value) == _CEP:
            return f"{value[:5]}-{value[5:]}"
        case "document":
            return mask.whole(value) or ""
        case "phone":
            return mask.whole_phone(value) or ""
        case _:
            return value

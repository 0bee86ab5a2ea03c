"""A buyer and their addresses as a page shows them: masked, or whole for who asked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from panel import mask
from panel.pages.words import PAYMENTS

_CPF: Final = 11
_CNPJ: Final = 14
_CEP: Final = 8
_HIDDEN: Final = "***"
_KINDS: Final = {"cpf": "CPF", "cnpj": "CNPJ"}
_PERSONAL: Final = ("buyer.", "shipping_address.", "billing_address.", "note")
_LABELS: Final = {
    "buyer": "cliente",
    "shipping_address": "entrega",
    "billing_address": "cobrança",
    "payment": "pagamento",
    "shipping": "frete",
    "name": "nome",
    "company": "empresa",
    "document": "CPF/CNPJ",
    "state_registration": "inscrição estadual",
    "email": "e-mail",
    "phone": "telefone",
    "recipient": "destinatário",
    "street": "logradouro",
    "number": "número",
    "complement": "complemento",
    "bairro": "bairro",
    "city": "cidade",
    "uf": "UF",
    "cep": "CEP",
    "sku": "SKU",
    "erp_product_id": "produto no ERP",
    "method": "meio",
    "installments": "parcelas",
    "carrier": "transportadora",
    "note": "observação",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a person corrected; `value` None where it is not shown."""

    label: str
    value: str | None


def buyer(of: Mapping[str, Any], *, revealed: bool) -> Iterator[tuple[str, str]]:
    """What identifies the buyer, by label; what the channel did not tell is left out."""
    yield "Nome", of["name"] or "–"
    if of["company"]:
        yield "Empresa", of["company"]
    document, kind = of["document"], _KINDS.get(of["document_kind"] or "", "CPF/CNPJ")
    yield kind, (_document(document) if revealed else mask.document(document)) or "–"
    if of["state_registration"]:
        yield "Inscrição estadual", of["state_registration"] if revealed else _HIDDEN
    yield "E-mail", (of["email"] if revealed else mask.email(of["email"])) or "–"
    yield (
        "Telefone",
        (mask.whole_phone(of["phone"]) if revealed else mask.phone(of["phone"])) or "–",
    )


def address(of: Mapping[str, Any], *, revealed: bool) -> Iterator[str]:
    """An address, line by line."""
    number = of["number"] if revealed or not of["number"] else _HIDDEN
    complement = f", {of['complement']}" if revealed and of["complement"] else ""
    if of["recipient"]:
        yield of["recipient"]
    yield f"{of['street'] or '(sem logradouro)'}, {number or '(sem número)'}{complement}"
    if of["country"] != "BR":
        yield " ".join(filter(None, (of["city"], of["uf"], of["cep"], of["country"])))
        return
    yield of["bairro"] or "(sem bairro)"
    yield f"{of['city'] or '(sem cidade)'} – {of['uf'] or '(sem UF)'}"
    yield f"CEP {_cep(of['cep'], revealed=revealed)}" if of["cep"] else "(sem CEP)"
    if revealed and of["phone"]:
        yield f"Telefone {mask.whole_phone(of['phone'])}"


def changes(
    asked: Mapping[str, Any], order: Mapping[str, Any] | None, *, revealed: bool
) -> Sequence[Change]:
    """What a request for reprocessing corrected; personal values only where they are revealed."""
    titles = {item["item_id"]: item["title"] for item in (order or {"items": ()})["items"]}
    found = [
        Change(label(path), _told(value) if revealed or not path.startswith(_PERSONAL) else None)
        for path, value in _leaves(asked)
    ]
    for item in asked.get("items", ()):
        title = titles.get(item["item_id"]) or f"item {item['item_id']}"
        found += [
            Change(f"{_LABELS[name]} de {title}", str(value))
            for name, value in item.items()
            if name != "item_id"
        ]
    for payment in asked.get("payments", ()):
        found += [
            Change(f"{_LABELS[name]} (pagamento {payment['number']})", _told(value))
            for name, value in payment.items()
            if name != "number"
        ]
    return found


def _leaves(asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part, fields in asked.items():
        if part in {"items", "payments"}:
            continue
        if isinstance(fields, Mapping):
            yield from ((f"{part}.{name}", value) for name, value in fields.items())
        else:
            yield part, fields


def _told(value: Any) -> str:
    return PAYMENTS.get(value, str(value))


def label(path: str) -> str:
    """A field as people call it, and whose it is: `CEP (entrega)`."""
    part, _, name = path.partition(".")
    if not name:
        return _LABELS.get(part, part)
    return f"{_LABELS.get(name, name)} ({_LABELS.get(part, part)})"


def _document(text: str | None) -> str | None:
    """`529.982.247-25`, `12.ABC.345/01DE-35`; anything else as it is."""
    if text and len(text) == _CPF:
        return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"
    if text and len(text) == _CNPJ:
        return f"{text[:2]}.{text[2:5]}.{text[5:8]}/{text[8:12]}-{text[12:]}"
    return text


def _cep(text: str, *, revealed: bool) -> str:
    if len(text) != _CEP:
        return text if revealed else _HIDDEN
    return f"{text[:5]}-{text[5:] if revealed else _HIDDEN}"

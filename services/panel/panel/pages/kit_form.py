"""A link as somebody composes it: products, how many of each, shares of the price. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.listings import WHOLE_PRICE
from contracts.order import KitPart

MOST_PARTS: Final = 20
_MOST_PIECES: Final = 9_999
_LARGEST: Final = 2**53
_CENT: Final = Decimal("0.01")

NO_PRODUCT: Final = "Escolha ao menos um produto."
PIECES: Final = "Quantidade: um número inteiro, de 1 a 9.999."
SHARE: Final = "Parte do preço: mais que 0, com até 2 casas, como 33,34."
SUM: Final = "As partes do preço somam {sum}%. Ajuste-as para somar 100%."
TWICE: Final = "O mesmo produto está duas vezes. Some as quantidades."


@dataclass(frozen=True, slots=True)
class TypedPart:
    """One part, as it stands in the form."""

    product_id: int
    quantity: str = "1"
    share: str = "100"


Draft = tuple[TypedPart, ...]


def shown(parts: Sequence[KitPart]) -> Draft:
    """A link as the form shows it."""
    return tuple(
        TypedPart(part.erp_product_id, str(part.quantity), _text(part.share)) for part in parts
    )


def typed(form: Mapping[str, str]) -> Draft:
    """The parts in the form. What is no product's id is left out."""
    found = []
    for number in range(1, MOST_PARTS + 1):
        product_id = product(form.get(f"produto-{number}", ""))
        if product_id is not None:
            quantity = form.get(f"quantidade-{number}", "").strip()
            share = form.get(f"parte-{number}", "").strip()
            found.append(TypedPart(product_id, quantity, share))
    return tuple(found) if len(found) != 1 else (replace(found[0], share=_text(WHOLE_PRICE)),)


def product(text: str) -> int | None:
    """An id of the ERP, if it can be one."""
    fine = text.isascii() and text.isdecimal() and 0 < int(text[:17]) <= _LARGEST
    return int(text) if fine else None


def added(draft: Draft, product_id: int) -> Draft:
    """With one product more; all share the price alike."""
    if any(part.product_id == product_id for part in draft) or len(draft) >= MOST_PARTS:
        return draft
    return alike((*draft, TypedPart(product_id)))


def without(draft: Draft, product_id: int) -> Draft:
    """Without this product; the others share the price alike."""
    return alike(tuple(part for part in draft if part.product_id != product_id))


def alike(draft: Draft) -> Draft:
    """Every part has the same share; the first has what is left over."""
    if not draft:
        return draft
    share = (WHOLE_PRICE / len(draft)).quantize(_CENT, "ROUND_DOWN")
    first = WHOLE_PRICE - share * (len(draft) - 1)
    return tuple(
        replace(part, share=_text(first if n == 0 else share)) for n, part in enumerate(draft)
    )


def errors(draft: Draft) -> list[str]:
    """What stands against saving it; empty when nothing does."""
    if not draft:
        return [NO_PRODUCT]
    found = []
    if len({part.product_id for part in draft}) < len(draft):
        found.append(TWICE)
    if any(_pieces(part.quantity) is None for part in draft):
        found.append(PIECES)
    shares = [_share(part.share) for part in draft]
    if None in shares:
        found.append(SHARE)
    elif (whole := sum(filter(None, shares), Decimal(0))) != WHOLE_PRICE:
        found.append(SUM.format(sum=_text(whole)))
    return found


def parts(draft: Draft) -> tuple[KitPart, ...]:
    """The link, of a draft without errors."""
    return tuple(
        KitPart(
            erp_product_id=part.product_id,
            quantity=_pieces(part.quantity) or 1,
            share=_share(part.share) or WHOLE_PRICE,
        )
        for part in draft
    )


def _pieces(text: str) -> int | None:
    fine = text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _MOST_PIECES
    return int(text) if fine else None


def _share(text: str) -> Decimal | None:
    try:
        share = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        return None
    fine = share.is_finite() and 0 < share <= WHOLE_PRICE and share == share.quantize(_CENT)
    return share if fine else None


def _text(share: Decimal) -> str:
    return f"{share.normalize():f}".replace(".", ",")

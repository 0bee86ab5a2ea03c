"""Orders and events for tests: right in every way, until a test changes something."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.cancellations import CancellationChoice, OrderCancelled, OrderRefunded, Undoing
from contracts.commands import KeepErpOrder, ResolveCancellation
from contracts.events import (
    ErpStanding,
    ErpTerms,
    ItemTerms,
    OrderCaptured,
    OrderPending,
    OrderPosted,
    OrderValidated,
    PendingStage,
)
from contracts.order import (
    Address,
    Buyer,
    Item,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    Refund,
    RefundLine,
    Shipping,
    Totals,
)
from contracts.reasons import ReasonCode, reason
from contracts.stores import StoreConfigured, StoreSettings

ACCOUNT = "omie-4107733109921"
STORE = "demo-shopify"
PAID_AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def an_item(sku: str | None = "CAN-350-AZ", item_id: str = "1", **changes: Any) -> Item:
    return Item(
        **{
            "item_id": item_id,
            "listing_id": "9001",
            "variation_id": f"v-{item_id}",
            "sku": sku,
            "title": "Caneca 350 ml azul",
            "quantity": 2,
            "unit_price": Decimal("64.90"),
            "discount": Decimal("9.80"),
        }
        | changes
    )


def an_address(**changes: Any) -> Address:
    return Address(
        **{
            "recipient": "Irene Baptista Leal",
            "street": "Rua dos Ipês",
            "number": "418",
            "complement": "ap 32",
            "bairro": "Petrópolis",
            "city": "Porto Alegre",
            "uf": "RS",
            "cep": "90460130",
        }
        | changes
    )


def a_buyer(**changes: Any) -> Buyer:
    return Buyer(
        **{
            "name": "Irene Baptista Leal",
            "document": "52998224725",
            "document_kind": "cpf",
            "email": "irene.leal@exemplo.test",
            "phone": "51998120044",
        }
        | changes
    )


def an_order(number: int = 1001, *items: Item, **changes: Any) -> Order:
    """A paid order whose totals close; `items` default to one line of two mugs."""
    items = items or (an_item(),)
    gross = sum((i.unit_price * i.quantity for i in items), Decimal(0))
    discount = sum((i.discount for i in items), Decimal(0))
    shipping = Decimal("18.50")
    total = gross - discount + shipping
    return Order(
        **{
            "order_id": f"{STORE}:{number}",
            "store_id": STORE,
            "channel": "shopify",
            "channel_order_id": str(number),
            "number": f"#{number}",
            "status": OrderStatus.PAID,
            "currency": "BRL",
            "buyer": a_buyer(),
            "shipping_address": an_address(),
            "billing_address": an_address(),
            "items": items,
            "shipping": Shipping(amount=shipping, method="PAC"),
            "payments": (
                Payment(method=PaymentMethod.PIX, gateway="pix", amount=total, paid_at=PAID_AT),
            ),
            "totals": Totals(items=gross, discount=discount, shipping=shipping, total=total),
            "placed_at": PAID_AT,
            "paid_at": PAID_AT,
            "updated_at": PAID_AT,
        }
        | changes
    )


def captured(order: Order, revision: int = 1) -> OrderCaptured:
    return OrderCaptured(
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=revision,
        occurred_at=order.updated_at,
        order=order,
    )


def cancelled(order: Order) -> Order:
    return order.model_copy(
        update={
            "status": OrderStatus.CANCELLED,
            "cancelled_at": PAID_AT,
            "cancel_reason": "customer",
        }
    )


def terms_for(order: Order, **changes: Any) -> ErpTerms:
    return ErpTerms(
        **{
            "stage_code": "20",
            "category_code": "1.01.03",
            "bank_account_code": 7700000345,
            "salesperson_name": "Shopify",
            "payment_method_code": "17",
            "items": tuple(
                ItemTerms(
                    item_id=i.item_id, erp_product_id=7711002233, stock_location_code=7700000012
                )
                for i in order.items
            ),
        }
        | changes
    )


def validated(order: Order, revision: int = 1, attempt: int = 1, **terms: Any) -> OrderValidated:
    return OrderValidated(
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=revision,
        attempt=attempt,
        occurred_at=order.updated_at,
        order=order,
        terms=terms_for(order, **terms),
    )


def pending(
    order: Order,
    *codes: ReasonCode,
    revision: int = 1,
    attempt: int = 1,
    parked_by: PendingStage = PendingStage.VALIDATION,
    **changes: Any,
) -> OrderPending:
    return OrderPending(
        **{
            "order_id": order.order_id,
            "store_id": order.store_id,
            "account_id": ACCOUNT,
            "revision": revision,
            "attempt": attempt,
            "occurred_at": order.updated_at,
            "order": order,
            "reasons": tuple(reason(c) for c in codes or (ReasonCode.CUSTOMER_DOC_MISSING,)),
            "parked_by": parked_by,
        }
        | changes
    )


def posted(
    order: Order, standing: ErpStanding = ErpStanding.OPEN, revision: int = 1, **changes: Any
) -> OrderPosted:
    return OrderPosted(
        **{
            "order_id": order.order_id,
            "store_id": order.store_id,
            "account_id": ACCOUNT,
            "revision": revision,
            "attempt": 1,
            "occurred_at": order.updated_at,
            "integration_code": "EST-AAAABBBBCCCCDDDD",
            "erp_order_id": 880011,
            "erp_order_number": "1534",
            "erp_customer_id": 990022,
            "stage_code": "20",
            "total": order.totals.total,
            "standing": standing,
            "posted_at": order.updated_at,
        }
        | changes
    )


def cancellation_of(
    order: Order, undoing: Undoing = Undoing.NOT_NEEDED, revision: int = 2, **changes: Any
) -> OrderCancelled:
    return OrderCancelled(
        **{
            "order_id": order.order_id,
            "store_id": order.store_id,
            "account_id": ACCOUNT,
            "revision": revision,
            "occurred_at": order.updated_at,
            "undoing": undoing,
            "cancelled_at": order.updated_at,
            "cancel_reason": "customer",
        }
        | changes
    )


def chosen(
    order: Order, choice: CancellationChoice, decision: int = 1, by: str = "operadora-1"
) -> ResolveCancellation:
    """What a person decided about a cancelled order, an hour after the other."""
    return ResolveCancellation(
        command_id=f"choice-{decision}-{by}",
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        choice=choice,
        decision=decision,
        requested_by=by,
        occurred_at=PAID_AT + timedelta(hours=decision),
    )


def kept(order: Order, revision: int = 2) -> KeepErpOrder:
    """A person lets the ERP's order stand."""
    return KeepErpOrder(
        command_id=f"keep-{revision}",
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=revision,
        requested_by="operadora-1",
        occurred_at=PAID_AT + timedelta(hours=1),
    )


def refunded(
    order: Order, amount: str = "27.55", quantity: int = 1, **changes: Any
) -> OrderRefunded:
    """Some of the first item was given back."""
    line = RefundLine(item_id="1", quantity=quantity, amount=Decimal(amount))
    refund = Refund(
        refund_id="77",
        amount=Decimal(amount),
        lines=(line,) if quantity else (),
        refunded_at=PAID_AT,
    )
    return OrderRefunded(
        **{
            "order_id": order.order_id,
            "store_id": order.store_id,
            "account_id": ACCOUNT,
            "revision": 2,
            "occurred_at": order.updated_at,
            "refund": refund,
            "currency": "BRL",
        }
        | changes
    )


def a_store(**changes: Any) -> StoreConfigured:
    return StoreConfigured(
        **{
            "store_id": STORE,
            "name": "Loja Demo",
            "channel": "shopify",
            "account_id": ACCOUNT,
            "domain": "demo-shopify.myshopify.com",
            "erp_app_key": "4107733109921",
            "occurred_at": PAID_AT,
            "settings": StoreSettings(
                erp_stage_code="20",
                erp_category_code="1.01.03",
                bank_account_code=7700000345,
                stock_location_code=7700000012,
            ),
        }
        | changes
    )

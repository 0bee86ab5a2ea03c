"""What people ask of the belt. The panel writes commands; services obey them."""

from typing import ClassVar

from contracts.cancellations import CancellationChoice
from contracts.envelope import Message
from contracts.order import PaymentMethod
from contracts.value import Value, Whole


class BuyerCorrection(Value):
    """The buyer's fields a person typed; None leaves the captured value."""

    name: str | None = None
    document: str | None = None
    state_registration: str | None = None
    email: str | None = None
    phone: str | None = None


class AddressCorrection(Value):
    """The address fields a person typed; None leaves the captured value."""

    recipient: str | None = None
    street: str | None = None
    number: str | None = None
    complement: str | None = None
    bairro: str | None = None
    city: str | None = None
    uf: str | None = None
    cep: str | None = None
    phone: str | None = None


class ItemCorrection(Value):
    """The product of one line: another SKU, or the ERP product itself."""

    item_id: str
    sku: str | None = None
    erp_product_id: Whole | None = None


class PaymentCorrection(Value):
    """How the order was really paid."""

    method: PaymentMethod | None = None
    installments: Whole | None = None


class PaymentOfSeveral(PaymentCorrection):
    """How one of several payments was really made.

    `number` counts them as the order has them, from 1; 0 is the largest, or the only one.
    """

    number: Whole


class ShippingCorrection(Value):
    """Who carries the order."""

    carrier: str | None = None


class Corrections(Value):
    """All that a person changed on an order. It never changes the captured order itself.

    `payment` is the only payment, or the largest; `payments` are single ones of several, and of
    those that name the same one the last counts.
    """

    buyer: BuyerCorrection | None = None
    shipping_address: AddressCorrection | None = None
    billing_address: AddressCorrection | None = None
    items: tuple[ItemCorrection, ...] = ()
    payment: PaymentCorrection | None = None
    payments: tuple[PaymentOfSeveral, ...] = ()
    shipping: ShippingCorrection | None = None
    note: str | None = None


class Command(Message):
    """What a person asks about one order. Asking twice is harmless."""

    topic: ClassVar[str] = "orders.commands.v1"

    command_id: str
    order_id: str
    store_id: str
    account_id: str
    requested_by: str

    @property
    def key(self) -> str:
        """One ERP account's commands share a partition with its events."""
        return self.account_id

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id

    @property
    def event_id(self) -> str:
        """The command's own id: a redelivery carries it again."""
        return self.command_id


class ReprocessOrder(Command):
    """Judge this order again, with these corrections."""

    type: ClassVar[str] = "br.esteira.command.reprocess-order.v1"

    corrections: Corrections = Corrections()


class ResolveCancellation(Command):
    """What a person chose about a cancelled order that the ERP still holds.

    `decision` is the number of the choice, one more than OrderCancelled told: of two people who
    choose at once, the first is obeyed.
    """

    type: ClassVar[str] = "br.esteira.command.resolve-cancellation.v1"

    choice: CancellationChoice
    decision: Whole


class KeepErpOrder(Command):
    """The ERP's order stays as it is although the channel changed it, up to this revision.

    Whether somebody altered it there by hand is theirs to know.
    """

    type: ClassVar[str] = "br.esteira.command.keep-erp-order.v1"

    revision: Whole

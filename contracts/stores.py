"""A merchant's store: which channel, which ERP account, and how its orders go to the ERP."""

from typing import ClassVar, Final
from uuid import uuid5

from pydantic import Field

from contracts.envelope import NAMESPACE, Message
from contracts.order import PaymentMethod
from contracts.value import Instant, Value, Whole

STANDARD_PAYMENT_METHODS: dict[str, str] = {
    PaymentMethod.CREDIT_CARD: "03",
    PaymentMethod.DEBIT_CARD: "04",
    PaymentMethod.PIX: "17",
    PaymentMethod.BOLETO: "15",
    PaymentMethod.BANK_TRANSFER: "18",
    PaymentMethod.WALLET: "18",
    PaymentMethod.STORE_CREDIT: "05",
    PaymentMethod.GIFT_CARD: "12",
    PaymentMethod.CASH: "01",
}
"""The NF-e's means of payment (tPag), which Omie uses as they are."""

STANDARD_INSTALLMENTS: dict[str, str] = {
    "1": "000", "2": "002", "3": "003", "4": "004", "5": "005", "6": "006", "7": "007",
    "10": "010", "12": "012", "24": "024", "36": "036", "48": "048",
}  # fmt: skip
"""Number of payments to Omie's payment terms (its reference, section 9.3)."""


OWN_TERMS: Final = "999"
"""Omie's payment terms that are spelt out in the order itself."""


class StoreSettings(Value):
    """The options of "Integração com ERP"; codes are the ERP's own. They rule new orders only.

    The order needs `erp_stage_code`, `erp_category_code` and `bank_account_code`; a None
    elsewhere means the ERP's default. `payment_source` "default" ignores what the channel says
    and uses `default_payment_method_code` and `installment_code`. `payment_methods` maps a
    gateway's name, or a canonical method, to the ERP's code; the gateway wins. `installments`
    maps a number of payments to the ERP's payment terms; a number it does not list goes by
    `other_installments_code`, or waits for a person where that is None. `carriers` maps a
    shipping method or carrier to the ERP's id of the carrier, and is asked for only with
    `require_carrier`. `document_keys` are extra names under which a checkout app writes the
    CPF/CNPJ. `intermediary_cnpj` and `intermediary_seller` are the marketplace's CNPJ and the
    seller's name there, as the NF-e of a sale through a marketplace wants them. `missing_email`
    stands in for the buyer's where the channel tells none: the ERP registers nobody without one.
    `margin_base` (none, cost, sale) is what a margin is laid upon when a listing is published, and
    `stock_movement_mode` which document moves stock ("2": the invoice); neither changes an order.
    Orders placed before `orders_from` are not captured, nor those that their channel marks with
    one of `excluded_tags` or tells to come from one of `excluded_sources`, in its own words.
    """

    erp_stage_code: str | None = None
    erp_category_code: str | None = None
    bank_account_code: Whole | None = None
    salesperson_code: Whole | None = None
    tax_scenario_code: Whole | None = None
    stock_location_code: Whole | None = None
    installment_code: str | None = None
    payment_source: str = "channel"
    default_payment_method_code: str | None = None
    payment_methods: dict[str, str] = STANDARD_PAYMENT_METHODS
    installments: dict[str, str] = STANDARD_INSTALLMENTS
    other_installments_code: str | None = OWN_TERMS
    carriers: dict[str, Whole] = Field(default_factory=dict)
    require_carrier: bool = False
    update_erp_customer: bool = False
    erp_origin_code: str = "API"
    missing_number_as_sn: bool = False
    document_keys: tuple[str, ...] = ()
    intermediary_cnpj: str | None = None
    intermediary_seller: str | None = None
    missing_email: str | None = None
    orders_from: Instant | None = None
    margin_base: str = "none"
    stock_movement_mode: str = "2"
    excluded_tags: tuple[str, ...] = ()
    excluded_sources: tuple[str, ...] = ()


class StoreConfigured(Message):
    """A store as it is from now on; the latest one per store is the whole truth.

    Secrets are sealed (AES-256-GCM): only a process that holds the installation's key can open
    them. `webhook_secrets` are the accepted ones, the current first. `domain` is the store's
    address at the channel (`loja.myshopify.com`). `channel_token` opens the channel's API; where it
    expires, `channel_refresh_token` renews it, for the application `channel_client_id` whose
    secret is `channel_client_secret`. The grant told here is the one the merchant gave: renewed
    tokens stay with capture. `channel_token_expires_at` is when that grant's token ends; None where
    it lives for ever, or nobody said. `version` counts the changes from 1.
    """

    type: ClassVar[str] = "br.esteira.store.configured.v1"
    topic: ClassVar[str] = "stores.v1"

    store_id: str
    name: str
    channel: str
    account_id: str
    active: bool = True
    domain: str = ""
    erp_app_key: str = ""
    erp_app_secret: str = ""
    channel_token: str = ""
    channel_client_id: str = ""
    channel_client_secret: str = ""
    channel_refresh_token: str = ""
    channel_token_expires_at: Instant | None = None
    webhook_secrets: tuple[str, ...] = ()
    settings: StoreSettings = StoreSettings()
    version: Whole = 1

    @property
    def key(self) -> str:
        """The topic is compacted by store."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The store."""
        return self.store_id

    @property
    def event_id(self) -> str:
        """One per version of the store."""
        return str(uuid5(NAMESPACE, f"{self.store_id}|{self.type}|{self.version}"))

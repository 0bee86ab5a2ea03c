"""What the ERP sells and how it is set up, per account, indexed for the rules. Values and look-ups.

`reading.py` fills it from the ERP; the rules only ask it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.order import Item
from omie.registers import Code, Option


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the ERP. `code` is the SKU people see; `parts` counts a kit's components."""

    product_id: int
    code: str
    description: str = ""
    ean: str = ""
    active: bool = True
    kit: bool = False
    parts: int = 0


Register = Mapping[Code, Option]


def knows(register: Register | None, code: Code) -> bool:
    """Whether the code can be used; a register that nobody could read is not held against it."""
    if register is None:
        return True
    option = register.get(code)
    return option is not None and option.active and not option.totals


@dataclass(frozen=True, slots=True)
class Registers:
    """The account's registers by code; None is one that the ERP would not show us."""

    stages: Register | None = None
    categories: Register | None = None
    bank_accounts: Register | None = None
    salespeople: Register | None = None
    tax_scenarios: Register | None = None
    installments: Register | None = None
    payment_methods: Register | None = None
    stock_locations: Register | None = None
    origins: Register | None = None


@dataclass(slots=True)
class Catalogue:
    """One account's products and registers, as the ERP told them from `read_at` on.

    `asked` holds the moments since when single products are known better than by the whole read.
    """

    account_id: str
    read_at: datetime
    registers: Registers = field(default_factory=Registers)
    asked: dict[Code, datetime] = field(default_factory=dict)
    _by_id: dict[int, Product] = field(default_factory=dict)
    _by_code: dict[str, dict[int, Product]] = field(default_factory=dict)
    _found: dict[str, tuple[Product, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        account_id: str,
        read_at: datetime,
        products: Iterable[Product],
        registers: Registers,
    ) -> "Catalogue":
        """A catalogue of these products."""
        catalogue = cls(account_id, read_at, registers)
        for product in products:
            catalogue.learn(product)
        return catalogue

    def learn(self, product: Product) -> None:
        """Take in what the ERP says of one product now."""
        known = self._by_id.get(product.product_id)
        if known is not None:
            del self._by_code[fold(known.code)][known.product_id]
        self._by_id[product.product_id] = product
        self._by_code.setdefault(fold(product.code), {})[product.product_id] = product
        self._found.clear()

    def product(self, product_id: int) -> Product | None:
        """The product with the ERP's own id."""
        return self._by_id.get(product_id)

    def find(self, sku: str) -> tuple[Product, ...]:
        """The products that this SKU may mean, the best ones only.

        The same code to the letter wins over the same but for case and blanks; then active
        products win over inactive ones. More than one left means that a person must choose.
        """
        found = self._found.get(sku)
        if found is None:
            found = self._find(sku)
            if found:
                self._found[sku] = found
        return found

    def _find(self, sku: str) -> tuple[Product, ...]:
        similar = self._by_code.get(fold(sku))
        if not similar:
            return ()
        candidates = tuple(similar.values())
        exact = tuple(p for p in candidates if p.code.strip() == sku.strip())
        candidates = exact or candidates
        return tuple(p for p in candidates if p.active) or candidates

    def known_since(self, item: Item) -> datetime:
        """From when on the ERP's word about this line's product is."""
        return max(self.read_at, self.asked.get(question(item), self.read_at))

    def keep_answers(self, older: "Catalogue") -> None:
        """Take over what was asked about single products after this catalogue's reading began."""
        later = {asked: at for asked, at in older.asked.items() if at > self.read_at}
        self.asked |= later
        for known in older.answers(later):
            self.learn(known)

    def answers(self, asked: Iterable[Code]) -> Iterator[Product]:
        """The products that these questions were about."""
        for question in asked:
            if isinstance(question, int):
                found = self._by_id.get(question)
                yield from (found,) if found else ()
            else:
                yield from self._by_code.get(fold(question), {}).values()

    def same_as(self, other: "Catalogue") -> bool:
        """Whether both hold the same products and registers, whenever they were read."""
        same_products = len(self) == len(other) and set(self) == set(other)
        return same_products and self.registers == other.registers

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)


def question(item: Item) -> Code:
    """What the ERP is asked about a line: the id of the product a person chose, else the SKU."""
    return item.erp_product_id or (item.sku or "").strip()


def fold(text: str) -> str:
    """A code without case and blanks."""
    return "".join(text.split()).casefold()

"""The step, whatever happens to an order and in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    Corrections,
    ItemCorrection,
    ReprocessOrder,
)
from contracts.envelope import Message
from contracts.events import OrderErased, OrderPending, OrderValidated
from contracts.order import Item
from contracts.reasons import ReasonCode
from tests.support.belt import NOON, FakeClock
from tests.support.builders import (
    ACCOUNT,
    STORE,
    a_buyer,
    an_address,
    an_item,
    an_order,
    cancelled,
    captured,
)
from tests.support.catalogues import MUG, SHIRT, a_catalogue, facts, settings
from validation.case import Case, Erased, Pending, Validated, Waiting
from validation.case_document import decode, encode
from validation.catalogue import Product
from validation.facts import Facts
from validation.knowledge import NEVER
from validation.local import Revisit, Told
from validation.step import Validation

ID = an_order().order_id


def erased(revision: int = 1) -> OrderErased:
    return OrderErased(
        order_id=ID, store_id=STORE, account_id=ACCOUNT, revision=revision, occurred_at=NOON
    )


def reprocess(command: str, **corrections: Any) -> ReprocessOrder:
    return ReprocessOrder(
        command_id=command,
        order_id=ID,
        store_id=STORE,
        account_id=ACCOUNT,
        corrections=Corrections(**corrections),
        requested_by="ana",
        occurred_at=NOON,
    )


def revisit(visit: str = "v1") -> Revisit:
    return Revisit(order_id=ID, visit=visit, occurred_at=NOON)


def told(visit: str = "v1") -> Told:
    return Told(order_id=ID, visit=visit, occurred_at=NOON)


@dataclass
class World:
    """One order's step, its facts and its clock in our hands."""

    facts: Facts | None = field(default_factory=facts)
    clock: FakeClock = field(default_factory=FakeClock)
    case: Case | None = None
    asked: list[Item] = field(default_factory=list)

    def hears(self, message: Message) -> Sequence[Message]:
        step = Validation(lambda _: self.facts, self._ask, self.clock).step
        self.case, out = step(self.case, message)
        self.clock.advance(seconds=1)
        return out

    def _ask(self, account_id: str, items: Sequence[Item]) -> None:
        assert account_id == ACCOUNT
        self.asked += items


# Whatever happens.

ORDERS = (
    an_order(),
    an_order(1001, an_item("CAN-999")),
    an_order(buyer=a_buyer(document=None)),
    an_order(1001, an_item(), an_item("CAM-M-PT", "2"), billing_address=an_address(number="")),
    cancelled(an_order()),
)
FACTS = (
    None,
    facts(),
    facts(catalogue=a_catalogue(MUG)),
    facts(catalogue=a_catalogue(MUG, SHIRT, Product(5, "CAN-999"), read_at=NOON + timedelta(1))),
    facts(trusted_until=NEVER),
    facts(settings(erp_stage_code=None)),
    facts(settings(missing_number_as_sn=True)),
    facts(catalogue=None, refused=True),
)
MESSAGES = st.one_of(
    st.builds(captured, st.sampled_from(ORDERS), st.integers(1, 4)),
    st.builds(
        reprocess,
        st.sampled_from(["c1", "c2", "c3"]),
        buyer=st.none() | st.just(BuyerCorrection(document="529.982.247-25")),
        items=st.sampled_from([(), (ItemCorrection(item_id="1", sku="CAN-350-AZ"),)]),
        billing_address=st.none() | st.just(AddressCorrection(number="7")),
    ),
    st.builds(revisit, st.sampled_from(["v1", "v2"])),
    st.builds(told, st.sampled_from(["v1", "v2"])),
)
HISTORIES = st.lists(st.tuples(st.sampled_from(FACTS), MESSAGES), max_size=12)


def lived(history: Sequence[tuple[Facts | None, Message]]) -> World:
    world = World()
    for known, message in history:
        world.facts = known
        world.hears(message)
    return world


@given(HISTORIES, st.sampled_from(FACTS), st.one_of(MESSAGES, st.just(erased())))
def test_the_same_message_again_changes_nothing_and_tells_the_same(
    history: Any, known: Facts | None, message: Message
):
    world = lived(history)
    world.facts = known

    first = world.hears(message)
    state = world.case
    again = world.hears(message)

    assert world.case == state
    assert list(again) == list(first)


@given(HISTORIES)
def test_an_event_id_never_means_two_things(history: Any):
    world = World()
    said: dict[str, Message] = {}

    for known, message in history:
        world.facts = known
        for event in world.hears(message):
            assert said.setdefault(event.event_id, event) == event


@given(HISTORIES, st.integers(1, 4), st.sampled_from(ORDERS))
def test_an_older_revision_never_wins(history: Any, revision: int, order: Any):
    world = lived(history)
    before = world.case

    out = world.hears(captured(order, revision))

    if before is not None and revision < before.revision:
        assert (world.case, list(out)) == (before, [])


@given(HISTORIES, HISTORIES, st.booleans())
def test_what_is_cancelled_or_erased_is_never_told_again(before: Any, after: Any, by_channel: bool):
    world = lived(before)
    world.hears(captured(cancelled(an_order()), 5) if by_channel else erased())

    for known, message in after:
        world.facts = known
        assert list(world.hears(message)) == []


@given(HISTORIES)
def test_an_erased_case_keeps_nothing_of_the_buyer_even_if_it_comes_first(history: Any):
    early, late = World(), lived(history)
    early.hears(erased())
    late.hears(erased())
    for _, message in history:
        early.hears(message)

    for world in (early, late):
        assert isinstance(world.case, Case)
        assert isinstance(world.case.verdict, Erased)
        assert "Irene" not in str(encode(world.case))
        assert "52998224725" not in str(encode(world.case))


@given(HISTORIES)
def test_a_case_is_the_same_after_its_rest_in_the_database(history: Any):
    world = lived(history)

    if world.case is not None:
        document = encode(world.case) | {"_id": world.case.order_id}
        assert decode(document) == world.case
        assert document.get("open", False) is world.case.open


@given(HISTORIES, st.sampled_from(ORDERS[:-1]))
def test_corrections_survive_every_later_revision(history: Any, order: Any):
    world = lived(history)
    if world.case is not None and world.case.closed:
        return
    corrections = world.case.corrections if world.case else Corrections()
    world.facts = facts()

    [event] = world.hears(captured(order, 5))

    assert isinstance(event, OrderValidated | OrderPending)
    if corrections.buyer:
        assert event.order.buyer.document == "52998224725"
    for item in corrections.items:
        assert item.sku in {i.sku for i in event.order.items}
    if corrections.billing_address:
        assert event.order.billing_address == an_address(number="7")


# Case by case.


def test_a_right_order_is_validated_as_its_first_attempt():
    [event] = World().hears(captured(an_order()))

    assert isinstance(event, OrderValidated)
    assert (event.revision, event.attempt, event.order) == (1, 1, an_order())
    assert event.terms.items[0].erp_product_id == MUG.product_id


def test_the_merged_order_travels_and_the_captured_one_is_kept():
    world = World()
    order = an_order(buyer=a_buyer(document=None))
    world.hears(captured(order))

    [event] = world.hears(reprocess("c1", buyer=BuyerCorrection(document="529.982.247-25")))

    assert isinstance(event, OrderValidated)
    assert (event.attempt, event.order.buyer) == (2, a_buyer())
    assert world.case is not None
    assert world.case.order == order


def test_a_command_for_an_order_nobody_captured_is_passed_over():
    world = World()

    assert list(world.hears(reprocess("c1"))) == []
    assert world.case is None


def test_a_redelivered_command_tells_its_outcome_again_even_after_another_one():
    world = World()
    world.hears(captured(an_order()))
    world.hears(reprocess("c1"))
    [last] = world.hears(reprocess("c2"))

    assert list(world.hears(reprocess("c1"))) == [last]


def test_an_order_waits_while_its_store_is_unknown_and_is_told_as_its_first_attempt():
    world = World(facts=None)
    assert list(world.hears(captured(an_order()))) == []
    assert list(world.hears(captured(an_order()))) == []

    world.facts = facts()
    [event] = world.hears(revisit())

    assert isinstance(event, OrderValidated)
    assert event.attempt == 1


def test_a_pending_order_is_told_anew_only_when_facts_change_its_reasons():
    world = World(facts=facts(settings(erp_stage_code=None, erp_category_code=None)))
    world.hears(captured(an_order()))

    assert list(world.hears(revisit("v1"))) == []
    world.facts = facts(settings(erp_stage_code=None))
    [fewer] = world.hears(revisit("v2"))
    world.facts = facts()
    [none] = world.hears(revisit("v3"))

    assert isinstance(fewer, OrderPending)
    assert [reason.field for reason in fewer.reasons] == ["settings.erp_stage_code"]
    assert isinstance(none, OrderValidated)
    assert (fewer.attempt, none.attempt) == (2, 3)


def test_settings_that_change_later_leave_a_validated_order_as_it_is():
    world = World()
    [event] = world.hears(captured(an_order()))

    world.facts = facts(settings(erp_stage_code="50"))

    assert list(world.hears(revisit())) == []
    assert list(world.hears(captured(an_order()))) == [event]


def test_what_a_visit_decided_is_told_until_it_is_known_to_be_told():
    world = World(facts=None)
    world.hears(captured(an_order()))
    world.facts = facts()

    [first] = world.hears(revisit("v1"))
    [again] = world.hears(revisit("v2"))
    world.hears(told("v1"))
    [still] = world.hears(revisit("v3"))
    world.hears(told("v3"))

    assert first == again == still
    assert list(world.hears(revisit("v4"))) == []


def test_the_erp_is_not_said_to_lack_what_it_could_not_be_asked_about():
    world = World(facts=facts(trusted_until=NEVER))

    assert list(world.hears(captured(an_order(1001, an_item("CAN-999"))))) == []
    assert world.case is not None
    assert world.case.verdict == Waiting()


def test_an_order_that_fits_the_last_catalogue_need_not_wait_for_a_fresh_one():
    [event] = World(facts=facts(trusted_until=NEVER)).hears(captured(an_order()))

    assert isinstance(event, OrderValidated)


def test_what_was_told_stands_while_the_erp_cannot_be_asked():
    world = World()
    world.hears(captured(an_order(1001, an_item("CAN-999"))))
    before = world.case

    world.facts = facts(trusted_until=NEVER)

    assert list(world.hears(revisit())) == []
    assert world.case == before


def test_a_reprocessed_order_waits_until_the_erp_was_asked_about_its_unknown_product():
    world = World()
    world.hears(captured(an_order(1001, an_item("CAN-999"))))

    assert list(world.hears(reprocess("c1"))) == []
    assert [item.sku for item in world.asked] == ["CAN-999"]
    assert world.facts is not None
    assert world.facts.catalogue is not None
    world.facts.catalogue.asked["CAN-999"] = world.clock()
    world.facts.catalogue.learn(Product(8, "CAN-999"))
    [event] = world.hears(revisit())

    assert isinstance(event, OrderValidated)
    assert (event.attempt, event.terms.items[0].erp_product_id) == (2, 8)


def test_a_reprocessed_order_is_pending_again_once_the_erp_said_no():
    world = World()
    world.hears(captured(an_order(1001, an_item("CAN-999"))))
    world.hears(reprocess("c1"))
    assert world.facts is not None
    assert world.facts.catalogue is not None

    world.facts.catalogue.asked["CAN-999"] = world.clock()
    [event] = world.hears(revisit())

    assert isinstance(event, OrderPending)
    assert (event.attempt, event.reasons[0].code) == (2, ReasonCode.PRODUCT_SKU_NOT_FOUND)


def test_the_erp_is_not_asked_about_products_it_has():
    world = World()
    order = an_order(1001, an_item(), buyer=a_buyer(document=None))
    world.hears(captured(order))

    [event] = world.hears(reprocess("c1"))

    assert isinstance(event, OrderPending)
    assert world.asked == []


def test_a_number_filled_by_the_stores_rule_travels_with_the_order():
    world = World(facts=facts(settings(missing_number_as_sn=True)))
    order = an_order(billing_address=None, shipping_address=an_address(number=""))

    [event] = world.hears(captured(order))

    assert isinstance(event, OrderValidated)
    assert event.order.shipping_address == an_address(number="S/N")


def test_only_cases_that_facts_can_change_are_open():
    by_hand, by_facts, fine = World(), World(), World()
    by_hand.hears(captured(an_order(buyer=a_buyer(document=None))))
    by_facts.hears(captured(an_order(1001, an_item("CAN-999"))))
    fine.hears(captured(an_order()))

    assert by_hand.case is not None
    assert by_facts.case is not None
    assert fine.case is not None
    assert isinstance(by_hand.case.verdict, Pending)
    assert isinstance(fine.case.verdict, Validated)
    assert [world.case.open for world in (by_hand, by_facts, fine)] == [False, True, False]

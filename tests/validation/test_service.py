"""The service as merchants meet it: orders in, verdicts out, and a real-looking ERP behind."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chassis.store import Kept
from contracts.commands import BuyerCorrection, Corrections, ItemCorrection, ReprocessOrder
from contracts.events import OrderPending, OrderValidated
from contracts.order import Order
from contracts.reasons import ReasonCode
from contracts.stores import StoreConfigured
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, STORE, a_buyer, an_item, an_order, captured
from tests.support.memory import MemoryDocuments
from tests.support.sandbox_erp import SECRET
from tests.support.validating import EVERY_S, MemoryShelf, Service, a_service, an_erp, sealed
from tests.support.virtual_time import run
from validation.case import Case, Pending, Waiting

PRODUCTS = [{"codigo": "CAN-350-AZ"}]
UNKNOWN = an_order(1001, an_item("NOVA-CANECA"))


def reprocess(order: Order, command: str = "c1", **corrections: Any) -> ReprocessOrder:
    return ReprocessOrder(
        command_id=command,
        order_id=order.order_id,
        store_id=STORE,
        account_id=ACCOUNT,
        corrections=Corrections(**corrections),
        requested_by="ana",
        occurred_at=NOON,
    )


async def say(service: Service, *messages: Any) -> None:
    await service.belt.put(*messages)
    await service.belt.settle()


async def sold_while_the_keys_are_refused(service: Service) -> None:
    """An order comes, and waits for them."""
    await say(service, captured(an_order()))
    [pending] = await service.told(OrderPending)
    assert reasons(pending) == [ReasonCode.ERP_CREDENTIALS_INVALID]


def reasons(pending: OrderPending) -> list[ReasonCode]:
    return [reason.code for reason in pending.reasons]


@asynccontextmanager
async def ready(store: StoreConfigured | None = None):
    """The ERP and the service over it, its catalogue read."""
    async with an_erp() as erp:
        service = a_service(erp)
        service.stores.put(store or sealed())
        async with service.running():
            await service.until_read()
            yield service, erp


def test_a_right_order_goes_to_the_erp_in_the_stores_terms():
    async def main() -> None:
        async with ready() as (service, _):
            await say(service, captured(an_order()))

            [validated] = service.belt.seen(OrderValidated)
            assert validated.terms.stage_code == "20"
            assert validated.terms.items[0].erp_product_id > 7_700_000_000
            assert not service.belt.seen(OrderPending)

    run(main())


def test_a_pending_order_passes_once_a_person_corrected_it():
    async def main() -> None:
        async with ready() as (service, _):
            order = an_order(buyer=a_buyer(document=None))
            await say(service, captured(order))
            [pending] = service.belt.seen(OrderPending)
            assert reasons(pending) == [ReasonCode.CUSTOMER_DOC_MISSING]

            typed = BuyerCorrection(document="529.982.247-25")
            await say(service, reprocess(order, buyer=typed))

            [validated] = service.belt.seen(OrderValidated)
            assert (validated.attempt, validated.order.buyer.document) == (2, "52998224725")

    run(main())


def test_a_product_created_in_the_erp_a_moment_ago_is_found_by_reprocessing():
    async def main() -> None:
        async with ready() as (service, erp):
            await say(service, captured(UNKNOWN))
            [pending] = service.belt.seen(OrderPending)
            assert reasons(pending) == [ReasonCode.PRODUCT_SKU_NOT_FOUND]

            await erp.act("create_product", product={"codigo": "NOVA-CANECA"})
            await say(service, reprocess(UNKNOWN))

            [validated] = await service.told(OrderValidated, within_s=5)
            assert validated.attempt == 2
            assert len(service.belt.seen(OrderPending)) == 1

    run(main())


def test_a_product_reactivated_a_moment_ago_is_found_by_reprocessing():
    async def main() -> None:
        async with ready() as (service, erp):
            order = an_order(1001, an_item("CAN-350-AM"))
            await say(service, captured(order))
            [pending] = service.belt.seen(OrderPending)
            assert reasons(pending) == [ReasonCode.PRODUCT_INACTIVE_AT_ERP]

            await erp.act("activate_product", product="CAN-350-AM")
            await say(service, reprocess(order))

            await service.told(OrderValidated, within_s=5)

    run(main())


def test_a_product_that_is_still_missing_is_said_so_after_asking_the_erp():
    async def main() -> None:
        async with ready() as (service, erp):
            await say(service, captured(UNKNOWN), reprocess(UNKNOWN))

            again = (await service.told(OrderPending, 2, within_s=5))[-1]
            assert (again.attempt, reasons(again)) == (2, [ReasonCode.PRODUCT_SKU_NOT_FOUND])
            assert await erp.asked("ConsultarProduto") == 1

    run(main())


def test_a_link_to_another_product_needs_no_question_to_the_erp():
    async def main() -> None:
        async with ready() as (service, erp):
            await say(service, captured(UNKNOWN))
            [mug] = (await service.until_read()).find("CAN-350-AZ")
            link = ItemCorrection(item_id="1", erp_product_id=mug.product_id)
            await say(service, reprocess(UNKNOWN, items=(link,)))

            [validated] = service.belt.seen(OrderValidated)
            assert validated.terms.items[0].erp_product_id == mug.product_id
            assert await erp.asked("ConsultarProduto") == 0

    run(main())


def test_an_order_resumes_by_itself_when_its_product_appears_in_the_erp():
    async def main() -> None:
        async with ready() as (service, erp):
            await say(service, captured(UNKNOWN))
            await erp.act("create_product", product={"codigo": "NOVA-CANECA"})

            [validated] = await service.told(OrderValidated)
            assert validated.attempt == 2

    run(main())


def test_orders_resume_by_themselves_when_the_store_is_set_up():
    async def main() -> None:
        async with ready(sealed(chosen={"erp_stage_code": None})) as (service, _):
            orders = [an_order(number) for number in range(1001, 1004)]
            await say(service, *map(captured, orders))
            assert [reasons(p) for p in service.belt.seen(OrderPending)] == [
                [ReasonCode.STORE_CONFIG_INCOMPLETE]
            ] * 3

            service.stores.put(sealed(version=2))

            validated = await service.told(OrderValidated, 3, within_s=5)
            assert {v.order_id for v in validated} == {o.order_id for o in orders}

    run(main())


def test_orders_wait_until_the_catalogue_is_read_and_are_then_judged():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed())
            await say(service, captured(an_order()), captured(UNKNOWN.model_copy(
                update={"order_id": f"{STORE}:1002"}
            )))  # fmt: skip
            assert not service.belt.seen(OrderValidated) + service.belt.seen(OrderPending)

            async with service.running():
                [validated] = await service.told(OrderValidated)
                [pending] = await service.told(OrderPending)

            assert (validated.attempt, pending.attempt) == (1, 1)

    run(main())


def test_orders_of_a_store_nobody_configured_wait_for_it():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            async with service.running():
                await say(service, captured(an_order()))
                assert not service.belt.seen(OrderValidated)

                service.stores.put(sealed())
                await service.told(OrderValidated)

    run(main())


def test_an_erp_that_is_down_makes_no_order_pending_and_they_resume_by_themselves():
    async def main() -> None:
        async with an_erp() as erp:
            await erp.control("faults", {"kind": "html", "times": None})
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                await say(service, captured(an_order()))
                await asyncio.sleep(30)
                assert not service.belt.seen(OrderPending)

                await erp.control("faults", method="DELETE")
                await service.told(OrderValidated)

            assert not service.belt.seen(OrderPending)

    run(main())


class SlowDocuments(MemoryDocuments[Case]):
    """A database that takes its time until it is told not to."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = asyncio.Event()

    async def save(self, changes: Mapping[str, Kept[Case]]) -> bool:
        await self.writes.wait()
        return await super().save(changes)


def test_an_order_whose_facts_come_while_it_is_being_stored_goes_on_by_itself():
    async def main() -> None:
        async with an_erp() as erp:
            documents = SlowDocuments()
            service = a_service(erp, documents)
            service.stores.put(sealed())
            storing = asyncio.create_task(say(service, captured(an_order())))
            async with service.running():
                await service.until_read()
                await asyncio.sleep(1)
                documents.writes.set()
                await storing
                await service.told(OrderValidated, within_s=5)

    run(main())


def test_a_reprocessed_order_waits_for_an_erp_that_is_down_rather_than_hear_an_old_no():
    async def main() -> None:
        async with ready() as (service, erp):
            await say(service, captured(UNKNOWN))
            await erp.control("faults", {"kind": "html", "times": None})
            await erp.act("create_product", product={"codigo": "NOVA-CANECA"})
            await say(service, reprocess(UNKNOWN))
            state = service.documents.state(UNKNOWN.order_id)
            assert state is not None
            assert isinstance(state.verdict, Waiting)

            await erp.control("faults", method="DELETE")
            await service.told(OrderValidated)
            assert len(service.belt.seen(OrderPending)) == 1

    run(main())


def test_refused_credentials_are_said_and_orders_resume_when_the_erp_takes_them():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed("ffffffffffffffffffffffffffffffff"))
            async with service.running():
                await sold_while_the_keys_are_refused(service)

                service.stores.put(sealed(SECRET, version=2))
                await service.told(OrderValidated, within_s=5)

    run(main())


WRONG = "ffffffffffffffffffffffffffffffff"


@pytest.mark.parametrize("after_s", [1, 20, 200])
def test_credentials_that_are_put_right_free_the_orders_in_seconds_whatever_was_read_before(
    after_s: float,
):
    """The ERP gives nobody the catalogue twice in a minute; what was read of it holds."""

    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                await service.until_read()
                await asyncio.sleep(after_s)
                service.stores.put(sealed(WRONG, version=2))
                await asyncio.sleep(after_s)
                await sold_while_the_keys_are_refused(service)

                service.stores.put(sealed(SECRET, version=3))
                await service.told(OrderValidated, within_s=5)

    run(main())


def test_a_store_that_is_told_again_is_tried_at_once_where_the_erp_refused_its_keys():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                await service.until_read()
                await erp.control("keys", {"app_key": erp.key, "suspended": True})
                await asyncio.sleep(EVERY_S + 5)
                await sold_while_the_keys_are_refused(service)

                await erp.control("keys", {"app_key": erp.key, "suspended": False})
                service.stores.put(sealed(version=2))
                await service.told(OrderValidated, within_s=5)

    run(main())


def test_wrong_keys_that_are_saved_again_and_again_never_bring_the_erp_to_block_the_account():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                await service.until_read()
                for version in range(2, 32):
                    service.stores.put(sealed(WRONG, version=version))
                    await asyncio.sleep(20)

                found = await erp.control("requests", method="GET")
                refused = {call: codes.get("500", 0) for call, codes in found["statuses"].items()}
                assert max(refused.values()) < 10

    run(main())


def test_credentials_that_the_erp_takes_up_again_free_the_orders_without_anybody():
    async def main() -> None:
        async with an_erp() as erp:
            await erp.control("keys", {"app_key": erp.key, "suspended": True})
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                await say(service, captured(an_order()))
                await service.told(OrderPending)
                await erp.control("keys", {"app_key": erp.key, "suspended": False})

                await service.told(OrderValidated)

    run(main())


def test_a_store_without_credentials_is_incomplete_until_it_has_them():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            keyless = sealed().model_copy(update={"erp_app_secret": ""})
            service.stores.put(keyless)
            async with service.running():
                await say(service, captured(an_order()))
                [pending] = await service.told(OrderPending)
                assert [reason.field for reason in pending.reasons] == ["settings.erp_app_secret"]

                service.stores.put(sealed(version=2))
                await service.told(OrderValidated, within_s=5)

    run(main())


def test_a_store_moved_to_credentials_that_cannot_be_opened_says_they_are_refused():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed().model_copy(update={"erp_app_secret": "v1.elsewhere"}))
            async with service.running():
                await say(service, captured(an_order()))
                [pending] = await service.told(OrderPending)

            assert reasons(pending) == [ReasonCode.ERP_CREDENTIALS_INVALID]
            assert await erp.asked("ListarProdutos") == 0

    run(main())


def test_orders_of_a_store_that_moved_to_another_company_go_to_that_one():
    async def main() -> None:
        async with ready(sealed(chosen={"erp_stage_code": None})) as (service, erp):
            await say(service, captured(an_order()))
            await erp.control(
                "companies", {"app_key": "5", "app_secret": "5" * 32, "products": PRODUCTS}
            )

            service.stores.put(
                sealed(
                    "5" * 32,
                    version=2,
                    account_id="omie-5",
                    erp_app_key="5",
                    chosen={"bank_account_code": None, "stock_location_code": None},
                )
            )

            [_, moved] = await service.told(OrderPending, 2)
            assert moved.account_id == "omie-5"
            assert [r.field for r in moved.reasons] == ["settings.bank_account_code"]

    run(main())


def test_one_accounts_trouble_does_not_keep_another_waiting():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            elsewhere = sealed("0" * 32, store_id="other", account_id="omie-1", erp_app_key="1")
            service.stores.put(elsewhere)
            service.stores.put(sealed())
            async with service.running():
                await say(service, captured(an_order()))
                await service.told(OrderValidated, within_s=5)

    run(main())


def test_a_restart_has_its_facts_at_once_and_goes_on_with_what_waited():
    async def main() -> None:
        async with an_erp() as erp:
            documents, shelf = MemoryDocuments[Any](), MemoryShelf()
            first = a_service(erp, documents, shelf)
            first.stores.put(sealed())
            async with first.running():
                await first.until_read()
                await say(first, captured(UNKNOWN))
            await erp.act("create_product", product={"codigo": "NOVA-CANECA"})
            read = await erp.asked("ListarProdutos")

            second = a_service(erp, documents, shelf)
            second.stores.put(sealed())
            async with second.running():
                await second.until_read()
                await say(second, captured(an_order(1002)))
                await second.told(OrderValidated, within_s=5)
                assert await erp.asked("ListarProdutos") == read

                [_, healed] = await second.told(OrderValidated, 2)
                assert healed.order_id == UNKNOWN.order_id

    run(main())


def test_what_a_second_look_decided_is_told_after_a_crash_before_it_was_told():
    async def main() -> None:
        async with an_erp() as erp:
            documents, shelf = MemoryDocuments[Any](), MemoryShelf()
            dying = a_service(erp, documents, shelf)
            dying.stores.put(sealed(chosen={"erp_stage_code": None}))
            async with dying.running():
                await dying.until_read()
                await say(dying, captured(an_order()))
                dying.belt.log.topics.clear()

            dying.log.killed = True
            dying.stores.put(sealed(version=2))
            with pytest.raises(RuntimeError):
                await dying.revisits.settle()
            state = documents.state(an_order().order_id)
            assert state is not None
            assert not isinstance(state.verdict, Pending)

            reborn = a_service(erp, documents, shelf)
            reborn.stores.put(sealed(version=2))
            async with reborn.running():
                [validated] = await reborn.told(OrderValidated, within_s=5)
            assert validated.attempt == 2
            closed = documents.state(an_order().order_id)
            assert closed is not None
            assert not closed.open

    run(main())

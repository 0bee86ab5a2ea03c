"""How an account's catalogue is kept fresh without straining its ERP."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from chassis.table import Table
from contracts.stores import StoreConfigured
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, an_item
from tests.support.catalogues import a_catalogue
from tests.support.validating import EVERY_S, MemoryShelf, Service, a_service, an_erp, sealed
from tests.support.virtual_time import run
from validation.catalogue import Catalogue, Product
from validation.knowledge import NEVER, Knowledge

PAGE = "ListarProdutos"
ONE = "ConsultarProduto"


class BreaksOnce(MemoryShelf):
    """A shelf with a bug that shows once."""

    broke = False

    async def load(self, account_id: str, after: Any) -> Any:
        if not self.broke:
            self.broke = True
            raise RuntimeError("a bug")
        return await super().load(account_id, after)


@asynccontextmanager
async def kept(shelf: MemoryShelf | None = None, **seed: Any):
    """A service whose account's catalogue has just been read."""
    async with an_erp(**seed) as erp:
        service = a_service(erp, shelf=shelf)
        service.stores.put(sealed())
        async with service.running():
            await service.until_read()
            await asyncio.sleep(1)
            yield service, erp


async def wondered(service: Service, sku: str) -> None:
    """A person says that this SKU is in the ERP; return when there is an answer."""
    asked = service.clock()
    service.refresh.ask(ACCOUNT, [an_item(sku)])
    async with asyncio.timeout(900):
        while True:
            known = await service.until_read()
            if known.known_since(an_item(sku)) >= asked:
                return
            await asyncio.sleep(0.05)


def test_the_whole_catalogue_is_read_again_and_again_at_its_pace():
    async def main() -> None:
        async with kept() as (_, erp):
            await asyncio.sleep(3 * EVERY_S + 1)
            assert await erp.asked(PAGE) == 4

    run(main())


def test_an_account_without_products_is_read_at_the_same_pace_and_its_registers_count():
    async def main() -> None:
        async with kept(products=[]) as (service, erp):
            await asyncio.sleep(3 * EVERY_S + 1)
            assert await erp.asked(PAGE) == 4
            facts = service.knowledge.facts_of(sealed().store_id)
            assert facts is not None
            assert facts.registers.stages

    run(main())


def test_what_changed_in_the_erp_is_known_after_the_next_reading():
    async def main() -> None:
        async with kept() as (service, erp):
            await erp.act("inactivate_product", product="CAN-350-AZ")
            read = await service.until_read(after=NOON)

            [mug] = read.find("CAN-350-AZ")
            assert not mug.active

    run(main())


def test_a_product_asked_about_twice_in_a_minute_is_looked_up_once_and_read_soon():
    async def main() -> None:
        async with kept() as (service, erp):
            await wondered(service, "NOVA")
            await erp.act("create_product", product={"codigo": "NOVA"})
            await wondered(service, "NOVA")
            assert await erp.asked(ONE) == 1
            assert not (await service.until_read()).find("NOVA")

            read = await service.until_read(after=NOON)
            assert read.find("NOVA")
            assert service.clock() - NOON < timedelta(seconds=90)

    run(main())


def test_a_product_reactivated_within_a_minute_of_being_looked_up_is_read_soon():
    async def main() -> None:
        async with kept() as (service, erp):
            await wondered(service, "CAN-350-AM")
            await erp.act("activate_product", product="CAN-350-AM")
            await wondered(service, "CAN-350-AM")

            [mug] = (await service.until_read(after=NOON)).find("CAN-350-AM")
            assert mug.active
            assert service.clock() - NOON < timedelta(seconds=90)

    run(main())


def test_wrong_guesses_never_bring_the_erp_to_block_the_account():
    async def main() -> None:
        async with kept() as (service, erp):
            for number in range(40):
                await wondered(service, f"NOWHERE-{number}")
                await asyncio.sleep(20)

            assert await erp.asked(ONE) <= 10
            found = await erp.control("requests", method="GET")
            assert set(found["statuses"][ONE]) == {"500"}
            assert set(found["statuses"][PAGE]) == {"200"}

    run(main())


def after_reading(*, asked_at: float, read_at: float) -> Catalogue:
    """What is known once a reading that began then ends, a product looked up meanwhile."""
    knowledge = Knowledge(Table(StoreConfigured), timedelta(hours=1))
    older = a_catalogue(read_at=NOON)
    older.learn(Product(9, "NOVA"))
    older.asked["NOVA"] = NOON + timedelta(seconds=asked_at)
    knowledge.adopt(older)

    knowledge.adopt(a_catalogue(read_at=NOON + timedelta(seconds=read_at)))

    known = knowledge.catalogue(ACCOUNT)
    assert known is not None
    return known


def test_a_product_found_while_the_catalogue_was_being_read_is_not_forgotten():
    known = after_reading(asked_at=5, read_at=3)

    assert known.find("NOVA") == (Product(9, "NOVA"),)
    assert known.known_since(an_item("NOVA")) == NOON + timedelta(seconds=5)


def test_what_was_asked_before_a_reading_began_gives_way_to_the_reading():
    known = after_reading(asked_at=5, read_at=6)

    assert known.find("NOVA") == ()
    assert known.known_since(an_item("NOVA")) == NOON + timedelta(seconds=6)


def test_a_product_that_changed_its_code_is_found_by_the_new_one_only():
    catalogue = a_catalogue(Product(9, "VELHA"))

    catalogue.learn(Product(9, "NOVA"))

    assert catalogue.find("VELHA") == ()
    assert catalogue.find("NOVA") == (Product(9, "NOVA"),)


def test_what_another_process_read_is_taken_from_the_shelf():
    async def main() -> None:
        shelf = MemoryShelf()
        async with kept(shelf) as (service, erp):
            shelf.kept[ACCOUNT] = a_catalogue(read_at=NOON + timedelta(seconds=200))
            await asyncio.sleep(EVERY_S)

            assert (await service.until_read()).read_at == NOON + timedelta(seconds=200)
            assert await erp.asked(PAGE) == 1

    run(main())


def test_the_erp_is_left_alone_while_another_process_reads_it():
    async def main() -> None:
        shelf = MemoryShelf()
        shelf.claimed[ACCOUNT] = ("other", NOON + timedelta(seconds=100))
        async with an_erp() as erp:
            service = a_service(erp, shelf=shelf)
            service.stores.put(sealed())
            async with service.running():
                await asyncio.sleep(99)
                assert await erp.asked(PAGE) == 0

                await service.until_read()

    run(main())


def test_a_read_catalogue_waits_on_the_shelf():
    async def main() -> None:
        shelf = MemoryShelf()
        async with kept(shelf) as (service, _):
            assert shelf.kept[ACCOUNT].same_as(await service.until_read())

    run(main())


def test_an_erp_that_asks_to_slow_down_is_not_taken_for_down():
    async def main() -> None:
        async with kept() as (service, erp):
            await erp.control("faults", {"kind": "throttle", "times": 1})
            await asyncio.sleep(EVERY_S + 1)
            assert await erp.asked(PAGE) == 2

            facts = service.knowledge.facts_of(sealed().store_id)
            assert facts is not None
            assert facts.trusted_until > service.clock()

    run(main())


def test_an_erp_that_does_not_answer_is_not_believed_to_lack_anything_until_it_does():
    async def main() -> None:
        async with kept() as (service, erp):
            await erp.control("faults", {"kind": "html", "times": None})
            await asyncio.sleep(EVERY_S + 5)
            facts = service.knowledge.facts_of(sealed().store_id)
            assert facts is not None
            assert facts.trusted_until == NEVER

            await erp.control("faults", method="DELETE")
            await service.until_read(after=service.clock() - timedelta(seconds=120))
            facts = service.knowledge.facts_of(sealed().store_id)
            assert facts is not None
            assert facts.trusted_until > service.clock()

    run(main())


def test_a_blocked_account_is_left_alone_for_as_long_as_the_erp_says():
    async def main() -> None:
        async with kept() as (_, erp):
            await erp.control("faults", {"kind": "block", "call": PAGE})
            await asyncio.sleep(EVERY_S + 1200)
            asked = await erp.asked(PAGE)
            assert asked == 2

            await asyncio.sleep(900)
            assert await erp.asked(PAGE) > asked

    run(main())


def test_a_keeper_that_breaks_is_started_again():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp, shelf=BreaksOnce())
            service.stores.put(sealed())
            async with service.running():
                await service.until_read()

    run(main())

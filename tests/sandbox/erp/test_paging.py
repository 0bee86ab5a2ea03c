"""Pages, as those who copy everything read them: from the first until there are no more."""

import pytest

from sandbox.erp.paging import HUNGARIAN, SNAKE
from sandbox.erp.services import SERVICES
from sandbox.erp.services.tiposentrega import PAGES

STAGES = "ListarEtapasFaturamento"
DIALECTS = (SNAKE, PAGES, HUNGARIAN)
TODAY = "21/10/2026"
DAYS = {"ListarMovimentoEstoque": {"dDtInicial": TODAY, "dDtFinal": TODAY}}


def dialect_of(call):
    """The names of a call's paging tags; None where it has no pages."""
    known = (one for one in DIALECTS if {one.page, one.size} <= call.takes.tags.keys())
    return next(known, None)


PAGED = [
    pytest.param(path, name, dialect_of(call), id=name)
    for path, service in SERVICES.items()
    for name, call in service.calls.items()
    if dialect_of(call) and name != STAGES
]


@pytest.fixture
async def shop(erp):
    """The ERP with something in each of its lists."""
    await erp.placed("EST-0")
    await erp.act("invoice", order="EST-0")
    await erp.placed("EST-1")
    return erp


@pytest.mark.parametrize(("path", "call", "tags"), PAGED)
async def test_every_list_is_read_whole_by_pages_and_ends_in_the_fault_of_an_empty_one(
    shop, path, call, tags
):
    asked, rows, page = DAYS.get(call, {}), [], 1
    first = await shop.ask(path, call, **asked, **{tags.page: 1, tags.size: 20})
    [key] = [name for name, value in first.items() if isinstance(value, list)]
    while page <= first[tags.pages]:
        answer = await shop.ask(path, call, **asked, **{tags.page: page, tags.size: 20})
        assert (answer[tags.page], answer[tags.rows]) == (page, len(answer[key]))
        assert answer[tags.total] == first[tags.total]
        rows += [str(row) for row in answer[key]]
        page += 1

    assert len(rows) == len(set(rows)) == first[tags.total] > 0
    assert await shop.refused(path, call, **asked, **{tags.page: page, tags.size: 20}) == (
        f"SOAP-ENV:Client-5113: ERROR: Não existem registros para a página [{page}]!"
    )
    for nothing in (0, None, ""):
        whole = await shop.ask(path, call, **asked, **{tags.page: nothing, tags.size: nothing})
        assert (whole[tags.page], whole[tags.rows]) == (1, min(50, first[tags.total]))


async def test_point_22_all_stages_are_on_one_page_and_there_is_no_second(erp):
    path = "produtos/etapafat"
    whole = await erp.ask(path, STAGES, pagina=1, registros_por_pagina=5)

    assert whole["total_de_paginas"] == 1
    assert "a página [2]" in await erp.refused(path, STAGES, pagina=2)

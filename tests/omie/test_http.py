"""The client hands requests to the wire and answers back, and makes nothing of its own of them."""

import httpx

from omie.http import Direct

ERP = "https://erp.test/api/v1/"


async def test_an_answer_comes_back_whole_and_is_followed_nowhere_and_remembered_nowhere() -> None:
    asked: list[httpx.Request] = []

    def moved(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        headers = {"location": "https://elsewhere.test/", "set-cookie": "who=me"}
        return httpx.Response(301, headers=headers, stream=httpx.ByteStream(b"moved"))

    http = Direct(httpx.MockTransport(moved), base_url=ERP, headers={"user-agent": "esteira"})
    for _ in range(2):
        answer = await http.post("geral/clientes/", content=b"{}")
        assert (answer.status_code, answer.content) == (301, b"moved")

    assert [str(each.url) for each in asked] == [f"{ERP}geral/clientes/"] * 2
    assert all("cookie" not in each.headers for each in asked)
    assert all(each.headers["user-agent"] == "esteira" for each in asked)


async def test_a_streamed_answer_is_read_piece_by_piece() -> None:
    http = Direct(httpx.MockTransport(lambda _: httpx.Response(200, content=b"a page")))
    async with http.stream("POST", ERP) as answer:
        assert b"".join([piece async for piece in answer.aiter_bytes()]) == b"a page"
        assert answer.request.url == ERP

"""What makes a simulator of the ERP faithful: twenty-six points, and a test of each.

A test says which point it is for in its name, `test_point_08_…`, so that `pytest -k point_08` runs
those of one point.
"""

import ast
import re
from collections import Counter
from pathlib import Path

POINTS = {
    1: "the path, 301 without the slash, a page on GET",
    2: "four keys, param an array of one object",
    3: "keys per company, two texts with 403, suspension",
    4: "calls per endpoint, unknown ones refused",
    5: "unknown tags refused at every level, one per answer",
    6: "faults with 500, their header and escapes; some with 200 on request",
    7: "240 and 960 a minute, four reads or one write in flight",
    8: "the same call within sixty seconds, and the restart of the wait",
    9: "the tenth fault blocks for half an hour of a clock that tests control",
    10: "broken, HTML, empty, slow and cut answers, before and after the write",
    11: "ids, integration codes, and the duplicate texts",
    12: "customers: upserts, filters, masks, required tags, tags replaced",
    13: "products: three keys, what the default hides, inactive ones, nulls",
    14: "orders: required tags, instalments, scenario, totals, kits",
    15: "numbers in sequence, padded or bare",
    16: "the query drops what is empty, the listing keeps it",
    17: "the filters of ListarPedidos, its cap, its briefness",
    18: "cancelled orders keep their stage and cannot be moved",
    19: "billing takes its time, checks first, and happens once",
    20: "cancelling dates order and note, removing is refused once billed",
    21: "output tags refused on alteration",
    22: "stages after an empty operation, counted as such",
    23: "stock: default location, caps, negatives, reservation, issue at billing",
    24: "webhooks: ping, order, retries, dead letters, envelope, duplicates",
    25: "registers that are seeded, and acts of the ERP's user",
    26: "a log of requests with the secret masked",
}
NAMED = re.compile(r"test_point_(\d\d)_\w+")
TESTS = Path(__file__).parent


def named_points() -> Counter[int]:
    """How many tests name each point."""
    found: Counter[int] = Counter()
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.update(int(number) for number in NAMED.findall(node.name))
    return found


def test_every_point_has_a_test_and_no_test_names_another():
    assert list(POINTS) == list(range(1, 27))
    assert set(named_points()) == set(POINTS)

"""Who may import whom, what stays pure, and how long a file may get."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVICES = {"capture", "validation", "erp_writer", "cancellation", "panel"}
PLUMBING = {"chassis", "omie", "contracts", "embedded", "ops", "sandbox"}
OURS = SERVICES | PLUMBING | {"tests", "benchmarks"}
MAY_IMPORT = {
    "contracts": set[str](),
    "omie": {"chassis"},
    "chassis": {"contracts"},
    **{service: {"contracts", "chassis", "omie"} for service in SERVICES},
    "embedded": {"contracts"},
    "ops": {"contracts", "chassis", "embedded", "omie", "panel"},
    "sandbox": set[str](),
}
"""Which of our own packages each package may import, beside itself."""

ONLY_IN = {
    "aiokafka": (
        "chassis/consumer.py",
        "chassis/kafka.py",
        "chassis/lookup.py",
        "chassis/progress.py",
        "chassis/subscription.py",
        "chassis/table.py",
    ),
    "faststream": ("chassis/app.py", "chassis/kafka.py", "chassis/subscription.py"),
    "motor": ("chassis/store.py",),
    "pymongo": ("chassis/store.py",),
    "bson": ("chassis/store.py",),
}
"""Libraries that the services see through the chassis alone."""

PURE = (
    "contracts/[!g]*.py",
    "services/capture/capture/listings.py",
    "services/capture/capture/sighting.py",
    "services/capture/capture/fetch.py",
    "services/capture/capture/messages.py",
    "services/capture/capture/prospect.py",
    "services/capture/capture/sweep.py",
    "services/capture/capture/channels/brazil.py",
    "services/capture/capture/channels/part.py",
    "services/capture/capture/channels/methods.py",
    "services/capture/capture/channels/*/address.py",
    "services/capture/capture/channels/*/amounts.py",
    "services/capture/capture/channels/*/buyer.py",
    "services/capture/capture/channels/*/document.py",
    "services/capture/capture/channels/*/normalise.py",
    "services/capture/capture/channels/*/order_list.py",
    "services/capture/capture/channels/*/payload.py",
    "services/capture/capture/channels/*/payment.py",
    "services/capture/capture/channels/*/webhook.py",
    "services/validation/validation/rules/*.py",
    "services/validation/validation/case.py",
    "services/validation/validation/corrections.py",
    "services/validation/validation/facts.py",
    "services/validation/validation/mappings.py",
    "services/validation/validation/match.py",
    "services/validation/validation/parts.py",
    "services/validation/validation/step.py",
    "services/validation/validation/terms.py",
    "services/erp-writer/erp_writer/codes.py",
    "services/erp-writer/erp_writer/customer.py",
    "services/erp-writer/erp_writer/document.py",
    "services/erp-writer/erp_writer/entry.py",
    "services/erp-writer/erp_writer/instalments.py",
    "services/erp-writer/erp_writer/ledger.py",
    "services/erp-writer/erp_writer/refusal.py",
    "services/cancellation/cancellation/policy.py",
    "services/cancellation/cancellation/standing.py",
    "services/panel/panel/access.py",
    "services/panel/panel/cells.py",
    "services/panel/panel/comparison.py",
    "services/panel/panel/documents.py",
    "services/panel/panel/charts.py",
    "services/panel/panel/health.py",
    "services/panel/panel/kanban.py",
    "services/panel/panel/mask.py",
    "services/panel/panel/milestones.py",
    "services/panel/panel/pages/personal.py",
    "services/panel/panel/pages/menu.py",
    "services/panel/panel/pages/store_form.py",
    "services/panel/panel/pages/store_typed.py",
    "services/panel/panel/api/masking.py",
    "services/panel/panel/qr.py",
    "services/panel/panel/totp.py",
    "services/panel/panel/rebuilt.py",
    "services/panel/panel/row.py",
    "services/panel/panel/summary.py",
    "services/panel/panel/tab.py",
    "services/panel/panel/text_changes.py",
    "services/panel/panel/timeline.py",
    "services/omie/omie/allowance.py",
    "services/omie/omie/envelope.py",
    "services/omie/omie/faults.py",
    "deploy/ops/masking.py",
    "deploy/ops/moments.py",
    "deploy/ops/selection.py",
)
"""Where things are decided: values in, values out."""
IMPURE_IMPORTS = {"asyncio", "os", "time", "random", "secrets", "socket", "subprocess", "httpx"}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "open", "print"}

LONGEST_FILE = 300
LONGEST_FUNCTION = 60


def files(*patterns: str) -> list[Path]:
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern)})


CODE = files("contracts/**/*.py", "services/**/*.py", "deploy/**/*.py")
TESTS = files("tests/**/test_*.py", "tests/**/conftest.py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def package(file: Path) -> str:
    parts = file.relative_to(ROOT).parts
    return parts[0] if parts[0] == "contracts" else parts[{"services": 2, "deploy": 1}[parts[0]]]


def imports(file: Path) -> Iterator[str]:
    """The modules a file imports, by their whole name."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(file)} imports relatively"
            yield node.module or ""


def imported(file: Path) -> set[str]:
    """The packages a file imports."""
    return {module.partition(".")[0] for module in imports(file)}


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call, as it is written: `time.sleep`."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def offenders(found: list[tuple[Path, object]]) -> str:
    """One a line, so that a failure shows them all."""
    return "\n".join(f"{name(file)}: {what}" for file, what in found)


@pytest.mark.parametrize("importer", MAY_IMPORT)
def test_a_package_imports_only_those_of_ours_that_it_may(importer: str):
    allowed = MAY_IMPORT[importer] | {importer}
    found = [
        (file, foreign)
        for file in CODE
        if package(file) == importer and (foreign := imported(file) & OURS - allowed)
    ]

    assert offenders(found) == ""
    assert any(package(file) == importer for file in CODE)


def test_contracts_import_pydantic_and_the_standard_library_alone():
    known = sys.stdlib_module_names | {"pydantic", "contracts"}
    found = [(f, imported(f) - known) for f in CODE if package(f) == "contracts"]

    assert offenders([each for each in found if each[1]]) == ""


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_behind_the_chassis_is_imported_nowhere_else(library: str):
    found = [
        (file, library)
        for file in files("services/**/*.py")
        if library in imported(file) and not name(file).endswith(ONLY_IN[library])
    ]

    assert offenders(found) == ""


@pytest.mark.parametrize("pattern", PURE)
def test_where_things_are_decided_nothing_is_awaited_asked_or_left_to_chance(pattern: str):
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    found: list[tuple[Path, object]] = []
    for file in files(pattern):
        found += [(file, each) for each in imported(file) & IMPURE_IMPORTS]
        found += [(file, c) for c, _ in calls(file) if c.rpartition(".")[2] in IMPURE_CALLS]
        found += [
            (file, f"line {n.lineno} waits") for n in ast.walk(tree(file)) if isinstance(n, waiting)
        ]

    assert files(pattern), "no such file any more: take it off the list"
    assert offenders(found) == ""


def test_files_and_functions_stay_small_enough_to_read_at_once():
    long: list[tuple[Path, object]] = []
    for file in CODE:
        lines = len(file.read_text("utf-8").splitlines())
        if lines > LONGEST_FILE:
            long.append((file, f"{lines} lines"))
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append((file, f"{node.name}: {length} lines"))

    assert offenders(long) == ""


def test_no_test_patches_our_code():
    patching = ("setattr", "patch", "patch.object", "patch.dict")
    found = [
        (file, call)
        for file in TESTS
        for call, _ in calls(file)
        if call.startswith(("monkeypatch.", "mock.", "mocker.", "patch"))
        and call.endswith(patching)
    ]

    assert offenders(found) == ""


def test_no_test_sleeps_unless_its_clock_is_virtual():
    found = [
        (file, f"line {call.lineno}")
        for file in TESTS
        if "tests.support.virtual_time" not in imports(file)
        for written, call in calls(file)
        if written in ("time.sleep", "asyncio.sleep", "sleep") and ast.unparse(call.args[0]) != "0"
    ]

    assert offenders(found) == ""

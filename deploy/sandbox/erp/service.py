"""How a service of the ERP is declared: a path, its complex types, its calls, its tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.erp.companies import Company
from sandbox.erp.schema import ComplexType, types_of
from sandbox.erp.store import Doc, Table

Run = Callable[[Company, Doc], Doc]


@dataclass(frozen=True)
class Call:
    """One method: what it takes, whether it writes, and the function that carries it out."""

    name: str
    takes: ComplexType
    writes: bool
    run: Run


class Service:
    """The calls of one endpoint, such as `geral/clientes`, and how its writes say yes."""

    def __init__(
        self,
        path: str,
        *tables: Table,
        status: tuple[str, str] = ("codigo_status", "descricao_status"),
        before: Callable[[Company], None] | None = None,
    ) -> None:
        self.path = path
        self.tables = tables
        self.types: Mapping[str, ComplexType] = types_of(path)
        self.before = before
        self.calls: dict[str, Call] = {}
        self._status = status

    def call(self, name: str, takes: str, *, writes: bool = False) -> Callable[[Run], Run]:
        """Register the decorated function as the method `name`."""

        def registered(run: Run) -> Run:
            self.calls[name] = Call(name, self.types[takes], writes, run)
            return run

        return registered

    def said(self, text: str, code: str = "0") -> Doc:
        """The status block in this service's spelling; a code other than "0" is a refusal."""
        code_tag, text_tag = self._status
        return {code_tag: code, text_tag: text}

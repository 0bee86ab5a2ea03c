"""The one way in: POST /api/v1/<module>/<service>/, from the raw body to the answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.types import Receive, Scope, Send

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.connection import Severed, hang, receive_body, reply, sever
from sandbox.erp.envelope import Answer, Envelope, opened, page, refusal, success
from sandbox.erp.faults import Fault
from sandbox.erp.injection import AFTER_THE_WRITE, Injection
from sandbox.erp.journal import Entry
from sandbox.erp.limits import Combination
from sandbox.erp.machine import Machine
from sandbox.erp.service import Call, Service
from sandbox.erp.store import Doc


@dataclass(frozen=True)
class Errand:
    """One call on its way: which method, on whose books, with what."""

    service: Service
    call: Call
    company: Company
    envelope: Envelope


ROOT = "/api/v1/"


class Endpoint:
    """The API as an ASGI application, which reads the path by itself."""

    def __init__(self, services: Mapping[str, Service], machine: Machine) -> None:
        self._services = {f"{ROOT}{path}/": service for path, service in services.items()}
        self._machine = machine

    def knows(self, path: str) -> bool:
        """Whether this is the path of a service, slash and all."""
        return path in self._services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"].removeprefix(ROOT).removesuffix("/")
        service = self._services.get(scope["path"])
        if service is None:
            await reply(page("Omie API", f"<p>{path}: serviço não encontrado.</p>", 404), send)
        elif scope["method"] == "POST":
            await self._serve(service, scope, receive, send)
        else:
            calls = "".join(f"<li>{name}</li>" for name in service.calls)
            await reply(page(f"Omie API: {path}", f"<ul>{calls}</ul>"), send)

    async def _serve(self, service: Service, scope: Scope, receive: Receive, send: Send) -> None:
        journal = self._machine.journal
        body = await receive_body(receive)
        ip = scope["client"][0] if scope.get("client") else ""
        entry = journal.open(self._machine.clock(), ip, service.path, body)
        try:
            answer = await self._answer(service, entry, receive)
        except Severed:
            journal.close(entry)
            await sever(receive)
            return
        entry.status = answer.status
        journal.close(entry)
        await reply(answer, send)

    async def _answer(self, service: Service, entry: Entry, receive: Receive) -> Answer:
        try:
            envelope = opened(entry.body)
        except Fault as fault:
            entry.fault = fault.text
            return refusal(fault)
        entry.call, entry.app_key = envelope.call, envelope.app_key
        who = (entry.ip, envelope.app_key, f"{service.path}/{envelope.call}")
        limits, places = self._machine.limits, ""
        try:
            errand = self._admitted(who, service, envelope)
            with limits.in_flight(who, writes=errand.call.writes) as places:
                trouble = self._trouble(errand)
                entry.injected = trouble.kind if trouble else ""
                answer = await self._meet(errand, trouble, receive)
            limits.succeeded(who)
        except Fault as fault:
            counted = self._counted(who, fault)
            entry.fault = counted.text
            if counted.number in self._machine.with_200:
                counted.status = 200
            answer = refusal(counted)
        if places:
            header = (b"x-omie-parallelratelimit", places.encode())
            answer = replace(answer, headers=(*answer.headers, header))
        return answer

    def _admitted(self, who: Combination, service: Service, envelope: Envelope) -> Errand:
        """The call asked for, or the fault of a caller who may not make it."""
        self._machine.limits.admit(who)
        company = self._machine.companies.admit(envelope.app_key, envelope.app_secret)
        call = service.calls.get(envelope.call)
        if call is None:
            raise faults.unknown_call(envelope.call)
        return Errand(service, call, company, envelope)

    def _trouble(self, errand: Errand) -> Injection | None:
        return self._machine.injections.take(
            errand.service.path, errand.call.name, errand.company.app_key
        )

    def _counted(self, who: Combination, fault: Fault) -> Fault:
        """The fault to answer with: this one, or the block that it is the last straw of."""
        if not fault.wrong_request:
            return fault
        try:
            self._machine.limits.failed(who)
        except Fault as block:
            return block
        return fault

    async def _meet(self, errand: Errand, trouble: Injection | None, receive: Receive) -> Answer:
        """Carry the call out, or meet the trouble injected before or after it."""
        if trouble is None:
            return success(await self._carry_out(errand))
        if trouble.kind in AFTER_THE_WRITE:
            await self._carry_out(errand)
        return await self._break(trouble, receive)

    async def _carry_out(self, errand: Errand) -> Doc:
        """Run the method, unless it is redundant; a fault leaves nothing written."""
        limits = self._machine.limits
        param = errand.call.takes.read(errand.envelope.param)
        guarded = limits.switches.redundancy
        fingerprint = errand.envelope.fingerprint if guarded else None
        if guarded:
            limits.first_within_a_minute(fingerprint)
        try:
            if self._machine.latency_ms:
                await asyncio.sleep(self._machine.latency_ms / 1000)
            return _run(errand, param)
        except Fault:
            if guarded:
                limits.forget(fingerprint)
            raise

    async def _break(self, trouble: Injection, receive: Receive) -> Answer:
        """Answer as something broken would, or do not answer at all."""
        fault = trouble.fault(self._machine.clock().timestamp())
        if trouble.kind in {"timeout", "timeout_after"}:
            await hang(receive, trouble.delay_ms / 1000)
            raise Severed
        if trouble.delay_ms:
            await asyncio.sleep(trouble.delay_ms / 1000)
        if fault is not None:
            raise fault
        if trouble.kind == "html":
            return page("502 Bad Gateway", trouble.text, trouble.status or 502)
        if trouble.kind == "empty":
            return Answer(trouble.status or 200, b"")
        raise Severed


def _run(errand: Errand, param: Doc) -> Doc:
    service, call, company = errand.service, errand.call, errand.company
    if service.before is not None:
        service.before(company)
    if not call.writes:
        return call.run(company, param)
    with company.transaction():
        return call.run(company, param)

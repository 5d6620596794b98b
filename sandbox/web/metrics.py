"""The numbers as Prometheus reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sandbox.service import Context
from sandbox.web.tally import Tally

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(context: Context, tally: Tally) -> bytes:
    """All metrics in the text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Sandbox(context, tally))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return generate_latest(registry)


class _Sandbox(Collector):
    def __init__(self, context: Context, tally: Tally) -> None:
        self._context = context
        self._tally = tally

    def collect(self) -> Iterable[Metric]:
        yield from self._connections()
        yield from self._happened()
        yield from self._kept()

    def _connections(self) -> Iterator[Metric]:
        tally, by = self._tally, ("service",)
        yield _counter("connections", "Connections opened.", by, tally.opened)
        current = Counter(connection.service for connection in self._context.network.connections())
        yield _gauge("open_connections", "Connections open now.", by, current)
        yield _counter("received_bytes", "Octets from clients.", by, tally.received)
        yield _counter("sent_bytes", "Octets to clients.", by, tally.sent)
        yield _counter("crashes", "Failures of the sandbox itself.", by, tally.crashed)

    def _happened(self) -> Iterator[Metric]:
        tally = self._tally
        logins = {
            (service, name.removeprefix("login.")): count
            for (service, name), count in tally.facts.items()
            if name in ("login.accepted", "login.refused")
        }
        mails = {
            (name.removeprefix("mail."),): tally.fact(name) for name in ("mail.accepted", "mail.refused")
        }
        yield _counter("logins", "Logins, accepted and refused.", ("service", "outcome"), logins)
        yield _counter("mails", "Mails, accepted and refused.", ("outcome",), mails)
        yield _counter("mail_bytes", "Octets of accepted mails.", (), {(): tally.octets_of_mail})
        yield _counter("requests", "HTTP requests answered.", ("service", "status"), tally.requests)
        yield _counter("faults_hit", "Faults by the name of their rule.", ("service", "rule"), tally.faults)
        yield _counter("facts", "Facts on the timeline.", ("service", "name"), tally.facts)

    def _kept(self) -> Iterator[Metric]:
        context = self._context
        yield _gauge("journal_entries", "Entries on the timeline.", (), {(): len(context.journal)})
        yield _gauge("journal_bytes", "Octets the timeline holds.", (), {(): context.journal.size})
        evicted = {(): context.journal.evicted}
        yield _counter("journal_evictions", "Entries that gave way to newer ones.", (), evicted)
        yield _gauge("messages", "Messages in the mail store.", (), {(): len(context.mail.messages)})
        accepting = {
            (endpoint.service, endpoint.listener, endpoint.transport): int(accepts)
            for endpoint, accepts in context.network.accepting()
        }
        yield _gauge(
            "listener_up", "Whether a listener accepts.", ("service", "listener", "transport"), accepting
        )


def _counter(name: str, told: str, labels: Sequence[str], values: Mapping[Any, int]) -> Metric:
    return _filled(CounterMetricFamily(f"sandbox_{name}", told, labels=labels), values)


def _gauge(name: str, told: str, labels: Sequence[str], values: Mapping[Any, int]) -> Metric:
    return _filled(GaugeMetricFamily(f"sandbox_{name}", told, labels=labels), values)


def _filled(family: Any, values: Mapping[Any, int]) -> Metric:
    for labels, value in values.items():
        family.add_metric((labels,) if isinstance(labels, str) else labels, value)
    return family  # type: ignore[no-any-return]

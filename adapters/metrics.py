"""Figures for Prometheus: how much is answered, how fast, and whether anything is left lying. Never a word of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.channel import Channel
from adapters.desk import Desk
from bot.errors import StoreUnavailable
from bot.model import Reply, Utterance
from bot.store.store import Store

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "advisor_answers", "Utterances answered", ("channel", "outcome"), registry=self._registry
        )
        self._seconds = Histogram(
            "advisor_answer_seconds", "From utterance to reply, without sending", ("channel",),
            buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._pending = Gauge(
            "advisor_pending_claims", "Messages accepted and not yet answered; -1 if the store is down",
            registry=self._registry,
        )  # fmt: skip

    def observe(self, utterance: Utterance, reply: Reply, seconds: float) -> None:
        """Count one answer."""
        self._answers.labels(utterance.channel, reply.outcome.value).inc()
        self._seconds.labels(utterance.channel).observe(seconds)

    def watch(self, desk: Desk, store: Store, channels: Sequence[Channel]) -> None:
        """Also tell, each time it is asked, how these are now."""
        self._registry.register(_Now(desk, store, channels))

    async def text(self, store: Store) -> bytes:
        """Everything in Prometheus' text format."""
        try:
            self._pending.set(await store.claims.count_open())
        except StoreUnavailable:
            self._pending.set(-1)
        return generate_latest(self._registry)


class _Now(Collector):
    """What is read, not counted."""

    def __init__(self, desk: Desk, store: Store, channels: Sequence[Channel]) -> None:
        self._desk = desk
        self._store = store
        self._channels = channels

    def collect(self) -> Iterable[Metric]:
        """The gauges as they are now."""
        spool = GaugeMetricFamily("advisor_spool_records", "Records waiting for the store")
        spool.add_metric([], len(self._store.spool))
        again = CounterMetricFamily("advisor_redeliveries", "Messages received again and dropped", labels=["channel"])
        for channel, count in self._store.claims.redelivered.items():
            again.add_metric([channel], count)
        up = GaugeMetricFamily("advisor_channel_connected", "Whether a channel is connected", labels=["channel"])
        for found in self._channels:
            up.add_metric([found.name], float(found.health().ok))
        knowledge = GaugeMetricFamily(
            "advisor_knowledge_entries", "Entries of the knowledge in charge", labels=["revision"]
        )
        knowledge.add_metric([self._desk.library.knowledge.revision], len(self._desk.library.knowledge.entries))
        since = GaugeMetricFamily("advisor_knowledge_since_seconds", "When it was put in charge, in Unix time")
        since.add_metric([], self._desk.since.timestamp())
        return spool, again, up, knowledge, since

"""The advisor in charge now. Knowledge may be replaced while the program runs: then a new one takes its place at once,
and an answer that has begun ends with the knowledge it began with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from adapters.bootstrap import Library, make_advisor, now
from adapters.settings import Settings
from bot.advisor import Advisor, Observe
from bot.pace import Pace
from bot.store.store import Store

log = logging.getLogger(__name__)


class Desk:
    """Holds the advisor, and makes the next one of the same parts."""

    def __init__(self, library: Library, store: Store, settings: Settings, observe: Observe | None = None) -> None:
        self._store = store
        self._settings = settings
        self._pace = Pace(settings.messages_per_minute)
        self._observe = observe
        self._clock: Callable[[], datetime] = now
        self.install(library)

    def install(self, library: Library) -> None:
        """Put other knowledge in charge: one assignment, so nobody ever sees half of it."""
        self._advisor, self.since = self._made(library), self._clock()
        self.library = library

    def advisor(self) -> Advisor:
        """The advisor in charge."""
        return self._advisor

    def _made(self, library: Library) -> Advisor:
        own = self._settings
        return make_advisor(
            library,
            self._store.log,
            operator=own.who_runs_it(),
            clock=self._clock,
            retention=own.retention(),
            pace=self._pace,
            observe=self._observe,
        )

"""How fast a person may ask: a limit that nobody who means it meets, counted in this process's memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

PER_MINUTE = 20
PEOPLE = 10_000  # remembered; the one silent for longest is forgotten first


class Pace:
    """Counts each person's messages of the last minute."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._limit = per_minute
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def hurried(self, person: str, now: datetime) -> bool:
        """Whether this message is one too many in a minute. It counts itself."""
        times = self._seen.setdefault(person, deque(maxlen=self._limit))
        self._seen.move_to_end(person)
        while len(self._seen) > PEOPLE:
            self._seen.popitem(last=False)
        too_many = len(times) == self._limit and now - times[0] < timedelta(minutes=1)
        if not too_many:
            times.append(now)
        return too_many

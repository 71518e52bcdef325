"""Where an answer goes: what is kept beside a claim so that it can be sent after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from adapters.slack_app.tags import Origin, Tag


class Surface(StrEnum):
    """How an answer is shown."""

    DIRECT = "direct"  # a post in the direct message
    CHANNEL = "channel"  # in the thread: to all if it is an answer, else to the asker alone
    ALONE = "alone"  # in the channel, seen by one person
    RESPONSE = "response"  # seen by one person, where they typed the command or tapped
    HOME = "home"  # on the Home tab
    EXPORT = "export"  # as text in the direct message


@dataclass(frozen=True)
class Address:
    """Raw ids, which leave this package only into the claim, and are blanked there with the answer."""

    surface: Surface
    team: str
    user: str
    channel: str = ""
    thread: str = ""  # the thread to answer in
    message: str = ""  # the message that asked: for the status line under it
    url: str = ""  # Slack's response_url: good for half an hour
    asker: str = ""  # whose question this thread or message is
    chosen: str = ""  # the title of the option that was tapped
    replace: str = ""  # the message to show the answer in, in place of what is there

    def as_mapping(self) -> Mapping[str, str]:
        """As strings, without what is empty."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Address:
        """The address again."""
        return cls(**{**kept, "surface": Surface(kept["surface"])})  # type: ignore[arg-type]  # strings but for one

    def tag(self) -> Tag:
        """What buttons under the answer need to know."""
        match self.surface:
            case Surface.DIRECT | Surface.EXPORT:
                return Tag(Origin.DIRECT, self.thread, self.user)
            case Surface.CHANNEL:
                return Tag(Origin.THREAD, self.thread, self.asker or self.user)
            case Surface.ALONE:
                return Tag(Origin.THREAD, self.thread, self.asker or self.user, private=True)
            case Surface.RESPONSE:
                return Tag(Origin.COMMAND, "", self.user, private=True)
            case Surface.HOME:
                return Tag(Origin.HOME, "", self.user, private=True)

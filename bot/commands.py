"""What a person can ask of the bot itself: help, topics, settings, privacy, pause, forget; and its buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.knowledge.schema import Entry
from bot.model import Nation, Option, OptionKind, Outcome, PersonSettings, Reply
from bot.replies import Asking, Replies
from bot.say import join_words

EXAMPLES = 3


class Act(StrEnum):
    """What the advisor does in the log after a command."""

    FORGET = "forget"
    EXPORT = "export"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class Effect:
    """An act with what it is about: for feedback the turn and the value (`up`, `down`, `sent`)."""

    act: Act
    turn: str = ""
    value: str = ""


@dataclass(frozen=True)
class Done:
    """The reply to a command, with what it changes."""

    reply: Reply
    settings: PersonSettings | None = None
    effect: Effect | None = None


class Commands:
    """Answers commands and the buttons that are not about entries."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._voice = replies.voice

    def run(self, text: str, asking: Asking, settings: PersonSettings) -> Done | None:
        """Run `/name argument` or `name argument`; None if it is no command of ours, so that it is read as a question."""
        name, _, argument = text.strip().lstrip("/").partition(" ")
        match name.casefold():
            case "start" | "greet":
                return Done(self._start(asking))
            case "help" | "cancel":
                return Done(self._help(asking))
            case "topics":
                return Done(self._topics(asking))
            case "topic":
                return self._topic(argument.strip(), asking)
            case "settings":
                return Done(self._settings(asking, settings))
            case "privacy":
                return Done(self._privacy(asking, settings))
            case "pause":
                return Done(self._say(asking, "paused"), settings=replace(settings, paused=True))
            case "resume":
                return Done(self._say(asking, "resumed"), settings=replace(settings, paused=False))
            case "forget":
                yes = Option(OptionKind.COMMAND, "forget-now", self._voice.say("label_forget_now"))
                return Done(self._say(asking, "forget_sure", options=(yes,)))
            case "mydata":
                return Done(self._say(asking, "nothing_kept"), effect=Effect(Act.EXPORT))
            case "voice" | "attachment" as what:  # what a channel makes of a recording, a photo or a file
                return Done(self._say(asking, what))
        return None

    def tapped(self, option: Option, asking: Asking, settings: PersonSettings) -> Done | None:
        """What a button does that is about no entry; None if it is not known."""
        match option.kind:
            case OptionKind.TOPIC:
                return self._topic(option.value, asking)
            case OptionKind.SEND_QUESTION if settings.paused:
                return Done(self._say(asking, "send_paused"))
            case OptionKind.SEND_QUESTION:
                return Done(self._say(asking, "sent"), effect=Effect(Act.FEEDBACK, option.value, "sent"))
            case OptionKind.FEEDBACK:
                thanks = self._say(asking, "feedback_thanks")
                return Done(thanks, effect=Effect(Act.FEEDBACK, option.value, option.entry))
            case OptionKind.COMMAND if option.value == "forget-now":
                return Done(self._say(asking, "forgotten"), effect=Effect(Act.FORGET))
            case OptionKind.COMMAND:
                return self.run(option.value, asking, settings)
        return None

    def empty(self, asking: Asking) -> Reply:
        """To a message without words."""
        return self._say(asking, "empty", example=join_words([e.question for e in self._examples()[:1]]) or "...")

    def _start(self, asking: Asking) -> Reply:
        """Who it is, in a few lines, with example questions to tap and one line on privacy."""
        lead = f"{self._voice.say('greeting')} {self._voice.say('start_privacy')}"
        examples = tuple(Option(OptionKind.ENTRY, entry.id, entry.question) for entry in self._examples())
        return self._replies.reply(asking, Outcome.HELP, lead=lead, options=examples + self._topic_option())

    def _help(self, asking: Asking) -> Reply:
        examples = join_words([f'"{entry.question}"' for entry in self._examples()], "or")
        return self._say(asking, "help", options=self._topic_option(), examples=examples)

    def _examples(self) -> list[Entry]:
        """The questions that `messages.yaml` names and the knowledge has; else the first of the first topics."""
        knowledge = self._replies.knowledge
        by_question = {entry.question: entry for entry in knowledge.entries.values()}
        named = [text.strip() for text in self._voice.say("examples").split("|")]
        chosen = [by_question[text] for text in named if text in by_question]
        if chosen:
            return chosen[:EXAMPLES]
        firsts: dict[str, Entry] = {}
        for entry in knowledge.entries.values():
            firsts.setdefault(knowledge.topic_of[entry.id], entry)
        return list(firsts.values())[:EXAMPLES]

    def _topic_option(self) -> tuple[Option, ...]:
        return (Option(OptionKind.COMMAND, "topics", self._voice.say("label_topics")),)

    def _topics(self, asking: Asking) -> Reply:
        topics = [topic for topic in self._replies.knowledge.topics.values() if self._entries_of(topic.id)]
        options = tuple(Option(OptionKind.TOPIC, topic.id, topic.title) for topic in topics)
        return self._say(asking, "topics", options=options)

    def _entries_of(self, topic: str) -> list[str]:
        knowledge = self._replies.knowledge
        return [entry for entry, of in knowledge.topic_of.items() if of == topic]

    def _topic(self, topic: str, asking: Asking) -> Done | None:
        knowledge = self._replies.knowledge
        if topic not in knowledge.topics:
            return None
        entries = [knowledge.entries[entry] for entry in self._entries_of(topic)]
        options = tuple(Option(OptionKind.ENTRY, entry.id, entry.question) for entry in entries)
        return Done(self._say(asking, "topic", options=options, title=knowledge.topics[topic].title))

    def _settings(self, asking: Asking, settings: PersonSettings) -> Reply:
        unset = self._voice.say("not_set")
        nation = settings.nation.title if settings.nation else unset
        role = settings.role.value if settings.role else unset
        options = tuple(Option(OptionKind.NATION, n.value, n.title) for n in Nation)
        options += tuple(
            Option(OptionKind.ROLE, role_value, self._voice.say(f"role_{role_value}").capitalize())
            for role_value in ("commissioner", "founder", "staff")
        )
        return self._say(asking, "settings", options=options, nation=nation, role=role)

    def _privacy(self, asking: Asking, settings: PersonSettings) -> Reply:
        words = self._voice.say("privacy" if self._voice.keeps_text else "privacy_no_text")
        if self._voice.say_value("url"):
            words = f"{words} {self._voice.say('privacy_link')}"
        pause = "resume" if settings.paused else "pause"
        options = tuple(
            Option(OptionKind.COMMAND, name, self._voice.say(f"label_{name}")) for name in (pause, "mydata", "forget")
        )
        return self._replies.reply(asking, Outcome.HELP, lead=words, options=options)

    def _say(self, asking: Asking, name: str, options: tuple[Option, ...] = (), **values: object) -> Reply:
        return self._replies.reply(asking, Outcome.HELP, lead=self._voice.say(name, **values), options=options)

"""The store: what is remembered, what is not, what is erased, and what happens when it is down."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlmodel import SQLModel

from bot.errors import AdvisorError, StoreUnavailable
from bot.model import (
    Nation,
    Option,
    OptionKind,
    Outcome,
    PersonSettings,
    Reply,
    Role,
    Shown,
    Turn,
    Utterance,
    UtteranceKind,
)  # fmt: skip
from bot.store import turns
from bot.store.claims import Acceptance
from bot.store.engine import alembic_config, open_engine
from bot.store.keys import Pseudonyms, load_or_make_key
from bot.store.spool import Spool
from bot.store.store import Store, open_store

ROOT = Path(__file__).parent.parent.parent
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    async with open_store(database, tmp_path / "spool.jsonl", clock) as found:
        yield found


def utterance(number: int = 1, person: str = "ann", words: str = "what is a CIC", conversation: str = "c") -> Utterance:
    return Utterance(UtteranceKind.TEXT, words, f"m{number}", person, conversation, "test", NOON)


def turn(u: Utterance, entry: str = "what-is-cic", outcome: Outcome = Outcome.ANSWERED, **kw: object) -> Turn:
    option = Option(OptionKind.ENTRY, "asset-lock", "What is an asset lock?")
    reply = Reply(turn=f"t-{u.message_id}", outcome=outcome, options=(option,), nation=Nation.WALES)
    made = Turn(
        f"t-{u.message_id}",
        u,
        reply,
        (Shown(entry, "wales", "abc"),),
        (),
        0.5,
        "rev",
        900,
        NOON,
        (entry,),
        Nation.WALES,
    )
    return replace(made, **kw)  # type: ignore[arg-type]


def engine_of(database: str) -> Engine:
    """A plain engine on the same database, to look at what is really stored."""
    return create_engine(database.replace("+aiosqlite", ""), isolation_level="AUTOCOMMIT")


def rows(database: str, sql: str) -> list[tuple[object, ...]]:
    engine = engine_of(database)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return found


async def test_the_last_turn_is_recalled_as_ids_only(store: Store) -> None:
    await store.log.record(turn(utterance(1)))
    memory = await store.log.recall(utterance(2))
    assert memory.last is not None
    assert (memory.last.entries, memory.last.options[0].value) == (("what-is-cic",), "asset-lock")
    assert (memory.nation, memory.last.person) == (Nation.WALES, "ann")


async def test_another_person_in_the_thread_does_not_inherit_the_nation(store: Store) -> None:
    await store.log.record(turn(utterance(1, "ann")))
    memory = await store.log.recall(utterance(2, "bob"))
    assert memory.nation is None
    assert memory.last is not None


async def test_text_is_stored_redacted_and_never_where_it_must_not_be(
    database: str, store: Store, tmp_path: Path
) -> None:
    await store.log.record(turn(utterance(1, words="ring 07700 900123 about a CIC")))
    secret = turn(utterance(2, words="I feel suicidal"))
    await store.log.record(replace(secret, reply=replace(secret.reply, keep_text=False)))
    assert rows(database, "select text from turn order by message") == [("ring [phone] about a CIC",), (None,)]


async def test_a_turn_recorded_twice_is_one_row_and_its_follow_up_still_sees_the_turn_before(
    database: str, store: Store, tmp_path: Path
) -> None:
    await store.log.record(turn(utterance(1), "first"))
    await store.log.record(turn(utterance(2), "second"))
    again = await store.log.recall(utterance(2))
    assert again.last is not None
    assert again.last.entries == ("first",)
    await store.log.record(turn(utterance(2), "second"))
    assert rows(database, "select count(*) from turn") == [(2,)]


async def test_one_person_writing_in_many_places_at_once_is_one_person(database: str, store: Store) -> None:
    turns = [turn(utterance(number, conversation=f"c{number}")) for number in range(8)]
    await asyncio.gather(*(store.log.record(found) for found in turns))
    assert rows(database, "select count(*) from turn") == [(8,)]
    assert rows(database, "select id from person") == [("ann",)]


async def test_settings_are_kept(store: Store) -> None:
    await store.log.save_settings("ann", PersonSettings(nation=Nation.SCOTLAND, role=Role.STAFF, greeted=True))
    assert (await store.log.recall(utterance())).settings == PersonSettings(Nation.SCOTLAND, Role.STAFF, False, True)


async def test_a_paused_person_leaves_no_turn_but_can_follow_up(database: str, store: Store, tmp_path: Path) -> None:
    await store.log.save_settings("ann", PersonSettings(paused=True))
    await store.log.record(turn(utterance(1)))
    assert rows(database, "select count(*) from turn") == [(0,)]
    memory = await store.log.recall(utterance(2))
    assert memory.last is not None
    assert memory.last.entries == ("what-is-cic",)


async def test_forget_leaves_no_row_claim_or_spooled_record(database: str, store: Store, tmp_path: Path) -> None:
    for person in ("ann", "bob"):
        await store.claims.accept(utterance(person == "ann", person), {"chat": "raw-id"})
        await store.log.record(turn(utterance(person == "ann", person, conversation=person)))
        await store.log.feedback(f"t-m{person == 'ann'}", person, "up")
    Spool(tmp_path / "spool.jsonl").add({"kind": "turn", "person": "ann"})
    await store.log.forget("ann")
    for table in ("turn", "claim", "conversation", "feedback"):
        assert rows(database, f"select distinct person from {table}") == [("bob",)], table  # noqa: S608
    assert rows(database, "select id from person") == [("bob",)]
    assert len(Spool(tmp_path / "spool.jsonl")) == 0
    assert await store.log.export("ann") == {}


async def test_export_gives_all_that_is_kept(store: Store) -> None:
    await store.log.record(turn(utterance(1)))
    await store.log.feedback("t-m1", "ann", "down", "too long, ring 07700 900123")
    kept = await store.log.export("ann")
    assert kept["turns"][0]["text"] == "what is a CIC"
    assert kept["feedback"][0]["reason"] == "too long, ring [phone]"


async def test_feedback_on_another_persons_turn_is_dropped(database: str, store: Store, tmp_path: Path) -> None:
    await store.log.record(turn(utterance(1)))
    await store.log.feedback("t-m1", "mallory", "down")
    assert rows(database, "select count(*) from feedback") == [(0,)]


@pytest.mark.parametrize(
    ("days", "answered", "other"), [(29, "kept", "kept"), (31, None, "kept"), (181, None, None), (366, "gone", "gone")]
)
async def test_purge_takes_text_and_rows_when_their_time_is_over(
    database: str, store: Store, clock: Clock, tmp_path: Path, days: int, answered: str | None, other: str | None
) -> None:
    await store.log.record(turn(utterance(1, words="kept")))
    await store.log.record(turn(utterance(2, words="kept"), outcome=Outcome.FALLBACK))
    clock.now = NOON + timedelta(days=days)
    await store.log.purge()
    found = {row[0]: row[1] for row in rows(database, "select message, text from turn")}
    assert (found.get("m1", "gone"), found.get("m2", "gone")) == (answered, other)


async def test_purge_takes_raw_text_of_claims_after_a_day_and_tells_how_many_were_never_answered(
    database: str, store: Store, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        await store.claims.accept(utterance(number), {})
    await store.claims.finish("m3")
    clock.now = NOON + timedelta(hours=25)
    assert await store.claims.pending("test", alone=True) == []
    assert await store.log.purge() == 2
    assert "2 messages could not be answered in time" in caplog.text
    assert await store.log.purge() == 0
    assert rows(database, "select count(*) from claim") == [(0,)]


async def test_a_message_is_accepted_once_and_its_raw_text_is_blanked_when_answered(
    database: str, store: Store, tmp_path: Path
) -> None:
    assert await store.claims.accept(utterance(1), {"chat": "raw"}) is Acceptance.NEW
    assert await store.claims.accept(utterance(1), {"chat": "raw"}) is Acceptance.DUPLICATE
    await store.claims.finish("m1")
    assert rows(database, "select state, utterance, address from claim") == [("answered", None, None)]
    assert await store.claims.accept(utterance(1), {}) is Acceptance.DUPLICATE


async def test_a_lease_that_is_over_is_taken_over_by_one_only(store: Store, clock: Clock) -> None:
    await store.claims.accept(utterance(1), {"chat": "raw"})
    clock.now += timedelta(seconds=31)
    assert await store.claims.accept(utterance(1), {}) is Acceptance.NEW
    assert await store.claims.accept(utterance(1), {}) is Acceptance.DUPLICATE
    clock.now += timedelta(seconds=31)
    assert [(u, a) for u, a in await store.claims.pending("test")] == [(utterance(1), {"chat": "raw"})]
    assert await store.claims.pending("test") == []
    assert await store.claims.pending("another", alone=True) == []


async def test_a_renewed_lease_is_not_taken(store: Store, clock: Clock) -> None:
    await store.claims.accept(utterance(1), {})
    clock.now += timedelta(seconds=25)
    await store.claims.renew("m1")
    clock.now += timedelta(seconds=25)
    assert await store.claims.accept(utterance(1), {}) is Acceptance.DUPLICATE


async def test_two_stores_race_for_a_lease_and_one_wins(database: str, tmp_path: Path, clock: Clock) -> None:
    async with (
        open_store(database, tmp_path / "spool.jsonl", clock) as one,
        open_store(database, tmp_path / "spool.jsonl", clock) as other,
    ):
        for number in range(10):
            await one.claims.accept(utterance(number), {})
        clock.now += timedelta(seconds=31)
        found = await asyncio.gather(one.claims.pending("test"), other.claims.pending("test"))
        taken = [u.message_id for batch in found for u, _ in batch]
        assert sorted(taken) == sorted(set(taken))


async def test_with_the_store_down_people_are_answered_from_memory_and_the_record_is_written_later(
    database: str, tmp_path: Path, clock: Clock
) -> None:
    async with open_store(database, tmp_path / "spool.jsonl", clock) as store:
        await store.log.record(turn(utterance(1)))
        hidden = tmp_path / "hidden"
        engine = engine_of(database)
        with engine.begin() as connection:
            connection.execute(text("alter table conversation rename to hidden_conversation"))
            connection.execute(text("alter table turn rename to hidden_turn"))
            connection.execute(text("alter table claim rename to hidden_claim"))
        memory = await store.log.recall(utterance(2))
        assert memory.last is not None
        assert memory.last.entries == ("what-is-cic",)
        assert await store.claims.accept(utterance(2), {}) is Acceptance.UNSTORED
        await store.log.record(turn(utterance(2), "asset-lock"))
        await store.claims.finish("m1")
        spool = tmp_path / "spool.jsonl"
        assert stat.S_IMODE(spool.stat().st_mode) == 0o600
        assert len(spool.read_text().splitlines()) == 2
        with pytest.raises(StoreUnavailable):
            await store.log.forget("ann")
        with engine.begin() as connection:
            for table in ("conversation", "turn", "claim"):
                connection.execute(text(f"alter table hidden_{table} rename to {table}"))
        engine.dispose()
        assert not hidden.exists()
        assert (await store.log.recall(utterance(3))).last is not None
    assert rows(database, "select message from turn order by message") == [("m1",), ("m2",)]
    assert not spool.exists()


async def test_the_database_and_its_folder_are_private(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "new"
    async with open_store(f"sqlite+aiosqlite:///{folder / 'a.db'}", folder / "s", clock):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "a.db").stat().st_mode) == 0o600


async def test_a_store_of_a_newer_version_is_refused_and_not_touched(
    database: str, tmp_path: Path, clock: Clock
) -> None:
    async with open_store(database, tmp_path / "spool.jsonl", clock):
        pass
    engine = engine_of(database)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(AdvisorError, match="made by a newer version"):
        async with open_store(database, tmp_path / "spool.jsonl", clock):
            pass
    assert rows(database, "select version_num from alembic_version") == [("9999",)]


async def test_two_processes_that_start_at_once_make_the_tables_once(database: str, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from bot.store.engine import open_engine\n"
        "async def main():\n    await (await open_engine(sys.argv[1])).dispose()\n"
        "asyncio.run(main())"
    )
    starts = [await asyncio.create_subprocess_exec(sys.executable, "-c", script, database, cwd=ROOT) for _ in range(4)]
    assert [await process.wait() for process in starts] == [0] * 4
    assert rows(database, "select count(*) from alembic_version") == [(1,)]


@pytest.mark.parametrize(
    ("url", "says"), [("nonsense", "is not a database address"), ("mysql://a@b/c", "SQLite or PostgreSQL, not mysql")]
)
async def test_an_address_of_no_database_we_speak_is_refused_in_words(url: str, says: str) -> None:
    with pytest.raises(AdvisorError, match=says):
        await open_engine(url)


async def test_a_server_that_is_not_there_is_a_store_that_is_down() -> None:
    with pytest.raises(StoreUnavailable):
        await open_engine("postgresql://nobody@127.0.0.1:1/none")


def test_tables_and_migrations_agree(database: str) -> None:
    engine = create_engine(database.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


def test_the_key_is_made_once_private_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = load_or_make_key(path)
    assert (load_or_make_key(path), stat.S_IMODE(path.stat().st_mode)) == (key, 0o600)
    assert [p.name for p in tmp_path.iterdir()] == ["key"]
    path.write_text("nonsense")
    with pytest.raises(AdvisorError, match="is damaged"):
        load_or_make_key(path)


def test_hashes_are_apart_for_each_purpose_and_parts_can_not_run_together() -> None:
    names = Pseudonyms(b"k" * 32)
    assert names.person("t", "", "7") != names.conversation("t", "", "7") != names.message("t", "", "7")
    assert names.conversation("a", "bc") != names.conversation("ab", "c")
    assert Pseudonyms(b"j" * 32).person("t", "", "7") != names.person("t", "", "7")
    assert names.person("t", "", "7") == names.person("t", "", "7")


async def test_the_spool_survives_a_torn_line_keeps_order_and_says_when_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "s.jsonl"
    spool = Spool(path)
    for number in range(3):
        spool.add({"n": number, "person": "ann"})
    with path.open("ab") as file:
        file.write(b'{"n": 99, "per')
    spool = Spool(path)
    spool.add({"n": 3, "person": "ann"})
    seen: list[int] = []

    async def write(record: dict[str, object]) -> None:
        if record["n"] == 2 and 2 not in seen and len(seen) == 2:
            seen.append(-1)
            raise StoreUnavailable("down")
        seen.append(int(str(record["n"])))

    with pytest.raises(StoreUnavailable):
        await spool.replay(write)
    await spool.replay(write)
    assert seen == [0, 1, -1, 2, 3]
    assert (path.exists(), len(spool)) == (False, 0)
    monkeypatch.setattr("bot.store.spool.MAX_RECORDS", 1)
    assert (spool.add({"n": 1}), spool.add({"n": 2})) == (True, False)
    assert "is full" in caplog.text


async def test_someone_erased_while_the_spool_is_replayed_is_not_written_again(database: str, store: Store) -> None:
    for number in range(20):
        store.spool.add(turns.record_of(turn(utterance(number)), paused=False, keep_text=True))
    replaying = asyncio.create_task(store.log.catch_up())
    await asyncio.sleep(0.02)
    await store.log.forget("ann")
    await replaying
    assert rows(database, "select count(*) from turn") == [(0,)]
    assert len(store.spool) == 0

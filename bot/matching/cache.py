"""The trained index on disk, by content: a stale one is never found, a damaged one is never trusted. No pickle.

The file's name is a hash of what the index depends on and of the code that made it, so an answer's text may change
without a new training. Its members carry the checksums of the zip format: a damaged byte is an error on reading, and then
the index is built again.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32
from zlib import error as zlib_error

import numpy as np
from numpy.typing import NDArray

from bot.kept import older, write
from bot.knowledge.schema import Language
from bot.matching.confidence import SHIPPED, Weights
from bot.matching.index import Index, Target
from bot.matching.rows import Rows
from bot.model import Nation

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
KEEP = 4  # cached indexes of other knowledge kept beside the newest


def name_of(targets: Iterable[Target], language: Language) -> str:
    """The cache file's name for what is learnt from these targets and words by this very code."""
    asked = [[one.id, one.phrasings, sorted(one.nations), one.group] for one in targets]
    digest = hashlib.sha256(json.dumps(asked).encode())
    digest.update(language.model_dump_json(exclude={"terms"}).encode())  # the terms are among the targets
    for path in (*sorted(HERE.glob("*.py")), HERE / "vectors.npz"):
        digest.update(path.read_bytes())
    return f"index-{digest.hexdigest()[:24]}.npz"


ARRAYS = ("idf", "meaning", "phrasings", "stem_weight", "stem_meaning", "cover")
ROWS = ("starts", "columns", "values", "step")
NAMES = ("vocabulary", "stems", "known", "exact")  # dictionaries by strings that hold no line end

# What reading a damaged or an older file raises; RuntimeError is the zip format's, where a bit says `encrypted` or `newer`.
DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib_error)


def _joined(names: Iterable[str]) -> NDArray[np.uint8]:
    """Many short strings as one: read ten times as quickly as a list of them."""
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _parted(joined: NDArray[np.uint8]) -> list[str]:
    return joined.tobytes().decode().split("\n") if len(joined) else []


def _numbered(names: list[str]) -> dict[str, int]:
    return dict(zip(names, range(len(names)), strict=True))


def save(path: Path, index: Index) -> None:
    """Write the index at once; a reader sees the whole file or none."""
    words = {
        "targets": [[t.id, t.phrasings, sorted(t.nations), t.group] for t in index.targets],
        "keys": index.keys,
        "denying": index.denying,
        "frames": index.frames,
    }
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        words=np.frombuffer(json.dumps(words).encode(), np.uint8),
        own_codes=index.own_forms[0],
        own_numbers=index.own_forms[1],
        common_codes=index.common_forms[0],
        common_numbers=index.common_forms[1],
        known_counts=np.array(list(index.known.values()), np.int32),
        exact_targets=np.array(list(index.exact.values()), np.int32),
        **{f"row_{name}": getattr(index.rows, name) for name in ROWS},
        **{name: getattr(index, name) for name in ARRAYS},
        **{name: _joined(getattr(index, name)) for name in NAMES},
    )
    write(path, buffer.getvalue())
    for old in older(path, KEEP):
        old.unlink(missing_ok=True)
        weights_beside(old).unlink(missing_ok=True)


def weights_beside(path: Path) -> Path:
    """Where the confidence fitted to an index is kept: a file of its own, since it is fitted later."""
    return path.with_name(path.name.replace("index-", "confidence-")).with_suffix(".json")


def save_weights(path: Path, weights: Weights) -> None:
    """Keep a fitted confidence beside its index, with a checksum."""
    body = json.dumps(dict(weights))
    write(weights_beside(path), json.dumps({"weights": body, "sum": crc32(body.encode())}).encode())


def load_weights(path: Path) -> Weights | None:
    """The confidence fitted to an index; None if there is none or it is damaged."""
    try:
        found = json.loads(weights_beside(path).read_bytes())
        body = found["weights"]
        if crc32(body.encode()) != found["sum"]:
            raise ValueError("wrong checksum")
        weights = {name: float(weight) for name, weight in json.loads(body).items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the fitted confidence of %s is damaged (%s) and is left aside", path.name, error)
        return None
    return weights if weights.keys() == SHIPPED.keys() else None


def load(path: Path) -> Index | None:
    """The cached index; None if there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            words = json.loads(found["words"].tobytes())
            return Index(
                targets=tuple(
                    Target(name, tuple(phrasings), frozenset(map(Nation, nations)), group)
                    for name, phrasings, nations, group in words["targets"]
                ),
                vocabulary=_numbered(_parted(found["vocabulary"])),
                stems=_numbered(_parted(found["stems"])),
                known=dict(zip(_parted(found["known"]), found["known_counts"].tolist(), strict=True)),
                keys=tuple(map(tuple, words["keys"])),
                denying=tuple(map(tuple, words["denying"])),
                frames=tuple(map(tuple, words["frames"])),
                exact=dict(zip(_parted(found["exact"]), found["exact_targets"].tolist(), strict=True)),
                rows=Rows(**{name: found[f"row_{name}"] for name in ROWS}, targets=len(words["targets"])),
                own_forms=(found["own_codes"], found["own_numbers"]),
                common_forms=(found["common_codes"], found["common_numbers"]),
                **{name: found[name] for name in ARRAYS},
            )
    except FileNotFoundError:
        return None
    except DAMAGE as error:
        log.warning("the cache %s is damaged (%s) and will be made again", path.name, error)
        return None

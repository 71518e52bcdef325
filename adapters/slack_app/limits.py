"""What Slack takes in one message or view, with a little room left. More is refused whole, so we never send it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]

BLOCKS = 50  # in a message
VIEW_BLOCKS = 100  # in a modal or the Home tab
SECTION = 3000  # characters of a text in a section or context
BUTTON = 75  # characters on a button, an option of a menu, or in an accessibility label
ACTIONS = 25  # elements in a row of buttons
MENU = 100  # options in a menu
VALUE = 150  # characters of the value behind an option of a menu
BLOCK_ID = 255
VIEW_TITLE = 24
# Slack documents no total, but refuses a message of about 13,200 characters of blocks with msg_blocks_too_long
TOTAL = 12_500
TEXT = 3_900  # of the text beside the blocks; Slack advises 4,000 at most


def weight(blocks: Sequence[Block]) -> int:
    """How much of TOTAL the blocks use: the bytes of their JSON."""
    return len(json.dumps(blocks, ensure_ascii=False).encode())

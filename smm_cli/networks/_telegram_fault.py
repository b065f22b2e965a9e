"""Which error an answer of the Bot API is. There are no codes beside the status: the words decide (tdlib/telegram-bot-api 10.0)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by
from smm_cli.words.exchange import Answer

NOT_THERE = re.compile(
    r"chat not found|upgraded to a supergroup|need administrator rights|not enough rights|have no rights|CHAT_WRITE_FORBIDDEN", re.I
)
"""400 that mean the chat or the bot's place in it, not the post."""


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None."""
    told = body if isinstance(body, Mapping) else {}
    if status < 300 and told.get("ok", True) is True:
        return None
    parameters = told.get("parameters") if isinstance(told.get("parameters"), Mapping) else {}
    assert isinstance(parameters, Mapping)
    words = f"Telegram answered {status}: {told.get('description') or said_by(body)}".rstrip(": ")
    if status == 429 or "retry_after" in parameters:
        seconds = parameters.get("retry_after")
        return RateLimited(words, after=float(seconds) if isinstance(seconds, int | float) else retry_after(headers))
    if status in (401, 404):  # 404 is a token that is none: the methods that smm names exist
        return AuthFailed(words, hint="is the token as @BotFather gave it? /token shows it")
    if moved := parameters.get("migrate_to_chat_id"):
        return AuthFailed(words, hint=f'the group became a supergroup: chat = "{moved}" in channels.toml')
    if status == 403 or (status == 400 and NOT_THERE.search(words)):
        return AuthFailed(words, hint="is the bot in the chat, as an administrator with the right to post messages?")
    if status in (408, 409, 425) or status >= 500:
        return Retriable(words)
    return Rejected(words)


def said_no(answer: Answer, words: str) -> bool:
    """Whether an answer is a refusal with these words."""
    return answer.status == 400 and words in str(answer.get("description", default="")).lower()

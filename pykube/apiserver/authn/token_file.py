"""Tokens from a file: ``token,user,uid,"group1,group2"`` a line, as upstream's ``--token-auth-file`` has it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

from .authenticator import TokenAnswer
from .user import User


class TokenFile:
    """The authenticator over such lines. Tokens are kept as digests: how long a look-up takes tells nothing of them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._users: dict[bytes, User] = {}
        for row in csv.reader(lines):
            if not row or row[0].startswith("#"):
                continue
            if len(row) < 3 or not row[0].strip():
                raise ValueError(f"token file: a line needs token, user and uid, not {len(row)} columns")
            token, name, uid, *groups = (cell.strip() for cell in row)
            listed = tuple(group.strip() for group in groups[0].split(",") if group.strip()) if groups else ()
            self._users[_digest(token)] = User(name, uid, listed)

    @classmethod
    def read(cls, path: Path) -> TokenFile:
        """The tokens in the file at `path`; raises OSError, and ValueError for a line that is too short."""
        with path.open(newline="", encoding="utf-8") as lines:
            return cls(lines)

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        user = self._users.get(_digest(token))
        return TokenAnswer(user, audiences) if user else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

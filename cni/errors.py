"""What a CNI plugin may answer instead of a result.

Codes 1 to 99 are fixed by the CNI specification 1.1.0 (section 5, "Error"); from 100 on they are the plugin's own.
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The well-known codes, and ours from 100 on."""

    INCOMPATIBLE_VERSION = 1
    UNSUPPORTED_FIELD = 2
    UNKNOWN_CONTAINER = 3
    INVALID_ENVIRONMENT = 4
    IO_FAILURE = 5
    DECODE_FAILURE = 6
    INVALID_CONFIG = 7
    TRY_AGAIN = 11
    NOT_AVAILABLE = 50
    LIMITED_CONNECTIVITY = 51
    CHECK_FAILED = 100
    NO_FREE_ADDRESS = 101
    NETLINK_FAILURE = 102
    HOSTPORT_FAILURE = 103


class CniError(Exception):
    """A failure that the runtime is told about; `message` is one line, `details` says more."""

    def __init__(self, code: Code, message: str, details: str = "") -> None:
        super().__init__(f"{message}: {details}" if details else message)
        self.code = code
        self.message = message
        self.details = details

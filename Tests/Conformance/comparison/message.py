"""The form in which both readings of a message are compared."""

from typing import Any

SECTIONS = ("answers", "authority", "additional")
FIELDS = ("id", "kind", "opcode", "rcode", "flags", "question", *SECTIONS, "edns")

# The fields of a message. `kind` is "query" or "answer"; `question` has name, type and class of the first one; each
# record of the three sections is a line of name, TTL, class, type and data; `edns` has version, size and options.
Message = dict[str, Any]


class Refusal(str):
    """Why a message was refused."""

    __slots__ = ()

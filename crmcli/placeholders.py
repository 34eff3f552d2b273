"""`{{name}}` in a text: what is to be filled in before it is mailed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crmcli.errors import BadUsage

PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def refuse(fields: Mapping[str, Any]) -> None:
    """Refuse a message, or a ticket with its first messages, that holds what looks like a placeholder. Raises BadUsage."""
    texts = [fields.get("Subject"), fields.get("Message"), json.dumps(fields.get("CrmMessageList"), ensure_ascii=False)]
    found = dict.fromkeys(found[0] for text in texts if isinstance(text, str) for found in PLACEHOLDER.finditer(text))
    if found:
        raise BadUsage(
            f"Nothing fills {', '.join(found)} in the text.",
            hint="'crmcli tickets reply' fills in what a ticket has, and each --set; --literal sends the braces as they "
            "stand. Nothing was sent.",
        )

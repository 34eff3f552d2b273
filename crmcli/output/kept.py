"""What is kept on this machine between runs, as `columns.py` has the store's nouns."""

from __future__ import annotations

from crmcli.output.columns import Column, Shape

# What is, or was, to be sent.
OUTBOX = Shape(
    "entry",
    "entries",
    "number",
    (
        Column("number", "ID", "number"),
        Column("state", "State"),
        Column("kind", "What"),
        Column("path", "Where"),
        Column("made", "Written", "date"),
        Column("text", "Text", "long", least=20),
        Column("became", "Became", "reference"),
        Column("profile", "Profile"),
        Column("once", "Once"),
        Column("reason", "Reason", least=20),
        Column("body", "Body", "count"),
    ),
    table=("number", "state", "kind", "path", "made", "became", "profile", "reason", "text"),
    rank=("number", "state", "path", "text", "profile", "made", "became", "reason", "kind"),
)

# What was deleted.
TRASH = Shape(
    "entry",
    "entries",
    "number",
    (
        Column("number", "ID", "number"),
        Column("state", "State"),
        Column("noun", "Kind"),
        Column("path", "Where"),
        Column("deleted", "Deleted", "date"),
        Column("about", "Subject", "long", least=20),
        Column("messages", "Messages", "reference"),
        Column("became", "Became", "reference"),
        Column("profile", "Profile"),
        Column("what", "What"),
        Column("customer", "Customer", least=12),
    ),
    table=("number", "state", "what", "deleted", "became", "messages", "customer", "about"),
    rank=("number", "what", "about", "customer", "state", "deleted", "messages", "became"),
)

# What was typed and not sent.
DRAFTS = Shape(
    "draft",
    "drafts",
    "name",
    (
        Column("name", "ID"),
        Column("ticket", "Ticket"),
        Column("kept", "Kept", "date"),
        Column("why", "Why", least=20),
        Column("words", "Begins", least=20),
        Column("text", "Text", "long", least=20),
        Column("file", "File"),
        Column("profile", "Profile"),
    ),
    table=("name", "ticket", "profile", "kept", "why", "words"),
    rank=("name", "ticket", "words", "profile", "kept", "why"),
)

CHECKPOINTS = Shape(
    "checkpoint",
    "checkpoints",
    "name",
    (
        Column("name", "Name"),
        Column("newest", "Newest action", "date"),
        Column("runs", "Runs", "number"),
        Column("printed", "Printed", "number"),
        Column("filters", "Filters", least=12),
    ),
)

# What commands did, or were to do.
RUNS = Shape(
    "run",
    "runs",
    "number",
    (
        Column("number", "ID", "number"),
        Column("command", "Command"),
        Column("state", "State"),
        Column("rows", "Rows", "number"),
        Column("done", "Done", "number"),
        Column("failed", "Failed", "number"),
        Column("skipped", "Skipped", "number"),
        Column("left", "Left", "number"),
        Column("made", "Begun", "date"),
        Column("profile", "Profile"),
    ),
    table=("number", "command", "state", "rows", "done", "failed", "skipped", "left", "made"),
    rank=("number", "command", "state", "rows", "done", "failed", "left", "skipped", "made"),
)

RUN_ROWS = Shape(
    "row",
    "rows",
    "at",
    (
        Column("at", "Row", "number"),
        Column("line", "Line", "reference"),
        Column("what", "What"),
        Column("do", "Does"),
        Column("state", "State"),
        Column("before", "Before", "value", least=12),
        Column("after", "After", "value", least=12),
        Column("reason", "Reason", "long", least=20, sparse=True),
    ),
    made=(Column("change", "Change", "change", least=32),),
    table=("at", "what", "do", "state", "change", "reason"),
    rank=("at", "what", "change", "state", "reason", "do"),
)

# What `--plan` writes, a line a field.
PLAN = Shape(
    "change",
    "changes",
    "ticket",
    (
        Column("do", "Does"),
        Column("ticket", "Ticket", "number"),
        Column("field", "Field", "field", sparse=True),
        Column("before", "Before", "value", least=12, sparse=True),
        Column("after", "After", "value", least=12, sparse=True),
        Column("store", "Store"),
        Column("digest", "Digest"),
    ),
    table=("do", "ticket", "field", "before", "after"),
    rank=("ticket", "field", "after", "before", "do"),
)

"""A text that somebody typed and that could not be sent: kept in a file, so that it need not be typed again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmcli.errors import CrmError, Interrupted, StoreFailed
from crmcli.paths import state_folder


@contextmanager
def kept(text: object) -> Iterator[None]:
    """Within it a send is tried; should it fail, in whatever way, `text` is in a file that the error names.

    Raises Interrupted for a Ctrl-C. What is no text, or an empty one, is not kept; nor what the error says was mailed.
    """
    try:
        yield
    except CrmError as failure:
        _keep(text, failure)
        raise
    except KeyboardInterrupt:
        interrupted = Interrupted("Interrupted.")
        _keep(text, interrupted)
        raise interrupted from None
    except Exception as fault:
        # Not the fault's own words: they may quote a key.
        ours = StoreFailed(f"crmcli itself failed ({type(fault).__name__}).", hint="This is a bug of crmcli.")
        _keep(text, ours)
        raise ours from fault


def _keep(text: object, failure: CrmError) -> None:
    """Put the text into a file and say where; where no file can be written, into the error itself."""
    if failure.is_sent or not isinstance(text, str) or not text.strip():
        return
    try:
        failure.details.append(f"Your text is kept in {write(text)}")
    except OSError as fault:
        failure.details += [f"Your text could not be kept in a file ({fault.strerror}). It was:", *text.splitlines()]


def write(text: str) -> Path:
    """Put a text into a new file, readable by its owner alone; gives its path. Raises OSError."""
    import tempfile

    folder = state_folder() / "drafts"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="draft-", suffix=".txt")  # mode 0600 by its nature
    # Half a character, which JSON may hold and no encoding does, stays readable as its escape.
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return Path(name)

"""What Python's json takes for numbers and JSON does not (RFC 8259 section 6): hooks that refuse it."""

from __future__ import annotations


def no_constant(word: str) -> float:
    """For `parse_constant`: NaN and the infinities. Raises ValueError."""
    raise ValueError(f"{word} is no number of JSON")


def finite(digits: str) -> float:
    """For `parse_float`: the number. Raises ValueError for one beyond all floats, which would be sent as Infinity."""
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{digits} is too large a number")
    return number

# SPDX-License-Identifier: MIT
"""What a case states, and what it says when that is not so: what was expected, and what was there."""

import os
import time

PATIENCE = float(os.environ.get("VETHLAB_PATIENCE", "15"))


class Wrong(Exception):
    """The program has not done what the case expects; the text says both."""


def shown(value):
    return value.hex(" ") if isinstance(value, bytes) else value


def equal(what, actual, expected, packet=""):
    if actual != expected:
        raise Wrong(f"{what}\nexpected: {shown(expected)}\nactual:   {shown(actual)}\n{packet}")


def require(truth, what, packet=""):
    if not truth:
        raise Wrong(f"expected: {what}\n{packet}")


def within(what, actual, low, high, packet=""):
    if not low <= actual <= high:
        raise Wrong(f"{what}\nexpected: {low:g} to {high:g}\nactual:   {actual:g}\n{packet}")


def expect(message, *, options=None, **fields):
    """Each field of the message has this value, each option these octets (None: is not there)."""
    for name, value in fields.items():
        equal(name, getattr(message, name), value, message)
    for code, value in (options or {}).items():
        equal(f"option {code}", message.option(code), value, message)


def lacks(message, why, *codes):
    """The message has none of these options."""
    if there := [code for code in codes if message.option(code) is not None]:
        raise Wrong(f"expected: no option {', '.join(map(str, there))}: {why}\nactual: {message}")


def deadline(seconds=PATIENCE):
    return time.monotonic() + seconds

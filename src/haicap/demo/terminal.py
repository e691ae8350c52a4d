"""What the terminal shows while the demonstration runs."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from haicap.kernel.errors import Text


class Terminal:
    """Prints each step with its time; draws a bar where a person watches, plain lines where nobody does."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.is_live = self.out.isatty()
        self.started = time.monotonic()

    def line(self, text: str = "") -> None:
        """Print one line."""
        self.out.write(f"{text}\n")
        self.out.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[int, Text], None]]:
        """Run one step; the value is the `on_progress(percent, message)` to hand down."""
        begun = time.monotonic()
        last = [-100]

        def on_progress(percent: int, message: Text) -> None:
            filled = "█" * (percent // 4) + "░" * (25 - percent // 4)
            if self.is_live:
                self.out.write(f"\r\x1b[2K  {filled} {percent:3d}%  {str(message)[:90]}")
                self.out.flush()
            elif percent - last[0] >= 25:
                last[0] = percent
                self.line(f"  {filled} {percent:3d}%  {message}")

        self.line(f"{title} ...")
        yield on_progress
        if self.is_live:
            self.out.write("\r\x1b[2K")
        self.line(f"  {time.monotonic() - begun:.1f} s")

"""Ctrl-C comes before or after a step, not between."""

from __future__ import annotations

import signal
import threading

import pytest

from symlandscape.runs.interrupts import unbroken


def test_an_interrupt_takes_effect_at_the_end_of_the_step() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), unbroken():
        signal.raise_signal(signal.SIGINT)
        done.append(1)
    assert done == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_step_stays_and_an_ignored_interrupt_stays_ignored() -> None:
    with pytest.raises(ValueError), unbroken():
        raise ValueError
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with unbroken():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_need_no_protection() -> None:
    done = []

    def step() -> None:
        with unbroken():
            done.append(1)

    thread = threading.Thread(target=step)
    thread.start()
    thread.join()
    assert done == [1]

"""Events in the slope: crossings and folds agree with the families' spectra on both sides; bad input is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import family
from symlandscape.relu.slope_events import slope_events


def test_f1_at_five_inputs_becomes_a_minimum_below_a_negative_slope():
    branch = slope_events(family("F1"), 5)
    (event,) = branch.events
    assert event.label == "s0" and event.level is Level.CERTIFIED and not event.fold
    assert (branch.begins, branch.ends) == (-1, Fraction(9, 10)) and "s0 singular" in str(event)
    assert branch.samples[0].is_minimum and not branch.samples[-1].is_minimum
    (threshold,) = (
        family("F1", slope=Fraction(mid_float(event.value)).limit_denominator(10**9)).thresholds(20, 4, 6).found
    )
    assert mid_float(threshold.d) == pytest.approx(5, abs=1e-7)


def test_a0_ends_in_a_fold_where_d_is_large():
    branch = slope_events(family("A0"), 20, low="-1", high=0, digits=20)
    fold, crossing = branch.events
    assert fold.fold and fold.label == "t" and fold.level is crossing.level is Level.CERTIFIED
    assert mid_float(fold.value) == pytest.approx(float(branch.begins), abs=1e-4) and "fold" in str(fold)
    least = [float(np.min(np.abs(s.eigenvalues["t"]))) for s in branch.samples]
    assert least[0] == min(least) < 0.01 < least[-1]


def test_a_crossing_that_cannot_be_proved_is_undecided(monkeypatch):
    import symlandscape.relu.parameter_events as module

    genuine = module.verify_root
    monkeypatch.setattr(
        module, "verify_root", lambda f, j, x, digits: genuine(f, j, x, digits, start_prec=30, max_prec=30)
    )
    (event,) = slope_events(family("F1"), 5, digits=30).events
    assert event.level is Level.UNDECIDED and event.reason


@pytest.mark.parametrize(
    ("low", "high", "slope"), [(-2, 0, 0), (0, 1, 0), (0, 0, 0), ("1/4", "1/2", 0), (-1, 0, Fraction(1, 2))]
)
def test_bad_ranges_are_refused(low, high, slope):
    with pytest.raises(InputError):
        slope_events(family("F1", slope=slope), 6, low, high)

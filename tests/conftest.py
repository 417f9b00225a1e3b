"""What every test of seatrial itself runs under: property tests that no busy machine fails."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is; a benchmark measures time, no test does.
settings.register_profile("seatrial", deadline=None)
settings.load_profile("seatrial")

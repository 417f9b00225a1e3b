"""The live reader, on a real load process: it has the load cut, and decides nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from seatrial import slo, timeline
from seatrial.load import LoadOrder, Stage, planned, start
from seatrial.progress import SilentProgress
from seatrial.slo import Indicator, Objective, Op, PhaseName
from seatrial.timeline import Phase, Plan
from seatrial.trial.stopping import Reader
from tests.load.conftest import answer, serving

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
LEAD_NS, PATIENCE_S, RATE = 5 * SECOND, 60.0, 100.0
PROMISE = Objective("s", "success", Indicator.SUCCESS, PhaseName.BASELINE, Op.GTE, 0.9)


class Notes(SilentProgress):
    """Keeps what the reader says."""

    def __init__(self) -> None:
        """Say nothing anywhere."""
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        """Keep one line."""
        self.lines.append(text)


def _plan(epoch_ns: int, looks: int) -> Plan:
    phases = (Phase("settle", 0, SECOND, RATE), Phase("baseline", SECOND, 13 * SECOND, RATE))
    stages = tuple(Stage((item.end_ns - item.start_ns) / SECOND, item.rate) for item in phases)
    return Plan(
        trial="t",
        scenario="production",
        rate=RATE,
        arrivals="constant",
        seed=1,
        planned=planned(stages),
        deadline_ms=500.0,
        send_lag_bound_ms=1000.0,
        phases=phases,
        arms=("a",),
        arm_weights=(1.0,),
        replicas_min=1,
        replicas_max=1,
        experiment="",
        sabotage="",
        epoch_wall="2026-01-01T00:00:00Z",
        epoch_monotonic_ns=epoch_ns,
        looks=looks,
    )


def _held(directory: Path, promise: Objective) -> tuple[timeline.Timeline, list[str]]:
    """Hold a real load of 13 s against a real server, watched by the reader."""
    plan = _plan(time.monotonic_ns() + LEAD_NS, looks=2)
    timeline.save_part(directory, "plan.json", plan)
    notes = Notes()
    reader = Reader.of(plan, (promise,), directory, notes)
    with serving(lambda visit: visit.reply(answer(200))) as server:
        process = start(_order(plan, directory, server.port))
        pause, until = Event(), time.monotonic() + PATIENCE_S
        while process.running:
            assert time.monotonic() < until
            reader.look(process, time.monotonic_ns() - plan.epoch_monotonic_ns)
            pause.wait(0.1)
        process.wait()
    return timeline.load(directory), notes.lines


def _order(plan: Plan, directory: Path, port: int) -> LoadOrder:
    return LoadOrder(
        url=f"http://127.0.0.1:{port}",
        path="/v2/models/m/infer",
        headers={},
        bodies=(b'{"inputs":[]}',),
        token_env=None,
        deadline_ms=plan.deadline_ms,
        arms=plan.arms,
        arm_header="x-arm",
        replica_header="x-replica",
        attempts_header="x-attempts",
        stages=tuple(Stage((p.end_ns - p.start_ns) / SECOND, p.rate) for p in plan.phases),
        arrivals=plan.arrivals,
        seed=plan.seed,
        epoch_monotonic_ns=plan.epoch_monotonic_ns,
        directory=directory,
    )


def test_the_load_ends_at_a_look_once_all_is_decided(tmp_path: Path) -> None:
    """An easy promise ends it at the first look, and passes by what was recorded until then."""
    recorded, notes = _held(tmp_path, PROMISE)
    assert recorded.load is not None
    assert recorded.load.cut_ns == 7 * SECOND
    assert len(recorded.requests) == recorded.load.planned == 7 * RATE
    [verdict] = slo.judge(recorded, [PROMISE])
    assert verdict.outcome is slo.Outcome.PASS
    assert "not-all-recorded" not in verdict.guards
    assert "decided" in notes[-1]


def test_the_load_goes_on_while_something_is_undecided(tmp_path: Path) -> None:
    """A promise that needs more requests than any look sees keeps it to its planned end.

    Its floor says so, whatever the machine's load does to the answers: two that come too late
    would decide a strict ratio as a FAIL, and may then end the load.
    """
    promise = replace(PROMISE, indicator=Indicator.TIMEOUTS, op=Op.LTE, value=0, floor=1000)
    recorded, notes = _held(tmp_path, promise)
    assert recorded.load is not None
    assert not recorded.load.cut_ns
    assert len(recorded.requests) == recorded.load.planned == 13 * RATE
    [verdict] = slo.judge(recorded, [promise])
    assert verdict.n == 12 * RATE
    assert "not-all-recorded" not in verdict.guards
    assert notes
    assert all("goes on for s" in note for note in notes)

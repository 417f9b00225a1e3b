"""Holds one moment of the campaign: a trial, a kill in it, `seatrial undo`, and the attestation."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from seatrial.cluster import ClusterError
from seatrial.fault.catalogue import of_kind
from seatrial.undo import left as records_left

from .stand import CLEAR_S, END_S, NAMESPACE, Run, Stand, running, strays

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .moments import Moment

#: How long the API server is away; longer than a lease lasts.
API_AWAY_S = 20.0
#: Of a fault that is not held: from the act until its target is back, about.
ONE_SHOT_S = 5.0
HOLD_S = 8.0
UNDO_S = 240.0
#: From the kill to a workload as it was: replicas start, nodes come back.
EQUAL_S = 240.0
REPLICAS = "app.kubernetes.io/part-of=financial-inference"


@dataclass(frozen=True, slots=True)
class Kept:
    """What one moment showed. ``effect``: what of the fault was seen in the cluster at the kill."""

    number: int
    kind: str
    victim: str
    at_s: float
    effect: str
    undone: str
    problem: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether all is as it was before."""
        return not self.problem


def hold(stand: Stand, moment: Moment, directory: Path) -> Kept:
    """Hold the trial, kill in it, undo, attest. AssertionError: it was not held."""
    began = time.monotonic()
    was = _pods(stand)
    with running(stand, moment.kind, directory) as run:
        at_s = _await(run, moment)
        effect = _effect(stand, was)
        _kill(stand, run, moment.victim)
        run.process.wait(END_S)
    undone, problem = _put_back(stand, directory, moment)
    seconds = round(time.monotonic() - began, 1)
    return Kept(
        moment.number, moment.kind, moment.victim, round(at_s, 2), effect, undone, problem, seconds
    )


def _await(run: Run, moment: Moment) -> float:
    """Wait for the moment; return it in seconds since the trial's epoch."""
    plan = run.trial / "plan.json"
    run.until(plan.exists, "plan")
    raw = json.loads(plan.read_text(encoding="utf-8"))
    epoch_s = float(raw["epoch_monotonic_ns"]) / 1e9
    starts = {item["name"]: item["start_ns"] / 1e9 for item in raw["phases"]}
    start, end = 0.0, starts["recovery"]
    if moment.inside:
        start = starts["fault"] + 0.2
        end = start + (HOLD_S if of_kind(moment.kind).timed else ONE_SHOT_S)
    at_s = start + moment.at * (end - start)
    at = epoch_s + at_s
    run.until(lambda: time.monotonic() >= at, f"{at_s:.1f} s")
    if moment.victim == "chaos":
        run.until(lambda: run.find("chaos", "run") is not None, "experiment's process")
    if moment.victim == "load":
        run.until(lambda: run.find("locust") is not None, "load process")
    return time.monotonic() - epoch_s


def _pods(stand: Stand) -> dict[str, str]:
    """Return the Ready pods of replicas and proxies, each with what tells it from its successor."""
    found = stand.cluster.pods(NAMESPACE, REPLICAS)
    return {
        pod.name: f"{pod.uid}/{pod.restarts}" for pod in found if pod.ready and not pod.terminating
    }


def _effect(stand: Stand, was: dict[str, str]) -> str:
    """Say what of a fault is in the cluster now: a record, or pods that are not what they were."""
    try:
        left = [item.record.id for item in records_left(stand.cluster, NAMESPACE)]
        changed = sorted(set(was.items()) ^ set(_pods(stand).items()))
    except ClusterError as error:
        return f"unknown: {error.got}"
    return ", ".join([*left, *dict.fromkeys(name for name, _ in changed)])


def _kill(stand: Stand, run: Run, victim: str) -> None:
    if victim == "api":
        with _stopped(_api_server(stand)):
            _pass(API_AWAY_S)
        return
    all_of_them = [psutil.Process(run.process.pid), *run.children()]
    chosen: dict[str, Sequence[psutil.Process | None]] = {
        "pytest": all_of_them[:1],
        "chaos": [run.find("chaos", "run")],
        "load": [run.find("locust")],
        "all": all_of_them,
    }
    for process in chosen[victim]:
        assert process is not None, f"no {victim} to kill"
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _api_server(stand: Stand) -> psutil.Process:
    node = psutil.Process(stand.cluster.node_pid)
    return next(child for child in node.children() if "kube-apiserver" in child.cmdline())


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def _pass(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(left)


def _put_back(stand: Stand, directory: Path, moment: Moment) -> tuple[str, str]:
    """Undo and attest; return what undo said, and what is wrong after it ("" for nothing)."""
    end = time.monotonic() + CLEAR_S
    while (alive := strays(directory)) and time.monotonic() < end:
        time.sleep(0.1)
    if alive:
        words = ", ".join(f"{process.pid} {process.name()}" for process in alive)
        return "", f"after {CLEAR_S:g} s there still run: {words}"
    config = f"--config={stand.settings(moment.kind)}"
    done = stand.seatrial("undo", config, timeout_s=UNDO_S)
    if done.returncode:
        return done.stdout.strip(), f"seatrial undo: {done.returncode}: {done.stderr.strip()}"
    arguments = ("compare", str(stand.before), config, f"--settle={EQUAL_S:g}")
    attested = stand.seatrial("attest", *arguments, timeout_s=EQUAL_S + 60)
    words = f"{attested.stdout.strip()} {attested.stderr.strip()}".strip()
    return done.stdout.strip(), words if attested.returncode else ""

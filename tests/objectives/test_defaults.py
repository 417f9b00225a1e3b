"""The documents in slos/: the default promises, and every indicator in use."""

from __future__ import annotations

from pathlib import Path

from seatrial import objectives
from seatrial.slo import Indicator, Op

SLOS = Path(__file__).parents[2] / "slos"
#: By the objective's name, which says the phase too, what is promised: each figure as decided.
PROMISED = {
    "success-whole": (Op.GTE, 0.90),
    "success-fault": (Op.GTE, 0.90),
    "success-recovery": (Op.GTE, 0.90),
    "success-outside-fault": (Op.GTE, 0.999),
    "latency-p95-whole": (Op.GTE, 0.95),
    "latency-p95-fault": (Op.GTE, 0.95),
    "latency-p95-recovery": (Op.GTE, 0.95),
    "latency-mean-whole": (Op.LT, 20),
    "latency-mean-fault": (Op.LT, 20),
    "latency-mean-recovery": (Op.LT, 20),
    "timeouts": (Op.LTE, 0),
    "throughput": (Op.GTE, 100),
    "replica-range": (Op.LTE, 0),
    "scaling-active": (Op.LTE, 15),
    "scaling-steps": (Op.LTE, 0),
    "scaling-reversals": (Op.LTE, 1),
    "early-down-steps": (Op.LTE, 0),
    "replica-writers": (Op.LTE, 0),
    "scale-up-lag": (Op.LTE, 100),
    "scale-down-lag": (Op.LTE, 80),
    "ready-lag": (Op.LTE, 60),
    "ready-replicas": (Op.GTE, 2),
    "replica-spread": (Op.LTE, 25),
    "arm-split": (Op.LTE, 3),
    "served-again": (Op.LTE, 30),
    "replica-replaced": (Op.LTE, 90),
    "parity-baseline": (Op.LTE, 0),
    "parity-fault": (Op.LTE, 0),
    "parity-recovery": (Op.LTE, 0),
    "undo": (Op.LTE, 0),
    "nightly-success-graceful": (Op.GTE, 0.999),
    "nightly-success-killed": (Op.GTE, 0.97),
    "nightly-served-again": (Op.LTE, 40),
    "nightly-replica-replaced": (Op.LTE, 55),
    "nightly-parity": (Op.LTE, 0),
    "nightly-undo": (Op.LTE, 0),
    "autoscaling-success-surge": (Op.GTE, 0.99),
    "autoscaling-success-calm": (Op.GTE, 0.99),
    "first-attempt-outside": (Op.GTE, 0.99),
    "first-attempt-fault": (Op.GTE, 0.99),
    "proxy-retries": (Op.LTE, 1),
    "proxy-overflows": (Op.LTE, 0),
    "ejections-baseline": (Op.LTE, 0),
    "ejections-recovery": (Op.LTE, 0),
}


def test_the_default_promises_are_those_of_the_gate() -> None:
    """Every default promise is there, in each phase it is made for, with its figure."""
    found = {item.name: (item.op, item.value) for item in objectives.read(SLOS)}
    assert found == PROMISED


def test_the_default_promises_use_every_indicator() -> None:
    """What seatrial can judge, it judges by default."""
    assert {item.indicator for item in objectives.read(SLOS)} == set(Indicator)

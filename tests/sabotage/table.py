"""How every target is broken for real in production's trial, and what must be said of it.

Lost instruments are in ``blinded``, the autoscaling scenario's sabotages in ``surges``; what no
cluster can time is in ``literals``. A cell is a pattern of objectives' names and the outcome that
each of them must have. ``loses`` names what a sabotage takes away: then the reason must name it.
"""

from __future__ import annotations

from seatrial.slo import Outcome

from . import hanging, targets
from .blinded import INSTRUMENTS
from .sabotage import Sabotage

PASS, FAIL, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE

TARGETS = (
    Sabotage(
        "before-the-scaling",
        "one replica of 100m, as before the change of capacity",
        {"success-whole": FAIL, "timeouts": FAIL, "throughput": FAIL, "latency-p95-whole": FAIL},
        prepare=targets.before_the_scaling,
        alone=True,
    ),
    Sabotage(
        "dead-port",
        "the proxies look for the replicas at a port where nothing listens",
        {
            "success-whole": FAIL,
            "success-outside-fault": FAIL,
            "latency-p95-whole": FAIL,
            "latency-mean-whole": FAIL,
            "throughput": FAIL,
            "replica-range": PASS,
        },
        named="dead-port",
    ),
    Sabotage(
        "slow-model",
        "the models answer later than the proxies let an attempt last",
        {
            "success-whole": FAIL,
            "latency-p95-whole": FAIL,
            "latency-mean-whole": FAIL,
            "timeouts": FAIL,
            "ejections-baseline": FAIL,
            "proxy-overflows": FAIL,
        },
        named="slow-model",
    ),
    Sabotage(
        "wrong-split",
        "half of the requests, not 30 in 100, go to the enhanced arm",
        {"arm-split": FAIL, "success-whole": PASS},
        prepare=targets.wrong_split,
    ),
    Sabotage(
        "quick-503s",
        "the proxies answer 503 for 30 in 100 requests, faster than any good answer",
        {
            "success-whole": FAIL,
            "success-outside-fault": FAIL,
            "latency-p95-whole": FAIL,
            "latency-mean-whole": FAIL,
            "throughput": FAIL,
            "timeouts": PASS,
            "proxy-overflows": FAIL,
        },
        act=targets.quick_503s,
        sample=True,
        declared=True,
    ),
    Sabotage(
        "starved-replica",
        "one replica's CPU is cut below its share of the work",
        {"replica-spread": FAIL},
        act=targets.starved_replica,
    ),
    Sabotage(
        "hung-servers",
        "every replica hangs for six seconds",
        {
            "success-whole": FAIL,
            "success-outside-fault": FAIL,
            "timeouts": FAIL,
            "throughput": FAIL,
            "latency-mean-whole": FAIL,
        },
        act=hanging.hung_servers,
    ),
    Sabotage(
        "hung-server",
        "a server, then all, hang again and again: for so short that retries carry it all",
        {
            "success-whole": PASS,
            "first-attempt-*": FAIL,
            "proxy-retries": FAIL,
            "ejections-*": FAIL,
        },
        act=hanging.hung_server,
        fault=True,
        load={"recovery_s": 12.0},
    ),
    Sabotage(
        "refusing-address",
        "one of four addresses refuses every connection, and is never left out for it",
        {
            "success-whole": PASS,
            "first-attempt-outside": FAIL,
            "proxy-retries": FAIL,
            "ejections-baseline": PASS,
        },
        kept_by_retries=("success-whole",),
        act=targets.refusing_address,
        declared=True,
    ),
    Sabotage(
        "nothing-comes-back",
        "the killed replica's successor finds no node, and the others hang",
        {
            "success-*": FAIL,
            "first-attempt-*": FAIL,
            "latency-p95-*": FAIL,
            "latency-mean-*": FAIL,
            "timeouts": FAIL,
            "throughput": FAIL,
            "ready-replicas": FAIL,
            "served-again": FAIL,
            "replica-replaced": FAIL,
            "undo": FAIL,
        },
        act=targets.nothing_comes_back,
        fault=True,
        load={"fault_s": 40.0, "recovery_s": 60.0},
    ),
    Sabotage(
        "no-successor",
        "the controller may make no other pod, so that nothing undoes the kill",
        {"undo": FAIL},
        act=targets.no_successor,
        fault=True,
        load={"settle_s": 3.0, "baseline_s": 6.0, "fault_s": 8.0, "recovery_s": 2.0},
        environment={"SEATRIAL_READY_DEADLINE_S": "5"},
    ),
    Sabotage(
        "second-writer",
        "somebody scales the workload to 2 against its autoscaler",
        {"replica-range": FAIL, "replica-writers": FAIL},
        {"a sole writer": "success-whole"},
        act=targets.second_writer,
    ),
    Sabotage(
        "hpa-bounds",
        "somebody lowers the autoscaler's maximum behind its back",
        {"replica-range": FAIL},
        {"a sole writer": "success-whole"},
        act=targets.hpa_bounds,
    ),
    Sabotage(
        "no-metrics",
        "the metrics server that the autoscaler measures by is gone",
        {"scaling-active": FAIL},
        act=targets.no_metrics,
        load={"baseline_s": 42.0},
    ),
    Sabotage(
        "stale-model",
        "a replica serves an old model: fast, with 200, and another answer",
        {"parity-*": FAIL, "success-whole": PASS, "latency-p95-whole": PASS},
        named="stale-model",
        fault=True,
    ),
)

SABOTAGES = (*TARGETS, *INSTRUMENTS)

"""How everything is broken for real in production's trial, and what must be said of it.

The autoscaling scenario's is in ``surges``; what no cluster can time is in ``literals``. A cell is
a pattern of objectives' names and the outcome that each of them must have. ``loses`` names the
instruments that a sabotage takes away: then the reason must name them, too.
"""

from __future__ import annotations

from seatrial.slo import Outcome

from . import instruments, targets
from .sabotage import Sabotage

PASS, FAIL, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE

SABOTAGES = (
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
        act=targets.hung_servers,
    ),
    Sabotage(
        "nothing-comes-back",
        "the killed replica's successor finds no node, and the others hang",
        {
            "success-*": FAIL,
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
        act=targets.second_writer,
    ),
    Sabotage(
        "hpa-bounds",
        "somebody lowers the autoscaler's maximum behind its back",
        {"replica-range": FAIL},
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
    Sabotage(
        "load-killed",
        "the load process is killed in the middle of the baseline",
        {
            "success-whole": INCONCLUSIVE,
            "latency-*-whole": INCONCLUSIVE,
            "timeouts": INCONCLUSIVE,
            "arm-split": INCONCLUSIVE,
        },
        {"load": "success-whole"},
        act=instruments.killed_load,
        sample=True,
    ),
    Sabotage(
        "load-starved",
        "the load process gets a fifth of one core",
        {
            "success-whole": INCONCLUSIVE,
            "latency-*-whole": INCONCLUSIVE,
            "timeouts": INCONCLUSIVE,
            "throughput": INCONCLUSIVE,
        },
        {"load": "latency-p95-whole"},
        act=instruments.starved_load,
    ),
    Sabotage(
        "fault-hits-nobody",
        "the experiment selects no replica",
        {"success-whole": INCONCLUSIVE, "served-again": INCONCLUSIVE},
        {"fault": "success-fault"},
        fault=True,
        environment={"SEATRIAL_FAULT_SELECTOR": "app.kubernetes.io/name=nobody"},
    ),
    Sabotage(
        "watchers-cut",
        "the API refuses endpoints, autoscaler and replicas to the watchers",
        {"success-fault": PASS},
        {
            "endpoints": "replica-spread",
            "autoscaler": "replica-range",
            "replicas": "replica-replaced",
        },
        act=instruments.cut_watchers,
        prepare=instruments.observed_by_another,
        fault=True,
    ),
    Sabotage(
        "workload-cut",
        "the API refuses the workload to its watcher",
        {"success-whole": PASS},
        {"workload": "replica-range"},
        act=instruments.cut_workload,
        prepare=instruments.observed_by_another,
    ),
)

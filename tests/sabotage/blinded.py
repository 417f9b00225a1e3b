"""How every instrument is lost for real, and each verdict that may not be given then."""

from __future__ import annotations

from seatrial.slo import Outcome

from . import instruments, targets
from .sabotage import Sabotage

PASS, FAIL, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE

INSTRUMENTS = (
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
        "the API refuses endpoints, autoscaler, replicas and proxies to the watchers",
        {"success-fault": PASS},
        {
            "endpoints": "replica-spread",
            "autoscaler": "replica-range",
            "replicas": "replica-replaced",
            "proxy": "proxy-*",
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
    Sabotage(
        "objects-cut",
        "the API refuses Services and ConfigMaps to their watcher: who changes them is not seen",
        {"latency-p95-whole": INCONCLUSIVE, "replica-range": INCONCLUSIVE},
        {"objects": "success-whole"},
        act=instruments.cut_objects,
        prepare=instruments.observed_by_another,
    ),
    Sabotage(
        "lease-taken",
        "another holder takes the namespace's lease while the fault is in effect",
        {"replica-replaced": INCONCLUSIVE, "latency-*-whole": INCONCLUSIVE},
        {"lease": "success-whole"},
        act=instruments.taken_lease,
        fault=True,
    ),
    Sabotage(
        "declared-otherwise",
        "the configuration says up to 8 replicas, and the autoscaler of what is there up to 10",
        {"latency-p95-whole": INCONCLUSIVE, "replica-range": FAIL},
        {"the declared workload": "success-whole"},
        prepare=targets.declared_otherwise,
    ),
)

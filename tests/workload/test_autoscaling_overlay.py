"""The overlay of the autoscaling scenario, as kustomize builds it, beside seatrial.toml's table."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from seatrial.cluster.kubectl import binary
from seatrial.config import Config

OVERLAYS = Path(__file__).parents[2] / "k8s/overlays"


def _built(overlay: str) -> dict[tuple[str, str], Any]:
    command = [str(binary()), "kustomize", str(OVERLAYS / overlay)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=30)
    return {
        (item["kind"], item["metadata"]["name"]): item for item in yaml.safe_load_all(done.stdout)
    }


SCALER = ("HorizontalPodAutoscaler", "mlserver-hpa")


def test_only_how_far_and_how_quickly_the_autoscaler_moves_is_its_own() -> None:
    """All else, the target of 70 % and the minimum included, is what production has here."""
    ours, embedded = _built("autoscaling"), _built("embedded")
    mine, theirs = ours.pop(SCALER)["spec"], embedded.pop(SCALER)["spec"]
    assert ours == embedded
    assert mine.pop("behavior") != theirs.pop("behavior")
    assert mine.pop("maxReplicas") < theirs.pop("maxReplicas")
    assert mine == theirs


def test_its_range_is_the_planned_one() -> None:
    """What the configuration plans with is what the overlay's autoscaler may do."""
    spec, table = _built("autoscaling")[SCALER]["spec"], Config(root=Path("/nowhere")).autoscaling
    assert (spec["minReplicas"], spec["maxReplicas"]) == (table.replicas_min, table.replicas_max)


def test_it_can_come_down_within_the_calm() -> None:
    """Seeing the load fall, the stabilisation window and all steps down fit into the phase."""
    spec, table = _built("autoscaling")[SCALER]["spec"], Config(root=Path("/nowhere")).autoscaling
    down = spec["behavior"]["scaleDown"]
    (policy,) = down["policies"]
    steps = -(-(spec["maxReplicas"] - spec["minReplicas"]) // policy["value"])
    seen_s = 30  # a scrape, the rate's window and a look of the autoscaler
    needed = seen_s + down["stabilizationWindowSeconds"] + (steps - 1) * policy["periodSeconds"]
    assert needed < table.calm_s

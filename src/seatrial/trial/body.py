"""The bodies that requests carry: the golden set's inputs, the user's file, or a seeded tensor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from seatrial import golden
from seatrial.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from seatrial.config import Config
    from seatrial.golden import Golden

SHAPE = (1, 10, 52)


def golden_of(config: Config) -> Golden | None:
    """Return the configured golden set, None where nothing is to be compared.

    Raises GoldenError where it can't be read, or has no answers of an arm of the configuration.
    """
    if not config.request.golden:
        return None
    file = config.path(config.request.golden)
    found = golden.read(file)
    check_arms(found, config, file)
    return found


def check_arms(found: Golden, config: Config, file: Path) -> None:
    """Raise GoldenError where the set in ``file`` has no answers of an arm of the configuration."""
    missing = sorted(set(config.request.arms) - set(found.arms))
    if golden.ANY_ARM not in found.arms and (missing or not config.request.arms):
        raise golden.GoldenError(
            f"compare answers with the golden set {file}",
            got=f"answers of {', '.join(found.arms)}",
            expected=f"answers of {', '.join(missing)}" if missing else f"of {golden.ANY_ARM}",
            mend="record the set anew: seatrial golden record",
        )


def bodies_of(config: Config, found: Golden | None) -> tuple[bytes, ...]:
    """Return the requests' bodies, the golden set's if there is one; they are sent in turn.

    Raises UsageError when the configured file can't be read.
    """
    if found is not None:
        return found.bodies
    if config.request.body is None:
        return (default_body(config.load.seed),)
    file = config.path(config.request.body)
    try:
        return (file.read_bytes(),)
    except OSError as cause:
        raise UsageError(
            f"read the request's body {file}", got=str(cause), mend="correct request.body"
        ) from cause


def default_body(seed: int, *outputs: str) -> bytes:
    """Return an Open Inference Protocol request: ``input_data``, FP32, shape (1, 10, 52).

    Ten time steps of 52 financial features, drawn standard normal from ``seed``. ``outputs`` are
    asked for by name; without any the model's default ones come.
    """
    request: dict[str, object] = {"inputs": [default_tensor(seed)]}
    if outputs:
        request["outputs"] = [{"name": name} for name in outputs]
    return json.dumps(request, separators=(",", ":")).encode()


def default_tensor(seed: int) -> dict[str, object]:
    """Return the input tensor of ``default_body``."""
    values = np.random.default_rng(seed).standard_normal(SHAPE).round(6)
    return {
        "name": "input_data",
        "shape": list(SHAPE),
        "datatype": "FP32",
        "data": values.ravel().tolist(),
    }

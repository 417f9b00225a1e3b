"""The body each request carries: the user's file, or the seeded tensor of the default models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from seatrial.errors import UsageError

if TYPE_CHECKING:
    from seatrial.config import Config

SHAPE = (1, 10, 52)


def body_of(config: Config) -> bytes:
    """Return the request's body. Raises UsageError when the configured file can't be read."""
    if config.request.body is None:
        return default_body(config.load.seed)
    file = config.path(config.request.body)
    try:
        return file.read_bytes()
    except OSError as cause:
        raise UsageError(
            f"read the request's body {file}", got=str(cause), mend="correct request.body"
        ) from cause


def default_body(seed: int) -> bytes:
    """Return an Open Inference Protocol request: ``input_data``, FP32, shape (1, 10, 52).

    Ten time steps of 52 financial features, drawn standard normal from ``seed``.
    """
    values = np.random.default_rng(seed).standard_normal(SHAPE).round(6)
    tensor = {
        "name": "input_data",
        "shape": list(SHAPE),
        "datatype": "FP32",
        "data": values.ravel().tolist(),
    }
    return json.dumps({"inputs": [tensor]}, separators=(",", ":")).encode()

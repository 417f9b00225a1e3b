"""Make the shipped golden set from the two default models themselves.

    python golden/make.py

It trains them as the image's build does (seeded, the same scikit-learn), in this process: neither
MLServer nor Envoy has a hand in what is right. scikit-learn comes with the group ``dev``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from seatrial.cluster.embedded.images.recipe import CONTENT
from seatrial.golden import Golden, Input, Output, Tolerance, write
from seatrial.trial.body import SHAPE, default_body, default_tensor

FILE = Path(__file__).parent / "financial-ab-test.json"
INPUTS = 16
SEED = 42


def make() -> Golden:
    """Return the golden set of the default models: the probabilities of both classes."""
    models = _trained()
    return Golden(Tolerance(), tuple(_input(SEED + number, models) for number in range(INPUTS)))


def _trained() -> dict[str, Any]:
    sys.path.insert(0, str(CONTENT / "content"))
    try:
        import train_models  # noqa: PLC0415 -- a script of the image, of no package
    finally:
        sys.path.pop(0)
    models: dict[str, Any] = train_models.trained()
    return models


def _input(seed: int, models: dict[str, Any]) -> Input:
    """Return one seeded input with each model's answer to it, as the protocol has them."""
    window = np.array(default_tensor(seed)["data"], dtype=np.float32).reshape(SHAPE)
    expected = {}
    for name, model in models.items():
        answer = model.predict_proba(window)
        data = tuple(answer.ravel().tolist())
        expected[name] = (Output("predict_proba", "FP64", answer.shape, data),)
    return Input(default_body(seed, "predict_proba"), expected)


if __name__ == "__main__":
    write(make(), FILE)
    sys.stdout.write(f"{FILE}: {INPUTS} inputs\n")

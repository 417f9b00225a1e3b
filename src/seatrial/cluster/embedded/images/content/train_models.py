"""Train both models from seeded data; runs once, while the model server's image is built.

It runs with the image's own Python and scikit-learn, so that what was pickled can be loaded.
Usage: ``python3 train_models.py MODELS_DIR``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
from seatrial_steps import FlattenWindow, SabotageDelay, SabotageStale
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 42
SAMPLES = 3000
DAYS = 10
FEATURES = 52
#: A coin has 0.5: a model below this learned nothing.
LEAST_ACCURACY = 0.6


def market(seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return windows (n, 10, 52) of made-up market features, and whether the price rose next day.

    Five slow common factors drive all features, as in real markets; the direction depends on the
    factors' momentum and, not linearly, on the volatility of the window.
    """
    random = np.random.default_rng(seed)
    loadings = random.normal(size=(5, FEATURES))
    factors = np.zeros((SAMPLES, DAYS, 5))
    factors[:, 0] = random.normal(size=(SAMPLES, 5))
    for day in range(1, DAYS):
        shock = random.normal(scale=0.4, size=(SAMPLES, 5))
        factors[:, day] = 0.9 * factors[:, day - 1] + shock
    noise = random.normal(scale=0.5, size=(SAMPLES, DAYS, FEATURES))
    windows = (factors @ loadings + noise).astype(np.float32)
    momentum = factors[:, -1] - factors[:, 0]
    volatility = np.diff(factors, axis=1).std(axis=(1, 2))
    score = momentum[:, 0] - 0.5 * momentum[:, 1] * np.sign(volatility - np.median(volatility))
    rose = score + random.normal(scale=0.3, size=SAMPLES) > 0
    return windows, rose.astype(np.int64)


def models() -> dict[str, Pipeline]:
    """Return the untrained pipelines: a linear one, and one that sees interactions."""
    return {
        "baseline-predictor": Pipeline(
            [
                ("flatten", FlattenWindow()),
                ("delay", SabotageDelay()),
                ("stale", SabotageStale()),
                ("scale", StandardScaler()),
                ("direction", LogisticRegression(C=0.01, max_iter=500)),
            ]
        ),
        "enhanced-predictor": Pipeline(
            [
                ("flatten", FlattenWindow()),
                ("delay", SabotageDelay()),
                ("stale", SabotageStale()),
                ("scale", StandardScaler()),
                ("factors", PCA(n_components=32, random_state=SEED)),
                (
                    "direction",
                    MLPClassifier((64, 32), max_iter=60, early_stopping=True, random_state=SEED),
                ),
            ]
        ),
    }


def settings(name: str) -> dict[str, object]:
    """Return MLServer's model-settings.json for one model."""
    return {
        "name": name,
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": "./model.joblib", "version": "1"},
        "inputs": [{"name": "input_data", "datatype": "FP32", "shape": [-1, DAYS, FEATURES]}],
        "outputs": [{"name": "predict", "datatype": "INT64", "shape": [-1, 1]}],
    }


def trained() -> dict[str, Pipeline]:
    """Train on three quarters; exit where a model learned nothing, by what it has not seen.

    In double precision: in single, rounding that differs between processors' instruction sets
    grows in training to 1 % of a prediction. So it stays below 1e-9, and a golden set made on one
    machine holds for the models built on another.
    """
    windows, rose = market(SEED)
    cut = SAMPLES * 3 // 4
    found = models()
    for name, pipeline in found.items():
        pipeline.fit(windows[:cut].astype(np.float64), rose[:cut])
        accuracy = pipeline.score(windows[cut:], rose[cut:])
        if accuracy < LEAST_ACCURACY:
            sys.exit(f"{name}: accuracy {accuracy:.3f} on unseen data, below {LEAST_ACCURACY}")
        sys.stderr.write(f"{name}: accuracy {accuracy:.3f} on unseen data\n")
    return found


def main(target: Path) -> None:
    """Train, and save each model with its settings."""
    for name, pipeline in trained().items():
        folder = target / name
        folder.mkdir(parents=True)
        joblib.dump(pipeline, folder / "model.joblib")
        text = json.dumps(settings(name), indent=2, sort_keys=True)
        (folder / "model-settings.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

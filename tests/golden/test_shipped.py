"""The shipped golden set is right: what the default models answer, no server asked."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.config import read as configuration
from seatrial.golden import difference, read
from seatrial.trial.body import golden_of

if TYPE_CHECKING:
    from seatrial.golden import Golden

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "golden/financial-ab-test.json"


def _made() -> Golden:
    spec = importlib.util.spec_from_file_location("make", ROOT / "golden/make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Golden = module.make()
    return made


def test_the_models_themselves_give_the_shipped_answers() -> None:
    """Trained anew on this machine, the default models answer each input as the file says."""
    made, shipped = _made(), read(SHIPPED)
    assert made.bodies == shipped.bodies
    assert made.arms == shipped.arms == tuple(configuration(ROOT / "seatrial.toml").request.arms)
    for number, item in enumerate(made.inputs):
        for arm, outputs in item.expected.items():
            expected = shipped.expected(number, arm)
            assert expected is not None
            assert not difference(expected, outputs, shipped.tolerance), (number, arm)


def test_the_shipped_set_is_the_configured_one() -> None:
    """The shipped configuration compares with the shipped set."""
    assert golden_of(configuration(ROOT / "seatrial.toml")) == read(SHIPPED)


def test_the_arms_of_the_shipped_set_answer_each_input_differently() -> None:
    """An answer of the wrong arm shows for every input, by far more than the tolerance."""
    shipped = read(SHIPPED)
    for item in shipped.inputs:
        baseline, enhanced = (outputs[0].data for outputs in item.expected.values())
        assert abs(float(baseline[0]) - float(enhanced[0])) > 1e-3

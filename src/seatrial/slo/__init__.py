"""The judge: pure functions from a Timeline and objectives to verdicts.

It knows neither files nor clocks, cluster, load or pytest. ``objectives`` reads the documents,
``timeline`` the record; whoever wants a verdict calls :func:`judge`.
"""

from seatrial.slo.at_proxies import AtProxies, Range, at_proxies
from seatrial.slo.early import waiting
from seatrial.slo.explain import Explanation, explain
from seatrial.slo.export import as_json
from seatrial.slo.figures import Figures, figures, figures_of
from seatrial.slo.judge import judge, promised, records_of
from seatrial.slo.meaning import meaning
from seatrial.slo.spans import phases_of
from seatrial.slo.values import (
    CONFIDENCE,
    SCENARIOS,
    Each,
    Failure,
    Indicator,
    Objective,
    Op,
    Outcome,
    PhaseName,
    Records,
    Verdict,
)

__all__ = [
    "CONFIDENCE",
    "SCENARIOS",
    "AtProxies",
    "Each",
    "Explanation",
    "Failure",
    "Figures",
    "Indicator",
    "Objective",
    "Op",
    "Outcome",
    "PhaseName",
    "Range",
    "Records",
    "Verdict",
    "as_json",
    "at_proxies",
    "explain",
    "figures",
    "figures_of",
    "judge",
    "meaning",
    "phases_of",
    "promised",
    "records_of",
    "waiting",
]

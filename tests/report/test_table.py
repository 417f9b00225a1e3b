"""The tables are legible in a log of 80 columns: promises of table.py and of reports/README.md."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seatrial.report.table import (
    LOG_COLUMNS,
    SEEN,
    as_text,
    figures_table,
    proxies_table,
    verdict_table,
)
from seatrial.slo import Indicator, Outcome, PhaseName, Verdict, figures
from tests.healthy import SECOND
from tests.proxies import NAMES, changed, counted

if TYPE_CHECKING:
    from seatrial.timeline import Timeline

README = Path(__file__).parents[2] / "reports" / "README.md"


def verdict(outcome: Outcome, name: str) -> Verdict:
    """Return a verdict with texts as long as real ones."""
    return Verdict(
        objective=name,
        title="Clients get predictions",
        indicator=Indicator.SUCCESS,
        phase=PhaseName.OUTSIDE,
        outcome=outcome,
        promised="≥ 0.999 of requests ok",
        seen="0.99912 (14 of 15,600 not ok)",
        bound="≥ 0.9983",
        n=15_600,
        value=0.999_123_999,
        reason=f"{outcome} {name}: 0.99912 seen, 0.999 promised, its lower bound 0.9983 misses; "
        "14 not ok: 9 reset, 5 status 503, all from 41.2 s to 42.9 s on 10.64.0.1",
    )


VERDICTS = (
    verdict(Outcome.PASS, "success-whole"),
    verdict(Outcome.INCONCLUSIVE, "success-outside-the-fault-window"),
    verdict(Outcome.FAIL, "timeouts-whole"),
)


def test_verdicts_are_words_in_80_columns_without_colour() -> None:
    """Each verdict is spelled out, no line is wider than 80, nothing hangs on escape codes."""
    text = as_text(verdict_table(VERDICTS))
    assert max(map(len, text.splitlines())) <= LOG_COLUMNS
    assert "\x1b" not in text
    assert "…" not in text
    for outcome in Outcome:
        assert outcome.value in text


def test_each_verdict_that_is_not_pass_gives_its_reason_the_worst_first() -> None:
    """Below the table stands the whole reason of each FAIL, then of each INCONCLUSIVE."""
    words = " ".join(as_text(verdict_table(VERDICTS)).split())
    _, below = words.split(f"timeouts-whole: {VERDICTS[2].reason}", 1)
    assert f"success-outside-the-fault-window: {VERDICTS[1].reason}" in below
    assert VERDICTS[0].reason not in words
    assert words.endswith("1 FAIL, 1 INCONCLUSIVE, 1 PASS")


def test_every_indicators_value_is_shown_and_none_is_rounded_towards_its_promise() -> None:
    """A row shows the measured value of any indicator; 0.999123999 never reads as 0.999124."""
    assert set(SEEN) == set(Indicator)
    assert "0.999123 " in as_text(verdict_table(VERDICTS))
    unmeasured = as_text(verdict_table([replace(VERDICTS[1], value=None)]))
    assert "0.999123" not in unmeasured


def test_texts_of_verdicts_are_never_read_as_markup() -> None:
    """Square brackets in what was promised are shown, not swallowed as rich's markup."""
    odd = replace(VERDICTS[0], promised="[bold]1[/bold]")
    assert "[bold]" in "".join(as_text(verdict_table([odd]), columns=160).split())


def test_figures_stand_for_each_judged_phase(trial: Timeline) -> None:
    """Each judged phase has a row whose numbers are those of slo.figures, settle has none."""
    text = as_text(figures_table(trial))
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line.strip()}
    assert "settle" not in rows
    assert max(map(len, text.splitlines())) <= LOG_COLUMNS
    for phase in (PhaseName.BASELINE, PhaseName.FAULT, PhaseName.RECOVERY, PhaseName.WHOLE):
        found = figures(trial, phase)
        assert rows[phase.value][1:7] == [
            f"{found.n}",
            f"{found.success_ratio:.5f}",
            *(f"{ms:.2f}" for ms in (found.mean_ms, found.p50_ms, found.p95_ms, found.p99_ms)),
        ]


def row(text: str, phase: PhaseName) -> list[str]:
    """Return a phase's cells as they are shown."""
    [found] = [line for line in text.splitlines() if line.split()[:1] == [phase.value]]
    return re.split(r"\s{2,}", found.strip())


def test_what_the_proxies_counted_stands_beside_the_success(trial: Timeline) -> None:
    """Retries by both counts, ejections and overflows of each judged phase, in 80 columns."""
    requests = trial.requests.copy()
    requests["retries"][np.flatnonzero(requests["intended"] >= 15 * SECOND)[:36]] = 1
    more = counted(trial.proxy, 36, retries=40, ejections=2, retry_overflow=3)
    text = as_text(proxies_table(replace(trial, requests=requests, proxy=more)))
    assert max(map(len, text.splitlines())) <= LOG_COLUMNS
    success = f"{figures(trial, PhaseName.BASELINE).success_ratio:.5f}"
    assert row(text, PhaseName.BASELINE) == ["baseline", success, "40", "36", "2", "3"]
    assert row(text, PhaseName.RECOVERY)[2:] == ["0", "0", "0", "0"]
    assert "settle" not in text


def test_what_may_lie_on_either_side_or_was_lost_is_shown_as_such(trial: Timeline) -> None:
    """Counts at a phase's edge are a range; with a proxy that was lost there is no most."""
    edge = trial.plan.phases[1].end_ns / SECOND
    blurred = counted(trial.proxy, edge, retries=4)
    shown = row(as_text(proxies_table(replace(trial, proxy=blurred))), PhaseName.WHOLE)
    assert shown[2] == "4"
    late = counted(trial.proxy, trial.plan.phases[-1].end_ns / SECOND, retries=4)
    shown = row(as_text(proxies_table(replace(trial, proxy=late))), PhaseName.RECOVERY)
    assert shown[2] == "0 to 4"
    lost = changed(counted(trial.proxy, 36, retries=4), NAMES[0], lambda _: None, from_s=50)
    shown = row(as_text(proxies_table(replace(trial, proxy=lost))), PhaseName.WHOLE)
    assert shown[2:5:2] == ["≥ 4", "≥ 0"]


def test_proxies_that_told_nothing_are_named_as_such(trial: Timeline) -> None:
    """Where nothing was recorded no zero is shown."""
    assert as_text(proxies_table(replace(trial, proxy=()))) == (
        "At the proxies: none told what it counts"
    )


def test_a_trial_without_a_fault_phase_has_no_row_for_it(trial: Timeline) -> None:
    """A plan of settle and baseline alone gives the rows baseline and whole, without NaN."""
    plan = replace(trial.plan, phases=trial.plan.phases[:2])
    text = as_text(figures_table(replace(trial, plan=plan, faults=())))
    assert "recovery" not in text
    assert "nan" not in text


def test_the_readmes_lines_give_the_reported_figures_exactly(
    trial: Timeline, trial_dir: Path
) -> None:
    """The numpy lines in reports/README.md, run by themselves, give slo.figures to the last bit."""
    [code] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=trial_dir,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    printed = [float(row.split()[-1]) for row in done.stdout.splitlines()]
    found = figures(trial, PhaseName.WHOLE)
    assert printed == [found.success_ratio, found.mean_ms, found.p95_ms]
    assert found.p95_ms == pytest.approx(13, abs=5)

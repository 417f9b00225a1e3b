"""What is refused before a trial begins, with the mend, and that one trial runs at a time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seatrial.config import Config, read
from seatrial.errors import UsageError
from seatrial.fault.catalogue import Becomes, Fault
from seatrial.progress import SilentProgress
from seatrial.trial.guard import check, exclusive
from seatrial.trial.scenario import Scenario, production

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def config() -> Config:
    """Return the shipped configuration."""
    return read(ROOT / "seatrial.toml")


def _with(config: Config, table: str, **changes: object) -> Config:
    changed = getattr(config, table).model_copy(update=changes)
    return config.model_copy(update={table: changed})


def test_the_shipped_configuration_may_begin(config: Config) -> None:
    """Nothing stands in the way of the default trial."""
    check(config, production(config))


def test_a_missing_overlay_is_refused(config: Config) -> None:
    """A wrong overlay is told before a cluster is brought up for it."""
    wrong = _with(config, "target", overlay=Path("k8s/overlays/nowhere"))
    with pytest.raises(UsageError, match="overlay"):
        check(wrong, production(wrong))


def test_a_missing_experiment_is_refused(config: Config) -> None:
    """A wrong experiment is told before load is running."""
    with pytest.raises(UsageError, match=r"nothing\.yaml"):
        check(config, Scenario("production", experiment=ROOT / "experiments/nothing.yaml"))


def test_a_missing_token_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is not in the environment is told before anything is deployed."""
    monkeypatch.delenv("SEATRIAL_NO_TOKEN", raising=False)
    wrong = _with(config, "request", token_env="SEATRIAL_NO_TOKEN")  # noqa: S106 -- a name
    with pytest.raises(UsageError, match="SEATRIAL_NO_TOKEN"):
        check(wrong, production(wrong))


def test_an_existing_cluster_is_broken_by_consent_only(config: Config) -> None:
    """Unless the configuration repeats the context's name, nothing is broken in it."""
    foreign = _with(config, "cluster", embedded=None, kubeconfig=Path("k"), context="staging")
    with pytest.raises(UsageError, match="allowed_context"):
        check(foreign, production(foreign))
    check(_with(foreign, "fault", allowed_context="staging"), production(foreign))


def test_what_reaches_beyond_the_namespace_is_allowed_by_its_name(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Consent for the context is not enough for a fault that takes nodes or metrics away."""
    beyond = Fault("kill-replica", "t", "kill_replica", Becomes.REPLACED, consent=True)
    monkeypatch.setattr("seatrial.fault.kinds_of", lambda _: (beyond,))
    foreign = _with(config, "cluster", embedded=None, kubeconfig=Path("k"), context="staging")
    consented = _with(foreign, "fault", allowed_context="staging")
    with pytest.raises(UsageError, match=r"kill-replica in it(.|\n)*allow it in seatrial.toml"):
        check(consented, production(consented))
    check(_with(consented, "fault", allow=("kill-replica",)), production(consented))
    check(config, production(config))


def test_one_trial_of_a_workload_runs_at_a_time(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second trial of the same workload is refused; of another one it is not."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    config = _with(config, "target", free_deadline_s=0)
    with exclusive(config, SilentProgress()):
        with pytest.raises(UsageError, match="another trial"), exclusive(config, SilentProgress()):
            pass
        with exclusive(_with(config, "target", namespace="another"), SilentProgress()):
            pass
    with exclusive(config, SilentProgress()):
        pass


def test_a_trial_begun_elsewhere_is_no_other_workloads(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative XDG_CACHE_HOME gives no second lock to who begins in another directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.chdir(tmp_path)
    config = _with(config, "target", free_deadline_s=0)
    with exclusive(config, SilentProgress()):
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="another trial"), exclusive(config, SilentProgress()):
            pass


def test_a_second_trial_waits_for_the_first(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says for what and how long at most, and begins once the first is over."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    config = _with(config, "target", free_deadline_s=30)
    first, notes = ExitStack(), Notes()
    first.enter_context(exclusive(config, SilentProgress()))
    notes.then = first.close
    with exclusive(config, notes):
        assert "another trial on this machine" in notes.lines[0]
        assert "30 s at most" in notes.lines[0]


class Notes(SilentProgress):
    """Keeps what is noted, and does something at the first note."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[str] = []
        self.then: Callable[[], None] = lambda: None

    def note(self, text: str) -> None:
        """Keep the text."""
        self.lines.append(text)
        self.then()

"""What is refused before a trial begins, with the mend, and that one trial runs at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config import Config, read
from seatrial.errors import UsageError
from seatrial.trial.guard import check, exclusive
from seatrial.trial.scenario import Scenario, production

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


def test_one_trial_of_a_workload_runs_at_a_time(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second trial of the same workload is refused; of another one it is not."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with exclusive(config):
        with pytest.raises(UsageError, match="another trial"), exclusive(config):
            pass
        with exclusive(_with(config, "target", namespace="another")):
            pass
    with exclusive(config):
        pass


def test_a_trial_begun_elsewhere_is_no_other_workloads(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative XDG_CACHE_HOME gives no second lock to who begins in another directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.chdir(tmp_path)
    with exclusive(config):
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="another trial"), exclusive(config):
            pass

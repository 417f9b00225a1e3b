"""A configuration is read whole or refused with the name of the key that is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from seatrial.config import Config, ConfigError, read

ROOT = Path(__file__).parent.parent.parent


def _write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "seatrial.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_file_documents_the_defaults() -> None:
    """seatrial.toml says of every key but the golden set what it would be if it were left out."""
    shipped, left_out = read(ROOT / "seatrial.toml"), Config(root=ROOT)
    assert shipped.request.golden
    request = shipped.request.model_copy(update={"golden": ""})
    assert shipped.model_copy(update={"request": request}) == left_out


def test_the_shipped_file_names_every_key() -> None:
    """No key of the configuration is missing in seatrial.toml, commented out at the least."""
    text = (ROOT / "seatrial.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    keys = set(Config.model_fields) - {"root"}
    config = Config(root=ROOT)
    for table in (config.cluster, config.target, config.request, config.autoscaling):
        keys |= set(type(table).model_fields)
    assert [key for key in sorted(keys) if key not in text] == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[load]\nrate = -1", "load.rate"),
        ("[load]\nrte = 1", "load.rte"),
        ("[target]\nreplicas_min = 5\nreplicas_max = 4", "target"),
        ("[autoscaling]\nreplicas_max = 3", "nothing to scale"),
        ("[autoscaling]\nsurge_rate = 50.0", "above baseline_rate"),
        ('[cluster]\ncontext = "a"', "cluster"),
        ('[request]\nurl = "ftp://x"', "request.url"),
        ("[load", "TOML"),
        ('root = "elsewhere"', "root"),
        ("[request.arms]\nbaseline = 100.0\nenhanced = 0.0", "request.arms.enhanced"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, named: str) -> None:
    """The error names the key that is unknown, out of range or at odds with another."""
    with pytest.raises(ConfigError, match=named):
        read(_write(tmp_path, text))


def test_no_file_says_how_to_name_one(tmp_path: Path) -> None:
    """A missing file is a usage error that names the option."""
    with pytest.raises(ConfigError, match="--seatrial-config"):
        read(tmp_path / "seatrial.toml")


def test_an_existing_cluster_is_not_managed_unless_asked(tmp_path: Path) -> None:
    """With a kubeconfig nothing is applied by default; the embedded cluster is managed."""
    file = _write(tmp_path, "")
    assert read(file).manage
    existing = read(file, kubeconfig=Path("k"), context="c")
    assert not existing.manage
    assert existing.cluster.embedded is None


def test_half_an_existing_cluster_is_refused(tmp_path: Path) -> None:
    """A kubeconfig without its context is never completed by a guess."""
    with pytest.raises(ConfigError, match="context"):
        read(_write(tmp_path, ""), kubeconfig=Path("k"))


def test_a_table_that_is_none_is_told_whatever_the_command_line_says(tmp_path: Path) -> None:
    """`load = 3` names its key with --stop-early, too; it is no crash."""
    with pytest.raises(ConfigError, match="load: "):
        read(_write(tmp_path, "load = 3"), stop_early=True)

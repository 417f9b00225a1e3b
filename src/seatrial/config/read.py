"""Reading ``seatrial.toml``: each problem is named by file and key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seatrial.config.model import Config, ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def read(
    path: Path,
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    profile: str | None = None,
    stop_early: bool = False,
    no_wait: bool = False,
) -> Config:
    """Return the configuration in ``path``; what is given here replaces the file's.

    Raises ConfigError that names file, key and mend.
    """
    raw = _parse(path)
    if "root" in raw:
        raise ConfigError(
            f"read the configuration {path}",
            got="root: unknown key",
            mend="remove it: relative paths start from the file's own folder",
        )
    if kubeconfig is not None or context is not None:
        raw["cluster"] = {"embedded": None, "kubeconfig": kubeconfig, "context": context}
    if profile is not None:
        raw["profile"] = profile
    if stop_early and isinstance(table := raw.setdefault("load", {}), dict):
        table["stop_early"] = True
    if no_wait and isinstance(table := raw.setdefault("target", {}), dict):
        table["free_deadline_s"] = 0
    try:
        return Config(root=path.resolve().parent, **raw)
    except ValidationError as cause:
        raise ConfigError(
            f"read the configuration {path}",
            got="; ".join(_problem(error["loc"], error["msg"]) for error in cause.errors()),
            expected="the keys and values that seatrial.toml in the repository documents",
            mend="correct the named keys",
        ) from cause


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as cause:
        raise ConfigError(
            f"read the configuration {path}",
            got="no such file",
            mend="run from the repository's root, or name the file: seatrial … --config, "
            "pytest … --seatrial-config",
        ) from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as cause:
        raise ConfigError(
            f"read the configuration {path}", got=str(cause), expected="TOML"
        ) from cause


def _problem(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in location) or 'file'}: {message}"

"""Kubernetes quantities ("500m", "2Gi") as whole millicores and MiB."""

from __future__ import annotations

from decimal import Decimal

from kubernetes.utils.quantity import parse_quantity

_MEBI = 1024 * 1024


def millicores(quantity: str | None) -> int | None:
    """Return CPU in millicores, rounded down; None for none."""
    return None if quantity is None else int(_number(quantity) * 1000)


def mebibytes(quantity: str | None) -> int | None:
    """Return memory in MiB, rounded down; None for none."""
    return None if quantity is None else int(_number(quantity) / _MEBI)


def share(quantity: str) -> float:
    """Return a quantity that is a share, such as ``50m``, as a number: 0.05."""
    return float(_number(quantity))


def same(one: str, other: str) -> bool:
    """Tell whether two quantities are the same amount, however they are written."""
    return _number(one) == _number(other)


def _number(quantity: str) -> Decimal:
    return Decimal(parse_quantity(quantity))  # type: ignore[no-untyped-call]  # it ships no types

"""A service account of the workload's namespace that has the roles of some parts, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from seatrial.cluster import Cluster
    from seatrial.rights import Part

ACCOUNT = "seatrial"
NAMESPACE = "financial-inference"
CALL_S = 30.0


def bind(cluster: Cluster, roles: Path, parts: Iterable[Part]) -> None:
    """Apply the shipped roles as they are, and give these parts' to the account."""
    cluster.kubectl("apply", "-k", str(roles), timeout_s=CALL_S)
    where = f"--namespace={NAMESPACE}"
    cluster.kubectl("create", "serviceaccount", ACCOUNT, where, timeout_s=CALL_S)
    account = f"--serviceaccount={NAMESPACE}:{ACCOUNT}"
    listed = cluster.kubectl("get", "-k", str(roles), "--output=name", timeout_s=CALL_S).split()
    for part in parts:
        if f"role.rbac.authorization.k8s.io/{part.role}" in listed:
            role = f"--role={part.role}"
            cluster.kubectl(
                "create", "rolebinding", part.role, role, where, account, timeout_s=CALL_S
            )
        if f"clusterrole.rbac.authorization.k8s.io/{part.role}" in listed:
            role = f"--clusterrole={part.role}"
            cluster.kubectl(
                "create", "clusterrolebinding", part.role, role, account, timeout_s=CALL_S
            )


def kubeconfig(cluster: Cluster, file: Path) -> Path:
    """Write a kubeconfig of the account, with a token and the same context's name."""
    where = f"--namespace={NAMESPACE}"
    token = cluster.kubectl("create", "token", ACCOUNT, where, timeout_s=CALL_S).strip()
    raw = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    raw["users"] = [{"name": ACCOUNT, "user": {"token": token}}]
    raw["contexts"] = [
        {
            "name": cluster.context,
            "context": {"cluster": raw["clusters"][0]["name"], "user": ACCOUNT},
        }
    ]
    raw.pop("current-context", None)
    file.write_text(json.dumps(raw), encoding="utf-8")
    return file


def take(cluster: Cluster, part: Part, resource: str, verb: str) -> str:
    """Take one right from a part's role; return the role's manifest as it was."""
    where = f"--namespace={NAMESPACE}"
    before = cluster.kubectl("get", "role", part.role, where, "--output=json", timeout_s=CALL_S)
    raw = json.loads(before)
    for rule in raw["rules"]:
        if rule["resources"] == [resource]:
            rule["verbs"] = [item for item in rule["verbs"] if item != verb]
    raw["rules"] = [rule for rule in raw["rules"] if rule["verbs"]]
    cluster.kubectl("replace", "-f", "-", stdin=json.dumps(raw), timeout_s=CALL_S)
    return before


def give_back(cluster: Cluster, before: str) -> None:
    """Put a role's rules back."""
    raw = json.loads(before)
    raw["metadata"].pop("resourceVersion")
    cluster.kubectl("replace", "-f", "-", stdin=json.dumps(raw), timeout_s=CALL_S)

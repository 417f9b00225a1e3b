"""The roles grant exactly what the table says, and every fault has its row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from seatrial import fault
from seatrial.config import Config, Request, Target
from seatrial.rights import FAULTS, RULES, Part, Scope, of_faults, rights, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "k8s" / "rbac"
#: Kind of role, verb, group, resource, name.
Grant = tuple[str, str, str, str, str]


def _granted(documents: list[dict[str, Any]]) -> Iterator[Grant]:
    for role in documents:
        for rule in role["rules"]:
            assert set(rule) <= {"apiGroups", "resources", "resourceNames", "verbs"}
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        for name in rule.get("resourceNames", [""]):
                            yield role["kind"], verb, group, resource, name


def _told(part: Part) -> Iterator[Grant]:
    for rule in RULES[part]:
        kind = "Role" if rule.scope is Scope.TARGET else "ClusterRole"
        for verb in rule.verbs:
            for name in rule.names or ("",):
                yield kind, verb, rule.group, rule.resource, name


@pytest.mark.parametrize("part", list(Part), ids=str)
def test_a_role_grants_exactly_what_the_table_says(part: Part) -> None:
    """Neither a right more nor one less, each once, and under the part's own name."""
    documents = list(yaml.safe_load_all((ROOT / part.file).read_text(encoding="utf-8")))
    assert {role["metadata"]["name"] for role in documents} == {part.role}
    granted, told = list(_granted(documents)), list(_told(part))
    assert set(granted) == set(told)
    assert len(granted) == len(set(granted))
    assert not any("*" in item for grant in granted for item in grant)


def test_one_command_applies_every_role() -> None:
    """The kustomization names the file of each part, and the README explains each."""
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
    assert sorted(listed["resources"]) == sorted(f"{part}.yaml" for part in Part)
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [part for part in Part if f"`{part}`" not in readme] == []


def test_every_activity_has_its_row() -> None:
    """What a shipped experiment may call is known by the rights it needs, before it starts."""
    found = fault.discover()["activities"]
    assert found
    assert unknown(f"{item['mod']}.{item['name']}" for item in found) == ()


def test_faults_are_told_apart() -> None:
    """A kill needs the rights on pods alone; what nobody knows is said to be unknown."""
    assert of_faults(["seatrial.fault.actions.kill_replica", "other.activity"]) == (
        Part.FAULT_PODS,
    )
    assert unknown([*FAULTS, "other.activity"]) == ("other.activity",)


def test_only_what_a_trial_uses_is_asked_for() -> None:
    """Without autoscaler, proxy port, arms, and with a URL, a trial does with less."""
    whole = Config(root=Path("/nowhere"))
    lean = Config(
        root=Path("/nowhere"),
        target=Target(autoscaler=None, proxy_admin_port=0, workload_kind="Deployment"),
        request=Request(url="https://models.example", arms={}),
    )
    parts = (Part.WATCH, Part.LOAD)
    more = {str(right) for right in rights(parts, whole)}
    less = {str(right) for right in rights(parts, lean)}
    where = " in financial-inference"
    assert less - more == {f"{verb} deployments.apps{where}" for verb in ("list", "watch")}
    assert more - less == {
        *(f"{verb} statefulsets.apps{where}" for verb in ("list", "watch")),
        *(
            f"{verb} horizontalpodautoscalers.autoscaling{where}"
            for verb in ("get", "list", "watch")
        ),
        f"get pods/proxy{where}",
        f"create services/proxy{where}",
    }

"""What every cluster is given, and the rights that come with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from seatrial.cluster.embedded import addons, certificates
from seatrial.cluster.embedded.layout import Layout

#: The verbs that only read.
READING = {"get", "list", "watch"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Give every manifest, parsed."""
    place = Layout("test", tmp_path_factory.mktemp("cache"))
    place.pki.mkdir(parents=True)
    certificates.write(place.pki, [place])
    return list(yaml.safe_load_all(addons.manifests(place, "docker.io/seatrial/node:x")))


def test_nobody_gets_cluster_admin(documents: list[dict[str, object]]) -> None:
    """No binding gives CoreDNS or metrics-server more than named, small roles."""
    bound = {
        document["roleRef"]["name"]  # type: ignore[index]  # parsed YAML
        for document in documents
        if str(document["kind"]).endswith("Binding")
    }
    assert bound == {
        "seatrial:coredns",
        "seatrial:metrics-server",
        "system:auth-delegator",
        "extension-apiserver-authentication-reader",
        "system:kubelet-api-admin",
    }


def test_own_roles_only_read(documents: list[dict[str, object]]) -> None:
    """The roles defined here read, and name every resource: no `*`."""
    for document in documents:
        if document["kind"] == "ClusterRole":
            rules = document["rules"]
            assert isinstance(rules, list)
            for rule in rules:
                assert set(rule["verbs"]) <= READING
                assert "*" not in rule["resources"]


def test_containers_run_without_root(documents: list[dict[str, object]]) -> None:
    """Each container is an ordinary user without capabilities, from a local image."""
    containers = [
        container
        for document in documents
        if document["kind"] == "Deployment"
        for container in document["spec"]["template"]["spec"]["containers"]  # type: ignore[index]  # parsed YAML
    ]
    assert len(containers) == 2
    for container in containers:
        assert container["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["imagePullPolicy"] == "Never"


def test_addons_stay_with_the_control_plane(documents: list[dict[str, object]]) -> None:
    """DNS and metrics run on the first node, which is never lost."""
    selectors = [
        document["spec"]["template"]["spec"]["nodeSelector"]  # type: ignore[index]  # parsed YAML
        for document in documents
        if document["kind"] == "Deployment"
    ]
    assert selectors == [{"kubernetes.io/hostname": "seatrial-test"}] * 2


def test_no_placeholder_is_left(documents: list[dict[str, object]]) -> None:
    """Every value in the YAML files is filled in."""
    assert "$" not in yaml.safe_dump(documents).replace("$schema", "")
    assert sorted(Path(addons.MANIFESTS).glob("*.yaml"))

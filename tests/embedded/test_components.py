"""How the node's components are started: what their command lines and files promise."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from seatrial.cache import cache_root
from seatrial.cluster.embedded import certificates, components, network, settings, watcher
from seatrial.cluster.embedded.layout import Layout, layout
from seatrial.cluster.embedded.order import Order
from seatrial.cluster.embedded.state import Process
from seatrial.errors import UsageError

PLACE = Layout("test", Path("/cache"))
BINARY = Path("/cache/seatrial-node")


def flags(argv: tuple[str, ...]) -> dict[str, str]:
    """Give ``--name=value`` arguments as a dictionary."""
    pairs = (item.removeprefix("--").partition("=") for item in argv if item.startswith("--"))
    return {name: value for name, _, value in pairs}


def test_rbac_is_on_and_nobody_is_anonymous() -> None:
    """The API server decides by Node and RBAC, and refuses who does not say who he is."""
    api = flags(components.api_server(PLACE, BINARY))
    assert api["authorization-mode"] == "Node,RBAC"
    assert api["anonymous-auth"] == "false"
    assert settings.kubelet_settings(PLACE)["authorization"] == {"mode": "Webhook"}


def test_every_component_calls_with_its_own_identity() -> None:
    """No two components share a kubeconfig, and none has the admin's."""
    used = [
        flags(components.controller_manager(PLACE, BINARY))["kubeconfig"],
        flags(components.scheduler(PLACE, BINARY))["kubeconfig"],
        flags(components.kubelet(PLACE, BINARY))["kubeconfig"],
        str(PLACE.conf / "proxy.kubeconfig"),
    ]
    assert len(set(used)) == len(used)
    assert not [path for path in used if "admin" in path]
    connection = settings.proxy_settings(PLACE)["clientConnection"]
    assert connection == {"kubeconfig": str(PLACE.conf / "proxy.kubeconfig")}


def test_the_autoscaler_looks_every_five_seconds() -> None:
    """A trial is short: the HPA's sync period is 5 s."""
    manager = flags(components.controller_manager(PLACE, BINARY))
    assert manager["horizontal-pod-autoscaler-sync-period"] == "5s"


def test_every_component_waits_only_for_others_that_exist() -> None:
    """The order of the start can be kept: names are right, and nobody waits in a circle."""
    started: set[str] = set()
    everything = components.components(PLACE, BINARY, 3, 1)
    for component in everything:
        assert started.issuperset(component.after), component.name
        started.add(component.name)
    assert len(started) == len(everything)


def test_a_further_node_runs_no_control_plane() -> None:
    """It has containerd, kubelet and kube-proxy, and waits for nothing that runs elsewhere."""
    everything = components.components(PLACE.node(2), BINARY, 3, 2)
    assert {component.name for component in everything} == {"containerd", "kubelet", "kube-proxy"}
    names = {component.name for component in everything}
    assert {name for component in everything for name in component.after} <= names


def test_a_further_node_is_another_user_at_another_address() -> None:
    """Name, address, pods' addresses, certificates and files differ; the cluster is the same."""
    first, second = PLACE.nodes(2)
    assert (second.node_name, second.node_ip) == ("seatrial-test-2", "10.88.0.2")
    assert (first.pod_cidr, second.pod_cidr) == ("10.244.0.0/24", "10.244.2.0/24")
    assert first.context == second.context
    assert second.cgroup == f"{first.cgroup}/node-2"
    argv = flags(components.kubelet(second, BINARY))
    assert argv["node-ip"] == "10.88.0.2"
    assert argv["kubeconfig"] == str(second.conf / "kubelet.kubeconfig")
    kubelet = settings.kubelet_settings(second, nodes=2)
    assert kubelet["cgroupRoot"] == second.cgroup
    assert kubelet["tlsCertFile"] == str(first.pki / "kubelet-server-2.crt")


def test_only_among_several_a_lost_node_is_missed_soon() -> None:
    """One node keeps Kubernetes' own pace; of several a lost one is NotReady after 10 s."""
    alone = flags(components.controller_manager(PLACE, BINARY))
    several = flags(components.controller_manager(PLACE, BINARY, nodes=3))
    assert "node-monitor-grace-period" not in alone
    assert several["node-monitor-grace-period"] == "10s"
    assert "nodeLeaseDurationSeconds" not in settings.kubelet_settings(PLACE)
    # Several renewals, a quarter of the lease apart, must fail to come before it is missed.
    assert settings.kubelet_settings(PLACE, nodes=3)["nodeLeaseDurationSeconds"] == 8


def test_every_node_has_a_way_to_every_other() -> None:
    """A route to each other node's pods by that node's address, and none to its own."""
    for node in PLACE.nodes(3):
        ways = {
            (line.split()[2], line.split()[4])
            for line in network.address(node, 3).splitlines()
            if " via " in line
        }
        assert ways == {
            (other.pod_cidr, other.node_ip) for other in PLACE.nodes(3) if other != node
        }
    assert " via " not in network.address(PLACE, 1)


def test_a_node_that_returns_has_its_old_link_address() -> None:
    """The others know it by that, and would send to the old one for half a minute."""
    second = PLACE.node(2)
    assert f"address {second.hardware_address} netns 1" in network.link(second)
    assert second.hardware_address != PLACE.hardware_address
    assert PLACE.hardware_address in network.bridge(PLACE)


def test_control_ports_are_on_loopback_or_inside_the_node() -> None:
    """What is not the API or the kubelet listens on the node's loopback."""
    assert flags(components.controller_manager(PLACE, BINARY))["bind-address"] == "127.0.0.1"
    assert flags(components.scheduler(PLACE, BINARY))["bind-address"] == "127.0.0.1"
    urls = flags(components.etcd(PLACE, BINARY))
    assert urls["listen-client-urls"].startswith("https://127.0.0.1:")
    assert urls["client-cert-auth"] == "true"


def test_containerd_reads_its_settings_as_meant() -> None:
    """The settings are TOML with the socket, the image and the cure for a missing capability."""
    text = settings.containerd_settings(Path("/root"), Path("/cni"), "docker.io/a/pause:1")
    read = tomllib.loads(text)
    cri = read["plugins"]["io.containerd.grpc.v1.cri"]
    assert read["grpc"]["address"] == "/run/containerd/containerd.sock"
    assert cri["restrict_oom_score_adj"] is True
    assert cri["sandbox_image"] == "docker.io/a/pause:1"


def test_the_pod_network_needs_no_kernel_module() -> None:
    """Pods hang on links of their own; on a bridge their traffic would skip Services."""
    plugins = settings.cni_settings(PLACE)["plugins"]
    assert isinstance(plugins, list)
    assert [plugin["type"] for plugin in plugins] == ["ptp", "portmap"]


def test_kubeconfigs_are_complete_and_private(tmp_path: Path) -> None:
    """A kubeconfig names one context, refers to no other file and has mode 0600."""
    place = Layout("test", tmp_path)
    place.pki.mkdir(parents=True)
    certificates.write(place.pki, [place])
    file = tmp_path / "kubeconfig"
    settings.write_kubeconfig(place, "admin", file, "https://127.0.0.1:1")
    document = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert document["current-context"] == "seatrial-test"
    assert str(tmp_path) not in file.read_text()


def test_the_outer_process_takes_everything_with_it() -> None:
    """`unshare` gets every namespace but the cgroups', and kills its child when it dies."""
    order = Order("n", "/c", "/b", "/s", 5, 6443, Process(1, 1), None)
    argv = watcher.outer_command(order, 5)
    assert {"--pid", "--mount", "--net", "--fork", "--kill-child"} <= set(argv)
    assert "--cgroup" not in argv


@pytest.mark.parametrize("owner", [None, Process(2, 3)])
def test_an_order_survives_its_way_to_the_watcher(owner: Process | None) -> None:
    """What the watcher reads is what was ordered."""
    order = Order("n", "/c", "/b", "/s", 5, 6443, Process(1, 1), owner)
    assert Order.from_json(order.to_json()) == order


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a/b", "../x", "a" * 41])
def test_names_kubernetes_cannot_carry_are_refused(name: str) -> None:
    """A name becomes a host name and a path: anything else is refused."""
    with pytest.raises(UsageError, match="name an embedded cluster"):
        layout(name)


def test_the_cache_follows_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME moves the cache; a relative one is ignored, as its standard asks."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_root() == Path("/elsewhere/seatrial")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_root() == Path.home() / ".cache" / "seatrial"

"""How the node's components are started: what their command lines and files promise."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from seatrial.cache import cache_root
from seatrial.cluster.embedded import certificates, components, settings, watcher
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
    everything = components.components(PLACE, BINARY, 3)
    for component in everything:
        assert started.issuperset(component.after), component.name
        started.add(component.name)
    assert len(started) == len(everything)


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
    plugins = settings.cni_settings()["plugins"]
    assert isinstance(plugins, list)
    assert [plugin["type"] for plugin in plugins] == ["ptp", "portmap"]


def test_kubeconfigs_are_complete_and_private(tmp_path: Path) -> None:
    """A kubeconfig names one context, refers to no other file and has mode 0600."""
    place = Layout("test", tmp_path)
    place.pki.mkdir(parents=True)
    certificates.write(place.pki, place.node_name)
    file = tmp_path / "kubeconfig"
    settings.write_kubeconfig(place, "admin", file, "https://127.0.0.1:1")
    document = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert document["current-context"] == "seatrial-test"
    assert str(tmp_path) not in file.read_text()


def test_the_outer_process_takes_everything_with_it() -> None:
    """`unshare` gets every namespace but the cgroups', and kills its child when it dies."""
    order = Order("n", "/c", "/b", "/s", 5, 6443, Process(1, 1), None)
    argv = watcher.outer_command(order)
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

"""The overlay for several nodes: what it promises, and that it promises nothing else."""

from __future__ import annotations

from tests.workload.manifests import built, differences


def test_nodes_changes_only_where_pods_go_and_how_soon_they_end() -> None:
    """For several nodes: spread, tolerations and grace, nothing that a request would meet."""
    embedded, nodes = built("overlays/embedded"), built("overlays/nodes")
    assert embedded.keys() == nodes.keys()
    changed = {
        f"{name}{path}"
        for (kind, name), item in embedded.items()
        for path in differences(item, nodes[kind, name])
    }
    spec = "/spec/template/spec"
    spread = f"{spec}/topologySpreadConstraints/0"
    assert changed == {
        f"{name}{path}"
        for name in ("mlserver", "seldon-envoy")
        for path in (
            f"{spec}/terminationGracePeriodSeconds",
            f"{spec}/tolerations",
            f"{spread}/nodeTaintsPolicy",
            f"{spread}/whenUnsatisfiable",
        )
    }


def test_on_nodes_a_lost_node_neither_keeps_pods_nor_blocks_new_ones() -> None:
    """It is left after seconds, and no longer counts for the spread that is a must."""
    for key in (("StatefulSet", "mlserver"), ("Deployment", "seldon-envoy")):
        spec = built("overlays/nodes")[key]["spec"]["template"]["spec"]
        (spread,) = spec["topologySpreadConstraints"]
        assert (spread["whenUnsatisfiable"], spread["nodeTaintsPolicy"]) == (
            "DoNotSchedule",
            "Honor",
        )
        # Tolerated for ever, or with the effect that keeps new pods away, it would count.
        assert {item["key"].split("/")[1] for item in spec["tolerations"]} == {
            "not-ready",
            "unreachable",
        }
        assert {item["effect"] for item in spec["tolerations"]} == {"NoExecute"}
        assert max(item["tolerationSeconds"] for item in spec["tolerations"]) <= 5


def test_on_nodes_the_grace_covers_the_sleep_before_the_end() -> None:
    """Shortened, it still leaves five seconds after each preStop."""
    for kind, name, sleep in (("StatefulSet", "mlserver", 12), ("Deployment", "seldon-envoy", 10)):
        spec = built("overlays/nodes")[kind, name]["spec"]["template"]["spec"]
        assert str(sleep) in str(spec["containers"][0]["lifecycle"]["preStop"])
        assert spec["terminationGracePeriodSeconds"] >= sleep + 5

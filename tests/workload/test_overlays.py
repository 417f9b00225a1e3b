"""The manifests of k8s/, as kustomize builds them: what each overlay promises to be."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from seatrial.cluster.embedded.images import ENVOY, MLSERVER
from tests.workload.manifests import built, container, differences

FOLDERS = (
    "base",
    "overlays/production",
    "overlays/embedded",
    "overlays/autoscaling",
    "overlays/nodes",
    "sabotage/dead-port",
    "sabotage/slow-model",
    "sabotage/stale-model",
)


def clusters(folder: str) -> list[Any]:
    """Return Envoy's clusters of one folder."""
    config = built(folder)["ConfigMap", "seldon-envoy-clusters"]["data"]["clusters.yaml"]
    found: list[Any] = yaml.safe_load(config)["resources"]
    return found


def virtual_host(folder: str) -> Any:  # noqa: ANN401 -- raw YAML
    """Return the one virtual host of Envoy's configuration."""
    names = [n for k, n in built(folder) if k == "ConfigMap" and n != "seldon-envoy-clusters"]
    (name,) = [name for name in names if name.startswith("seldon-envoy-")]
    envoy = yaml.safe_load(built(folder)["ConfigMap", name]["data"]["envoy.yaml"])
    (chain,) = envoy["static_resources"]["listeners"][0]["filter_chains"]
    (host,) = chain["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
    return host


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_is_in_the_one_namespace(folder: str) -> None:
    """Each folder builds, and all that it makes is in financial-inference."""
    names = {
        item["metadata"].get("namespace", item["metadata"]["name"])
        for item in built(folder).values()
    }
    assert names == {"financial-inference"}


def test_base_is_the_state_before() -> None:
    """One replica of 100m and 1Gi, one proxy, no autoscaler."""
    objects = built("base")
    assert objects["StatefulSet", "mlserver"]["spec"]["replicas"] == 1
    assert objects["Deployment", "seldon-envoy"]["spec"]["replicas"] == 1
    assert not [kind for kind, _ in objects if kind == "HorizontalPodAutoscaler"]
    small = {"cpu": "100m", "memory": "1Gi"}
    resources = container("base", "StatefulSet", "mlserver")["resources"]
    assert resources == {"requests": small, "limits": small}


def test_production_has_the_declared_capacity() -> None:
    """Three to ten replicas of 500m and 2Gi with four workers, behind two proxies, at 70 % CPU."""
    objects = built("overlays/production")
    assert objects["StatefulSet", "mlserver"]["spec"]["replicas"] == 3
    assert objects["Deployment", "seldon-envoy"]["spec"]["replicas"] == 2
    mlserver = container("overlays/production", "StatefulSet", "mlserver")
    assert mlserver["resources"]["requests"] == {"cpu": "500m", "memory": "2Gi"}
    assert int(mlserver["resources"]["limits"]["cpu"]) >= 1
    assert {"name": "MLSERVER_PARALLEL_WORKERS", "value": "4"} in mlserver["env"]
    scaler = objects["HorizontalPodAutoscaler", "mlserver-hpa"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (3, 10)
    assert scaler["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
    assert scaler["scaleTargetRef"]["name"] == "mlserver"


def test_embedded_lowers_only_cpu() -> None:
    """On two cores everything but three figures of CPU is production's own."""
    production, embedded = built("overlays/production"), built("overlays/embedded")
    assert production.keys() == embedded.keys()
    changed = {
        f"{name}{path}"
        for (kind, name), item in production.items()
        for path in differences(item, embedded[kind, name])
    }
    resources = "/spec/template/spec/containers/0/resources"
    assert changed == {
        f"mlserver{resources}/requests/cpu",
        f"mlserver{resources}/limits/cpu",
        f"seldon-envoy{resources}/requests/cpu",
    }


def test_ten_replicas_fit_on_two_cores() -> None:
    """Ten replicas, two proxies, DNS and metrics ask for less than two cores."""
    replica = container("overlays/embedded", "StatefulSet", "mlserver")["resources"]["requests"]
    proxy = container("overlays/embedded", "Deployment", "seldon-envoy")["resources"]["requests"]
    asked = 10 * int(replica["cpu"].rstrip("m")) + 2 * int(proxy["cpu"].rstrip("m")) + 2 * 50
    assert asked <= 2000


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/embedded"])
def test_a_dying_replica_outlasts_what_proxies_remember(folder: str) -> None:
    """The preStop sleep covers endpoints, DNS cache and refresh; the grace period covers both."""
    spec = built(folder)["StatefulSet", "mlserver"]["spec"]["template"]["spec"]
    sleep = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep >= 5 + 5 + 1
    assert spec["terminationGracePeriodSeconds"] >= sleep + 30


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/embedded"])
def test_all_attempts_end_before_the_client_gives_up(folder: str) -> None:
    """Two attempts and the wait between stay below the route's limit, that below 1 s."""
    host = virtual_host(folder)
    policy = host["retry_policy"]
    attempts = 1 + policy["num_retries"]
    seconds = attempts * float(policy["per_try_timeout"].rstrip("s"))
    waits = policy["num_retries"] * float(policy["retry_back_off"]["max_interval"].rstrip("s"))
    limits = {float(route["route"]["timeout"].rstrip("s")) for route in host["routes"]}
    assert seconds + waits < min(limits)
    assert max(limits) < 1.0


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/embedded"])
def test_lost_replicas_are_found_out(folder: str) -> None:
    """Each arm has health checks, outlier detection, short connects and bounded retries."""
    found = clusters(folder)
    assert [item["name"] for item in found] == ["baseline-predictor", "enhanced-predictor"]
    for item in found:
        (check,) = item["health_checks"]
        assert check["http_health_check"]["path"] == f"/v2/models/{item['name']}/ready"
        assert item["outlier_detection"]["split_external_local_origin_errors"] is True
        assert item["connect_timeout"] == "0.25s"
        assert "retry_budget" in item["circuit_breakers"]["thresholds"][0]


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/embedded"])
def test_a_second_attempt_goes_elsewhere(folder: str) -> None:
    """Of three replicas the one that just failed is the least busy, and hardly ever drawn again.

    A draw of `choice_count` finds it unless it misses it each time; it is then drawn anew.
    """
    draws = 1 + virtual_host(folder)["retry_policy"]["host_selection_retry_max_attempts"]
    for item in clusters(folder):
        (policy,) = item["load_balancing_policy"]["policies"]
        chosen = policy["typed_extension_config"]["typed_config"]
        assert "selection_method" not in chosen, "a scan of all would find it each time"
        assert (1 - (2 / 3) ** chosen["choice_count"]) ** draws < 1e-6


@pytest.mark.parametrize("folder", ["base", "overlays/production"])
def test_answers_tell_arm_replica_and_attempts(folder: str) -> None:
    """No retry and no arm stays hidden from the client, before and after the scaling."""
    host = virtual_host(folder)
    assert host["include_attempt_count_in_response"] is True
    told = {entry["header"]["key"] for entry in host["response_headers_to_add"]}
    assert told == {"x-seatrial-replica"}
    for route in host["routes"]:
        (header,) = [entry["header"] for entry in route["response_headers_to_add"]]
        assert header["key"] == "x-seldon-route"
        assert route["route"]["cluster"] in header["value"]


@pytest.mark.parametrize("folder", ["base", "overlays/production"])
def test_the_split_is_70_to_30(folder: str) -> None:
    """Of requests without a route of their own 30 in 100 go to the enhanced arm, the rest not."""
    routes = virtual_host(folder)["routes"]
    free = [route for route in routes if "headers" not in route["match"]]
    (enhanced, baseline) = free
    share = enhanced["match"]["runtime_fraction"]["default_value"]
    assert (share["numerator"], share["denominator"]) == (30, "HUNDRED")
    assert enhanced["route"]["cluster"] == "enhanced-predictor"
    assert baseline["route"]["cluster"] == "baseline-predictor"
    assert "runtime_fraction" not in baseline["match"]


def test_no_image_is_pulled() -> None:
    """Images that were loaded into the cluster are used, under complete names."""
    for kind, name in (("StatefulSet", "mlserver"), ("Deployment", "seldon-envoy")):
        used = container("overlays/embedded", kind, name)
        assert used["image"].startswith("docker.io/")
        assert used["imagePullPolicy"] == "IfNotPresent"


def test_images_are_the_ones_that_are_built() -> None:
    """The manifests name exactly the images that seatrial builds."""
    assert container("base", "StatefulSet", "mlserver")["image"] == MLSERVER.name
    assert container("base", "Deployment", "seldon-envoy")["image"] == ENVOY.name


def test_sabotages_change_only_what_running_pods_read_anew() -> None:
    """A sabotage is one ConfigMap under a stable name that the overlays mount."""
    assert list(built("sabotage/dead-port")) == [("ConfigMap", "seldon-envoy-clusters")]
    for name in ("slow-model", "stale-model"):
        assert list(built(f"sabotage/{name}")) == [("ConfigMap", "mlserver-sabotage")]
    volumes = built("overlays/embedded")["StatefulSet", "mlserver"]["spec"]["template"]["spec"]
    assert volumes["volumes"][0]["configMap"] == {"name": "mlserver-sabotage", "optional": True}
    ports = {
        item["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"][
            "socket_address"
        ]["port_value"]
        for item in clusters("sabotage/dead-port")
    }
    assert ports == {9}


def test_the_slow_model_is_slower_than_the_proxies_wait() -> None:
    """The sabotage's delay is longer than one attempt may last."""
    delay = built("sabotage/slow-model")["ConfigMap", "mlserver-sabotage"]["data"]["delay-ms"]
    attempt = virtual_host("overlays/embedded")["retry_policy"]["per_try_timeout"]
    assert float(delay) > 1000 * float(attempt.rstrip("s"))

"""The workload's container images, built on this machine under their canonical names.

MLServer with two trained models, and Envoy, as OCI layout tars. Loading them into a cluster is
``embedded``'s business, deploying them ``workload``'s.
"""

from seatrial.cluster.embedded.images.build import build_all, cache_dir
from seatrial.cluster.embedded.images.recipe import DEBIAN_PACKAGES, ENVOY, MLSERVER
from seatrial.cluster.embedded.images.rootfs import ImageBuildError

__all__ = ["DEBIAN_PACKAGES", "ENVOY", "MLSERVER", "ImageBuildError", "build_all", "cache_dir"]

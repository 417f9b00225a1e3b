"""Makes the keys and certificates of one cluster, afresh for each start.

Who gets which identity is the table `IDENTITIES`; the files are written by `write`. What the
identities may do is Kubernetes' RBAC, not decided here.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from seatrial.cluster.embedded.layout import API_SERVICE_IP, CLUSTER_DOMAIN, NODE_IP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from seatrial.cluster.embedded.layout import Layout

_LIFETIME = dt.timedelta(days=365)
_CLOCK_SKEW = dt.timedelta(minutes=5)

#: The authorities. One each for the cluster, etcd and the aggregation layer, so that no
#: certificate of one is good for another.
AUTHORITIES = ("ca", "etcd-ca", "front-proxy-ca")


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate: ``user`` and ``groups`` are what Kubernetes reads from CN and O."""

    file: str
    user: str
    authority: str = "ca"
    groups: tuple[str, ...] = ()
    #: DNS names and addresses; empty for a client's certificate.
    hosts: tuple[str, ...] = ()
    client: bool = True


def identities(nodes: Sequence[Layout]) -> tuple[Identity, ...]:
    """List every certificate of a cluster with these nodes."""
    api_hosts = (
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{CLUSTER_DOMAIN}",
        "localhost",
        "127.0.0.1",
        NODE_IP,
        API_SERVICE_IP,
    )
    metrics_hosts = ("metrics-server.kube-system.svc",)
    return (
        Identity("apiserver", "kube-apiserver", hosts=api_hosts, client=False),
        Identity("apiserver-kubelet-client", "kube-apiserver-kubelet-client"),
        Identity("admin", "seatrial-admin", groups=("system:masters",)),
        Identity("controller-manager", "system:kube-controller-manager"),
        Identity("scheduler", "system:kube-scheduler"),
        Identity("proxy", "system:kube-proxy"),
        *(identity for node in nodes for identity in _kubelet(node)),
        Identity("metrics-server", "metrics-server", hosts=metrics_hosts, client=False),
        # etcd's gateway dials its own server with the server's certificate: it is both.
        Identity("etcd", "etcd", authority="etcd-ca", hosts=("localhost", "127.0.0.1")),
        Identity("apiserver-etcd-client", "kube-apiserver-etcd-client", authority="etcd-ca"),
        Identity("front-proxy-client", "front-proxy-client", authority="front-proxy-ca"),
    )


def _kubelet(node: Layout) -> tuple[Identity, Identity]:
    """Each kubelet is a user of its own: it may change its own node's objects, and no other's."""
    name, ip, suffix = node.node_name, node.node_ip, node.suffix
    return (
        Identity(f"kubelet{suffix}", f"system:node:{name}", groups=("system:nodes",)),
        Identity(f"kubelet-server{suffix}", name, hosts=(name, ip), client=False),
    )


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def write(directory: Path, nodes: Sequence[Layout]) -> None:
    """Write ``<file>.crt`` and ``<file>.key`` of all, and ``service-account.{key,pub}``.

    Keys have mode 0600. The directory must exist.
    """
    authorities = {name: _make_authority(name) for name in AUTHORITIES}
    for name, authority in authorities.items():
        _write_pair(directory, name, authority.key, authority.certificate)
    for identity in identities(nodes):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign(identity, key, authorities[identity.authority])
        _write_pair(directory, identity.file, key, certificate)
    tokens = ec.generate_private_key(ec.SECP256R1())
    _write_private(directory / "service-account.key", _key_bytes(tokens))
    (directory / "service-account.pub").write_bytes(
        tokens.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def _make_authority(name: str) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"seatrial-{name}")])
    builder = (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
    )
    return _Authority(key, builder.sign(key, hashes.SHA256()))


def _sign(
    identity: Identity, key: ec.EllipticCurvePrivateKey, authority: _Authority
) -> x509.Certificate:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in identity.groups]
    subject = x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, identity.user)])
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH] if identity.client else []
    if identity.hosts:
        usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
    builder = (
        _builder(subject, authority.certificate.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    if identity.hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in identity.hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_pair(
    directory: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    _write_private(directory / f"{name}.key", _key_bytes(key))
    (directory / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _write_private(path: Path, content: bytes) -> None:
    """Create the file with mode 0600 from its first moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)

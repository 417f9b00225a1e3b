"""Who the components are, as their certificates say."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from seatrial.cluster.embedded import certificates
from seatrial.cluster.embedded.layout import Layout

NODES = Layout("test", Path("/cache")).nodes(2)
NODE = "seatrial-test"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster's certificates."""
    directory = tmp_path_factory.mktemp("pki")
    certificates.write(directory, NODES)
    return directory


def load(pki: Path, name: str) -> x509.Certificate:
    """Read one certificate."""
    return x509.load_pem_x509_certificate((pki / f"{name}.crt").read_bytes())


def names(certificate: x509.Certificate) -> tuple[str, set[str]]:
    """Give common name and organisations: Kubernetes' user and groups."""
    user = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    groups = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(user), {str(group.value) for group in groups}


@pytest.mark.parametrize(
    ("file", "user", "groups"),
    [
        ("controller-manager", "system:kube-controller-manager", set()),
        ("scheduler", "system:kube-scheduler", set()),
        ("proxy", "system:kube-proxy", set()),
        ("kubelet", f"system:node:{NODE}", {"system:nodes"}),
        ("kubelet-2", f"system:node:{NODE}-2", {"system:nodes"}),
        ("admin", "seatrial-admin", {"system:masters"}),
    ],
)
def test_each_component_is_its_own_user(pki: Path, file: str, user: str, groups: set[str]) -> None:
    """Kubernetes' own roles are bound to exactly these users and groups."""
    assert names(load(pki, file)) == (user, groups)


def test_only_the_user_is_an_administrator(pki: Path) -> None:
    """No component belongs to system:masters."""
    masters = [
        identity.file
        for identity in certificates.identities(NODES)
        if "system:masters" in names(load(pki, identity.file))[1]
    ]
    assert masters == ["admin"]


def test_each_is_signed_by_its_authority_alone(pki: Path) -> None:
    """A certificate for etcd or the aggregation layer does not open the API server."""
    for identity in certificates.identities(NODES):
        certificate = load(pki, identity.file)
        certificate.verify_directly_issued_by(load(pki, identity.authority))
        for other in set(certificates.AUTHORITIES) - {identity.authority}:
            with pytest.raises(ValueError, match="Issuer"):
                certificate.verify_directly_issued_by(load(pki, other))


def test_clients_cannot_serve(pki: Path) -> None:
    """A client's certificate is for clients only; a server's is for its own hosts."""
    for identity in certificates.identities(NODES):
        usage = load(pki, identity.file).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        assert (ExtendedKeyUsageOID.SERVER_AUTH in usage.value) == bool(identity.hosts)
        assert (ExtendedKeyUsageOID.CLIENT_AUTH in usage.value) == identity.client


def test_the_api_server_answers_to_every_way_to_it(pki: Path) -> None:
    """Through the relay, from the node and from pods: each address is in the certificate."""
    extension = load(pki, "apiserver").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    addresses = {str(item) for item in extension.value.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "10.88.0.1", "10.96.0.1"}
    assert "kubernetes.default.svc" in extension.value.get_values_for_type(x509.DNSName)


def test_keys_are_roots_alone(pki: Path) -> None:
    """Every private key has mode 0600."""
    modes = {stat.S_IMODE(key.stat().st_mode) for key in pki.glob("*.key")}
    assert modes == {0o600}


def test_each_cluster_has_other_keys(pki: Path, tmp_path: Path) -> None:
    """Nothing of one cluster opens the next: keys are never reused."""
    certificates.write(tmp_path, NODES)
    for key in pki.glob("*.key"):
        assert key.read_bytes() != (tmp_path / key.name).read_bytes()

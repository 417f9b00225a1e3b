"""What a role grants (`Rule`), and one right of it as the API is asked for it (`Right`). Values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from seatrial.rights.parts import Part  # noqa: TC001 -- a dataclass's field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seatrial.config import Config


class Scope(Enum):
    """Where a rule holds, and so what has to bind its role."""

    TARGET = "a Role in the target's namespace"
    CLUSTER = "a ClusterRole, bound for the whole cluster"
    SYSTEM = "a ClusterRole, bound in kube-system alone"


def _always(_: Config) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Right:
    """One right: this verb on this resource, as a SelfSubjectAccessReview names it.

    ``namespace`` "" means the whole cluster, ``name`` "" any object.
    """

    part: Part
    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        """Return it as ``kubectl auth can-i`` takes it, in words."""
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        what = f"{what}/{self.subresource}" if self.subresource else what
        name = f" {self.name}" if self.name else ""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {what}{name}{where}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Verbs on one resource (``pods/proxy`` is a subresource), as a role grants them.

    ``names`` limits them to these objects. ``when`` tells whether a trial with this configuration
    uses them at all; the role grants them in any case.
    """

    resource: str
    verbs: tuple[str, ...]
    group: str = ""
    names: tuple[str, ...] = ()
    scope: Scope = Scope.TARGET
    when: Callable[[Config], bool] = _always

    def rights(self, part: Part, namespace: str) -> Iterator[Right]:
        """Yield each right that the rule grants, with the target in ``namespace``."""
        resource, _, subresource = self.resource.partition("/")
        places = {Scope.TARGET: namespace, Scope.CLUSTER: "", Scope.SYSTEM: "kube-system"}
        for verb in self.verbs:
            for name in self.names or ("",):
                yield Right(part, verb, self.group, resource, subresource, places[self.scope], name)

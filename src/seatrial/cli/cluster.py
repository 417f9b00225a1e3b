"""`seatrial cluster`: the embedded cluster from the command line. All work is `cluster.embedded`'s.

Progress goes to stderr, results to stdout.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from seatrial import progress
from seatrial.cluster import embedded
from seatrial.errors import EXIT_ENVIRONMENT

app = typer.Typer(
    no_args_is_help=True,
    help="A real Kubernetes on this machine alone: one process, ended whole by one signal. "
    "Needs root. It touches no interface, route, firewall rule or mount of the machine.",
)

_Name = Annotated[str, typer.Option("--name", help="Which cluster: several can run side by side.")]


@app.command()
def up(
    name: _Name = embedded.DEFAULT_NAME,
    api_port: Annotated[
        int, typer.Option(help="Port of 127.0.0.1 for the API server; 0 takes a free one.")
    ] = 0,
    nodes: Annotated[
        int | None,
        typer.Option(
            help="How many nodes, 1 if it is not up yet. They share the machine: each offers all "
            "of its cores. Only the first has the control plane; the others may be lost."
        ),
    ] = None,
) -> None:
    """Bring a cluster up, with the workload's images in it. Does nothing if it is up.

    The first time it installs missing Debian packages (and says so), builds Kubernetes and the
    images, some ten minutes; later it takes some six seconds, with three nodes some ten. The
    cluster stays until `seatrial cluster down`. A node that was lost comes back.
    """
    from seatrial.cluster.embedded.images import build_all  # noqa: PLC0415 - slow, for `up` alone

    shown = progress.for_stream()
    embedded.prepare_machine(shown)
    cluster = embedded.up(
        name, images=build_all(shown), progress=shown, api_port=api_port, node_count=nodes
    )
    typer.echo(f'export KUBECONFIG="{cluster.kubeconfig}"')


@app.command()
def down(name: _Name = embedded.DEFAULT_NAME) -> None:
    """End a cluster and remove what it used. Does nothing if there is none."""
    embedded.down(name, progress=progress.for_stream())


@app.command()
def status(name: _Name = embedded.DEFAULT_NAME) -> None:
    """Say whether a cluster is up and where. Exit code 0 if it is up, 3 if not."""
    cluster = embedded.status(name)
    if cluster is None:
        typer.echo(f"{name}: not up")
        raise typer.Exit(EXIT_ENVIRONMENT)
    typer.echo(f"{name}: up")
    typer.echo(f"  API         https://127.0.0.1:{cluster.api_port}")
    typer.echo(f"  kubeconfig  {cluster.kubeconfig}")
    typer.echo(f"  context     {cluster.context}")
    for node in embedded.nodes(name):
        place = f"pid {node.pid} (nsenter --target {node.pid} --net)" if node.pid else "lost"
        typer.echo(f"  node        {node.name}  {place}")


@app.command()
def kubeconfig(name: _Name = embedded.DEFAULT_NAME) -> None:
    """Print the path of a cluster's kubeconfig, and nothing else.

    kubectl --kubeconfig "$(seatrial cluster kubeconfig)" get pods --all-namespaces
    """
    typer.echo(embedded.kubeconfig(name))


@app.command("load-image")
def load_image(
    file: Annotated[
        Path, typer.Argument(help="An image archive: OCI layout or `docker save`, .tar or .tar.gz.")
    ],
    name: _Name = embedded.DEFAULT_NAME,
) -> None:
    """Load your own image into each node, and print the names pods can use it by.

    Such a pod needs imagePullPolicy IfNotPresent or Never: there is no registry to pull from.
    """
    for image in embedded.load_image(name, file, progress=progress.for_stream()):
        typer.echo(image)

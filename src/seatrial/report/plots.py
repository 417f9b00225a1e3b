"""The two plots of a trial, by the names that others use."""

from seatrial.report.latency import latency_plot
from seatrial.report.replicas import replicas_plot

__all__ = ["latency_plot", "replicas_plot"]

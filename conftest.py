"""What every pytest run in this repository loads: seatrial's fixtures, which are pytest glue."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.outcomes",
    "fixtures.scenarios",
    "fixtures.nights",
    "fixtures.trial",
]

"""How long nodes take, and how often they fail us."""

from prometheus_client import Counter, Histogram

REQUEST_SECONDS = Histogram(
    "sge_rpc_request_duration_seconds",
    "Seconds that a JSON-RPC request (or a batch of one method) took, answered or not.",
    ["method"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
FAILURES = Counter(
    "sge_rpc_failures", "Requests that an endpoint left without an answer.", ["chain"]
)
HEADS_BACKWARDS = Counter(
    "sge_rpc_heads_backwards", "Heads below one that was seen before.", ["chain"]
)

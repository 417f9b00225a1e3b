"""A real Kubernetes on this machine alone, inside namespaces of its own."""

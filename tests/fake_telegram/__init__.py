"""A strict Bot API server on loopback, written from the Bot API description, for tests and benchmarks."""

"""Sample data for the demo, benchmarks and tests. Nothing of production imports it."""

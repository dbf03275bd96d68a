"""Parallel work: on this machine's cores, or on a Dask cluster."""

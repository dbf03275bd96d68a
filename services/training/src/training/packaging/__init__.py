"""The signed artifact, its run and its version in the registry."""

"""Values and rules of this service, without I/O."""

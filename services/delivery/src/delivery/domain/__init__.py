"""What a gate, a release and parity are. No I/O: values in, values out."""

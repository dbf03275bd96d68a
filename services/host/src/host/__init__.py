"""What a machine of the local target runs: payloads installed, a socket held, processes kept."""

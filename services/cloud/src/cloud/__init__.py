"""What the AWS target runs: images built and registered, services observed."""

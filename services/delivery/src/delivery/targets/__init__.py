"""What an environment runs on: processes of this machine, or images in AWS."""

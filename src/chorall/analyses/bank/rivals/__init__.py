"""What the bank has to beat: every other way to foretell the same patients from the same inputs."""

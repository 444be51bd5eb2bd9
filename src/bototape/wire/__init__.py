"""HTTP messages to member-named instances and back, per protocol."""

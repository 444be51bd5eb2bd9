"""What changed between two releases of a service model: facts, their judgement, and the published page."""

"""Record real AWS responses, scrubbed; replay them offline; know when the API changes."""

"""The pytest plugin: options, markers, fixtures, header, summary."""

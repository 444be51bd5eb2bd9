"""Where bototape meets other libraries: one module for each."""

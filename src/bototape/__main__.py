"""``python -m bototape``."""

from bototape.cli import run

if __name__ == "__main__":
    run()

"""`python -m labci`."""

from labci.cli import main

if __name__ == "__main__":
    main()

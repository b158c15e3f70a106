"""`python -m chorall` is the same as `chorall`."""

from chorall.cli import main

if __name__ == "__main__":
    main()

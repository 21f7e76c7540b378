"""`python -m backend`: see docs/contracts.md."""

from backend.cli import main

if __name__ == "__main__":
    main()

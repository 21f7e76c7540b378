"""`python -m backend`: see docs/contracts.md."""

import sys

if __name__ == "__main__":
    try:
        from backend.cli import main
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "backend":
            raise
        # Before anything of ours can say it: this file alone needs no packages.
        sys.exit(
            f"{error}. {sys.executable} lacks packages of the backend: use a Python 3.11 or later with those of "
            "backend/requirements-cpu.txt (python -m pip install --require-hashes -r backend/requirements-cpu.txt)."
        )
    main()

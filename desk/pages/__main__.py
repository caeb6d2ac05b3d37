"""`python -m desk.pages`: bring the pages that are written from the code up to date."""

import sys

from desk.pages.book import write


def main() -> None:
    """Write what is out of date, and name it."""
    for name in write():
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()

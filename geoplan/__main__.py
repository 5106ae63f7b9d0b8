"""``python -m geoplan``: the command line."""

from geoplan.app.cli import main

if __name__ == "__main__":
    main()

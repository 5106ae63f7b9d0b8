"""Errors and warnings of a command, as sentences on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from geoplan.core.errors import GeoplanError

EXIT_REFUSED = 2


@contextmanager
def reporting(*, verbose: bool) -> Iterator[None]:
    """Turn errors into one message and exit code 2; a traceback only when asked for."""
    import warnings

    try:
        with warnings.catch_warnings():
            if not verbose:
                # What a reader of the numbers must know comes as a notice; a library's own
                # warnings are for whoever maintains this.
                warnings.simplefilter("ignore")
            yield
    except typer.Exit:
        raise
    except GeoplanError as error:
        _complain(str(error), verbose=verbose, listed=True)
        raise typer.Exit(EXIT_REFUSED) from error
    except Exception as error:
        from geoplan.core.texts import text

        shown = f"{type(error).__name__}: {error}"
        _complain(text("cli.words.internal", "en", error=shown), verbose=verbose)
        raise typer.Exit(EXIT_REFUSED) from error


def _complain(message: str, *, verbose: bool, listed: bool = False) -> None:
    from geoplan.app.console import make_console

    console = make_console(stderr=True)
    if verbose:
        import traceback

        console.print(traceback.format_exc(), markup=False, highlight=False, soft_wrap=True)
    console.print("error: ", style="bold red", end="", markup=False, highlight=False)
    lines = message.split("\n")
    if listed and len(lines) > 1:  # one list of all that is missing or wrong, not a wall of text
        message = "\n- ".join([f"{len(lines)} things are missing or wrong:", *lines])
    console.print(message, markup=False, highlight=False, soft_wrap=True)

"""
Everything geoplan raises on purpose.

::

    GeoplanError
    ├── CRSError             (ValueError)   a CRS is missing, wrong for the task, or two differ
    ├── SchemaError          (ValueError)   a layer lacks a column, or one holds the wrong thing
    ├── EmptyLayerError      (ValueError)   a layer has no usable row left
    ├── ParameterError       (ValueError)   an argument of an analysis is out of range
    ├── PlanError            (ValueError)   a plan file cannot be understood
    ├── SourceError          (OSError)      a file cannot be found or read
    ├── RenderError          (RuntimeError) a page cannot be written safely or at a bearable size
    └── MissingDependencyError (ImportError) an optional package is not installed

`GeoplanWarning` (UserWarning) is no error: a reader dropped, repaired or guessed something.

Each also inherits the builtin named beside it, so either name catches it. Every message says which
thing, what came, what was wanted and what to do next.
"""

from typing import Self


class GeoplanError(Exception):
    """Base of every error that geoplan raises on purpose."""

    def at(self, where: str) -> Self:
        """
        Give the same error with its place in front of the message.

        Whatever else the error holds is kept, and whatever its class needs to be made: an error
        is never hidden by one about how to report it.

        Parameters
        ----------
        where : str
            Place and mark, such as ``"plan.toml [layers.parks]:"``.

        Returns
        -------
        GeoplanError
            A copy, of the same class; raise it ``from`` the first.

        Examples
        --------
        >>> str(SchemaError("`parks` has no row").at("plan.toml [layers.parks]:"))
        'plan.toml [layers.parks]: `parks` has no row'
        """
        there = self.__class__.__new__(self.__class__, f"{where} {self}")
        there.__dict__.update(self.__dict__)
        there.args = (f"{where} {self}",)
        return there


class GeoplanWarning(UserWarning):
    """
    Something that a reader dropped, repaired or guessed, told where it was found.

    The same stands as a `Notice` in the layer's record and in the results made from it. In the run
    of a plan there are no warnings: the terminal and the report show the notices.
    """


class CRSError(GeoplanError, ValueError):
    """A coordinate reference system is missing, unsuited to the task, or two of them differ."""


class SchemaError(GeoplanError, ValueError):
    """A layer lacks a column, or a column holds something else than it should."""


class EmptyLayerError(GeoplanError, ValueError):
    """A layer has no usable row."""


class ParameterError(GeoplanError, ValueError):
    """An argument is outside the range in which the analysis means anything."""


class PlanError(GeoplanError, ValueError):
    """A plan file, or a target in it, cannot be understood."""


class SourceError(GeoplanError, OSError):
    """A file or service cannot be found or read."""


class RenderError(GeoplanError, RuntimeError):
    """A page cannot be written safely or at a bearable size."""


class MissingDependencyError(GeoplanError, ImportError):
    """An optional package is needed and not installed."""

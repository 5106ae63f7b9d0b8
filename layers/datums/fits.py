"""Local coordinate systems that no code names: fitted from control points, or given as affine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import CRSError

Floats: TypeAlias = npt.NDArray[np.float64]
Method = Literal["shift", "helmert3", "helmert", "affine"]

_LEAST_POINTS: dict[str, int] = {"shift": 1, "helmert3": 2, "helmert": 2, "affine": 3}
_TABLE_KEYS = ("fit", "points", "affine", "target")


@dataclass(frozen=True)
class CoordinateFit:
    """
    A plane transformation from an unpublished coordinate system to one that has a name.

    Goes wherever a loader takes `source_crs`. Make one with `fit_coordinates` or
    `affine_coordinates`.

    Parameters
    ----------
    matrix : tuple of float
        ``(a, b, c, d, e, f)`` of ``X = a·x + b·y + c`` and ``Y = d·x + e·y + f``.
    target : str
        Projected CRS in metres that X and Y are in.
    method : {"affine", "helmert", "helmert3", "shift"}
        How `matrix` came about.
    residuals_m : tuple of float
        Distance that each control point is missed by; empty for a given affine.

    Examples
    --------
    >>> fit = affine_coordinates((1, 0, 390_600, 0, 1, 2_474_900), target="EPSG:4547")
    >>> fit.apply([110_000.0], [20_000.0])
    (array([500600.]), array([2494900.]))
    """

    matrix: tuple[float, float, float, float, float, float]
    target: str
    method: Method = "affine"
    residuals_m: tuple[float, ...] = ()

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals; NaN without control points."""
        if not self.residuals_m:
            return float("nan")
        return float(np.sqrt(np.mean(np.square(self.residuals_m))))

    @property
    def scale(self) -> float:
        """Length in the target of one unit of the source: the root of the area factor."""
        a, b, _, d, e, _ = self.matrix
        return float(np.sqrt(abs(a * e - b * d)))

    @property
    def rotation_deg(self) -> float:
        """Angle from the source's x axis to the target's, anticlockwise."""
        return float(np.degrees(np.arctan2(self.matrix[3], self.matrix[0])))

    def apply(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Give the target coordinates of source coordinates."""
        a, b, c, d, e, f = self.matrix
        u, v = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        return a * u + b * v + c, d * u + e * v + f

    def undo(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Give the source coordinates of target coordinates."""
        a, b, c, d, e, f = self.matrix
        u, v = np.asarray(x, dtype=float) - c, np.asarray(y, dtype=float) - f
        area = a * e - b * d
        return (e * u - b * v) / area, (a * v - d * u) / area

    def __str__(self) -> str:
        """Describe the fit in one line, as a load record keeps it."""
        numbers = ", ".join(f"{value:.12g}" for value in self.matrix)
        quality = (
            f"; {len(self.residuals_m)} points, RMS {self.rms_m:.3f} m" if self.residuals_m else ""
        )
        return f"{self.method} [{numbers}] to {self.target}{quality}"


def fit_coordinates(
    points: npt.ArrayLike, *, target: str, method: Method = "helmert"
) -> CoordinateFit:
    """
    Fit a plane transformation to control points by least squares.

    Parameters
    ----------
    points : array_like of float, n rows of 4
        ``x, y`` in the unknown system and ``X, Y`` in `target` of each control point.
    target : str
        Projected CRS in metres, e.g. ``"EPSG:4547"``.
    method : {"helmert", "helmert3", "affine", "shift"}
        ``helmert``: shift, rotation and one scale (from 2 points); ``helmert3``: shift and
        rotation, true to scale (from 2); ``affine``: six free parameters (from 3); ``shift``: only
        a shift (from 1).

    Returns
    -------
    CoordinateFit
        With the residual of each control point. As many points as the method needs at least leave
        residuals of 0 and hence nothing to judge it by; give one or two more.

    Raises
    ------
    CRSError
        If `target` is not a projected CRS in metres, or the points are too few, not finite, in one
        place, or (for an affine) on one line.

    Examples
    --------
    A system turned by 90° whose origin lies at (500 000, 2 500 000):

    >>> fit = fit_coordinates(
    ...     [[0, 0, 500_000, 2_500_000], [1000, 0, 500_000, 2_501_000]], target="EPSG:4547"
    ... )
    >>> f"{fit.rotation_deg:.1f}° × {fit.scale:.3f}, RMS {fit.rms_m:.3f} m"
    '90.0° × 1.000, RMS 0.000 m'
    """
    _check_target(target)
    table = _control_points(points, method)
    source, goal = table[:, :2], table[:, 2:]
    centre_s, centre_g = source.mean(axis=0), goal.mean(axis=0)
    rotation = _linear_part(source - centre_s, goal - centre_g, method)
    shift = centre_g - rotation @ centre_s
    matrix = (*rotation[0], shift[0], *rotation[1], shift[1])
    missed = (source - centre_s) @ rotation.T + centre_g - goal
    return CoordinateFit(
        matrix=tuple(float(value) for value in matrix),  # type: ignore[arg-type]
        target=target,
        method=method,
        residuals_m=tuple(float(value) for value in np.hypot(missed[:, 0], missed[:, 1])),
    )


def affine_coordinates(matrix: Sequence[float], *, target: str) -> CoordinateFit:
    """
    Take a plane transformation whose six parameters are known.

    Parameters
    ----------
    matrix : sequence of 6 float
        ``a, b, c, d, e, f`` of ``X = a·x + b·y + c`` and ``Y = d·x + e·y + f``.
    target : str
        Projected CRS in metres that X and Y are in.

    Returns
    -------
    CoordinateFit
        Without residuals.

    Raises
    ------
    CRSError
        If `target` is not a projected CRS in metres, or `matrix` is not six finite numbers that
        keep an area.
    """
    _check_target(target)
    try:
        values = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (6,) or not np.isfinite(values).all():
        raise CRSError(
            f"`affine` is {matrix!r}; wanted six numbers [a, b, c, d, e, f] of X = a·x + b·y + c "
            "and Y = d·x + e·y + f."
        )
    a, b, c, d, e, f = values.tolist()
    if a * e - b * d == 0:
        raise CRSError(
            f"`affine` is {values.tolist()}, which squeezes the plane onto a line (a·e - b·d = 0). "
            "Check the order: [a, b, c, d, e, f] of X = a·x + b·y + c and Y = d·x + e·y + f."
        )
    return CoordinateFit((a, b, c, d, e, f), target)


def coordinate_fit_from_table(table: Mapping[str, Any]) -> CoordinateFit:
    """
    Read the ``crs`` table of a layer in a plan file.

    Parameters
    ----------
    table : mapping
        Either ``{fit = "helmert", target = "EPSG:4547", points = [[x, y, X, Y], …]}`` or
        ``{affine = [a, b, c, d, e, f], target = "EPSG:4547"}``.

    Returns
    -------
    CoordinateFit
        The fit, with residuals when it came from points.

    Raises
    ------
    CRSError
        If a key is unknown or missing, or the numbers do not do.
    """
    unknown = sorted(set(table) - set(_TABLE_KEYS))
    if unknown:
        raise CRSError(f"`crs` table: unknown key {unknown[0]!r}; it takes {_TABLE_FORMS}.")
    if "target" not in table or ("points" in table) == ("affine" in table):
        raise CRSError(f"`crs` table has the keys {sorted(table)}; wanted {_TABLE_FORMS}.")
    target = str(table["target"])
    if "affine" in table:
        return affine_coordinates(table["affine"], target=target)
    return fit_coordinates(table["points"], target=target, method=table.get("fit", "helmert"))


_TABLE_FORMS = (
    '{ fit = "helmert", target = "EPSG:4547", points = [[x, y, X, Y], …] } or '
    '{ affine = [a, b, c, d, e, f], target = "EPSG:4547" }'
)


def _check_target(target: str) -> None:
    check_metric_crs(parse_crs(target), f"`target` ({target!r})")


def _control_points(points: npt.ArrayLike, method: str) -> Floats:
    if method not in get_args(Method):
        raise CRSError(f"`fit` is {method!r}; wanted one of {', '.join(get_args(Method))}.")
    try:
        table = np.asarray(points, dtype=float)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim != 2 or table.shape[1] != 4 or not np.isfinite(table).all():
        raise CRSError(
            "`points` must be rows of four finite numbers [x, y, X, Y]: the control point in the "
            "unknown system, and in the target."
        )
    least = _LEAST_POINTS[method]
    if len(table) < least:
        raise CRSError(
            f"`points` has {len(table)} rows; a {method} fit needs at least {least}, and one or "
            "two more to show how good it is."
        )
    return table


def _linear_part(source: Floats, goal: Floats, method: Method) -> Floats:
    """Best 2 × 2 matrix from centred source to centred goal."""
    if method == "shift":
        return np.eye(2)
    if method == "affine":
        matrix, _, rank, _ = np.linalg.lstsq(source, goal, rcond=1e-10)
        if rank < 2:
            raise CRSError(
                "`points` lie on one line; an affine fit needs three points that do not. Give "
                'another point, or use fit = "helmert".'
            )
        return np.asarray(matrix.T, dtype=float)
    # As complex numbers a similarity is one factor: its modulus the scale, its angle the turn.
    z, w = source[:, 0] + 1j * source[:, 1], goal[:, 0] + 1j * goal[:, 1]
    spread = float(np.vdot(z, z).real)
    product = complex(np.vdot(z, w))
    if spread == 0 or product == 0:
        raise CRSError(
            "`points` all lie in one place, in the unknown system or in the target; a Helmert fit "
            "needs two places, the farther apart the better."
        )
    factor = product / abs(product) if method == "helmert3" else product / spread
    return np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])

"""Units: the few factors planning documents need, in one table."""

M2_PER_HA = 10_000.0
M2_PER_KM2 = 1_000_000.0
M2_PER_MU = 10_000.0 / 15.0
"""1 亩 = 1/15 ha, by definition."""
M_PER_KM = 1_000.0
MIN_PER_H = 60.0


def walk_distance_m(minutes: float, speed_kmh: float) -> float:
    """
    Turn minutes at a speed into metres.

    Parameters
    ----------
    minutes : float
        Time.
    speed_kmh : float
        Speed in km/h.

    Returns
    -------
    float
        Distance in metres.

    Examples
    --------
    Ten minutes is 833 m at 5 km/h, and 500 m only at 3 km/h:

    >>> round(walk_distance_m(10, 5)), round(walk_distance_m(10, 3))
    (833, 500)
    """
    return minutes / MIN_PER_H * speed_kmh * M_PER_KM

"""The nearest of several places along one edge, for many edges at once."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def running_best(
    group: "Ints", at: "Floats", value: "Floats", query_group: "Ints", query_at: "Floats"
) -> "Ints":
    """
    Find the least entry of a group among those that do not come after a query.

    Parameters
    ----------
    group, at, value : ndarray, k
        Group, place within it, and value of each entry.
    query_group, query_at : ndarray, q
        Group of each query, and place within it.

    Returns
    -------
    ndarray of int64, q
        Position of the entry; -1 where none of the group is at the query or before it.

    Notes
    -----
    Ranks stand in for values, lowered from group to group, so that one running minimum over all
    never carries over from one group to the next.

    Examples
    --------
    >>> group, at, value = np.array([0, 0, 1]), np.array([1.0, 5.0, 3.0]), np.array([4.0, 2.0, 0.0])
    >>> asked, where = np.array([0, 0, 0, 1]), np.array([0.0, 1.0, 9.0, 9.0])
    >>> running_best(group, at, value, asked, where).tolist()
    [-1, 0, 1, 2]
    """
    count = len(group)
    order = np.lexsort((at, group))
    rank = np.empty(count, dtype=np.int64)
    by_value = np.argsort(value, kind="stable")
    rank[by_value] = np.arange(count)
    sequence = np.cumsum(np.diff(group[order], prepend=-1) > 0)
    running = np.minimum.accumulate(rank[order] - sequence * count)
    entry = by_value[(running + sequence * count)]
    # Entries come before queries at the same place.
    both = np.lexsort(
        (
            np.repeat([0, 1], [count, len(query_group)]),
            np.concatenate([at, query_at]),
            np.concatenate([group, query_group]),
        )
    )
    is_entry = both < count
    last = np.cumsum(is_entry) - 1
    query = both[~is_entry] - count
    position = last[~is_entry]
    valid = position >= 0
    valid[valid] = group[order][position[valid]] == query_group[query[valid]]
    best = np.full(len(query_group), -1, dtype=np.int64)
    best[query[valid]] = entry[position[valid]]
    return best

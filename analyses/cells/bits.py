"""Counting in bulk: how many cells of a run have a property, without visiting them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_WORD = 64
_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Ranks:
    """
    Bits of an array, with the number of set ones before each word of 64.

    Parameters
    ----------
    words : numpy.ndarray of uint64
        The bits, lowest first, with a word of zeros behind the last.
    before : numpy.ndarray of int
        Set bits before each word.
    """

    words: npt.NDArray[np.uint64]
    before: Integers

    @property
    def total(self) -> int:
        """How many bits are set."""
        return int(self.before[-1])


@dataclass(frozen=True)
class Places:
    """Ends of runs in a flattened array, as words and masks of the bits before them."""

    word: Integers
    mask: npt.NDArray[np.uint64]


def make_places(at: Integers) -> Places:
    """
    Prepare places, so that counting up to them for one property after another is cheap.

    Parameters
    ----------
    at : numpy.ndarray of int, n
        Places in a flattened array.

    Returns
    -------
    Places
        As many.
    """
    bit = (at % _WORD).astype(np.uint64)
    one = np.uint64(1)
    return Places(at // _WORD, (one << bit) - one)


def make_ranks(
    values: npt.NDArray[np.generic],
    code: float,
    but: npt.NDArray[np.bool_] | None = None,
) -> Ranks:
    """
    Prepare to count the cells of any run that have a value.

    Parameters
    ----------
    values : numpy.ndarray, n
        Flattened.
    code : number
        The value to count; it must fit the type of `values`.
    but : numpy.ndarray of bool, n, optional
        Where not to count.

    Returns
    -------
    Ranks
        A quarter of a byte for each value.
    """
    words = np.zeros(values.size // _WORD + 2, dtype="<u8")
    packed = words.view(np.uint8)
    # In parts that stay in the processor's cache between comparing and packing.
    for begin in range(0, values.size, _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        marks = values[part] == code
        if but is not None:
            marks &= ~but[part]
        some = np.packbits(marks, bitorder="little")
        packed[begin // 8 : begin // 8 + some.size] = some
    before = np.zeros(words.size, dtype=np.int64)
    np.cumsum(np.bitwise_count(words[:-1]), out=before[1:])
    return Ranks(words.astype(np.uint64, copy=False), before)


def count_before(ranks: Ranks, places: Places) -> Integers:
    """
    Count the marked ones before each place.

    Parameters
    ----------
    ranks : Ranks
        From `make_ranks`.
    places : Places
        From `make_places`.

    Returns
    -------
    numpy.ndarray of int, n
        Exact.

    Examples
    --------
    >>> ranks = make_ranks(np.array([5, 1, 5, 5]), 5)
    >>> count_before(ranks, make_places(np.array([0, 1, 3, 4]))).tolist()
    [0, 1, 2, 3]
    """
    rest = np.bitwise_count(ranks.words[places.word] & places.mask)
    return np.asarray(ranks.before[places.word] + rest)

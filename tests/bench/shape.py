"""The two shapes of what is filled: one school, and a trust of many that is harder than most.

The trust is what somebody else might measure the site with: thirty schools of uneven size, a
twentieth of all concerns open, one child with two thousand, and accounts of up to five thousand
words, out of a vocabulary of twenty thousand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random

ON_ROLL = 1_500
LEFT_IN_TEN_YEARS = 2_500
OPEN = 200
VOCABULARY = 20_000
# Of the trust's concerns every so many are this long; the others have up to SHORT words.
LONG_EVERY = 20
LONG = 5_000
SHORT = 150


@dataclass(frozen=True)
class Shape:
    key: str
    words: str
    schools: int
    # One child of the first school has so many concerns.
    long_story: int
    # They come on top of the size asked for.
    beside_the_size: bool = False
    open_share: float = 0
    wordy: bool = False

    def total(self, size: int) -> int:
        """How many concerns there are in all where `size` is asked for."""
        return size + self.long_story * self.beside_the_size

    def open_of(self, concerns: int) -> int:
        """How many of a school's concerns are open."""
        if self.open_share:
            return max(1, round(concerns * self.open_share))
        return min(OPEN, concerns // 2)

    def sizes_of_schools(self, size: int) -> list[int]:
        """The concerns of each school, the largest first."""
        weights = list(self._weights())
        split = [max(2, int(size * weight / sum(weights))) for weight in weights]
        split[0] = self.total(size) - sum(split[1:])
        return split

    def rolls(self) -> list[int]:
        return [max(60, round(ON_ROLL * weight)) for weight in self._weights()]

    def _weights(self) -> Iterator[float]:
        return (1 / (number + 1) ** 0.8 for number in range(self.schools))

    def account(self, number: int, sentence: str, chance: Random) -> str:
        """The words of a school's `number`-th concern, which begin with this sentence."""
        if not self.wordy:
            return sentence
        length = LONG if number % LONG_EVERY == 0 else chance.randrange(SHORT)
        return " ".join([sentence, *_invented_words(length, chance)])


ONE_SCHOOL = Shape("school", "one school", schools=1, long_story=200)
TRUST = Shape(
    "trust",
    "a trust of 30 schools, a child with 2,000 entries, accounts of 5,000 words",
    schools=30,
    long_story=2_000,
    beside_the_size=True,
    open_share=0.05,
    wordy=True,
)
SHAPES = {shape.key: shape for shape in (ONE_SCHOOL, TRUST)}


def _invented_words(number: int, chance: Random) -> list[str]:
    """Some words often and most seldom, as in any language."""
    words = vocabulary()
    return [words[int(VOCABULARY * chance.random() ** 3)] for _ in range(number)]


@cache
def vocabulary() -> tuple[str, ...]:
    """VOCABULARY different words that can be said and mean nothing."""
    starts = ("b", "br", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t")
    syllables = [start + vowel for start in starts for vowel in "aeiou"]
    ends = ("lm", "nd", "rk", "sk")
    made = (first + second + end for first, second, end in product(syllables, syllables, ends))
    return tuple(word for word, _ in zip(made, range(VOCABULARY), strict=False))

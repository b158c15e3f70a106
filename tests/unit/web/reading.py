"""How easily a text is read: measured as a number, which no reader has checked."""

from __future__ import annotations

import re

READ_AT = 11
"""Years of age at which the English text must be readable."""
EASY_LIX = 38
"""Below 40 a text counts as easy (Björnsson 1968)."""
LONGEST_SENTENCE = 20
VOWELS = re.compile(r"[aeiouy]+")


def split_sentences(parts):
    return [one for part in parts for one in re.split(r"(?<=[.?!:])\s+", part) if one]


def list_words(sentence):
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", sentence)


def count_syllables(word):
    """Return groups of vowels; a silent e at the end does not count; MRD is spelled out."""
    if word.isupper():
        return len(word)
    small = word.lower()
    silent = small.endswith("e") and not small.endswith(("le", "ee")) and len(small) > 3
    return max(1, len(VOWELS.findall(small)) - silent)


def measure_reading_age(sentences):
    """Return the grade of Flesch and Kincaid (1975) plus 5 years."""
    parts = [list_words(one) for one in sentences]
    words = [word for part in parts for word in part]
    syllables = sum(count_syllables(word) for word in words)
    return 0.39 * len(words) / len(parts) + 11.8 * syllables / len(words) - 15.59 + 5


def measure_lix(sentences):
    """Return words per sentence plus the share of words of more than six letters in percent."""
    parts = [list_words(one) for one in sentences]
    words = [word for part in parts for word in part]
    long = sum(len(word) > 6 for word in words)
    return len(words) / len(parts) + 100 * long / len(words)

"""Turns words into vectors by the static embeddings of the package `wordllama`, read from its files.

The package is not imported: its loader may download, and importing it sets up the root logger. Its two files are
opened instead, so nothing is fetched and nothing else changes.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = NDArray[np.float32]

_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_NOT_READ = re.compile(r"https?://\S+|www\.\S+|[@＠]\w+")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]+")
# What comes first is what is looked for, so that a text is passed over at full speed between capitals.
_HUMP = re.compile(r"[A-Z](?<=[^\W\d_A-Z][A-Z])")
_STOP = re.compile(r"[.!?;\n]+")
_LONGEST = 40
_WORD = re.compile(rf"[^\W\d_]{{1,{_LONGEST}}}")
_LETTERS = "".join("\n" if chr(at) in ".!?;\n" else chr(at) if chr(at).isalpha() else " " for at in range(128))
"""Table for ASCII: what ends a sentence becomes the end of a line, all else that is no letter a space."""
MOST_CHARACTERS = 20_000


class WordVectors:
    """Vectors of words; a word's vector is the sum of those of its pieces."""

    width = 256

    def __init__(self) -> None:
        folder = _folder()
        (weights,) = load_file(folder / _WEIGHTS).values()
        self._weights: Floats = weights.astype(np.float32)
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def of(self, words: Sequence[str]) -> Floats:
        """Vectors of the words, one row a word."""
        found = np.zeros((len(words), self.width), np.float32)
        for row, pieces in enumerate(self._tokenizer.encode_batch(list(words), add_special_tokens=False)):
            found[row] = self._weights[pieces.ids].sum(axis=0)
        return found


def sentences_of(text: str) -> list[list[str]]:
    """Splits a text into sentences of words in lower case; hashtags give their words, links and mentions nothing.

    Only the first `MOST_CHARACTERS` of a text are read.
    """
    text = text[:MOST_CHARACTERS]
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    if not text.isascii() or "@" in text or "http" in text or "www." in text:
        text = _NOT_READ.sub(" ", text)
    text = _HUMP.sub(r" \g<0>", text).lower()
    if text.isascii():
        parts = [words for part in text.translate(_LETTERS).split("\n") if (words := part.split())]
        if all(len(max(words, key=len)) <= _LONGEST for words in parts):
            return parts
    return [words for part in _STOP.split(text) if (words := _WORD.findall(part))]


def unit(rows: Floats) -> Floats:
    """Scales rows to length one; a row of zeros stays so."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def _folder() -> Path:
    found = importlib.util.find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise ImportError("wordllama is not installed: run `uv sync`")
    return Path(found.submodule_search_locations[0])

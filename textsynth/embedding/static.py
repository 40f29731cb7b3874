"""English static vectors out of the wordllama package, read without running any code of it.

A text is the mean of the vectors of its tokens: no model runs. Good for telling paraphrases of
short English texts; blind to order and to negation. The vectors share one strong direction: take
the mean of the texts at hand out (`centre`) before comparing, else most pairs look alike.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textsynth.errors import JobError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_BATCH = 1024
_KNOWN = 200_000
_FEW = 64


class Static:
    """The embedder `static`: 256 numbers a text."""

    name = "static"
    languages: frozenset[str] | None = frozenset({"en"})
    centre = True

    def __init__(self) -> None:
        # The package is looked up and not imported: its own import may go online.
        found = importlib.util.find_spec("wordllama")
        places = list(found.submodule_search_locations or ()) if found else []
        if not places or not (Path(places[0]) / _WEIGHTS).is_file():
            raise JobError(
                "static vectors are not installed",
                "they come with the package wordllama",
                "pip install 'textsynth[vectors]', or name an embeddings endpoint",
            )
        self._folder = Path(places[0])
        self._known: dict[str, int] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n x 256; a text without any token becomes zeros."""
        import numpy as np

        made = np.zeros((len(texts), self._vectors.shape[1]), np.float32)
        for start in range(0, len(texts), _BATCH):
            words = [text.split() for text in texts[start : start + _BATCH]]
            lengths = np.array([len(one) for one in words])
            full = np.flatnonzero(lengths)
            if not len(full):
                continue
            places = self._places(word for one in words for word in one)
            begins = np.concatenate(([0], np.cumsum(lengths[full])[:-1]))
            # The length of the sum is taken out, so that it need not be divided by the tokens.
            sums = np.add.reduceat(self._sums[places], begins, axis=0)
            made[start + full] = unit(sums)
        return made

    def _places(self, words: Iterable[str]) -> list[int]:
        """Where the sum of each word's tokens stands in `_sums`; tokens never reach over a space,
        so a word is taken apart once however often it comes."""
        import numpy as np

        asked = list(words)
        if len(self._known) > _KNOWN:
            self._known.clear()
        new = [word for word in dict.fromkeys(asked) if word not in self._known]
        if new:
            if len(new) < _FEW:  # threads take longer to start
                encoded = [self._tokenizer.encode(one, add_special_tokens=False) for one in new]
            else:
                encoded = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
            sums = [self._vectors[one.ids].sum(axis=0) for one in encoded]
            held = len(self._known)
            if held + len(new) > len(self._sums):
                # As much again as is held: texts may come one by one.
                more = np.empty((held + len(new), self._sums.shape[1]), np.float32)
                self._sums = np.concatenate((self._sums[:held], more))
            self._sums[held : held + len(new)] = sums
            self._known |= {word: held + k for k, word in enumerate(new)}
        return [self._known[word] for word in asked]

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return self._table()

    def _table(self) -> NDArray[np.float32]:
        """Vocabulary x 256. The file is eight bytes of length, a header, and one tensor."""
        import numpy as np

        data = (self._folder / _WEIGHTS).read_bytes()
        begin = 8 + int.from_bytes(data[:8], "little")
        header: dict[str, Any] = json.loads(data[8:begin])
        header.pop("__metadata__", None)
        (tensor,) = header.values()
        kind = {"F16": np.float16, "F32": np.float32}[tensor["dtype"]]
        low, high = tensor["data_offsets"]
        values = np.frombuffer(data[begin + low : begin + high], kind)
        table: NDArray[np.float32] = values.reshape(tensor["shape"]).astype(np.float32)
        return table

    @cached_property
    def _sums(self) -> NDArray[np.float32]:
        return self._vectors[:0]

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str((self._folder / _TOKENIZER).read_text("utf8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row at length 1; zeros stay zeros."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: NDArray[np.float32] = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=made, where=lengths > 0)
    return made

"""What the optional sentence encoder promises: its arithmetic, its pieces of words, how it joins the other weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import pipeline.tag as tag
from pipeline.errors import UsageError
from pipeline.plan import make_plan
from pipeline.settings import Settings, TagSettings
from pipeline.topic_context import SHARE, SHIFT, ContextWeights
from pipeline.topic_encoder import MOST, MOST_HEADING, MOST_OWN, Encoder, load_encoder, read_tensors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "oil", "##field", "##s", "rose", ",", ".", "cafe", "北", "the", "€"]
WIDTH, WIDE, LAYERS, HEADS = 8, 16, 2, 2


def small_model() -> dict[str, np.ndarray]:
    """A model of the same make with numbers drawn once."""
    draw = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (MOST, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        shapes |= {f"{name}.attention.self.{part}.weight": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        shapes |= {f"{name}.attention.output.dense.weight": (WIDTH, WIDTH)}
        shapes |= {f"{name}.intermediate.dense.weight": (WIDE, WIDTH), f"{name}.output.dense.weight": (WIDTH, WIDE)}
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    shapes |= {name.replace("weight", "bias"): (shape[0],) for name, shape in shapes.items() if "dense" in name}
    shapes |= {name.replace("weight", "bias"): (WIDTH,) for name in list(shapes) if ".self." in name}
    shapes |= {f"{norm}.{part}": (WIDTH,) for norm in norms for part in ("weight", "bias")}
    out = {name: draw.normal(scale=0.6, size=shape).astype("<f4") for name, shape in shapes.items()}
    # Near 1 and 0, or every text would be read as the same.
    middle = {f"{norm}.{part}": float(part == "weight") for norm in norms for part in ("weight", "bias")}
    return {
        name: array * np.float32(0.2) + np.float32(middle[name]) if name in middle else array
        for name, array in out.items()
    }


MODEL = small_model()
ENCODER = Encoder(MODEL, {word: number for number, word in enumerate(WORDS)}, LAYERS, HEADS)


def pieces(text: str) -> list[str]:
    own, _ = ENCODER.pieces_of(text, None, "", "")
    return [WORDS[number] for number in own[1:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oilfields rose.", ["oil", "##field", "##s", "rose", "."]),
        ("the CAFÉ,the\tcafe\u0301", ["the", "cafe", ",", "the", "cafe"]),
        ("oilmen oil-rose", ["[UNK]", "oil", "[UNK]", "rose"]),
        ("北北oil€", ["北", "北", "[UNK]"]),
        ("€ o\u00adil " + "x" * 101, ["€", "oil", "[UNK]"]),
        ("", []),
    ],
)
def test_a_word_is_cut_into_its_longest_known_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_sentence_stands_before_its_heading_and_its_neighbours() -> None:
    own, around = ENCODER.pieces_of("oil", "rose", "the cafe", "the")
    assert [WORDS[n] for n in own] == ["[CLS]", "oil", "[SEP]"]
    assert [WORDS[n] for n in around] == ["rose", "[SEP]", "the", "cafe", "[SEP]", "the", "[SEP]"]
    assert ENCODER.pieces_of("oil", None, "", "")[1] == []


@pytest.mark.parametrize("sides", [("oil " * 200, ""), ("", "oil " * 200), ("oil " * 200, "rose " * 200)])
@pytest.mark.parametrize("length", [1, 30, 200])
def test_no_text_is_too_long_for_the_encoder(length: int, sides: tuple[str, str]) -> None:
    own, around = ENCODER.pieces_of("the " * length, "cafe " * 200, *sides)
    assert len(own) == min(length, MOST_OWN) + 2
    assert len(own) + len(around) <= MOST
    assert around[:MOST_HEADING] == [WORDS.index("cafe")] * MOST_HEADING
    assert ENCODER.encode("the " * length, "cafe " * 200, *sides).shape == (2 * WIDTH,)


def reference(numbers: list[int]) -> np.ndarray:
    """The same arithmetic spelled out for one piece after the other, in double precision."""
    from math import erf, exp, sqrt

    m = {name: array.astype(float) for name, array in MODEL.items()}
    size = WIDTH // HEADS

    def even(v: np.ndarray, name: str) -> np.ndarray:
        return (v - v.mean()) / sqrt(v.var() + 1e-12) * m[f"{name}.weight"] + m[f"{name}.bias"]

    def dense(v: np.ndarray, name: str) -> np.ndarray:
        return m[f"{name}.weight"] @ v + m[f"{name}.bias"]

    word, place, kind = (m[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    states = [even(word[n] + place[i] + kind[0], "embeddings.LayerNorm") for i, n in enumerate(numbers)]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            [dense(v, f"{name}.attention.self.{part}") for v in states] for part in ("query", "key", "value")
        )
        after = []
        for i, v in enumerate(states):
            seen = []
            for head in range(HEADS):
                part = slice(head * size, (head + 1) * size)
                weights = [exp(query[i][part] @ k[part] / sqrt(size)) for k in key]
                seen += list(sum(w * o[part] for w, o in zip(weights, value, strict=True)) / sum(weights))
            v = even(v + dense(np.array(seen), f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
            wide = np.array([x * (1 + erf(x / sqrt(2))) / 2 for x in dense(v, f"{name}.intermediate.dense")])
            after.append(even(v + dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm"))
        states = after
    return np.array(states)


def test_the_arithmetic_is_that_of_the_model() -> None:
    own, around = ENCODER.pieces_of("the oil rose.", "oilfields", "", "cafe")
    states = reference([*own, *around])
    parts = [states[: len(own)].mean(axis=0), states.mean(axis=0)]
    expected = np.concatenate([part / np.linalg.norm(part) for part in parts])
    assert ENCODER.encode("the oil rose.", "oilfields", "", "cafe") == pytest.approx(expected, abs=1e-5)


def test_what_is_around_a_sentence_changes_what_is_read() -> None:
    alone = ENCODER.encode("oil rose")
    assert not np.allclose(alone, ENCODER.encode("oil rose", "cafe"), atol=1e-3)
    assert np.array_equal(alone, ENCODER.encode("Oil  rose"))


def weights_for(*topics: str) -> ContextWeights:
    weights = np.zeros((2 * WIDTH, len(topics)), np.float32)
    bias = np.arange(1, len(topics) + 1, dtype=np.float32)
    return ContextWeights(ENCODER, {topic: i for i, topic in enumerate(topics)}, weights, bias)


def test_log_odds_of_words_and_of_the_encoder_are_averaged() -> None:
    mixed = weights_for("energy", "history").blend({"history": -1.0, "my_own": 4.0}, ["oil"], 0, None)
    assert mixed == {"history": round(-(1 - SHARE) + 2 * SHARE + SHIFT, 3), "my_own": 4.0}
    assert weights_for("energy").blend({}, ["oil"], 0, None) == {}


def test_a_sentence_is_read_with_its_own_neighbours() -> None:
    texts = ["oil rose", "the cafe", "oilfields"]
    weights = ContextWeights(ENCODER, {"energy": 0}, np.ones((2 * WIDTH, 1), np.float32), np.zeros(1, np.float32))
    for place, (before, after) in enumerate((("", texts[1]), (texts[0], texts[2]), (texts[1], ""))):
        seen = float(ENCODER.encode(texts[place], "the", before, after).sum())
        assert weights.blend({"energy": 0.0}, texts, place, "the")["energy"] == pytest.approx(
            SHARE * seen + SHIFT, abs=2e-3
        )


def write_model(folder: Path) -> None:
    header, numbers = {"__metadata__": {"format": "pt"}}, b""
    for name, array in [*MODEL.items(), ("embeddings.position_ids", np.arange(3))]:
        begin = len(numbers)
        numbers += array.tobytes()
        kind = "F32" if array.dtype == np.float32 else "I64"
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [begin, len(numbers)]}  # type: ignore[dict-item]
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")


def test_the_files_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_model(tmp_path)
    found = read_tensors((tmp_path / "model.safetensors").read_bytes())
    assert found.keys() == MODEL.keys()
    assert all(np.array_equal(found[name], MODEL[name]) for name in MODEL)


def test_another_model_is_refused_before_a_run_begins(tmp_path: Path) -> None:
    write_model(tmp_path)
    with pytest.raises(UsageError, match=r"model\.safetensors has sha256 .* not all-MiniLM-L6-v2"):
        load_encoder(str(tmp_path))
    settings = Settings(tag=TagSettings(encoder=str(tmp_path / "missing")))
    with pytest.raises(UsageError, match=r"cannot read .*missing.*tag\.encoder names the folder"):
        make_plan(tmp_path, tmp_path / "output", settings, Path("expectations"))


def test_tags_are_given_with_an_encoder_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way from the setting to a tag; the small model stands in for the real one."""
    asked: list[tuple[str, str]] = []

    def stand_in(folder: str, language: str) -> ContextWeights:
        asked.append((folder, language))
        return ContextWeights(ENCODER, {"energy": 0}, np.zeros((2 * WIDTH, 1), np.float32), np.array([-99], np.float32))

    monkeypatch.setattr(tag, "_load_context", stand_in)
    text, settings = "The EU widened its oil embargo.", TagSettings(encoder="somewhere")
    without = {t.topic: t.score for t in tag.tag_texts([text])[0]}
    with_it = {t.topic: t.score for t in tag.tag_texts([text], settings=settings)[0]}
    assert without.keys() == {"energy", "sanctions"}
    assert with_it == {"sanctions": without["sanctions"]}
    assert asked == [("somewhere", "en")]
    assert tag.tag_texts(["Der Ölpreis stieg."], language="de", settings=settings) == tag.tag_texts(
        ["Der Ölpreis stieg."], language="de"
    )

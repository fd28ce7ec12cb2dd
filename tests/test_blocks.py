import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.blocks import cut_lines

LONG = "The committee met again on Tuesday to discuss the plan. "


@given(st.text(alphabet=st.sampled_from("aB. -\n\r\u2028\u00a0•1#*[]()\t:"), max_size=200))
def test_every_character_is_white_space_or_in_exactly_one_line(text: str) -> None:
    at = 0
    for number, line in enumerate(cut_lines(text)):
        assert line.index == number
        assert line.text == text[line.start : line.end] == line.text.strip()
        assert line.start >= at
        assert not text[at : line.start].strip()
        at = line.end
    assert not text[at:].strip()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b"])
def test_lines_end_at_any_newline(newline: str) -> None:
    assert [line.text for line in cut_lines(f"one{newline}{newline}two")] == ["one", "two"]


def test_text_wrapped_at_a_fixed_width_is_put_together() -> None:
    text = (
        "The committee met again on Tuesday to discuss the plan, and several of\n"
        "the members asked for more time before the vote. The rebuild-\n"
        "ing of the quay will take two years, the engineers say, and it will\n"
        "cost more than the town has.\n"
        "\n"
        "Nobody spoke against it."
    )
    lines = cut_lines(text)
    assert len(lines) == 2
    assert lines[0].text.endswith("than the town has.")


PARAGRAPHS = (
    "Die Stadt hat am Dienstag mitgeteilt, dass der Umbau des alten Hafens erst im kommenden Jahr beginnen wird und "
    "dass er nach den neuen Zahlen deutlich teurer wird, als es im vergangenen Herbst noch angenommen worden war.",
    "Die Fischer, die den Kai seit vielen Jahren nutzen, fürchten lange Wartezeiten und hohe Kosten; einige wollen "
    "ihre Boote in diesem Winter verkaufen, wenn sie bis dahin nicht wissen, wie es für sie im Frühjahr weitergeht.",
    "Bürgerinnen und Bürger können die Unterlagen vom Montag an im Amt einsehen. Einwendungen nimmt das Landesamt, "
    "Hafenstraße 12, bis Ende Juni entgegen; dort sitzt auch die kleine Abteilung, die den Plan geschrieben hat.",
    "Nach den Zahlen der Kammer sind es rund zwanzig Millionen Euro, von denen das Land die Hälfte trägt und die "
    "Stadt den Rest zahlen will, sobald der neue Rat darüber entschieden hat.",
)


@pytest.mark.parametrize("width", [52, 60, 66, 72])
def test_lines_that_break_in_mid_sentence_prove_the_width_of_a_page_without_blank_lines(width: int) -> None:
    head = ["Hafen  Stadt  Region  Sport", "Der neue Kai wird später fertig", "Von Anna Lehmann"]
    text = "\n".join([*head, *(textwrap.fill(p, width) for p in PARAGRAPHS * 2)])
    assert [" ".join(line.text.split()) for line in cut_lines(text)] == [
        " ".join(head[0].split()),
        *head[1:],
        *PARAGRAPHS * 2,
    ]


def test_modern_verse_that_runs_on_is_not_put_together() -> None:
    verse = [
        "the sea",
        "that never asked",
        "for anything but room",
        "and a low wall",
        "to lean its grey back on",
        "lay down",
    ]
    text = "\n".join(f"{line} and on" if i % 3 else line for i, line in enumerate(verse * 3))
    assert len(cut_lines(text)) == 18


def test_verse_is_not_put_together() -> None:
    text = "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
    text += "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date:"
    assert len(cut_lines(text)) == 4


def test_a_list_of_short_lines_is_not_put_together() -> None:
    assert len(cut_lines("apples and pears\nplums\ncherries of all kinds\nnuts")) == 4


def test_code_is_not_put_together() -> None:
    text = (
        "from models import Alpha, Beta, Gamma, Delta, Epsilon\nvalue = compute(alpha=1, beta=2, gamma=3, delta=4444)\n"
    )
    text += "other = compute(alpha=1, beta=2, gamma=3, delta=5555)"
    assert len(cut_lines(text)) == 3


def test_a_page_on_one_line_of_markdown_is_cut_at_its_marks() -> None:
    text = "# The plan ## Contents * [First part](#first) * [Second part](#second) "
    text += f"## First part {LONG * 4}## Second part {LONG * 4}"
    cut = [line.text.split(" The committee")[0] for line in cut_lines(text)]
    assert cut[:4] == ["# The plan", "## Contents", "* [First part](#first)", "* [Second part](#second)"]
    assert "## First part" in cut and "## Second part" in cut


def test_paragraphs_of_any_length_are_left_alone() -> None:
    text = "\n".join([LONG * 5] * 4)
    assert len(cut_lines(text)) == 4

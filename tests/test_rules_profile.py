import json
import random
from pathlib import Path

import pytest
from faker import Faker

from pipeline.clean import clean_text
from pipeline.model import Document, Role

CASES = json.loads((Path(__file__).parent / "cases" / "profiles.json").read_text(encoding="utf-8"))
PROSE = "The committee met on {day} to discuss the plan, and several members asked for more time before the vote."


def claimed(document: Document) -> list[str]:
    return [b.text.removeprefix("• ") for b in document.blocks if b.role is Role.FAKE_PROFILE]


@pytest.mark.parametrize("case", CASES["cases"], ids=[c["why"] for c in CASES["cases"]])
def test_a_profile_is_a_region_of_several_families(case: dict) -> None:
    assert claimed(clean_text(case["text"])) == case["claimed"]


def made_up(locale: str, labels: list[str], form: str) -> str:
    """Return a profile as generators write them, in a language: lines, one line, a table or a record."""
    fake, latin, chance = Faker(locale), Faker("la"), random.Random(3)
    fake.seed_instance(3)
    latin.seed_instance(3)
    heading, name, user, mail, birth, address, phone, company, job, bio, url, followers, following, socials = labels
    values = [
        fake.name(), fake.user_name(), fake.email(), fake.date_of_birth().isoformat(),
        " ".join(fake.address().split()), fake.phone_number(), fake.company(), fake.job(),
        latin.paragraph(nb_sentences=3),
    ]  # fmt: skip
    first = list(zip((name, user, mail, birth, address, phone, company, job, bio), values, strict=True))
    second = [
        (url, "https://instagram.com/" + fake.user_name()),
        (user, fake.user_name()),
        (followers, "784"),
        (following, "661"),
    ]
    if form == "shuffled":
        chance.shuffle(first)
    if form == "json":
        rows = [f'  "{k.replace(" ", "_")}": "{v}",' for k, v in [*first, *second]]
        return "\n".join(["{", *rows[:-1], rows[-1].rstrip(","), "}"])
    if form == "table":
        return "\n".join(["| Field | Value |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in [*first, *second])])
    if form == "yaml":
        return "\n".join([heading + ":", *(f"  {k}: {v}" for k, v in [*first, *second])])
    mark = " - " if form == "dashes" else " : "
    bullet, glue = ("", " ") if form == "flat" else ("  • ", "\n")
    rows = [heading + ":", *(bullet + k + mark + v for k, v in first), socials, "instagram:"]
    return glue.join([*rows, *(bullet + k + mark + v for k, v in second)])


@pytest.mark.parametrize("form", ["lines", "shuffled", "dashes", "flat", "json", "table", "yaml"])
@pytest.mark.parametrize("locale", sorted(CASES["labels"]))
def test_a_generated_profile_is_found_in_every_language_and_form(locale: str, form: str) -> None:
    profile = made_up(locale, CASES["labels"][locale].split("|"), form)
    text = "\n\n".join(
        [
            "The plan is put off",
            *(PROSE.format(day=d) for d in ("Monday", "Friday")),
            profile,
            PROSE.format(day="Sunday"),
        ]
    )
    document = clean_text(text)
    start = text.index(profile)
    inside = [b for b in document.blocks if start <= b.start < start + len(profile)]
    lost = sum(len(b.text) for b in inside if b.role is not Role.FAKE_PROFILE)
    assert lost <= 0.05 * len(profile), [b.text for b in inside if b.role is not Role.FAKE_PROFILE]
    assert all(start <= b.start < start + len(profile) for b in document.blocks if b.role is Role.FAKE_PROFILE)
    assert document.author is None


@pytest.mark.parametrize(
    "introduction",
    [
        "Introduction: My name is Ann Lee, I am a glamorous, zealous, brainy person who loves writing.",
        "Вступление: Меня зовут Анна, я яркий, умный человек, который любит писать.",
    ],
)
def test_the_generators_sentence_of_introduction_goes_with_its_profile(introduction: str) -> None:
    rows = ["Name: Ann Lee", "Birthday: 1992-04-17", "Job: Liaison", "Hobby: Kite flying, Whittling", introduction]
    document = clean_text("\n\n".join(["The plan is put off", PROSE.format(day="Monday"), "\n".join(rows)]))
    assert claimed(document) == rows


def test_an_introduction_of_the_text_stays() -> None:
    text = "Introduction: The plan was made in March. It was put off in April, and nobody has said why."
    document = clean_text("\n\n".join(["The plan is put off", text, PROSE.format(day="Monday")]))
    assert not claimed(document)

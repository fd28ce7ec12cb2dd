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
    """Return a profile as generators write them, in a language: lines, shuffled lines or one line."""
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
    mark = " - " if form == "dashes" else " : "
    bullet, glue = ("", " ") if form == "flat" else ("  • ", "\n")
    rows = [heading + ":", *(bullet + k + mark + v for k, v in first), socials, "instagram:"]
    return glue.join([*rows, *(bullet + k + mark + v for k, v in second)])


@pytest.mark.parametrize("form", ["lines", "shuffled", "dashes", "flat"])
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

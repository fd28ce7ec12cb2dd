"""The name of a site on which two signs agree, and dates of other eras, one case a rule and one that looks alike."""

import pytest

from pipeline.clean import clean_text
from pipeline.dates import find_dates

HEAD = "Ferry strike enters its third week\nBy Linda Hargreave | 3 November 2014\n\n"
BODY = (
    "Crews on the lake ferries refused a second offer on Monday and said that they would stay ashore until spring.\n\n"
    "The operator carries four thousand people a day and has hired buses to take them around the northern shore.\n\n"
)


@pytest.mark.parametrize(
    ("foot", "site"),
    [
        ("Follow Lakeside Today on Facebook\n© 2014 Lakeside Today Company", "Lakeside Today"),
        ("Ferry strike enters its third week | Lakeside\nSubscribe to Lakeside", "Lakeside"),
        ("Search in Lakeside9\nhttps://www.lakeside9.com/ferry.html", "Lakeside9"),
        ("Follow Linda Hargreave on Twitter\nLinda Hargreave", None),
        ("Follow Carla Whitfield on Twitter\nCarla Whitfield", None),
        ("About Advertising\nAdvertising", None),
        ("Follow us on Facebook\nFacebook\nhttps://www.facebook.com/", None),
        ("Partner Press\noffice@partnerpress.com", None),
    ],
)
def test_a_site_is_named_by_two_kinds_of_signs_or_not_at_all(foot: str, site: str | None) -> None:
    assert clean_text(HEAD + BODY + foot).site == site


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和6年5月14日", "2024-05-14"),
        ("民國113年5月14日", "2024-05-14"),
        ("๑๔ พ.ค. 2567", "2024-05-14"),
        ("14 พฤษภาคม พ.ศ. 2567", "2024-05-14"),
        ("১৪ মে ২০২৪", "2024-05-14"),
        ("14 أيار/مايو 2024", "2024-05-14"),
        ("2024. 5. 14.", "2024-05-14"),
        ("12 jan 23 | 5h27", "2023-01-12"),
    ],
)
def test_a_date_of_another_era_script_or_short_year_is_read(text: str, day: str) -> None:
    assert [str(d.value) for d in find_dates(text)] == [day]


@pytest.mark.parametrize("text", ["12 jan 23", "May 23, 10:15", "令和6年", "14 พ.ค. 67", "1. 2. 3."])
def test_what_may_be_no_date_is_none(text: str) -> None:
    assert find_dates(text) == []


def test_an_islamic_date_is_one_whose_day_is_not_told() -> None:
    """Its months begin where the moon was seen: the line is a date's, and no day is guessed."""
    assert [(d.start, d.value) for d in find_dates("5 ذو القعدة 1445")] == [(0, None)]


def test_two_authors_behind_one_label_need_a_line_of_their_own() -> None:
    two = "Harbour reopens\nPar Jeanne Morvan, Paul Leroy\nPublié le 05/04/2013\n\n" + BODY
    assert clean_text(two + "Jeanne Morvan\nPaul Leroy\n").author == "Jeanne Morvan, Paul Leroy"
    assert clean_text(two).author == "Jeanne Morvan"

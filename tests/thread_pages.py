"""Set a post and its comments into the markup of programs for blogs, for the tests."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
TALKS: Mapping[str, Mapping[str, Any]] = tomllib.loads((CASES / "threads.toml").read_text(encoding="utf-8"))
PROGRAMS: Mapping[str, Mapping[str, str]] = tomllib.loads((CASES / "thread_programs.toml").read_text(encoding="utf-8"))
PAGE = (
    "<!DOCTYPE html><html lang='{language}'><head><meta charset='utf-8'><title>{title} | Norrblog</title>{head}</head>"
    "<body><div id='top'><a href='/'>Norrblog</a><ul class='menu'><li><a href='/a'>A</a></li>"
    "<li><a href='/b'>B</a></li></ul></div>{post}{thread}<div id='footer'>© 2019 Norrblog</div></body></html>"
)


def page_of(program: str, language: str) -> str:
    """Return the page of a post with comments as a program for blogs writes it."""
    talk, markup = TALKS[language], PROGRAMS[program]
    said = {name: talk[name] for name in ("title", "heading", "reply")}
    said["thoughts"] = talk["thoughts"].format(talk["title"])
    rows = zip(talk["names"], talk["stamps"], talk["comments"], strict=True)
    comments = "".join(
        markup["comment"].format(
            **said, n=number, name=name, stamp=stamp, text=text, said=talk["said"].format(name, stamp)
        )
        for number, (name, stamp, text) in enumerate(rows, 41)
    )
    post = "".join(f"<p>{text}</p>" for text in talk["post"])
    return PAGE.format(
        language=language,
        title=talk["title"],
        head=markup["head"],
        post=markup["post"].format(**said, post=post),
        thread=markup["thread"].format(**said, comments=comments),
    )

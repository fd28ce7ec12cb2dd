"""stub"""
from __future__ import annotations
from typing import Any
from .html_render import Rendered
from .model import Fact


def page_address(root: Any) -> str | None:
    """Return the page's own address, as its head states it."""
    for element in root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split() and (element.get("href") or "").startswith("http"):
            return str(element.get("href"))
    return None


def stated_facts(root: Any, rendered: Rendered, url: str | None) -> tuple[Fact, ...]:
    """stub"""
    title = root.find(".//title")
    text = " ".join("".join(title.itertext()).split()) if title is not None else ""
    return (Fact("title", text, "html_title"),) if text else ()

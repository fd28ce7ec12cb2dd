"""Say in which order the structural rules claim lines: the first claim on a character wins.

What has a sure shape comes first (code, profiles, leaks, threads, the page's head), then lists, boxes and bars, then
the title, then what asks where the text begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..preformatted import claim_code_furniture
from ..settings import CleanSettings
from . import (
    actions,
    asking,
    authors,
    bars,
    biography,
    body,
    class_names,
    closing,
    comment_boxes,
    crawl_head,
    dumps,
    endnotes,
    forum,
    furniture,
    header,
    leakage,
    legal,
    link_lines,
    markdown_links,
    navigation,
    offers,
    pages,
    profile,
    profile_values,
    promotion,
    pull_quotes,
    questions,
    record_heads,
    repeats,
    site,
    story_lists,
    subscribing,
    teasers,
    threads,
    title,
    wiki,
    wiki_source,
)
from .sheet import Claim, Sheet

Rule = Callable[[Sheet, CleanSettings], Iterable[Claim]]

RULES: tuple[Rule, ...] = (
    lambda sheet, _: claim_code_furniture(sheet),
    lambda sheet, _: crawl_head.claim_crawl_head(sheet),
    lambda sheet, _: pages.claim_page_marks(sheet),
    lambda sheet, _: record_heads.claim_record_heads(sheet),
    lambda sheet, _: wiki_source.claim_wiki_source(sheet),
    lambda sheet, _: dumps.claim_dumps(sheet),
    lambda sheet, _: navigation.claim_artefacts(sheet),
    lambda sheet, settings: profile.claim_profiles(sheet, settings.profile_families),
    lambda sheet, _: profile_values.claim_value_profiles(sheet),
    lambda sheet, _: furniture.claim_leaks(sheet),
    lambda sheet, _: leakage.claim_leakage(sheet),
    lambda sheet, _: legal.claim_cookies(sheet),
    lambda sheet, _: repeats.claim_strays(sheet, _is_foreign),
    lambda sheet, _: navigation.claim_contents(sheet),
    lambda sheet, _: navigation.claim_listed_headings(sheet),
    lambda sheet, _: wiki.claim_contents_lines(sheet),
    lambda sheet, _: threads.claim_threads(sheet),
    lambda sheet, _: comment_boxes.claim_comment_boxes(sheet),
    lambda sheet, _: repeats.claim_repeated_menus(sheet),
    lambda sheet, _: actions.claim_posts(sheet),
    lambda sheet, _: authors.claim_mail_head(sheet),
    lambda sheet, _: header.claim_header(sheet),
    lambda sheet, _: legal.claim_credits(sheet),
    lambda sheet, _: biography.claim_biographies(sheet),
    lambda sheet, _: promotion.claim_buttons(sheet),
    lambda sheet, _: promotion.claim_comments(sheet),
    lambda sheet, _: threads.claim_named_comments(sheet),
    lambda sheet, _: bars.claim_word_bars(sheet),
    lambda sheet, _: bars.claim_meters(sheet),
    lambda sheet, _: teasers.claim_pointers(sheet),
    lambda sheet, _: teasers.claim_lists(sheet),
    lambda sheet, _: teasers.claim_dated(sheet),
    lambda sheet, _: story_lists.claim_story_lists(sheet),
    lambda sheet, _: asking.claim_questions(sheet),
    lambda sheet, _: furniture.claim_furniture(sheet),
    lambda sheet, _: furniture.claim_walls(sheet),
    lambda sheet, _: wiki.claim_wiki_page(sheet),
    lambda sheet, _: legal.claim_legal(sheet),
    lambda sheet, _: legal.claim_contacts(sheet),
    lambda sheet, _: endnotes.claim_desk_notes(sheet),
    lambda sheet, _: offers.claim_offers(sheet),
    lambda sheet, _: promotion.claim_boxes(sheet),
    lambda sheet, _: promotion.claim_newsletter_texts(sheet),
    lambda sheet, _: promotion.claim_teasers(sheet),
    lambda sheet, _: navigation.claim_menus(sheet),
    lambda sheet, _: navigation.claim_bars(sheet),
    lambda sheet, _: navigation.claim_tags(sheet),
    lambda sheet, _: site.claim_masthead(sheet),
    lambda sheet, _: title.claim_title(sheet),
    lambda sheet, _: site.claim_title_tails(sheet),
    lambda sheet, _: title.claim_title_copies(sheet),
    lambda sheet, _: actions.claim_actions(sheet),
    lambda sheet, _: forum.claim_forum(sheet),
    lambda sheet, _: questions.claim_questions(sheet),
    lambda sheet, _: dumps.claim_signs(sheet),
    lambda sheet, _: class_names.claim_class_names(sheet),
    lambda sheet, _: link_lines.claim_link_lines(sheet),
    lambda sheet, _: pull_quotes.claim_pull_quotes(sheet),
    lambda sheet, settings: repeats.claim_repeats(sheet, settings.repeat_min),
    lambda sheet, _: authors.claim_teams(sheet),
    lambda sheet, _: authors.claim_lone_names(sheet),
    lambda sheet, _: authors.claim_closing_names(sheet),
    lambda sheet, _: biography.claim_author_notes(sheet),
    lambda sheet, _: biography.claim_closing_sentences(sheet),
    lambda sheet, _: biography.claim_unnamed_notes(sheet),
    lambda sheet, _: biography.claim_notes_in_italics(sheet),
    lambda sheet, _: body.claim_captions(sheet),
    lambda sheet, _: markdown_links.claim_linked_lines(sheet),
    lambda sheet, _: asking.claim_asking_lines(sheet),
    lambda sheet, _: promotion.claim_appeals(sheet),
    lambda sheet, _: promotion.claim_inner_appeals(sheet),
    lambda sheet, _: subscribing.claim_newsletter_sentences(sheet),
    lambda sheet, _: asking.claim_asking_sentences(sheet),
    lambda sheet, _: wiki.claim_edit_links(sheet),
    lambda sheet, _: closing.claim_after_end(sheet),
)
"""The structural rules in the order of their rank: the first claim on a character wins."""


def _is_foreign(line: str, prose: str) -> bool:
    from ..language import detect_language, looks_foreign

    return looks_foreign(line, detect_language(prose).code)

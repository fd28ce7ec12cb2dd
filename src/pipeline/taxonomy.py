"""Load the taxonomy: what the topics are, and the phrases that speak of them in each language.

The packaged taxonomy is a folder of YAML; a user's is one file that replaces it or extends it. Every
file is checked before use, and what is wrong is said with file and line: a key given twice, an alias,
a key or topic nobody knows, a topic without phrases, a phrase that another already covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from .errors import UsageError
from .topic_model import Matcher, compile_phrases
from .topic_phrases import Kind, Phrase
from .topic_weights import TopicWeights, read_weights
from .word_forms import Morphology

_TOPIC_KEYS = ("id", "definition", "includes", "excludes", "iptc", "cap", "cap2", "manifesto", "gdelt", "l2")
_LEXICON_KEYS = ("language", "endings", "chain", "spellings", "classes", "exclude", "mute", "off_domain", "topics")
_FILE_KEYS = ("extends", "topics", "lexicons")
_KINDS = tuple(str(k) for k in Kind)
_MOST_NESTING = 20


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: what it means, what it leaves to others, and its codes in public vocabularies."""

    id: str
    definition: str
    includes: str = ""
    excludes: str = ""
    iptc: tuple[str, ...] = ()
    cap: tuple[str, ...] = ()
    gdelt: tuple[str, ...] = ()
    l2: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language as they were written, before they are compiled."""

    language: str
    phrases: tuple[Phrase, ...]
    classes: Mapping[str, tuple[str, ...]]
    morphology: Morphology


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The topics, and the languages that have a lexicon. `version` changes with any byte of the files."""

    version: str
    topics: Mapping[str, Topic]
    languages: tuple[str, ...]
    _sources: Mapping[str, tuple[_Source, ...]] = field(repr=False)
    _compiled: dict[str, Matcher] = field(default_factory=dict, repr=False, compare=False)
    _learned: Mapping[str, _Source] = field(default_factory=dict, repr=False)
    _weights: dict[str, TopicWeights] = field(default_factory=dict, repr=False, compare=False)

    def lexicon(self, language: str) -> Lexicon:
        """Return the phrases of a language. Raises UsageError with file and line when they are wrong."""
        return _read_lexicon(language, self._sources[language], self.topics)

    def matcher(self, language: str) -> Matcher:
        """Return the compiled phrases of a language; compiled once."""
        if language not in self._compiled:
            lexicon = self.lexicon(language)
            try:
                compiled = compile_phrases(language, lexicon.phrases, lexicon.classes, lexicon.morphology)
            except ValueError as error:
                raise UsageError(
                    f"taxonomy, language {language}: {error}. See docs/topics.md for the notation."
                ) from error
            self._compiled[language] = compiled
        return self._compiled[language]

    def is_same(self, other: Taxonomy, language: str) -> bool:
        """Say whether both have the same texts in a language, whatever their files are called."""
        mine, theirs = ([(s.text, s.tree) for s in t._sources.get(language, ())] for t in (self, other))
        return mine == theirs

    def has_same_weights(self, other: Taxonomy, language: str) -> bool:
        """Say whether both have the same learned weights in a language, or neither has any."""
        mine, theirs = (t._learned[language].text if language in t._learned else None for t in (self, other))
        return mine == theirs

    def weights(self, language: str) -> TopicWeights | None:
        """Return the learned weights of a language, for the packaged topics; None where there are none."""
        if language not in self._learned:
            return None
        if language not in self._weights:
            self._weights[language] = read_weights(self._learned[language].text, language)
        return self._weights[language]


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    text: str
    tree: Any = None


class _Text(str):
    """A scalar that knows where it stands."""

    __slots__ = ("where",)
    where: str


def load_taxonomy(path: str | None = None) -> Taxonomy:
    """Return the packaged taxonomy, or a user's file, which replaces or extends it.

    A user's file is checked whole, in every language, before this returns. Raises UsageError with file
    and line for a key given twice, an alias, an unknown key or topic, an empty topic, a shadowed phrase.
    """
    if path is None:
        return _packaged()
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the taxonomy {path}: {error}. Give a YAML file in UTF-8.") from error
    return _user(str(file), text)


def packaged_texts() -> dict[str, str]:
    """Return the files of the packaged taxonomy by name: topics, lexicons (`en/energy.yml`), learned weights."""
    root = files("pipeline") / "resources" / "taxonomy"
    texts = {"topics.yml": (root / "topics.yml").read_text(encoding="utf-8")}
    for entry in root.iterdir():
        if entry.is_dir() and entry.name.isalpha():
            parts = (p for p in entry.iterdir() if p.name.endswith(".yml"))
            texts |= {f"{entry.name}/{part.name}": part.read_text(encoding="utf-8") for part in parts}
        elif entry.name.startswith("learned_"):
            texts[entry.name] = entry.read_text(encoding="utf-8")
    return texts


def read_taxonomy(packaged: Mapping[str, str], user: str | None) -> Taxonomy:
    """Return the taxonomy of these texts: of files as `packaged_texts` names them, and of a user's file."""
    base = _of_files(packaged)
    return base if user is None else _of_user("taxonomy", user, base)


@cache
def _packaged() -> Taxonomy:
    return _of_files(packaged_texts())


def _of_files(texts: Mapping[str, str]) -> Taxonomy:
    topics = _Source("topics.yml", texts["topics.yml"])
    sources: dict[str, tuple[_Source, ...]] = {}
    for language, name in sorted(tuple(path.split("/")) for path in texts if "/" in path):
        path = f"{language}/{name}"
        sources[language] = (*sources.get(language, ()), _Source(path, texts[path]))
    tables = {language: f"learned_{language}.tsv" for language in sources}
    learned = {language: _Source(name, texts[name]) for language, name in tables.items() if name in texts}
    return Taxonomy(
        version=_digest([topics, *(s for parts in sources.values() for s in parts), *learned.values()]),
        topics=_read_topics(_mapping(_parse(topics), ("topics",))["topics"]),
        languages=tuple(sorted(sources)),
        _sources=sources,
        _learned=learned,
    )


@cache
def _user(name: str, text: str) -> Taxonomy:
    return _of_user(name, text, _packaged())


def _of_user(name: str, text: str, packaged: Taxonomy) -> Taxonomy:
    source = _Source(name, text)
    tree = _mapping(_parse(source), _FILE_KEYS)
    base = None
    if "extends" in tree:
        if str(tree["extends"]) != "packaged":
            raise UsageError(f"{_where(tree['extends'])}: extends must be `packaged`, or be left out to replace it.")
        base = packaged
    topics = dict(base.topics) if base else {}
    topics |= _read_topics(tree.get("topics", []))
    sources: dict[str, tuple[_Source, ...]] = dict(base._sources) if base else {}
    for node in _sequence(tree.get("lexicons", []), "lexicons"):
        lexicon = _mapping(node, _LEXICON_KEYS, need=("language",))
        language = str(lexicon["language"])
        sources[language] = (*sources.get(language, ()), _Source(name, "", node))
    if not topics or not sources:
        raise UsageError(f"{name}: the file holds no topics or no lexicons. Add both, or `extends: packaged`.")
    version = _digest([source]) if base is None else f"{base.version}+{_digest([source])}"
    taxonomy = Taxonomy(version, topics, tuple(sorted(sources)), sources, _learned=base._learned if base else {})
    for language in taxonomy.languages:
        if base is None or sources[language] != base._sources.get(language):
            _refuse_shadowed(taxonomy.matcher(language))
    if base is None:
        used = {p.topic for language in taxonomy.languages for p in taxonomy.lexicon(language).phrases}
        for topic in sorted(set(topics) - used):
            raise UsageError(f"{name}: topic {topic} has no phrase in any language. Add one, or leave the topic out.")
    return taxonomy


def _digest(sources: Sequence[_Source]) -> str:
    whole = hashlib.sha256()
    for source in sources:
        whole.update(source.text.encode() + b"\0")
    return whole.hexdigest()[:12]


def _read_topics(node: Any) -> dict[str, Topic]:
    out: dict[str, Topic] = {}
    for item in _sequence(node, "topics"):
        entry = _mapping(item, _TOPIC_KEYS, need=("id", "definition"))
        if entry["id"] in out:
            raise UsageError(f"{_where(entry['id'])}: topic {entry['id']} is defined twice. Keep one.")
        lists = {k: tuple(str(x) for x in _sequence(entry.get(k, []), k)) for k in ("iptc", "cap", "gdelt", "l2")}
        texts = {k: str(entry[k]) for k in ("definition", "includes", "excludes") if k in entry}
        out[str(entry["id"])] = Topic(id=str(entry["id"]), **texts, **lists)  # type: ignore[arg-type]
    return out


def _read_lexicon(language: str, sources: Sequence[_Source], topics: Mapping[str, Topic]) -> Lexicon:
    phrases: list[Phrase] = []
    classes: dict[str, tuple[str, ...]] = {}
    endings: set[str] = set()
    spellings: dict[str, str] = {}
    chain = False
    for source in sources:
        found: list[Phrase] = []
        tree = _mapping(source.tree or _parse(source), _LEXICON_KEYS, need=("language",))
        if str(tree["language"]) != language:
            raise UsageError(f"{_where(tree['language'])}: language {tree['language']} in a file of {language}.")
        endings.update(str(x) for x in _sequence(tree.get("endings", []), "endings"))
        chain = chain or str(tree.get("chain", "false")) == "true"
        for pair in _sequence(tree.get("spellings", []), "spellings"):
            if len(pair) != 2:
                raise UsageError(
                    f"{_where(pair)}: a spelling is two characters, the one found and the one it stands for."
                )
            spellings[pair[0]] = pair[1]
        for name, members in _mapping(tree.get("classes", {})).items():
            classes[name] = (*classes.get(name, ()), *(str(m) for m in _sequence(members, name)))
        found += _phrases(tree.get("exclude", []), "", Kind.NOT, "exclude")
        found += _phrases(tree.get("mute", []), "!", Kind.OFF, "mute")
        found += _phrases(tree.get("off_domain", []), "*", Kind.OFF, "off_domain")
        for topic, node in _mapping(tree.get("topics", {})).items():
            if topic not in topics:
                raise UsageError(f"{_where(topic)}: topic {topic} is not defined. Known: {', '.join(sorted(topics))}.")
            read = list(_topic_phrases(topic, node, topics[topic]))
            if not read:
                raise UsageError(f"{_where(topic)}: topic {topic} holds no phrase. Add one, or leave the topic out.")
            found += read
        phrases += found if source.tree is None else [replace(p, own=True) for p in found]
    _refuse_repeated(phrases)
    return Lexicon(language, tuple(phrases), classes, Morphology(frozenset(endings), chain, spellings))


def _topic_phrases(topic: str, node: Any, known: Topic) -> Iterator[Phrase]:
    for key, value in _mapping(node).items():
        if key in _KINDS:
            yield from _phrases(value, topic, Kind(key), "")
        elif key in known.l2 or key == "general":
            for kind, items in _mapping(value, _KINDS).items():
                yield from _phrases(items, topic, Kind(kind), str(key))
        else:
            raise UsageError(
                f"{_where(key)}: {key} is neither a kind ({', '.join(_KINDS)}) nor a second-level topic of {topic} "
                f"({', '.join(known.l2)})."
            )


def _phrases(node: Any, topic: str, kind: Kind, group: str) -> list[Phrase]:
    return [Phrase(str(x), str(topic), kind, group, _where(x)) for x in _sequence(node, group or str(kind))]


def _refuse_repeated(phrases: Sequence[Phrase]) -> None:
    seen: dict[tuple[str, str], Phrase] = {}
    for phrase in phrases:
        first = seen.setdefault((phrase.topic, phrase.text), phrase)
        if first is not phrase:
            raise UsageError(
                f"{phrase.where}: {phrase.text!r} stands twice under {phrase.topic or 'exclude'} "
                f"(first: {first.where}). Keep one."
            )


def find_shadowed(matcher: Matcher) -> Iterator[tuple[Phrase, Phrase]]:
    """Yield each phrase all of whose forms another phrase of its topic has already, and that other.

    A strong phrase beside a weak one that covers it (a class of names, say) is no shadow: it adds weight.
    """
    owners: dict[tuple[int, str], list[Phrase]] = {}
    spelled: dict[Phrase, set[int]] = {}
    order = {phrase: place for place, phrase in enumerate(matcher.phrases)}
    for pattern, entry in enumerate(matcher.entries):
        for phrase in entry.phrases:
            spelled.setdefault(phrase, set()).add(pattern)
    for phrase, patterns in spelled.items():
        for pattern in patterns:
            owners.setdefault((pattern, phrase.topic), []).append(phrase)
    for phrase, patterns in sorted(spelled.items(), key=lambda x: order[x[0]]):
        for cover in owners[(min(patterns), phrase.topic)]:
            alike = cover.kind is phrase.kind or (
                cover.kind is Kind.STRONG and phrase.kind in (Kind.WEAK, Kind.CONTEXT)
            )
            covers = spelled[cover]
            if cover is phrase or not alike or not patterns <= covers:
                continue
            if len(patterns) < len(covers) or order[cover] < order[phrase]:
                yield phrase, cover
                break


def _refuse_shadowed(matcher: Matcher) -> None:
    for phrase, cover in find_shadowed(matcher):
        raise UsageError(
            f"{phrase.where}: {phrase.text!r} is shadowed by {cover.text!r} ({cover.where}): every form of it is "
            "matched already. Take one out."
        )


def _parse(source: _Source) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        # Composing recurses, in C too, where brackets enough end the process; events come in a loop.
        for event in yaml.parse(source.text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_NESTING:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise UsageError(f"{source.name}:{line}: nested more than {_MOST_NESTING} deep. A taxonomy needs six.")
        node = yaml.compose(source.text, Loader=loader)
    except yaml.YAMLError as error:
        raise UsageError(f"{source.name}: not YAML: {' '.join(str(error).split())}") from error
    if node is None:
        raise UsageError(f"{source.name}:1: the file is empty. Write a taxonomy as docs/topics.md shows.")
    return _plain(node, source.name, set())


def _plain(node: yaml.Node, name: str, seen: set[int]) -> Any:
    where = f"{name}:{node.start_mark.line + 1}"
    if id(node) in seen:
        raise UsageError(f"{where}: aliases are refused, they can hide a bomb. Write the value out.")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        text = _Text(node.value)
        text.where = where
        return text
    if isinstance(node, yaml.SequenceNode):
        return [_plain(x, name, seen) for x in node.value]
    out: dict[str, Any] = {}
    for key_node, value in node.value:
        key = _plain(key_node, name, seen)
        if not isinstance(key, str):
            raise UsageError(f"{where}: a key must be a word.")
        if key in out:
            raise UsageError(f"{_where(key)}: key {key} is given twice. Merge the two.")
        out[key] = _plain(value, name, seen)
    return out


def _where(value: Any) -> str:
    if isinstance(value, _Text):
        return value.where
    if isinstance(value, dict):
        return next((_where(k) for k in value), "taxonomy")
    if isinstance(value, list):
        return next((_where(k) for k in value), "taxonomy")
    return "taxonomy"


def _mapping(node: Any, keys: Sequence[str] = (), need: Sequence[str] = ()) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise UsageError(f"{_where(node)}: expected `key: value` lines.")
    for key in node:
        if keys and key not in keys:
            raise UsageError(f"{_where(key)}: unknown key {key}. Known: {', '.join(keys)}.")
    for key in need:
        if key not in node:
            raise UsageError(f"{_where(node)}: key {key} is missing.")
    return node


def _sequence(node: Any, what: str) -> list[Any]:
    if not isinstance(node, list):
        raise UsageError(f"{_where(node)}: {what} must be a list.")
    return node

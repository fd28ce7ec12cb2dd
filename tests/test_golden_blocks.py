from pathlib import Path

import pytest

from pipeline.clean import clean_text

HERE = Path(__file__).parent
SEEDS = sorted((HERE.parent / "seeds").glob("*.txt"))


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem)
def test_the_blocks_of_a_seed_are_the_golden_ones(path: Path, request: pytest.FixtureRequest) -> None:
    document = clean_text(path.read_bytes().decode("utf-8"), path.name)
    facts = [f"# {f.name} = {f.value} ({f.rule}, {f.start}-{f.end})" for f in document.facts]
    rows = [
        f"{b.start}-{b.end} {b.disposition} {b.role} {b.rule} | {' '.join(b.text.split())[:70]}"
        for b in document.blocks
    ]
    said = "\n".join([*facts, *rows]) + "\n"
    golden = HERE / "golden" / f"blocks_{path.stem}.txt"
    if request.config.getoption("--regold"):
        golden.write_text(said, encoding="utf-8")
        pytest.fail("Golden file rewritten; look at the difference and run without --regold.")
    assert said == golden.read_text(encoding="utf-8")

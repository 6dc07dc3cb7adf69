"""Results as Markdown tables."""

import measure
import questions

DASH = "–"


def document(machine, peers, results, cloudtrail):
    """`cloudtrail` is the section that cloudtrail.py writes."""
    parts = ["# Results\n", _head(machine), _how()]
    for result in results:
        parts.append(_size(peers, result))
    if len(results) > 1:
        parts.append(_growth(peers, results[0], results[-1]))
    parts.append(cloudtrail)
    return "\n".join(parts)


def _head(machine):
    return table(["", ""], [[name, value] for name, value in machine])


def _how():
    return (
        "All engines gave the same answers before anything was timed. Seconds are medians, in brackets the lowest and"
        " the highest; each is a whole process unless it says otherwise. The ratio is authtrail to the best peer:"
        " below 1 authtrail is ahead. The issue states the goals for stored bytes and questions at 10 M events;"
        " other sizes are held against the same goals. [README.md](README.md) says how it is measured, and what is"
        " not fair.\n"
    )


def with_section(text, heading, section):
    """The document with a section of it anew, or behind all others if it has none yet."""
    before, found, rest = text.partition(heading + "\n")
    _, other, behind = rest.partition("\n## ")
    return before.rstrip("\n") + "\n\n" + section + (other + behind if found else "")


def _size(peers, result):
    facts = result.facts
    sections = [
        f"## {facts['events']:,} events\n",
        "### Ingest to a queryable store\n",
        _ingest(peers, result),
        "### Stored bytes per event\n",
        _stored(peers, result),
        "### Questions, whole process, seconds\n",
        _whole(peers, result),
        "### Questions, CPU seconds / peak memory in MB\n",
        _costs(peers, result),
        "### Questions within one open connection, seconds\n",
        _within(peers, result),
        "### The log byte for byte\n",
        _control(result.control),
    ]
    return "\n".join(sections)


def _ingest(peers, result):
    measures = [
        ("wall, s", questions.INGEST_WALL, lambda cost: cost.wall),
        ("CPU, s", questions.INGEST_CPU, lambda cost: cost.cpu),
        ("peak memory, MB", questions.INGEST_MEMORY, lambda cost: cost.memory),
    ]
    rows = []
    for name, goal, read in measures:
        spreads = [measure.spread(map(read, result.ingest[key])) for key in _keys(peers)]
        rows.append(_row(name, [spread.median for spread in spreads], map(spread, spreads), goal))
    walls = [measure.spread(cost.wall for cost in result.ingest[key]).median for key in _keys(peers)]
    rates = [f"{result.facts['events'] / wall / 1e6:.2f}" for wall in walls]
    rows.append(["million events a second", *rates, DASH, DASH, DASH])
    return _work_table(peers, rows)


def _stored(peers, result):
    events = result.facts["events"]
    parts = result.stored["authtrail"]
    sums = [sum(result.stored[key].values()) / events for key in _keys(peers)]
    rivals = sums[1:] + [result.raw[name] for name in ("gzip", "zstd") if name in result.raw]
    row = ["whole store", *(f"{value:.1f}" for value in sums), *_verdict(sums[0], rivals, questions.STORED)]
    blank = [""] * (len(peers) + 3)
    rows = [row] + [[f"authtrail's {name}", f"{size / events:.1f}", *blank] for name, size in parts.items()]
    return _work_table(peers, rows) + "\n" + _raw(result.raw)


def _raw(raw):
    if not raw:
        return "General compressors of the log were not measured.\n"
    part = f" (of its first {raw['zstd_of'] / 1e6:,.0f} MB)" if raw["zstd_of"] else ""
    return (
        f"The log itself, per line: {raw['raw']:.1f} as it is, {raw['gzip']:.1f} with gzip -6, {raw['zstd']:.1f} with"
        f" zstd -19{part}. The ratio is to the smallest of all of these.\n"
    )


def _whole(peers, result):
    rows = []
    start = [measure.spread(cost.wall for cost in result.start[key]) for key in _keys(peers)]
    rows.append(["(a process that only starts)", *map(spread, start), DASH, DASH, DASH])
    for work in result.works:
        spreads = [measure.spread(cost.wall for cost in costs) for costs in _asked(peers, result, work)]
        rows.append(_row(work.title, [spread.median for spread in spreads], map(spread, spreads), work.goal))
    return _work_table(peers, rows)


def _costs(peers, result):
    rows = []
    for work in result.works:
        cells = []
        for costs in _asked(peers, result, work):
            cpu = measure.spread(cost.cpu for cost in costs).median
            cells.append(f"{number(cpu)} / {max(cost.memory for cost in costs):,.0f}")
        rows.append([work.title, *cells])
    return table(["work", "authtrail", *(peer.title for peer in peers)], rows)


def _within(peers, result):
    """The peers without their start, against authtrail with it: what is left when nobody pays for an import."""
    rows = []
    for work in result.works:
        whole = measure.spread(cost.wall for cost in result.whole["authtrail", work.id]).median
        spreads = [measure.spread(result.within[peer.key, work.question]) for peer in peers]
        ratio = whole / min(spread.median for spread in spreads)
        rows.append([work.title, DASH, *map(spread, spreads), number(whole), f"{ratio:.2f} ×"])
    peer_titles = [peer.title for peer in peers]
    head = ["work", "authtrail", *peer_titles, "authtrail, whole process", "ratio of that"]
    return table(head, rows) + (
        "\nauthtrail cannot be asked within a process that stays, and does not say how long a question took; its whole"
        " process is held against the best peer without a start. No goal is set for this.\n"
    )


def _control(control):
    if control.same is None:
        return f"{DASH} (this version has no `export --lines`)\n"
    verdict = "identical" if control.same else "**different**"
    return (
        f"`authtrail export --lines` compared with the log: {verdict}, {number(control.cost.wall)} s,"
        f" {control.cost.memory:,.0f} MB.\n"
    )


def _growth(peers, small, large):
    rows = []
    by_id = {work.id: work for work in large.works}
    for work in small.works:
        if work.id not in by_id:
            continue
        cells = []
        for before, after in zip(_asked(peers, small, work), _asked(peers, large, by_id[work.id])):
            times = [measure.spread(cost.wall for cost in costs).median for costs in (before, after)]
            cells.append(f"{times[1] / times[0]:.1f} ×")
        rows.append([work.title.split(", ")[0] if work.id.startswith("token-") else work.title, *cells])
    sizes = f"{small.facts['events']:,} → {large.facts['events']:,} events"
    head = (
        f"## How a question's time grows: {sizes}\n\n"
        "Whole process. The log spans the same days at all sizes, so its last 24 hours grow with it.\n\n"
    )
    return head + table(["work", "authtrail", *(peer.title for peer in peers)], rows)


# Small things.


def _keys(peers):
    return ["authtrail", *(peer.key for peer in peers)]


def _asked(peers, result, work):
    """The costs of one row, authtrail first."""
    return [result.whole["authtrail", work.id], *(result.whole[peer.key, work.question] for peer in peers)]


def _row(name, values, cells, goal):
    return [name, *cells, *_verdict(values[0], values[1:], goal)]


def _verdict(value, rivals, goal):
    best = min(rivals)
    met = DASH if goal is None else "yes" if goal.met(value, best) else "no"
    return [f"{value / best:.2f} ×", DASH if goal is None else str(goal), met]


def _work_table(peers, rows):
    return table(["work", "authtrail", *(peer.title for peer in peers), "ratio", "goal", "met?"], rows)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def spread(spread):
    if spread.low == spread.high:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.low)}–{number(spread.high)})"


def number(value):
    """Three digits where they say something."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"

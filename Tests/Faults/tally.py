"""What a campaign has found, and the table that is printed of all."""

COLUMNS = ["campaign", "tried", "not injected", "lost", "duplicated", "other faults", "verdict"]


class Tally:
    """Counts of one campaign. A point is one fault at one place or time.

    lost and duplicated count lines; other counts points at which anything else was wrong.
    """

    def __init__(self, name):
        self.name = name
        self.tried = self.missed = self.lost = self.duplicated = self.other = 0
        self.notes = []
        self.faults = []
        self.reason = None

    def point(self, injected=True):
        """Counts a point, at which the fault was injected or could not be."""
        self.tried += 1
        if not injected:
            self.missed += 1

    def fault(self, sentence):
        """Counts another fault and keeps what it was."""
        self.other += 1
        self.faults.append(sentence)

    def note(self, sentence):
        self.notes.append(sentence)

    def not_run(self, reason):
        self.reason = reason

    @property
    def injected(self):
        return self.tried - self.missed

    @property
    def is_bad(self):
        return self.lost > 0 or self.duplicated > 0 or self.other > 0

    @property
    def verdict(self):
        if self.is_bad:
            return "FAILED"
        if self.reason:
            return "not run: " + self.reason
        # What was never hurt has survived nothing.
        return "passed" if self.injected > 0 else "not run: nothing could be injected"

    def row(self):
        numbers = [self.tried, self.missed, self.lost, self.duplicated, self.other]
        return [self.name] + [str(number) for number in numbers] + [self.verdict]


def markdown(tallies):
    """The table, and below it what was noted and what went wrong."""
    rows = [COLUMNS] + [tally.row() for tally in tallies]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for tally in tallies:
        lines += [f"- {tally.name}: {note}" for note in tally.notes]
        lines += [f"- {tally.name}: FAULT: {fault}" for fault in tally.faults[:8]]
        if len(tally.faults) > 8:
            lines.append(f"- {tally.name}: and {len(tally.faults) - 8} more faults")
    return "\n".join(lines)

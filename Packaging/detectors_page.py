#!/usr/bin/env python3
"""Docs/detectors.md from what the program says of its detectors: `authtrail detectors | detectors_page.py`."""

import re
import sys

HEAD = """# The detectors

One section for each rule, printed from the program: `make docs` writes this page anew, and a test holds it to the code.
How the main ones work, and what they were measured on, stands in [detection.md](detection.md).
"""


def escaped(text):
    """What Markdown would read as its own, but not between backticks."""
    parts = text.split("`")
    return "`".join(part if place % 2 else re.sub(r"([\\|*_<>\[\]])", r"\\\1", part) for place, part in enumerate(parts))


def section(lines):
    name, title = lines[0].split("  ", 1)
    page = [f"## {name}", f"**{escaped(title)}.**"]
    classes, gaps, rest = [], [], {}
    for line in lines[1:]:
        label, text = line[2:11].strip(), line[11:]
        if label == "class":
            kind, severity, meaning = re.fullmatch(r"(\S+) \((\w+)\): (.*)", text).groups()
            classes.append([kind, severity, meaning, ""])
        elif label == "" and text.startswith("do: "):
            classes[-1][3] = text[4:]
        elif label == "gap":
            gaps.append(text)
        else:
            rest[label] = text
    page[1] += " " + escaped(rest["asks"])
    page.append("Needs " + ", ".join(f"`{field}`" for field in rest["needs"].split(", ")) + "."
                + (f" ATT&CK {rest['ATT&CK']}." if "ATT&CK" in rest else ""))
    table = ["| class | severity | what it is | what to do |", "|---|---|---|---|"]
    table += [f"| `{kind}` | {severity} | {escaped(meaning)} | {escaped(advice)} |"
              for kind, severity, meaning, advice in classes]
    page.append("\n".join(table))
    if gaps:
        page.append("What it does not see:\n" + "\n".join(f"- {escaped(gap)}" for gap in gaps))
    return "\n\n".join(page)


def main():
    cards = sys.stdin.read().strip("\n").split("\n\n")
    names = [card.split("  ", 1)[0] for card in cards]
    index = " · ".join(f"[{name}](#{name})" for name in names)
    print("\n\n".join([HEAD.strip(), index] + [section(card.split("\n")) for card in cards]))


main()

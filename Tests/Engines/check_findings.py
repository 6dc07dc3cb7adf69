"""Holds what `authtrail detect` wrote against the schemas and formats that others read it by.

    check_findings.py FOLDER SCHEMAS

FOLDER holds the same findings as detect.json, detect.ndjson, detect.ocsf, detect.prom and detect.html; SCHEMAS the
published JSON Schemas. The JSON must meet them; each OCSF line must have what class 2004 of OCSF 1.8 requires, and
values that its dictionary knows; the Prometheus text must parse, with one type and help for each metric and no series
twice; the page must hold no script, no handler, nothing from elsewhere, and every title as text.

Prints, as one JSON object, how much of each was looked at. Exit status 0 if all is as it should be, 1 if not.
"""

import html.parser
import json
import pathlib
import sys

import jsonschema
import referencing
from prometheus_client.parser import text_string_to_metric_families

SEVERITIES = {"info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
REQUIRED = ["activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"]
KNOWN = set(REQUIRED) | set(
    "activity_name category_name class_name confidence confidence_id end_time evidences is_alert message observables "
    "remediation severity start_time status status_id type_name unmapped".split())
OBSERVABLES = {2: "IP Address", 4: "User Name", 12: "Subnet", 16: "HTTP User-Agent", 19: "User Credential ID",
               99: "Other"}
INFO = set("uid title desc types first_seen_time last_seen_time analytic attacks data_sources".split())


def require(holds, text):
    if not holds:
        sys.exit(text)


def validators(folder):
    documents = [json.loads(path.read_text()) for path in sorted(folder.glob("*.schema.json"))]
    registry = referencing.Registry().with_resources(
        (one["$id"], referencing.Resource.from_contents(one)) for one in documents)
    for one in documents:
        jsonschema.Draft202012Validator.check_schema(one)
    return {one["$id"].rsplit("/", 1)[1]: jsonschema.Draft202012Validator(one, registry=registry) for one in documents}


def check_ocsf(line, finding):
    require(all(name in line for name in REQUIRED), f"OCSF: {line} lacks a required attribute")
    require(set(line) <= KNOWN, f"OCSF: {set(line) - KNOWN} are no attributes of the class")
    require(line["class_uid"] == 2004 and line["category_uid"] == 2, "OCSF: no Detection Finding")
    require(line["activity_id"] in (1, 2, 3), "OCSF: an unknown activity")
    require(line["type_uid"] == 200400 + line["activity_id"], "OCSF: type_uid is not class and activity")
    require(line["severity_id"] == SEVERITIES[finding["severity"]], "OCSF: another severity")
    require(line["status_id"] in (1, 2, 3, 4) and line["confidence_id"] in (1, 2, 3), "OCSF: an unknown status")
    for name in ("time", "start_time", "end_time"):
        require(isinstance(line[name], int) and 10**12 < line[name] < 10**13, f"OCSF: {name} is no time in ms")
    metadata = line["metadata"]
    require(metadata["version"] == "1.8.0" and metadata["product"]["name"] and metadata["product"]["version"], "OCSF: "
            "metadata")
    info = line["finding_info"]
    require(set(info) <= INFO and info["uid"] == finding["id"] and info["analytic"]["type_id"] == 1, "OCSF: info")
    require(all("technique" in attack for attack in info["attacks"]), "OCSF: an attack without a technique")
    require(line["remediation"]["desc"] == finding["advice"], "OCSF: another remediation")
    for one in line["observables"]:
        require(OBSERVABLES.get(one["type_id"]) == one["type"], f"OCSF: observable {one}")
    require(all("data" in one for one in line["evidences"]), "OCSF: evidence without data")


def check_prometheus(text, document):
    found, series = {}, 0
    for family in text_string_to_metric_families(text):
        require(family.type == "gauge" and family.documentation, f"Prometheus: {family.name} has no type or help")
        seen = set()
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            require(labels not in seen, f"Prometheus: {sample.name} {labels} stands twice")
            seen.add(labels)
            series += 1
            if sample.name == "authtrail_findings" and sample.value:
                found[(sample.labels["detector"], sample.labels["severity"])] = sample.value
    wanted = {}
    for finding in document["findings"]:
        key = (finding["detector"], finding["severity"])
        wanted[key] = wanted.get(key, 0) + 1
    require(found == wanted, f"Prometheus: counts {found}, want {wanted}")
    return series


class Page(html.parser.HTMLParser):
    """Collects texts; refuses what could run or come from elsewhere."""

    def __init__(self):
        super().__init__()
        self.texts, self.open, self.elements = [], [], 0

    def handle_starttag(self, tag, attributes):
        self.elements += 1
        require(tag not in ("script", "iframe", "object", "embed", "link", "img", "base", "form"), f"HTML: a <{tag}>")
        for name, value in attributes:
            require(not name.startswith("on") and name not in ("src", "href", "srcset"), f"HTML: {name}={value}")
        if tag not in ("meta", "line", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        require(self.open and self.open.pop() == tag, f"HTML: </{tag}> closes nothing")

    def handle_data(self, data):
        self.texts.append(data)


def main():
    folder, schemas = map(pathlib.Path, sys.argv[1:3])
    validator = validators(schemas)
    document = json.loads((folder / "detect.json").read_text())
    validator["detect.schema.json"].validate(document)
    lines = [json.loads(line) for line in (folder / "detect.ndjson").read_text().splitlines()]
    for line in lines:
        validator["finding.schema.json"].validate(line)
    require([line["id"] for line in lines] == [one["id"] for one in document["findings"]], "NDJSON: other findings")
    events = [json.loads(line) for line in (folder / "detect.ocsf").read_text().splitlines()]
    require(len(events) == len(document["findings"]), "OCSF: not as many as findings")
    for event, finding in zip(events, document["findings"]):
        check_ocsf(event, finding)
    series = check_prometheus((folder / "detect.prom").read_text(), document)
    page = Page()
    text = (folder / "detect.html").read_text()
    page.feed(text)
    page.close()
    require(not page.open, f"HTML: {page.open} are not closed")
    require("default-src 'none'" in text, "HTML: no content security policy")
    for finding in document["findings"]:
        require(f'id="f-{finding["id"]}"' in text, f"HTML: {finding['id']} is missing")
    require(not any(ord(letter) in (0x1B, 0x202E) for letter in text), "HTML: a raw control character")
    print(json.dumps({
        "findings": len(lines), "detectors": len({one["detector"] for one in lines}), "series": series,
        "elements": page.elements, "observables": sum(len(one["observables"]) for one in events),
    }))


main()

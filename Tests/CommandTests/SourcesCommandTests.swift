import Console
import Foundation
import Testing

/// The mappings, as whoever writes one meets them.
struct SourcesCommandTests {
    private let program = Program()

    private let line =
        #"{"when":"2026-04-26T00:11:41Z","action":"login_failed","who":"maria","addr":"198.51.100.23"}"#

    private let mapping = """
        mapping: 1
        source: acme
        title: Acme
        recognize: [when, action]
        time: when
        type: action
        fields: {principal: who, presented: who, ip: addr, kind: {text: session}}
        events:
          - {when: {action: login_failed}, event: failed, fields: {reason: {text: wrong_password}}}
        """

    @Test func `a mapping is tried and tested with its own words, from a file and from a pipe`() throws {
        _ = program.write("acme.yaml", mapping)
        _ = program.write("acme.log", line + "\n" + #"{"when":1777162301,"action":"logout"}"# + "\n")
        let missing = try program.run("sources", "test", "acme.yaml")
        #expect(missing.status == 74 && missing.errors.contains("there is no acme.sample; acme.sample holds records"))
        try program.shell(
            #"cp acme.log acme.sample; "$AUTHTRAIL" sources try --lines acme.yaml acme.sample > acme.events"#)
        let test = try program.run("sources", "test", "acme.yaml")
        #expect(test.status == 0 && test.output == "acme.yaml: 2 lines, as they should be\n", "\(test)")
        let piped = try program.shell(#"cat acme.log | "$AUTHTRAIL" sources try acme.yaml -"#)
        #expect(piped.output.contains("unmapped") && piped.output.contains(#""event":"failed""#), "\(piped)")
        try program.shell("mkdir logs")
        let folder = try program.run("sources", "try", "acme.yaml", "logs")
        #expect(folder.status == 64 && folder.errors.contains("logs is a folder; give one of its files"))
    }

    @Test func `what is no event in a pair of --map is named with what there is`() throws {
        let log = program.write("a.log", line + "\n")
        let run = try program.run("ingest", "--map", "ts=when", "--map", "event=action", "--map", "event.x=fail", log)
        #expect(run.status == 64)
        #expect(run.errors.contains("`event.x=fail`: `fail` is no event; there are issued, used"))
    }

    @Test func `a log that nobody knows is named, and so is one that was read as something else`() throws {
        let log = program.write("a.log", line + "\n")
        let unknown = try program.run("ingest", "-q", log)
        #expect(unknown.status == 65)
        #expect(unknown.errors.contains("a.log: no source recognizes its records, which have `action`, `addr`"))
        _ = program.write("acme.yaml", mapping)
        #expect(try program.run("ingest", "-q", "--mapping", "acme.yaml", log).status == 0)
        let other = try program.run("ingest", "-q", "--source", "okta", log)
        #expect(other.status == 65)
        #expect(other.errors.contains("a.log: it was read as acme, and what was read is not read again as okta"))
        #expect(try program.run("ingest", "-q", log).status == 0)
    }

    @Test func `a syslog that begins with other programs is told with what reads it, and read by that`() throws {
        let others = (0..<1000).map { number in
            "Apr 26 00:00:00 web1 " + ["CRON[7]: (root) CMD (true)", "systemd[1]: Started x."][number % 3 == 0 ? 1 : 0]
        }
        let refused = "Apr 26 00:13:41 web1 sshd[812]: Failed password for root from 198.51.100.23 port 1 ssh2"
        let log = program.write("auth.log", (others + [refused]).map { $0 + "\n" }.joined())
        let unknown = try program.run("ingest", "-q", log)
        #expect(unknown.status == 65)
        #expect(
            unknown.errors.contains(
                "it begins with lines of other programs (CRON, systemd), and none of its first 1,000 tells what it is; "
                    + "if it has what a source reads further on, name that: --source sshd\n"), "\(unknown.errors)")
        #expect(try program.run("ingest", "-q", "--source", "sshd", log).status == 0)
        let counts = try program.json("query", "SELECT event, count(*) AS n FROM events GROUP BY event")
        #expect(counts["rows"]?[0]?["n"]?.integer == 1)
    }

    @Test func `an address that guesses too slowly is explained by the rule that it would meet`() throws {
        let lines = (10..<25).map {
            "Apr 26 00:\($0):42 web1 sshd[812]: Failed password for root from 198.51.100.23 port 400\($0) ssh2\n"
        }
        let log = program.write("auth.log", lines.joined())
        #expect(try program.run("ingest", "-q", log).status == 0)
        let run = try program.run("explain", "--ip", "198.51.100.23")
        #expect(run.output.contains("at most 5 refused logins in any 5 min; the rule wants 10"), "\(run)")
    }
}

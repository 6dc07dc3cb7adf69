import Foundation
import Testing

/// Three accounts of no name: the trail's owner, one of the staff, and somebody else. Needs root to become them.
@Suite(.disabled(if: !Accounts.areUsable, "needs root, setpriv, and a program that every account may run"))
struct WhoMayReadTests {
    let program = Program()

    init() throws {
        let made = try program.shell(
            """
            chmod 755 . && mkdir -m 755 home && chown 4001 home && umask 022
            """)
        #expect(made.status == 0, "\(made.errors)")
        var lines = threeLines
        for number in 10..<50 {
            lines += """
                {"ts":"2026-05-01T11:00:\(number)Z","event":"failed","reason":"invalid_token","token_id":"x\(number)",\
                "ip":"198.51.100.9"}

                """
        }
        _ = program.write("a.ndjson", lines)
    }

    private func shell(_ command: String) throws -> Run {
        try program.shell(Accounts.functions + "\nexport AUTHTRAIL_TRAIL=home/trail\n" + command)
    }

    /// Mode, owner, group and name of all files, those of other owners or groups first.
    private func files() throws -> String {
        try shell("cd home/trail && find . -printf '%m %U %G %f\\n' | sort").output
    }

    @Test func `root reads any trail, notes what it did, and leaves nothing of its own`() throws {
        #expect(
            try shell("owner ingest -q a.ndjson && rm -f home/trail/*-shm home/trail/*-wal home/trail/readers.lock")
                .status == 0)
        let run = try shell(
            """
            "$AUTHTRAIL" detect -q --since start --new > told; "$AUTHTRAIL" findings && "$AUTHTRAIL" verify -q &&
            "$AUTHTRAIL" findings resolve $("$AUTHTRAIL" findings --format csv | grep -o '[0-9a-f]\\{32\\}') --note seen
            """)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("Credential stuffing from 198.51.100.9"))
        let foreign = try shell("find home/trail ! -uid 4001 -o -perm /077").output
        #expect(foreign == "")
        let after = try shell(
            "owner ingest -q a.ndjson && owner findings list --status resolved -q && owner detect -q --new")
        #expect(after.status == 0, "\(after.errors)")
    }

    @Test
    func `who may read a trail and not its key is told that no credential can be looked for; root and the owner look`()
        throws
    {
        let token = "np" + "m_" + "aB3dE5fG7hI9kL1mN0pQ2rS4tU6vW8xY0zA1"
        _ = program.write("t.ndjson", #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"\#(token)"}"# + "\n")
        #expect(try shell("owner ingest -q --group 5000 t.ndjson").status == 0)
        for command in [
            "trace token \(token)", "export --token \(token)", "explain --token \(token)",
            "query \"SELECT mark('\(token)')\"",
        ] {
            let run = try shell("staff " + command)
            #expect(run.status == 73 && run.output == "", "\(run.output)\(run.errors)")
            #expect(
                run.errors.contains(
                    "only home/trail/secret.key tells which mark is whose; it belongs to user 4001, not to you"))
            #expect(!run.errors.contains(token))
        }
        #expect(try shell("staff trace token t1").status == 0)
        #expect(try shell("owner export --token \(token) | wc -l").output == "1\n")
        #expect(try shell("\"$AUTHTRAIL\" export --token \(token) | wc -l").output == "1\n")
    }

    @Test func `a folder that may be passed and not listed is said, and its rotation is read when it may`() throws {
        let run = try shell(
            """
            mkdir -m 711 logs; cp a.ndjson logs/a.log; chmod 644 logs/a.log
            owner ingest -q logs/a.log; echo "first $?"
            sed 's/tok_/later_/; s/"x/"y/' a.ndjson >> logs/a.log; mv logs/a.log logs/a.log.1
            sed 's/tok_/new_/; s/"x/"z/' a.ndjson > logs/a.log; chmod 644 logs/*
            owner ingest -q logs/a.log; echo "unlisted $?"
            owner status | grep -c 'cannot list the folder'
            chmod 755 logs; owner ingest -q logs/a.log; echo "listed $?"
            owner status | grep -c 'cannot list the folder'
            cat logs/a.log.1 logs/a.log | wc -l
            owner query 'SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM quarantine)' --format csv | tail -1
            """)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(
            Array(lines.prefix(5)) == ["first 0", "unlisted 74", "1", "listed 0", "0"], "\(run.output)\(run.errors)")
        #expect(run.errors.contains("cannot list the folder"))
        #expect(lines.count == 7 && lines[5] == lines[6], "\(run.output)")
    }

    @Test func `root writes no events into the trail of another account, and is told who does`() throws {
        _ = try shell("owner ingest -q a.ndjson")
        for command in ["ingest -q a.ndjson", "compact", "prune --older-than 400d", "rebuild --force"] {
            let run = try shell("\"$AUTHTRAIL\" \(command)")
            #expect(run.status == 73, "\(command): \(run.errors)")
            #expect(
                run.errors == "authtrail: cannot use home/trail: it belongs to user 4001, not to you (root); "
                    + "run: sudo -u '#4001' authtrail …\n")
        }
    }

    @Test func `the group of a trail reads everything but the key, also what is made later`() throws {
        // Made for nobody else, and turned.
        _ = try shell("owner ingest -q a.ndjson; owner ingest -q a.ndjson --group 5000")
        let later = try shell(
            """
            (umask 077; head -2 a.ndjson >> a.ndjson; owner ingest -q a.ndjson; owner detect -q --new --since start > told
            owner compact -q --all && owner prune -q --older-than 2026-01-01 && owner rebuild -q --force)
            """)
        #expect(later.status == 0, "\(later.errors)")
        let lines = try files().split(separator: "\n").filter { !$0.hasSuffix(" secret.key") }
        #expect(lines.allSatisfy { $0.hasPrefix("2750 4001 5000 ") || $0.hasPrefix("640 4001 5000 ") }, "\(lines)")
        #expect(try files().contains("600 4001 "))
        for command in [
            "status", "findings", "report failed-by-ip", "verify", "export", "trace ip 198.51.100.9",
            "query 'SELECT count(*) FROM events'",
        ] {
            let run = try shell("staff \(command)")
            #expect(run.status == 0 && run.errors == "", "\(command): \(run.errors)")
        }
        let run = try shell("staff detect --since start")
        #expect(run.status == 0)
        #expect(run.output.contains("Credential stuffing from 198.51.100.9"))
        #expect(
            run.errors == "this run is not noted: cannot use home/trail: you (user 4002) may read it, but what this "
                + "notes belongs to user 4001; run: sudo -u '#4001' authtrail …\n")
    }

    @Test func `the group reads while the owner writes, and after the owner was killed`() throws {
        _ = try shell("owner ingest -q a.ndjson --group 5000")
        let run = try shell(
            """
            chmod 666 a.ndjson
            (while [ ! -e done ]; do head -1 a.ndjson >> a.ndjson; owner ingest -q a.ndjson || touch broken; done) &
            for one in 1 2; do
              (for time in 1 2 3 4 5 6; do staff query 'SELECT count(*) FROM events' > /dev/null || touch broken; done) & others="$others $!"
            done
            wait $others; touch done; wait; [ ! -e broken ] || exit 1
            owner ingest --follow -q a.ndjson --flush-interval 50ms & sleep 1
            head -1 a.ndjson >> a.ndjson; sleep 1
            kill -9 $(cat home/trail/lock); wait
            [ -s home/trail/catalog.sqlite-wal ] && staff query 'SELECT count(*) AS n FROM events' --format csv
            """)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let stored = try shell("owner query 'SELECT count(*) AS n FROM events' --format csv")
        #expect(run.output.hasSuffix(stored.output), "\(run.output)")
    }

    @Test func `the staff may not write, others may not even read, and both are told what to do`() throws {
        _ = try shell("owner ingest -q a.ndjson --group 5000")
        let notes =
            "authtrail: cannot use home/trail: you (user 4002) may read it, but what this notes belongs to user "
            + "4001; run: sudo -u '#4001' authtrail …\n"
        for command in ["detect --new", "findings resolve abcdef --note no"] {
            let run = try shell("staff \(command)")
            #expect(run.status == 73 && run.errors == notes, "\(command): \(run.errors)")
        }
        #expect(try shell("staff ingest a.ndjson").status == 73)
        let other = try shell("other status")
        #expect(other.status == 73)
        #expect(
            other.errors == "authtrail: cannot use home/trail: it belongs to user 4001, and you (user 4003) are in no "
                + "group that may read it; run: sudo -u '#4001' authtrail …, or have user 4001 let a group of yours read it: "
                + "authtrail ingest --group NAME …\n")
    }

    @Test func `a group that there is not is wrong usage`() throws {
        let run = try program.run("ingest", "a.ndjson", "--group", "no-such-group")
        #expect(run.status == 64)
        #expect(run.errors.contains("there is no group no-such-group"))
    }

    @Test func `a trail on a read-only file system is read in whatever state it was left`() throws {
        let run = try shell(
            """
            owner ingest -q a.ndjson --group 5000
            owner ingest --follow -q a.ndjson --flush-interval 50ms & sleep 1
            head -1 a.ndjson >> a.ndjson; sleep 1
            kill -9 $(cat home/trail/lock); wait
            [ -s home/trail/catalog.sqlite-wal ] || exit 8
            mkdir copies mounted; cp -a home/trail copies/unclean; cp -a home/trail copies/bare; rm copies/bare/*-shm
            owner detect -q > /dev/null; cp -a home/trail copies/clean; rm copies/clean/*-shm copies/clean/*-wal
            mount --bind copies mounted && mount -o remount,ro,bind mounted || exit 9
            for trail in unclean bare clean; do
              for who in owner staff "$AUTHTRAIL"; do $who verify -q --trail mounted/$trail > /dev/null || echo "$trail $who"; done
            done
            umount mounted
            """)
        // A container may not mount.
        if run.status == 9 { return }
        #expect(run.status == 0 && run.output == "", "\(run.output)\(run.errors)")
    }
}

private enum Accounts {
    /// The program as the owner, as one of the staff, and as somebody else.
    static let functions = """
        owner() { setpriv --reuid 4001 --regid 4001 --groups 4001,5000 "$AUTHTRAIL" "$@"; }
        staff() { setpriv --reuid 4002 --regid 4002 --groups 4002,5000 "$AUTHTRAIL" "$@"; }
        other() { setpriv --reuid 4003 --regid 4003 --clear-groups "$AUTHTRAIL" "$@"; }
        """

    static let areUsable: Bool = {
        guard geteuid() == 0, let program = Optional(Program()) else { return false }
        return (try? program.shell("chmod 755 .; \(functions)\nother --version > /dev/null").status) == 0
    }()
}

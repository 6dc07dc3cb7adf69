import Console
import Foundation
import Testing

/// What `ingest` cannot read is said, by the exit code too, and keeps nothing else from being read.
struct UnreadInputTests {
    private let program = Program()

    @Test func `a folder without a log is said`() throws {
        try program.shell("mkdir empty")
        let run = try program.run("ingest", "-q", program.folder + "/empty")
        #expect(run.status == 65)
        #expect(run.errors.contains("no log found"))
    }

    @Test func `lines of which none is an event are said`() throws {
        let path = program.write("a.log", "nothing\nthat is an event\n")
        let run = try program.run("ingest", "-q", "--source", "native", path)
        #expect(run.status == 65)
        #expect(run.errors.contains("none of the 2 lines read is an event, so nothing can be judged"))
        // Nothing new is no blindness.
        #expect(try program.run("ingest", "-q", path).status == 0)
        let status = try program.run("status")
        #expect(status.output.contains("a.log: none of its lines is an event"))
    }

    @Test func `what nobody knows is not read until somebody says what it is`() throws {
        let path = program.write("a.log", #"{"when":1777162301,"what":"token_issued","who":"maria"}"# + "\n")
        let run = try program.run("ingest", "-q", path)
        #expect(run.status == 65)
        #expect(run.errors.contains("no source recognizes its records, which have `what`, `when`, `who`"))
        #expect(try program.json("status")["lines_read"] == 0)
        let mapped = try program.run(
            "ingest", path, "--map", "ts=when", "--map", "event=what", "--map", "event.token_issued=issued", "--map",
            "principal=who")
        #expect(mapped.status == 0, "\(mapped.errors)")
        let event = try program.json("export")["events"]?[0]
        #expect(event?["event"] == "issued" && event?["principal"] == "maria")
        // Its words are wrong: nothing is read.
        for (words, message) in [
            (["ts=when"], "--map event=NAME is missing"),
            (["ts=when", "event=what", "token=x"], "`token` is no field"),
            (["when"], "`when` is no pair"),
        ] {
            let run = try program.run(["ingest", path] + words.flatMap { ["--map", $0] })
            #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
        }
        #expect(try program.run("ingest", path, "--source", "oktta").errors.contains("there are logpush-workers, "))
    }

    @Test func `who mends a mapping is told that what was read stays as it was read`() throws {
        let line = #"{"at":1777162301,"act":"key_ok","who":"maria"}"# + "\n"
        let path = program.write("a.log", String(repeating: line, count: 20))
        let map = ["--map", "ts=at", "--map", "event=act", "--map", "principal=who"]
        let first = try program.run(["ingest", path] + map)
        #expect(first.status == 65)
        #expect(
            first.errors.contains("does not know the type of 20 (key_ok): say what they mean with --map event.TYPE"))
        let mended = try program.run(["ingest", path] + map + ["--map", "event.key_ok=used"])
        #expect(mended.status == 65)
        #expect(mended.errors.contains("nothing new: what was read before was read by another form of the mapping"))
        let anew = try program.run(
            ["ingest", path, "--trail", program.folder + "/new"] + map + ["--map", "event.key_ok=used"])
        #expect(anew.status == 0, "\(anew.errors)")
    }

    @Test func `a credential in a log of no known kind is not repeated`() throws {
        let path = program.write("a.log", "starting with ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a" + "\n")
        let errors = try program.run("ingest", path).errors
        #expect(errors.contains("starting with"))
        #expect(!errors.contains("16C7e42F"))
    }

    @Test func `one bad line in a log of events is no blindness`() throws {
        let path = program.write("a.log", threeLines)
        #expect(try program.run("ingest", "-q", path).status == 0)
        _ = program.write("a.log", threeLines + "a stack trace\n")
        let run = try program.run("ingest", "-q", path)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("1 line of 1 went to quarantine"))
    }

    @Test func `folders without a log are named, alone and beside others, and an empty file is not called read`() throws
    {
        let path = program.write("a.log", threeLines)
        let empty = program.write("empty.log", "")
        try program.shell("mkdir none")
        let beside = try program.run("ingest", "-q", "none", path)
        #expect(beside.status == 0)
        #expect(beside.errors.contains("none: no log found; of a folder and those in it, files are read that end in"))
        let alone = try program.run("ingest", "-q", "none")
        #expect(alone.status == 65)
        #expect(alone.errors.contains("no log found in none: of a folder"))
        #expect(try program.run("ingest", empty).errors.contains("nothing to read: the file is empty"))
        #expect(try program.run("ingest", path).errors.contains("nothing new: all of it was read before"))
    }

    @Test func `a path that is not there is named while it is followed, kept by status, and ends with 65`() throws {
        let run = try program.shell(
            """
            "$AUTHTRAIL" ingest --follow -q "$PWD/none.log" 2> said & follower=$!
            for try in $(seq 300); do grep -q none.log said && break; sleep 0.1; done
            kill $follower; wait $follower; echo "exit $?"
            cat said >&2
            "$AUTHTRAIL" status --format json
            """)
        #expect(run.output.contains("exit 65"))
        #expect(run.errors.contains("none.log: there is no such file"))
        #expect(run.output.contains("\"kind\": \"missing\""))
    }

    @Test func `what cannot be read keeps nothing else from being read, and the exit code says it`() throws {
        _ = program.write("a.log", threeLines)
        let run = try program.shell(
            """
            "$AUTHTRAIL" ingest -q none.log a.log 'x/*.log'; echo "exit $?"
            "$AUTHTRAIL" query 'SELECT count(*) AS n FROM events' --format csv
            """)
        #expect(run.output == "exit 65\nn\n2\n")
        #expect(run.errors.contains("cannot read none.log") && run.errors.contains("cannot read x/*.log"))
    }

    @Test func `a name that is no UTF-8 can be given, read and shown`() throws {
        _ = program.write("a.log", threeLines)
        let run = try program.shell(
            """
            mv a.log "$(printf 'h\\364te.log')"
            "$AUTHTRAIL" ingest -q "$(printf 'h\\364te.log')"; echo "exit $?"
            "$AUTHTRAIL" query 'SELECT count(*) AS n FROM events' --format csv
            "$AUTHTRAIL" export --lines --source "$(printf 'h\\364te.log')" | cmp - "$(printf 'h\\364te.log')"
            """)
        #expect(run.output == "exit 0\nn\n2\n", "\(run.errors)")
    }
}

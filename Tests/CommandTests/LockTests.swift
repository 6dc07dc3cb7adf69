import Foundation
import Testing

/// Many processes at one trail. Nobody is told of a lock that passes by itself.
struct LockTests {
    let program = Program()

    /// Bursts of failures from some addresses, so that there are findings to write down.
    private func log(_ name: String) -> String {
        var lines = ""
        for address in 0..<8 {
            for number in 0..<40 {
                let time = "2026-05-01T\(10 + address):00:\(10 + number)Z"
                lines += """
                    {"ts":"\(time)","event":"failed","reason":"invalid_token","token_id":"x\(number)",\
                    "ip":"198.51.100.\(address)"}

                    """
            }
        }
        return program.write(name, lines)
    }

    /// `again COMMAND…` runs a command until the file `done` is there, and notes how each run ended.
    private static let again = """
        again() {
          while [ ! -e done ]; do
            "$@" > /dev/null 2> err.$BASHPID; status=$?
            echo "$status $2 $(grep -i -e lock -e busy err.$BASHPID | head -1)" >> ends
          done
        }
        """

    private func ends() throws -> [String: Int] {
        let text = try String(contentsOfFile: program.folder + "/ends", encoding: .utf8)
        return text.split(separator: "\n").reduce(into: [:]) {
            $0[$1.trimmingCharacters(in: .whitespaces), default: 0] += 1
        }
    }

    @Test func `readers, ledger writers and an ingest loop never meet a lock`() throws {
        let file = log("a.ndjson")
        let run = try program.shell(
            """
            \(Self.again)
            "$AUTHTRAIL" ingest -q '\(file)' && "$AUTHTRAIL" detect -q --since start > /dev/null
            id=$("$AUTHTRAIL" findings --format csv | grep -o '[0-9a-f]\\{32\\}' | head -1)
            [ -n "$id" ] || exit 9
            for one in 1 2 3; do again "$AUTHTRAIL" detect -q & done
            again "$AUTHTRAIL" detect -q --new &
            again "$AUTHTRAIL" findings resolve "$id" --note seen -q &
            again "$AUTHTRAIL" findings reopen "$id" --note again -q &
            again "$AUTHTRAIL" status -q &
            again "$AUTHTRAIL" query 'SELECT count(*) FROM events' &
            grow() { head -1 '\(file)' >> '\(file)'; "$AUTHTRAIL" ingest -q '\(file)'; }
            again grow ingest &
            sleep 5; touch done; wait
            "$AUTHTRAIL" verify -q
            """)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let ends = try ends()
        #expect(Set(ends.keys) == ["0 detect", "0 findings", "0 status", "0 query", "0 ingest"], "\(ends)")
    }

    @Test func `ledger writers that are killed keep nobody waiting`() throws {
        let run = try program.shell(
            """
            \(Self.again)
            "$AUTHTRAIL" ingest -q '\(log("a.ndjson"))'
            again "$AUTHTRAIL" detect -q --since start & again "$AUTHTRAIL" status -q &
            for one in $(seq 20); do
              "$AUTHTRAIL" detect -q --since start > /dev/null & victim=$!
              sleep 0.0$((RANDOM % 90 + 10)); kill -9 $victim; wait $victim 2> /dev/null
            done
            touch done; wait
            "$AUTHTRAIL" detect -q --since start > /dev/null && "$AUTHTRAIL" verify -q
            """)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let ends = try ends()
        #expect(Set(ends.keys) == ["0 detect", "0 status"], "\(ends)")
    }

    @Test func `a follower among twenty clients ends within five seconds of SIGTERM`() throws {
        let file = log("a.ndjson")
        let run = try program.shell(
            """
            \(Self.again)
            "$AUTHTRAIL" ingest -q '\(file)'
            "$AUTHTRAIL" ingest --follow -q '\(file)' --flush-interval 50ms & follower=$!
            for one in $(seq 10); do again "$AUTHTRAIL" detect -q & again "$AUTHTRAIL" status -q & done
            (while [ ! -e done ]; do head -1 '\(file)' >> '\(file)'; sleep 0.02; done) &
            sleep 3
            kill -TERM $follower; begun=$(date +%s%N)
            wait $follower; echo "$? $(( ($(date +%s%N) - begun) / 1000000 ))" > stopped
            touch done; wait
            "$AUTHTRAIL" verify -q
            cat stopped
            """)
        let stopped = run.output.split(whereSeparator: \.isWhitespace).suffix(2).compactMap { Int($0) }
        #expect(run.status == 0 && stopped.first == 0, "\(run.output)\(run.errors)")
        #expect(stopped.last ?? .max < 5000)
        let ends = try ends()
        #expect(Set(ends.keys) == ["0 detect", "0 status"], "\(ends)")
    }
}

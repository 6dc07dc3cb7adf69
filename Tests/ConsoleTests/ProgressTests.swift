import Synchronization
import Testing

@testable import Console

@Suite struct ProgressTests {
    /// A clock that stands until it is moved, and what was written.
    private final class Stage: Sendable {
        private let now = Mutex<UInt64>(5_000_000_000)
        private let texts = Mutex<[String]>([])
        private let writable = Mutex(true)

        func progress(
            _ label: String = "Reading auth.ndjson", total: Int64?, quiet: Bool = false,
            terminal: Terminal = Terminal(isTerminal: true, width: 140)
        ) -> Progress {
            Progress(
                label, total: total, quiet: quiet, terminal: terminal, clock: { self.now.withLock { $0 } },
                isWritable: { self.writable.withLock { $0 } },
                write: { text in self.texts.withLock { $0.append(text) } })
        }

        func wait(milliseconds: UInt64) { now.withLock { $0 += milliseconds * 1_000_000 } }
        func block(_ blocked: Bool) { writable.withLock { $0 = !blocked } }
        var written: [String] { texts.withLock { $0 } }
    }

    @Test func `a frame shows all that is known, and finish clears the line`() {
        let stage = Stage()
        let progress = stage.progress(total: 325_000_000)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 162_500_000, count: 500_000)
        progress.finish()
        #expect(
            stage.written == [
                "\rReading auth.ndjson  ████████████░░░░░░░░░░░░   50%  162.5 MB of 325.0 MB  500.0 k events/s"
                    + "  162.5 MB/s  ETA 1 s\u{1B}[K",
                "\r\u{1B}[K",
            ])
    }

    @Test(arguments: [
        (
            110,
            "Reading auth.ndjson  ████████░░░░░░░░   50%  162.5 MB of 325.0 MB  500.0 k events/s  162.5 MB/s  ETA 1 s"
        ),
        (100, "Reading auth.ndjson  ████████░░░░░░░░   50%  162.5 MB of 325.0 MB  500.0 k events/s  ETA 1 s"),
        (75, "Reading auth.ndjson  █████░░░░░   50%  500.0 k events/s  ETA 1 s"),
        (60, "Reading auth.ndjson  █████░░░░░   50%  ETA 1 s"),
        (40, "Readi…json  █████░░░░░   50%  ETA 1 s"),
        (30, "Readi…json   50%  ETA 1 s"),
        (20, "Read…son   50%"),
        (8, " 50%"),
        (1, ""),
    ])
    func `a narrow terminal gets less, and never its last column`(width: Int, line: String) {
        let stage = Stage()
        let progress = stage.progress(total: 325_000_000, terminal: Terminal(isTerminal: true, width: width))
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 162_500_000, count: 500_000)
        #expect(stage.written == ["\r" + line + "\u{1B}[K"])
        #expect(DisplayWidth.of(line) < max(width, 1))
    }

    @Test func `without a total a spinner turns beside the counts`() {
        let stage = Stage()
        let progress = stage.progress(total: nil, terminal: Terminal(isTerminal: true, width: 100, unicode: false))
        for second in 1...2 {
            stage.wait(milliseconds: 1_000)
            progress.add(bytes: 1_500_000, count: 2_000)
            _ = second
        }
        #expect(
            stage.written == [
                "\r| Reading auth.ndjson  2,000 events  1.5 MB  2.0 k events/s  1.5 MB/s  1 s\u{1B}[K",
                "\r/ Reading auth.ndjson  4,000 events  3.0 MB  2.0 k events/s  1.5 MB/s  2 s\u{1B}[K",
            ])
    }

    @Test func `steps without bytes are counted, and have no rate`() {
        let stage = Stage()
        let progress = stage.progress(total: nil, terminal: Terminal(isTerminal: true, width: 100, unicode: false))
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 0, count: 5)
        #expect(stage.written == ["\r| Reading auth.ndjson  5 events  1 s\u{1B}[K"])
    }

    @Test func `there are at most ten frames a second, and none in the first tenth`() {
        let stage = Stage()
        let progress = stage.progress(total: 1_000)
        for step in 0..<1_000 {
            progress.update(bytes: Int64(step), count: 0)
            stage.wait(milliseconds: 1)
        }
        #expect(stage.written.count == 9)
    }

    @Test(arguments: [
        Terminal(isTerminal: false), Terminal(isTerminal: false, color: true),
        Terminal(isTerminal: true, redraws: false),
    ])
    func `a pipe and a dumb terminal see no frame`(terminal: Terminal) {
        let stage = Stage()
        let progress = stage.progress(total: 10, terminal: terminal)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 5, count: 5)
        progress.add(bytes: 5, count: 5)
        progress.finish()
        #expect(stage.written == [])
    }

    @Test func `quiet means no frame, but notes are written`() {
        let stage = Stage()
        let progress = stage.progress(total: 10, quiet: true)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 5, count: 5)
        progress.note("a line\u{1B}")
        progress.finish()
        #expect(stage.written == ["a line\\u{1b}\n"])
    }

    @Test func `a note stands above the line`() {
        let stage = Stage()
        let progress = stage.progress(total: nil, terminal: Terminal(isTerminal: true, width: 12))
        stage.wait(milliseconds: 100)
        progress.update(bytes: 5, count: 5)
        progress.note("note")
        stage.wait(milliseconds: 100)
        progress.update(bytes: 6, count: 5)
        #expect(stage.written == ["\r⠋ Read…son\u{1B}[K", "\r\u{1B}[Knote\n", "\r⠙ Read…son\u{1B}[K"])
    }

    @Test func `a terminal that takes no bytes costs frames, not time`() {
        let stage = Stage()
        let progress = stage.progress(total: 10)
        stage.block(true)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 5, count: 5)
        #expect(stage.written == [])
        stage.block(false)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 6, count: 6)
        #expect(stage.written.count == 1)
    }

    @Test func `nothing is drawn after the end, and the end is there once`() {
        let stage = Stage()
        let progress = stage.progress(total: 10)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 5, count: 5)
        progress.finish()
        progress.finish()
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 6, count: 5)
        #expect(stage.written.count == 2)
    }

    @Test func `a label from outside cannot command the terminal`() {
        let stage = Stage()
        let progress = stage.progress("Reading \u{1B}[2Jx", total: 10)
        stage.wait(milliseconds: 1_000)
        progress.update(bytes: 5, count: 5)
        #expect(stage.written[0].hasPrefix("\rReading \\u{1b}[2Jx  "))
    }

    @Test func `numbers beyond all bounds are shown, not fatal`() {
        for (bytes, total) in [(Int64.max, Int64.max), (.min, 1), (.max, 1), (5, 0), (5, -5), (0, .max)] {
            let stage = Stage()
            let progress = stage.progress(total: total)
            stage.wait(milliseconds: 200)
            progress.update(bytes: bytes, count: .max)
            progress.add(bytes: .max, count: .max)
            stage.wait(milliseconds: 200)
            progress.add(bytes: .max, count: .min)
            progress.setTotal(nil)
            stage.wait(milliseconds: 200)
            progress.add(bytes: 1, count: 1)
            #expect(stage.written.count == 3)
        }
    }

    @Test func `workers add up`() async {
        let stage = Stage()
        let progress = stage.progress(total: nil)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { progress.add(bytes: 2, count: 1) } }
            }
        }
        stage.wait(milliseconds: 1_000)
        progress.add(bytes: 0, count: 0)
        #expect(
            stage.written == [
                "\r⠋ Reading auth.ndjson  8,000 events  16.0 kB  8.0 k events/s  16.0 kB/s  1 s\u{1B}[K"
            ])
    }

    @Test func `the rate follows a change within seconds`() {
        let stage = Stage()
        let progress = stage.progress(total: nil)
        for _ in 0..<100 {
            stage.wait(milliseconds: 100)
            progress.add(bytes: 1, count: 100)
        }
        #expect(stage.written.last?.contains("  1.0 k events/s  ") == true)
        for _ in 0..<100 {
            stage.wait(milliseconds: 100)
            progress.add(bytes: 0, count: 0)
        }
        #expect(stage.written.last?.contains("  38 events/s  ") == true)
    }
}

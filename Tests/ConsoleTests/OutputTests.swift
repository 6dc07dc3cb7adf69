import Dispatch
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
@testable import Console

@Suite struct OutputTests {
    @Test func `memory gives back what was written`() throws {
        let output = Output.memory()
        try output.write("a")
        try output.line("b")
        try output.line()
        try output.write(bytes: [0x63])
        try output.finish()
        #expect(output.text == "ab\n\nc")
    }

    @Test func `a stream gets all bytes, also when it takes them in parts and only now and then`() throws {
        let pipe = try Pipe()
        _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let reading = pipe.readAllInBackground()
        let output = Output.stream(pipe.writer, name: "pipe", .pipe)
        for start in stride(from: 0, to: bytes.count, by: 1_000) {
            try output.write(bytes: Array(bytes[start..<start + 1_000]))
        }
        try output.finish()
        pipe.closeWriter()
        let arrived = reading.wait()
        // Compared outside the macro, which would take minutes to describe how a million bytes differ.
        let isSame = arrived == bytes
        #expect(arrived.count == 1_000_000)
        #expect(isSame)
    }

    @Test func `a reader that went away is no error`() throws {
        let pipe = try Pipe()
        let output = Output.stream(pipe.writer, name: "pipe", .pipe)
        try output.line("first")
        try output.flush()
        #expect(!output.readerIsGone)
        close(pipe.reader)
        try output.line("second")
        try output.flush()
        #expect(output.readerIsGone)
        try output.line("third")
        try output.finish()
        pipe.closeWriter()
    }

    #if os(Linux)
    @Test func `a full device is an error that names the place and the cause`() throws {
        let expected = ConsoleError.cannotWrite(place: "/dev/full", cause: "No space left on device")
        let output = try Output.file("/dev/full")
        try output.line("text")
        #expect(throws: expected) { try output.finish() }
        #expect(
            expected.description
                == "cannot write to /dev/full: No space left on device; what was written so far is not complete")
    }
    #endif

    @Test func `a file appears under its name only when it is finished`() throws {
        let directory = try Directory()
        let output = try Output.file(directory.path + "/report.csv")
        try output.line("a,b")
        try output.flush()
        #expect(directory.names.count == 1)
        #expect(directory.names.first?.hasPrefix(".report.csv.") == true)
        try output.finish()
        #expect(directory.names == ["report.csv"])
        #expect(directory.text(of: "report.csv") == "a,b\n")
    }

    @Test func `a file that is not finished leaves the old one and nothing else`() throws {
        let directory = try Directory()
        try directory.write("old", to: "report.csv")
        do {
            let output = try Output.file(directory.path + "/report.csv")
            try output.line("new")
            try output.flush()
        }
        #expect(directory.names == ["report.csv"])
        #expect(directory.text(of: "report.csv") == "old")
    }

    @Test func `a file that is replaced keeps its permissions, and a link stays a link`() throws {
        let directory = try Directory()
        try directory.write("old", to: "secret.csv")
        chmod(directory.path + "/secret.csv", 0o600)
        symlink("secret.csv", directory.path + "/link.csv")
        let output = try Output.file(directory.path + "/link.csv")
        try output.write("new")
        try output.finish()
        #expect(directory.names == ["link.csv", "secret.csv"])
        #expect(directory.text(of: "secret.csv") == "new")
        var status = stat()
        #expect(lstat(directory.path + "/link.csv", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(directory.path + "/secret.csv", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func `a device is written directly and stays`() throws {
        let output = try Output.file("/dev/null")
        try output.write("text")
        try output.finish()
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func `a place that cannot be created is an error`() throws {
        let directory = try Directory()
        #expect(throws: ConsoleError.cannotCreate(path: directory.path, cause: "Is a directory")) {
            try Output.file(directory.path)
        }
        let path = directory.path + "/none/report.csv"
        #expect(throws: ConsoleError.cannotCreate(path: path, cause: "No such file or directory")) {
            try Output.file(path)
        }
        #expect(directory.names == [])
    }

    @Test func `a name of 255 bytes still finds a temporary name`() throws {
        let directory = try Directory()
        let name = String(repeating: "é", count: 127) + "x"
        let output = try Output.file(directory.path + "/" + name)
        try output.write("text")
        try output.finish()
        #expect(directory.text(of: name) == "text")
    }
}

/// Two ends of a pipe.
private struct Pipe {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    func closeWriter() { close(writer) }

    /// Reads until the end on a thread of its own, a little at a time.
    func readAllInBackground() -> Reading {
        let reading = Reading()
        let reader = self.reader
        DispatchQueue.global().async {
            var part = [UInt8](repeating: 0, count: 4_000)
            while true {
                let count = read(reader, &part, part.count)
                guard count > 0 else { break }
                reading.bytes.withLock { $0 += part[..<count] }
            }
            close(reader)
            reading.done.signal()
        }
        return reading
    }

    final class Reading: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let done = DispatchSemaphore(value: 0)

        func wait() -> [UInt8] {
            done.wait()
            return bytes.withLock { $0 }
        }
    }
}

/// An empty directory that goes away with the value.
private final class Directory {
    let path: String

    init() throws {
        var template = Array("/tmp/console-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The names in the directory, sorted.
    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ text: String, to name: String) throws {
        let file = try #require(fopen(path + "/" + name, "w"))
        fputs(text, file)
        fclose(file)
    }

    func text(of name: String) -> String? {
        guard let file = fopen(path + "/" + name, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

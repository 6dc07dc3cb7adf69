import Files
import Foundation
import TestSupport
import Testing

/// A folder that goes away with its owner.
final class Scratch {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "authtrail-files-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ text: String) -> String {
        let file = path + "/" + name
        _ = FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
        return file
    }
}

struct DurableWriteTests {
    let scratch = Scratch()

    @Test func `a file has its final name and mode only after finish`() throws {
        var write = DurableWrite()
        let path = scratch.path + "/a/b/segment"
        try write.write([1, 2, 3], to: path)
        #expect(!FileManager.default.fileExists(atPath: path))
        try write.finish()
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3]))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a write that is given up leaves nothing behind`() throws {
        do {
            var write = DurableWrite()
            try write.write([1], to: scratch.path + "/segment")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
    }

    @Test func `an existing temporary name that is a link is not written through`() throws {
        let victim = scratch.file("victim", "untouched")
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/segment.tmp", withDestinationPath: victim)
        var write = DurableWrite()
        try write.write([1], to: scratch.path + "/segment")
        try write.finish()
        #expect(FileManager.default.contents(atPath: victim) == Data("untouched".utf8))
    }

    @Test func `a folder that cannot be written is named with the reason`() throws {
        let file = scratch.file("plain", "")
        #expect(throws: FileError.cannotWrite(operation: "create the folder", path: file + "/x", code: ENOTDIR)) {
            var write = DurableWrite()
            try write.write([1], to: file + "/x/segment")
        }
    }
}

struct FileLockTests {
    let scratch = Scratch()

    @Test func `a second lock is refused with the holder's process until the first is gone`() throws {
        let path = scratch.path + "/lock"
        do {
            let lock = try FileLock(path: path, protecting: "/the/trail")
            #expect(throws: FileError.locked(path: "/the/trail", holder: " (process \(getpid()))")) {
                _ = try FileLock(path: path, protecting: "/the/trail")
            }
            withExtendedLifetime(lock) {}
        }
        _ = try FileLock(path: path, protecting: "/the/trail")
    }
}

struct InputFileTests {
    let scratch = Scratch()

    @Test func `a missing file, a folder and a pipe are told apart`() throws {
        #expect(throws: FileError.missing(path: "/no/such/file")) { _ = try InputFile(path: "/no/such/file") }
        #expect(throws: FileError.notRegular(path: scratch.path, kind: "a folder")) {
            _ = try InputFile(path: scratch.path)
        }
        let pipe = scratch.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: FileError.notRegular(path: pipe, kind: "a pipe")) { _ = try InputFile(path: pipe) }
    }

    @Test func `two names of one file have one identity`() throws {
        let first = scratch.file("first", "x")
        try FileManager.default.linkItem(atPath: first, toPath: scratch.path + "/second")
        let other = scratch.file("other", "x")
        let identity = try InputFile(path: first).identity
        #expect(try InputFile(path: scratch.path + "/second").identity == identity)
        #expect(try InputFile(path: other).identity != identity)
    }

    @Test func `messages are one sentence that says what to do`() {
        #expect(
            "\(FileError.missing(path: "a.ndjson"))" == "cannot read a.ndjson: there is no such file; check the path")
        #expect(
            "\(FileError.cannotWrite(operation: "write", path: "t/x", code: ENOSPC))"
                == "cannot write t/x: no space left on the disk; free some space")
        #expect(
            "\(FileError.locked(path: "trail", holder: " (process 7)"))"
                == "cannot write to trail: another authtrail (process 7) is writing to it; wait for it or stop it")
    }
}

struct GzipStreamTests {
    let scratch = Scratch()

    /// Runs gzip itself on a text.
    private func gzip(_ text: String) throws -> Data {
        let plain = scratch.file(UUID().uuidString, text)
        try Command(shell: "gzip -kf '\(plain)'").run()
        return try Data(contentsOf: URL(fileURLWithPath: plain + ".gz"))
    }

    private func read(_ data: Data, step: Int = 7) throws -> (String, FileError?) {
        let path = scratch.path + "/" + UUID().uuidString + ".gz"
        try data.write(to: URL(fileURLWithPath: path))
        let stream = GzipStream(try InputFile(path: path))
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: step)
        do {
            while true {
                let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
                if count == 0 { return (String(decoding: out, as: UTF8.self), nil) }
                out += buffer[..<count]
            }
        } catch let error as FileError {
            return (String(decoding: out, as: UTF8.self), error)
        }
    }

    @Test func `several members and zero padding read as one stream`() throws {
        let (text, error) = try read(gzip("first\n") + gzip("second\n") + Data([0, 0, 0]))
        #expect(text == "first\nsecond\n")
        #expect(error == nil)
    }

    @Test func `a file that was cut gives what it has, then says so`() throws {
        let text = (0..<5000).map { "line \($0 * 7919)\n" }.joined()
        let whole = try gzip(text)
        let (part, error) = try read(whole.prefix(whole.count / 2), step: 4096)
        #expect(!part.isEmpty)
        #expect(text.hasPrefix(part))
        guard case .damaged(_, let reason) = error else { return #expect(Bool(false), "no damage was told") }
        #expect(reason.contains("end in the middle"))
    }

    @Test func `more than 500 bytes out of one are a bomb, but not before 64 MiB came out`() throws {
        let line = String(repeating: "a", count: 1 << 20)
        let (_, none) = try read(gzip(String(repeating: line, count: 40)), step: 1 << 20)
        #expect(none == nil)
        let (text, error) = try read(gzip(String(repeating: line, count: 80)), step: 1 << 20)
        #expect(text.utf8.count == 64 << 20)
        guard case .damaged(_, let reason) = error else { return #expect(Bool(false), "no damage was told") }
        #expect(reason.contains("looks like a bomb"))
    }

    @Test func `junk after the last member is a damage, told after the good bytes`() throws {
        let (text, error) = try read(gzip("good\n") + Data("junk".utf8))
        #expect(text == "good\n")
        guard case .damaged = error else { return #expect(Bool(false), "no damage was told") }
    }
}

struct PrivateFileTests {
    let scratch = Scratch()

    private func key(_ bytes: Int, mode: Int = 0o600) throws -> String {
        let path = scratch.file("key", String(repeating: "k", count: bytes))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func `a file of the right size that only its owner reads is read; a missing one is nil`() throws {
        #expect(try privateFile(key(32), size: 32) == [UInt8](repeating: 0x6B, count: 32))
        #expect(try privateFile(scratch.path + "/none", size: 32) == nil)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620, 0o610])
    func `a file that others may use is refused, and the message says what to do`(mode: Int) throws {
        let path = try key(32, mode: mode)
        let error = #expect(throws: FileError.self) { try privateFile(path, size: 32) }
        #expect("\(error!)" == "cannot use \(path): others may read or write it; run: chmod 600 \(path)")
    }

    @Test(arguments: [0, 31, 33, 4096]) func `a file of another size is refused`(size: Int) throws {
        let path = try key(size)
        #expect(
            throws: FileError.untrusted(
                path: path, reason: "it has \(size) bytes, not 32; restore it from a backup")
        ) { try privateFile(path, size: 32) }
    }

    @Test func `a link, also a dangling one, a folder and a pipe are refused`() throws {
        let link = scratch.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: key(32))
        let isLink = FileError.untrusted(path: link, reason: "it is a symbolic link, not the file itself")
        #expect(throws: isLink) { try privateFile(link, size: 32) }
        try FileManager.default.removeItem(atPath: scratch.path + "/key")
        #expect(throws: isLink) { try privateFile(link, size: 32) }
        let pipe = scratch.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [scratch.path, pipe] {
            #expect(throws: FileError.untrusted(path: path, reason: "it is not a file")) {
                try privateFile(path, size: 32)
            }
        }
    }
}

package import Files

/// The first bytes of an input, decompressed, to find out what it holds.
package struct SourceHead: Sendable {
    package let bytes: [UInt8]

    /// Reads at most so many bytes of a file, or of standard input for `-`. Throws `FileError`.
    package init(of path: String, most: Int) throws(FileError) {
        var stream: ByteStream
        if path == "-" {
            stream = .standardInput
        } else if Inputs.isGzip(Array(path.utf8)) {
            stream = .gzip(GzipStream(try InputFile(path: path)))
        } else {
            stream = .file(InputFileBox(try InputFile(path: path)))
        }
        var buffer = [UInt8](repeating: 0, count: most)
        var filled = 0
        while filled < most {
            let place = Int64(filled)
            let count = try buffer.fill(filled..<most) { (free) throws(FileError) in
                try stream.read(into: free, at: place)
            }
            if count == 0 { break }
            filled += count
        }
        bytes = Array(buffer[..<filled])
    }
}

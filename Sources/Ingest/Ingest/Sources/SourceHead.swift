package import Files

/// The first bytes of an input, decompressed, to find out what it holds.
package struct SourceHead: Sendable {
    package let bytes: [UInt8]
    /// Whether these are all.
    package let isAll: Bool

    /// Reads at most so many bytes of a file. Throws `FileError`.
    package init(of path: String, most: Int) throws(FileError) {
        var stream: ByteStream
        let file = try InputFile(path: path)
        if Inputs.isGzip(Array(path.utf8)) {
            stream = .gzip(GzipStream(file))
        } else {
            stream = .file(InputFileBox(file))
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
        isAll = filled < most
    }
}

internal import Files

/// The bytes of an input from its beginning or from a checkpoint on, decompressed.
///
/// Plain files are read at offsets, so a checkpoint costs nothing; gzip files are decompressed up to it.
enum ByteStream {
    case file(InputFileBox)
    case gzip(GzipStream)
    case standardInput

    /// Bytes of the compressed file that were read, or nil if it is not compressed.
    var compressedOffset: Int64? {
        if case .gzip(let stream) = self { stream.compressedOffset } else { nil }
    }

    /// Whether it is a compressed file of a few kilobytes.
    var isSmall: Bool {
        guard case .gzip(let stream) = self, let size = try? stream.status().size else { return false }
        return size < 1 << 13
    }

    /// Reads on from `offset`; returns 0 at the end (a plain file may grow later).
    mutating func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        switch self {
        case .file(let box): try box.file.read(into: buffer, at: offset)
        case .gzip(let stream): try stream.read(into: buffer)
        case .standardInput: try readStandardInput(into: buffer)
        }
    }
}

/// An open file that can be part of an enum.
final class InputFileBox {
    let file: InputFile
    init(_ file: consuming InputFile) { self.file = file }
}

extension FileRecord {
    /// The footer as Thrift, without its length and the closing magic.
    func encoded() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { file in
            file.field(1, i32: 2)
            file.field(2, list: schema.elements, of: .structure) { $0.structure($1.write) }
            file.field(3, i64: rows)
            file.field(4, list: Array(groups.enumerated()), of: .structure) { list, group in
                list.structure { group.element.write(to: &$0, ordinal: group.offset) }
            }
            file.field(5, list: metadata, of: .structure) { list, entry in
                list.structure {
                    $0.field(1, text: entry.key); $0.field(2, text: entry.value)
                }
            }
            file.field(6, text: createdBy)
            file.field(7, list: schema.columns, of: .structure) { list, _ in
                // Every column compares by the order of its type.
                list.structure { $0.field(1) { _ in } }
            }
        }
        return writer.bytes
    }
}

extension GroupRecord {
    fileprivate func write(to group: inout ThriftWriter, ordinal: Int) {
        group.field(1, list: chunks, of: .structure) { list, chunk in list.structure(chunk.write) }
        group.field(2, i64: rawBytes)
        group.field(3, i64: rows)
        group.field(5, i64: chunks.first?.start ?? 0)
        group.field(6, i64: storedBytes)
        group.field(7, i16: Int16(truncatingIfNeeded: ordinal))
    }
}

extension ChunkRecord {
    fileprivate func write(to chunk: inout ThriftWriter) {
        chunk.field(2, i64: 0)
        chunk.field(3, writeMetadata)
        if let offsetIndex {
            chunk.field(4, i64: offsetIndex.offset)
            chunk.field(5, i32: Int32(truncatingIfNeeded: offsetIndex.length))
        }
        if let columnIndex {
            chunk.field(6, i64: columnIndex.offset)
            chunk.field(7, i32: Int32(truncatingIfNeeded: columnIndex.length))
        }
    }

    private func writeMetadata(to chunk: inout ThriftWriter) {
        chunk.field(1, i32: physicalType)
        chunk.field(2, list: encodings, of: .i32) { $0.zigzag(Int64($1)) }
        chunk.field(3, list: path, of: .binary) { $0.binary(Array($1.utf8)) }
        chunk.field(4, i32: codec)
        chunk.field(5, i64: values)
        chunk.field(6, i64: rawBytes)
        chunk.field(7, i64: storedBytes)
        if let checksums {
            chunk.field(8, list: [checksums], of: .structure) { list, sums in
                list.structure {
                    $0.field(1, text: Format.checksumKey)
                    $0.field(2, text: sums.map(Checksum.hex).joined())
                }
            }
        }
        chunk.field(9, i64: dataPages)
        if let dictionaryPage { chunk.field(11, i64: dictionaryPage) }
        chunk.field(12, statistics.write)
        chunk.field(13, list: pageEncodings, of: .structure) { list, entry in
            list.structure {
                $0.field(1, i32: entry.page.rawValue)
                $0.field(2, i32: entry.encoding)
                $0.field(3, i32: Int32(truncatingIfNeeded: entry.count))
            }
        }
        if let bloomFilter {
            chunk.field(14, i64: bloomFilter.offset)
            chunk.field(15, i32: Int32(truncatingIfNeeded: bloomFilter.length))
        }
    }

    /// The encoding of values, of the dictionary, and of levels, each once.
    private var encodings: [Int32] {
        var all = [valueEncoding]
        let named = [Encoding.plain.rawValue, Encoding.rle.rawValue]
        if !named.contains(valueEncoding) { all.append(Encoding.plain.rawValue) }
        if valueEncoding != Encoding.rle.rawValue { all.append(Encoding.rle.rawValue) }
        return all
    }

    private var pageEncodings: [(page: PageType, encoding: Int32, count: Int)] {
        let data = (page: PageType.dataV2, encoding: valueEncoding, count: pageCount)
        return dictionaryPage == nil ? [data] : [(.dictionary, Encoding.plain.rawValue, 1), data]
    }
}

extension ColumnStatistics {
    fileprivate func write(to statistics: inout ThriftWriter) {
        if let nullCount { statistics.field(3, i64: nullCount) }
        if let max { statistics.field(5, binary: max) }
        if let min { statistics.field(6, binary: min) }
        if max != nil { statistics.field(7, bool: maxIsExact) }
        if min != nil { statistics.field(8, bool: minIsExact) }
    }
}

internal import Catalog
internal import Events
internal import Model

// Lines that are longer than memory has room for.

extension LineIntake {
    func makeRoom(_ source: inout SourceReader, _ hasEnded: Bool) throws {
        if source.pending.count < limits.lineBytes { return source.grow() }
        let offset = source.record.checkpoint
        let kept = Array(source.pending.prefix(QuarantinedLine.keptBytes))
        let before = source
        var length: Int64 = 0
        while true {
            if let newline = source.pending.firstIndex(of: 0x0A) {
                length += Int64(newline)
                source.advance(newline + 1)
                break
            }
            length += Int64(source.pending.count)
            source.advance(source.pending.count)
            if try source.fill() == 0 {
                // The line may still grow: it stays unread, unless its source has ended.
                guard hasEnded else { return source = before }
                break
            }
        }
        let line = QuarantinedLine(
            sourceID: source.record.id, source: source.record.path, offset: offset, length: length,
            reason: .lineTooLong, bytes: kept)
        batch.add(line.redacted(by: reader.secrets))
        take(&source)
    }

    /// Many zero bytes at the start of a line are a line of their own, however many they are. At the end of a file
    /// they wait, because the writer may still fill them.
    func takeNULs(_ source: inout SourceReader, _ hasEnded: Bool) throws {
        let few = source.pending.prefix(LineReader.fewestNULs)
        guard few.count == LineReader.fewestNULs, few.allSatisfy({ $0 == 0 }) else { return }
        let offset = source.record.checkpoint
        let before = source
        var length = 0
        while true {
            let count = source.pending.prefix { $0 == 0 }.count
            length += count
            let isAll = count == source.pending.count
            source.advance(count)
            guard isAll else { break }
            if try source.fill() == 0 {
                guard hasEnded else { return source = before }
                break
            }
        }
        let isLine = source.pending.first == 0x0A
        if isLine { source.advance(1) }
        batch.add(
            .zeros(
                length, sourceID: source.record.id, source: source.record.path, offset: offset, isLine: isLine))
        take(&source)
    }
}

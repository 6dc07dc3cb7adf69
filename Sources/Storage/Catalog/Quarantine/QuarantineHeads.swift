internal import Model
internal import Rollups

/// A quarantined line, and by which batch it was read and when.
struct ReadLine: Equatable {
    var record: QuarantinedLine
    var batch: Int64
    /// Microseconds since the epoch.
    var readAt: Int64

    /// The same line, read by the batch of this number.
    func of(_ batch: Int64) -> ReadLine { ReadLine(record: record, batch: batch, readAt: readAt) }
}

/// What a block of quarantine says about its lines, apart from their bytes.
///
/// Columns of variable-length numbers: format (1), the kinds of lines, then for each line its kind, the bytes between
/// the end of the last line and its beginning, its length, how many more bytes are kept than it has, and the number
/// in its detail, if it has one; at last by which batches they were read, and when.
struct QuarantineHeads: Equatable {
    private static let format: UInt64 = 1

    /// What many lines have in common.
    struct Kind: Hashable {
        var reason: String
        /// Without the number at its end.
        var detail: String?
        var isNumbered: Bool
        var redacted: String?
    }

    private(set) var kinds: [Kind] = []
    /// Of each line the place of its kind.
    private(set) var kind: [Int] = []
    private(set) var offsets: [Int64] = []
    private(set) var lengths: [Int64] = []
    /// How many bytes are kept of the line.
    private(set) var kept: [Int64] = []
    /// The number at the end of the detail, or 0.
    private var numbers: [UInt64] = []
    private(set) var batches: [Int64] = []
    private(set) var times: [Int64] = []

    var count: Int { kind.count }

    func reason(_ line: Int) -> String { kinds[kind[line]].reason }
    func redacted(_ line: Int) -> String? { kinds[kind[line]].redacted }
    func detail(_ line: Int) -> String? {
        let own = kinds[kind[line]]
        return own.isNumbered ? (own.detail ?? "") + String(numbers[line]) : own.detail
    }

    // MARK: Writing

    init(_ lines: [ReadLine]) {
        var places: [Kind: Int] = [:]
        for line in lines {
            let (detail, number) = Self.split(line.record.detail)
            let own = Kind(
                reason: line.record.reason, detail: detail, isNumbered: number != nil, redacted: line.record.redacted)
            if places[own] == nil {
                places[own] = kinds.count
                kinds.append(own)
            }
            kind.append(places[own] ?? 0)
            numbers.append(number ?? 0)
            offsets.append(line.record.offset)
            lengths.append(line.record.length)
            kept.append(Int64(line.record.bytes.count))
            batches.append(line.batch)
            times.append(line.readAt)
        }
    }

    /// `at byte 17` in two parts.
    private static func split(_ detail: String?) -> (detail: String?, number: UInt64?) {
        guard let detail else { return (nil, nil) }
        let digits = detail.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        guard (1...15).contains(digits) else { return (detail, nil) }
        let start = detail.utf8.index(detail.utf8.endIndex, offsetBy: -digits)
        let text = String(detail[start...])
        guard let number = UInt64(text), String(number) == text else { return (detail, nil) }
        return (String(detail[..<start]), number)
    }

    func encoded() -> [UInt8] {
        var out = VarintWriter()
        out.put(Self.format)
        out.put(UInt64(kinds.count))
        for own in kinds {
            out.put(Array(own.reason.utf8)[...])
            out.put((own.isNumbered ? 2 : 0) + (own.detail == nil ? 0 : 1))
            if let detail = own.detail { out.put(Array(detail.utf8)[...]) }
            out.put(own.redacted == nil ? 0 : 1)
            if let redacted = own.redacted { out.put(Array(redacted.utf8)[...]) }
        }
        for place in kind { out.put(UInt64(place)) }
        var end = offsets.first ?? 0
        for line in 0..<count {
            out.put(signed: offsets[line] &- end)
            end = offsets[line] &+ lengths[line]
        }
        for line in 0..<count { out.put(signed: lengths[line]) }
        for line in 0..<count { out.put(signed: kept[line] &- lengths[line]) }
        for line in 0..<count where kinds[kind[line]].isNumbered { out.put(numbers[line]) }
        putReadings(&out)
        return out.bytes
    }

    /// Runs of lines that one batch has read: how many, then how much later its number and its time are.
    private func putReadings(_ out: inout VarintWriter) {
        var runs: [(lines: UInt64, batch: Int64, time: Int64)] = []
        for line in 0..<count {
            if let last = runs.last, last.batch == batches[line], last.time == times[line] {
                runs[runs.count - 1].lines += 1
            } else {
                runs.append((1, batches[line], times[line]))
            }
        }
        out.put(UInt64(runs.count))
        for run in runs { out.put(run.lines) }
        var (batch, time): (Int64, Int64) = (0, 0)
        for run in runs {
            out.put(signed: run.batch &- batch)
            batch = run.batch
        }
        for run in runs {
            out.put(signed: run.time &- time)
            time = run.time
        }
    }

    // MARK: Reading

    /// Nil for anything that `encoded` cannot have written of so many lines, of which the first begins there.
    init?(_ bytes: [UInt8], first: Int64, count: Int) {
        var input = VarintReader(bytes)
        guard input.take() == Self.format, let number = input.take(atMost: UInt64(min(count, bytes.count))) else {
            return nil
        }
        for _ in 0..<number {
            guard let kind = Kind(&input) else { return nil }
            kinds.append(kind)
        }
        guard let places = input.take(count, atMost: number), let gaps = input.take(signed: count),
            let sizes = input.take(signed: count), let more = input.take(signed: count)
        else { return nil }
        var end = first
        for line in 0..<count {
            guard places[line] < number, let offset = Self.bounded(end &+ gaps[line]),
                let length = Self.bounded(sizes[line]), let bytes = Self.bounded(length &+ more[line]),
                offsets.last.map({ $0 <= offset }) ?? (offset == first)
            else { return nil }
            kind.append(Int(places[line]))
            offsets.append(offset)
            lengths.append(length)
            kept.append(bytes)
            end = offset + length
        }
        numbers = [UInt64](repeating: 0, count: count)
        for line in 0..<count where kinds[kind[line]].isNumbered {
            guard let number = input.take() else { return nil }
            numbers[line] = number
        }
        guard takeReadings(&input, count), input.isAtEnd else { return nil }
    }

    private mutating func takeReadings(_ input: inout VarintReader, _ count: Int) -> Bool {
        guard let number = input.take(atMost: UInt64(count)),
            let lines = input.take(Int(number), atMost: UInt64(count)),
            let steps = input.take(signed: Int(number)), let pauses = input.take(signed: Int(number)),
            lines.reduce(0, +) == count
        else { return false }
        var (batch, time): (Int64, Int64) = (0, 0)
        for run in lines.indices {
            guard let nextBatch = Self.bounded(batch &+ steps[run], CatalogNumber.number),
                let nextTime = Self.bounded(time &+ pauses[run], CatalogNumber.time)
            else { return false }
            (batch, time) = (nextBatch, nextTime)
            batches += repeatElement(batch, count: Int(lines[run]))
            times += repeatElement(time, count: Int(lines[run]))
        }
        return true
    }

    private static func bounded(_ value: Int64, _ kind: CatalogNumber = .count) -> Int64? {
        try? kind.checked(value, "block")
    }
}

extension QuarantineHeads.Kind {
    fileprivate init?(_ input: inout VarintReader) {
        guard let reason = input.takeText(), let detail = input.take(atMost: 3) else { return nil }
        self.reason = String(decoding: reason, as: UTF8.self)
        isNumbered = detail & 2 != 0
        if detail & 1 != 0 {
            guard let text = input.takeText() else { return nil }
            self.detail = String(decoding: text, as: UTF8.self)
        }
        guard let isRedacted = input.take(atMost: 1) else { return nil }
        guard isRedacted == 1 else { return }
        guard let text = input.takeText() else { return nil }
        redacted = String(decoding: text, as: UTF8.self)
    }
}

extension VarintWriter {
    /// A number that may be negative: small ones of either sign are short.
    fileprivate mutating func put(signed value: Int64) { put(UInt64(bitPattern: value << 1 ^ value >> 63)) }
}

extension VarintReader {
    fileprivate mutating func take(signed count: Int) -> [Int64]? {
        take(count, atMost: .max)?.map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }
}

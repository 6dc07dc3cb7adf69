import Columns
import Events
import Model

/// What some input becomes when it is stored and every stored line is rendered again.
struct Rendering {
    /// Lines by their offset in the input, without newlines: stored, quarantined, and blank but not empty.
    var lines: [Int64: [UInt8]] = [:]
    var stored = 0
    var raw = 0
    /// What the rows say about replaced credentials, and the types of those in quarantine; by offset.
    var redacted: [Int64: String] = [:]
    /// Lines in which credentials were replaced, as the batch counts them.
    var redactedCount = 0
    var sourceLengths: [Int64: Int64] = [:]
    var reasons: [Int64: String] = [:]
    /// Every text that a column holds, dictionaries included.
    var dictionaries: [UInt8] = []
    /// Bytes of the input.
    private var size = 0
    /// The shapes when the last row was read.
    var shapes: [LineShape] = []

    /// - Parameter texts: whether shapes go through their text, as they do when a segment keeps them.
    init(
        _ bytes: [UInt8], cuts: [Int] = [], limits: EventBatch.Limits = .init(), texts: Bool = false,
        secrets: SecretMarker? = nil
    ) throws {
        size = bytes.count
        var reader = LineReader()
        reader.secrets = secrets
        var batch = EventBatch(limits: limits)
        var at = 0
        for cut in cuts + [bytes.count] {
            while at < cut {
                let taken = reader.read(
                    bytes.span.bytes.extracting(at..<cut), at: Int64(at), source: "auth.log", into: &batch)
                at += taken
                if taken == 0, batch.full == nil { break }
                if batch.full != nil { try takeAll(&batch, texts) }
            }
        }
        reader.readLast(bytes.span.bytes.extracting(at...), at: Int64(at), source: "auth.log", into: &batch)
        try takeAll(&batch, texts)
    }

    init(_ lines: [String]) throws { try self.init(Array(lines.map { $0 + "\n" }.joined().utf8)) }

    private mutating func takeAll(_ batch: inout EventBatch, _ texts: Bool) throws {
        redactedCount += Int(batch.takeCounts().counts.redacted)
        for (_, columns) in batch.takeMonths() { try add(columns, texts) }
        for line in batch.takeQuarantined() {
            lines[line.offset] = line.bytes
            redacted[line.offset] = line.redacted
            reasons[line.offset] = line.reason
        }
        for line in batch.takeBlanks() { lines[line.offset] = line.bytes }
    }

    private mutating func add(_ columns: EventColumns, _ texts: Bool) throws {
        let shapes = texts ? try columns.shapes.map { try LineShape(text: $0.text) } : columns.shapes
        let renderer = LineRenderer(shapes: shapes)
        for row in 0..<columns.count {
            var line: [UInt8] = []
            try renderer.append(columns, row: row, to: &line)
            lines[columns.sourceOffset[row]] = line
            redacted[columns.sourceOffset[row]] = columns[.redacted][row]
            sourceLengths[columns.sourceOffset[row]] = columns.sourceLength[row]
            if columns.shape[row] == EventColumns.noShape { raw += 1 }
        }
        for field in EventField.texts { dictionaries += columns[field].dictionary.bytes }
        dictionaries += columns.scopes.elements.bytes
        stored += columns.count
        if shapes.count >= self.shapes.count { self.shapes = shapes }
    }

    /// The input again: what stands between and behind the lines are empty lines.
    func bytes(endsInNewline: Bool) -> [UInt8] {
        var out: [UInt8] = []
        for (offset, line) in lines.sorted(by: { $0.key < $1.key }) {
            while out.count < offset { out.append(0x0A) }
            out += line + [0x0A]
        }
        guard endsInNewline else { return out.dropLast() }
        while out.count < size { out.append(0x0A) }
        return out
    }
}

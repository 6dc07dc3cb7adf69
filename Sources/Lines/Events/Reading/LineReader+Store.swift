import Columns

// How a line that is an event gets into the columns of its month.

extension LineReader {
    /// Adds the scanned and interpreted line as one row. Returns the bytes that it costs, and whether the month is
    /// full.
    /// - Parameters:
    ///   - record: the record that the line was made from, which is kept in its place.
    ///   - records: what it stands in; where lines are not made of records, the bytes of the line.
    @inline(__always)
    mutating func store(
        _ bytes: RawSpan, _ line: Range<Int>, _ time: Int64, _ kind: EventKind, _ offset: Int64,
        record: MadeLine? = nil, among records: RawSpan, in month: inout EventBatch.Month,
        _ limits: EventBatch.Limits
    ) -> (cost: Int, isFull: Bool) {
        month.block.startRow(time, kind, offset, length: record.map { Int($0.length) } ?? line.count)
        storeTexts(bytes, in: &month.block)
        if scanner.present.contains(.expiresAt) { storeExpiry(bytes, in: &month) }
        if scanner.present.contains(.latencyMS) { storeLatency(bytes, in: &month) }
        if scanner.present.contains(.success) { storeSuccess(bytes, in: &month) }
        if scanner.present.contains(.scopes) { storeScopes(bytes, in: &month) }
        if !scanner.others.isEmpty { storeExtra(bytes, in: &month.block) }
        var cost = line.count &+ 1
        if let record {
            month.block.setShape(EventColumns.noShape)
            if keepsRecords, let kept = record.record {
                month.block.setRaw(kept)
                // Twice, as of a line in `raw`: what holds them grows by doubling.
                cost &+= 2 &* kept.count
            }
        } else {
            let shape = shape(bytes, line)
            month.block.setShape(shape)
            if shape == EventColumns.noShape {
                month.block.setRaw(line)
                cost &*= 2
            }
        }
        if month.block.finishRow() { month.flush(bytes, records, limits, shapes.shapes, secrets) }
        month.bytes &+= cost
        return (cost, month.rows >= limits.rowsPerMonth || month.bytes >= limits.bytesPerMonth)
    }

    @inline(__always)
    private mutating func storeTexts(_ bytes: RawSpan, in block: inout RowBlock) {
        let given = names.intersection(scanner.present)
        if !scanner.strings.isSuperset(of: given) { reject(given.subtracting(scanner.strings)) }
        var rest = given.intersection(scanner.strings).rawValue
        while rest != 0 {
            let number = rest.trailingZeroBitCount
            let slot = scanner.slots[number]
            if scanner.escaped.rawValue & (rest & (0 &- rest)) == 0 {
                block.setText(slot.start &+ 1..<slot.end &- 1, field: number)
            } else {
                let start = block.ownText.count
                JSONText.unescape(bytes, slot.start + 1..<slot.end - 1, into: &block.ownText)
                block.setOwnText(from: start, field: number)
            }
            rest &= rest &- 1
        }
    }

    @inline(never)
    private mutating func reject(_ names: LineNames) {
        var rest = names
        while let field = rest.firstField {
            scanner.reject(field)
            rest.subtract(LineNames([field]))
        }
    }

    private mutating func storeExpiry(_ bytes: RawSpan, in month: inout EventBatch.Month) {
        let time = time(bytes, of: .expiresAt)
        if time == TimeReader.none { return scanner.reject(.expiresAt) }
        month.block.setExpiry(time)
        styles.setExpiry(times.style)
    }

    @inline(__always)
    private mutating func storeLatency(_ bytes: RawSpan, in month: inout EventBatch.Month) {
        let slot = scanner.slots[Int(EventField.latencyMS.rawValue)]
        let first = bytes.byte(slot.start)
        let isNumber = first.isDigit || first == Byte.minus
        var written = NumberStyles()
        let latency = isNumber ? NumberReader.double(bytes, slot.start, slot.end, &written) : .nan
        if latency.isNaN { return scanner.reject(.latencyMS) }
        month.block.setLatency(latency)
        styles.setLatency(written)
    }

    @inline(__always)
    private mutating func storeSuccess(_ bytes: RawSpan, in month: inout EventBatch.Month) {
        switch bytes.byte(scanner.slots[Int(EventField.success.rawValue)].start) {
        case UInt8(ascii: "t"): month.block.setSuccess(1)
        case UInt8(ascii: "f"): month.block.setSuccess(0)
        default: scanner.reject(.success)
        }
    }

    private mutating func storeScopes(_ bytes: RawSpan, in month: inout EventBatch.Month) {
        let slot = scanner.slots[Int(EventField.scopes.rawValue)]
        let written = bytes.extracting(slot.start..<slot.end)
        let known = month.columns.scopes.known(written: written)
        if let (list, form) = known ?? readScopes(bytes, slot, into: &month) {
            month.block.setScopes(list)
            styles.setScopes(ListStyles(rawValue: form))
        } else {
            scanner.reject(.scopes)
        }
    }

    /// The list that an array of texts is in a column and how it is written, or nil if the value is anything else.
    @inline(never)
    private mutating func readScopes(
        _ bytes: RawSpan, _ slot: LineScanner.Slot, into month: inout EventBatch.Month
    ) -> (list: UInt32, form: UInt8)? {
        guard bytes.byte(slot.start) == Byte.openBracket, let ranges = Self.strings(bytes, slot) else { return nil }
        var list: [UInt32] = []
        var isRedacted = false
        for range in ranges {
            scratch.removeAll(keepingCapacity: true)
            JSONText.unescape(bytes, range, into: &scratch)
            if let redaction = secrets?.redacted(text: scratch.span.bytes) {
                month.block.note(redaction, in: .scopes)
                scratch = redaction.bytes
                isRedacted = true
            }
            list.append(month.columns.scopes.element(scratch.span.bytes))
        }
        // The writing is not remembered: the next such line is to be noted as well.
        if isRedacted { return (month.columns.scopes.entry(list), ListStyles().rawValue) }
        var styles = ListStyles()
        for style in [ListStyles.compact, .spaced] {
            scratch.removeAll(keepingCapacity: true)
            style.append(list, month.columns.scopes.elements, to: &scratch)
            if bytes.equal(slot.start..<slot.end, scratch) { styles.insert(style) }
        }
        let written = bytes.extracting(slot.start..<slot.end)
        return (month.columns.scopes.entry(list, written: written, form: styles.rawValue), styles.rawValue)
    }

    /// What stands between the quotes of each element of an array, or nil if one is no string.
    private static func strings(_ bytes: RawSpan, _ slot: LineScanner.Slot) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var at = JSONGrammar.afterSpaces(bytes, slot.start + 1)
        var escaped = false
        while bytes.byte(at) != Byte.closeBracket {
            guard bytes.byte(at) == Byte.quote, let end = try? JSONGrammar.string(bytes, at + 1, escaped: &escaped)
            else {
                return nil
            }
            ranges.append(at + 1..<end - 1)
            at = JSONGrammar.afterSpaces(bytes, end)
            if bytes.byte(at) == Byte.comma { at = JSONGrammar.afterSpaces(bytes, at + 1) }
        }
        return ranges
    }

    /// The members that no column holds, as they came and in their order, as one JSON object. What stands between
    /// members that follow each other in the line is kept too; between others there is a comma.
    private mutating func storeExtra(_ bytes: RawSpan, in block: inout RowBlock) {
        scanner.sortOthers()
        let start = block.ownText.count
        var run = 0..<0  // members that follow each other in the line and are copied at once
        for other in scanner.others {
            if !run.isEmpty, Self.isNext(bytes, run.upperBound, other.member) {
                run = run.lowerBound..<other.end
                continue
            }
            if !run.isEmpty { Self.append(bytes, run, to: &block.ownText, after: start) }
            run = other.member..<other.end
        }
        Self.append(bytes, run, to: &block.ownText, after: start)
        block.ownText.append(Byte.closeBrace)
        block.setOwnText(from: start, field: Int(EventField.extra.rawValue))
    }

    /// Whether the member behind the one that ends at `end` starts at `start`.
    @inline(__always)
    private static func isNext(_ bytes: RawSpan, _ end: Int, _ start: Int) -> Bool {
        if end &+ 1 == start { return true }
        return JSONGrammar.afterSpaces(bytes, JSONGrammar.afterSpaces(bytes, end) + 1) == start
    }

    /// Appends members to the object that begins at `start`.
    @inline(__always)
    private static func append(_ bytes: RawSpan, _ run: Range<Int>, to out: inout [UInt8], after start: Int) {
        out.append(out.count == start ? Byte.openBrace : Byte.comma)
        out.append(bytes, run)
    }
}

extension LineScanner {
    /// Orders the members without a slot as they stand in the line.
    @inline(__always)
    mutating func sortOthers() {
        for place in 1..<max(1, others.count) where others[place].member < others[place &- 1].member {
            return others.sort { $0.member < $1.member }
        }
    }
}

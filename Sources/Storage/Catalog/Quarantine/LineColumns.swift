internal import Rollups

/// Texts that look alike, column by column: what differs from one to the next stands behind what differs there in the
/// others, and what they share is written once.
///
/// A line is *words* (letters, digits, `_` and bytes of other characters) with marks between them. The marks, with
/// an `a` in place of each word, are the line's shape; the lines of one shape make a column of each of their words. A
/// search for repetitions names each of them anew at two or three bytes, ten times in a line of JSON; a column that
/// never changes costs a few bytes for all lines, and one of ids has only the bytes of ids in it. Lines of a shape that
/// hardly another line has, and long ones, are one word: a column of their own, in which repetitions are found.
enum LineColumns {
    /// A longer line is one word: it would be very many.
    private static let longestSplit = 4096
    /// Fewer lines do not make a shape.
    private static let fewestAlike = 3
    fileprivate static let word = UInt8(ascii: "a")

    fileprivate enum Kind: UInt64 {
        /// One word for all lines.
        case same
        /// Words of one length.
        case even
        /// Words with a newline behind each.
        case lines
        /// Lengths, then words.
        case odd
    }

    fileprivate static let isWord: [Bool] = (0...255).map { byte in
        byte >= 0x80 || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    // MARK: Writing

    /// Writes texts, which `read` gives back from their number and their bytes together.
    static func write(_ texts: [[UInt8]], to out: PartDeflater) {
        let shaped = ShapedTexts(texts, longestSplit: longestSplit, fewestAlike: fewestAlike)
        var head = VarintWriter()
        head.put(UInt64(shaped.shapes.count))
        for shape in shaped.shapes { head.put(shape[...]) }
        if shaped.shapes.count > 1 { for shape in shaped.shapeOf { head.put(UInt64(shape)) } }
        out.put(head.bytes[...])
        for (shape, members) in shaped.members.enumerated() {
            for place in 0..<shaped.shapes[shape].count(where: { isWord[Int($0)] }) {
                put(members.map { shaped.word(place, of: $0) }, to: out)
            }
        }
    }

    private static func put(_ words: [ArraySlice<UInt8>], to out: PartDeflater) {
        guard let first = words.first else { return }
        var head = VarintWriter()
        var bytes: [UInt8] = []
        if words.allSatisfy({ $0 == first }) {
            // It may be one line of many megabytes, which is not copied.
            head.put(Kind.same.rawValue)
            head.put(UInt64(first.count))
            out.put(head.bytes[...])
            out.put(first)
            return out.endPart()
        }
        if words.allSatisfy({ $0.count == first.count }) {
            head.put(Kind.even.rawValue)
            head.put(UInt64(first.count))
            for word in words { bytes += word }
        } else if !words.contains(where: { $0.contains(0x0A) }) {
            for word in words {
                bytes += word
                bytes.append(0x0A)
            }
            head.put(Kind.lines.rawValue)
            head.put(UInt64(bytes.count))
        } else {
            head.put(Kind.odd.rawValue)
            for word in words {
                head.put(UInt64(word.count))
                bytes += word
            }
        }
        out.put(head.bytes[...])
        out.put(bytes[...])
        out.endPart()
    }

    // MARK: Reading

    /// The texts one behind the other, and where each ends; nil for anything that `write` cannot have written of so
    /// many texts with so many bytes.
    static func read(_ bytes: [UInt8], count: Int, size: Int) -> (bytes: [UInt8], ends: [Int])? {
        var input = VarintReader(bytes)
        guard let number = input.take(atMost: UInt64(count)) else { return nil }
        var shapes: [ArraySlice<UInt8>] = []
        for _ in 0..<number {
            guard let shape = input.takeText() else { return nil }
            shapes.append(shape)
        }
        var shapeOf = [Int](repeating: 0, count: count)
        var members = [Int](repeating: 0, count: shapes.count)
        for text in 0..<count {
            if shapes.count != 1 {
                guard let shape = input.take(), shape < shapes.count else { return nil }
                shapeOf[text] = Int(shape)
            }
            members[shapeOf[text]] += 1
        }
        var columns: [[WordColumn]] = []
        for (shape, lines) in zip(shapes, members) {
            var own: [WordColumn] = []
            for _ in 0..<shape.count(where: { isWord[Int($0)] }) {
                guard let column = WordColumn(&input, of: lines) else { return nil }
                own.append(column)
            }
            columns.append(own)
        }
        guard input.isAtEnd else { return nil }
        return join(shapeOf, shapes, &columns, bytes, size)
    }

    private static func join(
        _ shapeOf: [Int], _ shapes: [ArraySlice<UInt8>], _ columns: inout [[WordColumn]], _ bytes: [UInt8], _ size: Int
    ) -> (bytes: [UInt8], ends: [Int])? {
        var out: [UInt8] = []
        var ends: [Int] = []
        out.reserveCapacity(size)
        ends.reserveCapacity(shapeOf.count)
        for shape in shapeOf {
            var place = 0
            for byte in shapes[shape] {
                if isWord[Int(byte)] {
                    guard let word = columns[shape][place].next(bytes), word.count <= size - out.count else {
                        return nil
                    }
                    out.append(contentsOf: bytes[word])
                    place += 1
                } else {
                    out.append(byte)
                }
            }
            guard out.count <= size else { return nil }
            ends.append(out.count)
        }
        return out.count == size ? (out, ends) : nil
    }
}

/// The words of a column, one after the other.
private struct WordColumn {
    private let kind: LineColumns.Kind
    private let width: Int
    private var lengths: ArraySlice<UInt64> = []
    private var at: Int
    private let end: Int

    init?(_ input: inout VarintReader, of count: Int) {
        guard let kind = input.take().flatMap(LineColumns.Kind.init) else { return nil }
        self.kind = kind
        let size: Int
        switch kind {
        case .same, .lines, .even:
            guard let number = input.take(), number <= UInt64(input.left) else { return nil }
            width = Int(number)
            size = kind == .even ? width * count : width
        case .odd:
            guard let numbers = input.take(count, atMost: UInt64(input.left)) else { return nil }
            (lengths, width) = (numbers[...], 0)
            size = numbers.reduce(0) { $0 + Int($1) }
        }
        at = input.place
        guard let place = input.skip(size) else { return nil }
        end = place
    }

    /// Where the next word stands.
    mutating func next(_ bytes: [UInt8]) -> Range<Int>? {
        let start = at
        switch kind {
        case .same: return start..<end
        case .even: at += width
        case .odd:
            guard let length = lengths.popFirst() else { return nil }
            at += Int(length)
        case .lines:
            while at < end, bytes[at] != 0x0A { at += 1 }
            guard at < end else { return nil }
            at += 1
            return start..<(at - 1)
        }
        return at <= end ? start..<at : nil
    }
}

/// Texts by their shapes.
private struct ShapedTexts {
    /// Of each shape its marks, with `a` for words.
    private(set) var shapes: [[UInt8]] = []
    private(set) var shapeOf: [Int] = []
    /// The texts of each shape.
    private(set) var members: [[Int]] = []
    private let texts: [[UInt8]]
    /// Where the words of the text begin and end, those of one text behind those of the other.
    private var bounds: [Int] = []
    private var firstBound: [Int] = []
    private var isWhole: [Bool] = []

    init(_ texts: [[UInt8]], longestSplit: Int, fewestAlike: Int) {
        self.texts = texts
        var numbers: [[UInt8]: Int] = [:]
        var named: [[UInt8]] = []
        var counts: [Int] = []
        var found: [Int] = []
        for text in texts {
            firstBound.append(bounds.count)
            let shape = text.count > longestSplit ? [LineColumns.word] : split(text)
            let number = numbers[shape] ?? named.count
            if number == named.count {
                numbers[shape] = number
                named.append(shape)
                counts.append(0)
            }
            counts[number] += 1
            found.append(number)
        }
        regroup(found.map { counts[$0] < fewestAlike ? nil : named[$0] }, longestSplit)
    }

    /// Notes the words of a text; returns its shape.
    private mutating func split(_ text: [UInt8]) -> [UInt8] {
        var shape: [UInt8] = []
        var inWord = false
        for (place, byte) in text.enumerated() {
            let isWord = LineColumns.isWord[Int(byte)]
            if isWord != inWord { bounds.append(place) }
            if isWord != inWord || !isWord { shape.append(isWord ? LineColumns.word : byte) }
            inWord = isWord
        }
        if inWord { bounds.append(text.count) }
        return shape
    }

    /// Puts texts of one shape together; those without one, because few have it, are one word.
    private mutating func regroup(_ found: [[UInt8]?], _ longestSplit: Int) {
        var numbers: [[UInt8]: Int] = [:]
        for (text, named) in found.enumerated() {
            let shape = texts[text].count > longestSplit ? nil : named
            isWhole.append(shape == nil)
            let marks = shape ?? [LineColumns.word]
            let number = numbers[marks] ?? shapes.count
            if number == shapes.count {
                numbers[marks] = number
                shapes.append(marks)
                members.append([])
            }
            shapeOf.append(number)
            members[number].append(text)
        }
    }

    func word(_ place: Int, of text: Int) -> ArraySlice<UInt8> {
        if isWhole[text] { return texts[text][...] }
        let bound = firstBound[text] + place * 2
        return texts[text][bounds[bound]..<bounds[bound + 1]]
    }
}

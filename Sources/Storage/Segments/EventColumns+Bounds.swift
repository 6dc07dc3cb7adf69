import Events

/// Numbers of events are checked here, where they come out of a file, and nowhere else: what is added to a time, or
/// looked up by a number, then needs no thought about the ends of 64 bits.
extension EventColumns {
    /// Offsets and lengths in a source, and numbers of sources: no file system has more.
    private static let greatest: Int64 = 1 << 48

    /// A number that nothing can have written, or nil.
    func impossibleNumber(in field: EventField) -> String? {
        switch field {
        case .ts: Self.outside(ts, 0...(Timestamp.end - 1))
        case .expiresAt: Self.outside(expiresAt, 0...(Timestamp.end - 1), or: Self.noTime)
        case .sourceID: Self.outside(sourceID, 0...Self.greatest)
        case .sourceOffset: Self.outside(sourceOffset, 0...Self.greatest)
        case .sourceLength: Self.outside(sourceLength, 0...Self.greatest, or: Self.noLength)
        case .shape: Self.outside(shape, Self.noShape...Int64(shapes.count) - 1)
        default: nil
        }
    }

    private static func outside(_ numbers: [Int64], _ range: ClosedRange<Int64>, or none: Int64? = nil) -> String? {
        // Without a branch in the loop: nearly always all are inside.
        var low = Int64.max, high = Int64.min
        let none = none ?? range.lowerBound
        for number in numbers {
            let number = number == none ? range.lowerBound : number
            low = min(low, number)
            high = max(high, number)
        }
        guard low < range.lowerBound || (high > range.upperBound && !numbers.isEmpty) else { return nil }
        return "the number \(low < range.lowerBound ? low : high)"
    }
}

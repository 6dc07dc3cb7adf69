internal import CZlib

/// The tokens that were used on a day of one segment: what a look back over months needs of `TokenDays`, a bit or two
/// for each token.
///
/// Layout: form, then numbers of variable length: the first token and the steps from each to the next (form 1, where
/// few of many tokens were used), or the first token and a bit for each number from it on (form 2); then the CRC-32.
package struct TokenSet: Sendable, Equatable {
    private enum Form: Equatable {
        /// Ascending.
        case numbers([UInt32])
        case bits(base: UInt32, [UInt8])
    }

    private let form: Form

    /// A set of numbers, which must be ascending, each once.
    package init(_ numbers: [UInt32]) { form = .numbers(numbers) }

    /// Whether a token is in the set.
    package func contains(_ token: UInt32) -> Bool {
        switch form {
        case .numbers(let numbers): return numbers.placeOfSorted(token) != nil
        case .bits(let base, let bits):
            guard token >= base else { return false }
            let place = Int(token - base)
            return place >> 3 < bits.count && bits[place >> 3] >> UInt8(place & 7) & 1 == 1
        }
    }

    /// The greatest number, or nil if there is none.
    package var last: UInt32? {
        switch form {
        case .numbers(let numbers): numbers.last
        case .bits(let base, let bits):
            bits.last.map { base + UInt32((bits.count - 1) * 8 + 7 - $0.leadingZeroBitCount) }
        }
    }

    /// All tokens, ascending.
    package var numbers: [UInt32] {
        switch form {
        case .numbers(let numbers): return numbers
        case .bits(let base, let bits):
            return [UInt32](unsafeUninitializedCapacity: bits.reduce(0) { $0 + $1.nonzeroBitCount }) { out, made in
                for (place, byte) in bits.enumerated() {
                    var rest = byte
                    while rest != 0 {
                        out[made] = base &+ UInt32(truncatingIfNeeded: place * 8 + rest.trailingZeroBitCount)
                        made += 1
                        rest &= rest &- 1
                    }
                }
            }
        }
    }

    /// The bytes of the set, in the shorter form.
    package func encoded() -> [UInt8] {
        let numbers = numbers
        var steps = VarintWriter()
        var previous: UInt32 = 0
        steps.put(1)
        for number in numbers {
            steps.put(UInt64(number - previous))
            previous = number
        }
        guard let first = numbers.first, let last = numbers.last, Int(last - first) / 8 < steps.bytes.count - 8 else {
            return Self.sealed(steps.bytes)
        }
        var out = VarintWriter()
        out.put(2)
        out.put(UInt64(first))
        var bits = [UInt8](repeating: 0, count: Int(last - first) / 8 + 1)
        for number in numbers { bits[Int(number - first) >> 3] |= 1 << UInt8((number - first) & 7) }
        return Self.sealed(out.bytes + bits)
    }

    /// Reads a set; nil for anything that `encoded()` cannot have written.
    init?(encoded bytes: [UInt8]) {
        guard bytes.count >= 5, Self.sealed(Array(bytes.dropLast(4))) == bytes else { return nil }
        var input = VarintReader(Array(bytes.dropLast(4)))
        switch input.take() {
        case 1:
            var numbers: [UInt32] = []
            while !input.isAtEnd {
                guard let step = input.take(atMost: UInt64(UInt32.max - (numbers.last ?? 0))),
                    step > 0 || numbers.isEmpty
                else { return nil }
                numbers.append((numbers.last ?? 0) + UInt32(step))
            }
            form = .numbers(numbers)
        case 2:
            guard let base = input.take(atMost: UInt64(UInt32.max)) else { return nil }
            let bits = Array(bytes[input.place..<(bytes.count - 4)])
            guard let last = bits.last, last != 0,
                UInt64(bits.count) * 8 - UInt64(last.leadingZeroBitCount) - 1 <= UInt64(UInt32.max) - base
            else { return nil }
            form = .bits(base: UInt32(base), bits)
        default: return nil
        }
    }

    package static func == (left: TokenSet, right: TokenSet) -> Bool { left.numbers == right.numbers }

    private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        let sum = UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
        return bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) }
    }
}

extension [UInt32] {
    /// The place of a number among ascending ones, or nil.
    func placeOfSorted(_ number: UInt32) -> Int? {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == number ? low : nil
    }
}

internal import Events

/// Numbers for networks, from 0, in the order in which they come: a /24 of IPv4, a /64 of IPv6, and texts that are no
/// single address as they were logged.
struct NetworkNumbers {
    private enum Name {
        case key(IPKey)
        case text([UInt8])
    }

    private var names: [Name] = []
    private var v4: [UInt64: UInt32] = [:]
    private var v6: [UInt64: UInt32] = [:]
    private var texts: [[UInt8]: UInt32] = [:]

    /// The number of the network of an address as logged; nil stands for none.
    mutating func number(of address: ArraySlice<UInt8>?) -> UInt32 {
        // Which of a list is the client depends on the policy.
        guard let address, !address.contains(UInt8(ascii: ",")), let key = Clients().key(of: address) else {
            return number(ofText: Array(address ?? []))
        }
        let next = UInt32(truncatingIfNeeded: names.count)
        if key.family == .v4 {
            let known = v4[key.bits >> 8, default: next]
            if known == next { v4[key.bits >> 8] = next }
            return add(.key(key), known, next)
        }
        let known = v6[key.bits, default: next]
        if known == next { v6[key.bits] = next }
        return add(.key(key), known, next)
    }

    private mutating func number(ofText text: [UInt8]) -> UInt32 {
        let next = UInt32(truncatingIfNeeded: names.count)
        let known = texts[text, default: next]
        if known == next { texts[text] = next }
        return add(.text(text), known, next)
    }

    private mutating func add(_ name: Name, _ known: UInt32, _ next: UInt32) -> UInt32 {
        if known == next { names.append(name) }
        return known
    }

    /// `203.0.113.0/24`, or the text.
    func text(_ number: UInt32) -> [UInt8] {
        switch names[Int(number)] {
        case .key(let key): Array(key.networkText.utf8)
        case .text(let text): text
        }
    }
}

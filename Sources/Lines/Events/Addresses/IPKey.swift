/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address.
///
/// What a line says of an address may be more than one, see `Clients`. The parser is strict, because addresses come
/// from headers that clients can write:
/// - IPv4 is four decimal numbers without leading zeros (`010.0.0.1` is octal to some readers, so it is no address);
/// - an IPv4 address inside IPv6, as translators and tunnels write it (`::ffff:a.b.c.d`, `64:ff9b::a.b.c.d`, 6to4 and
///   others, also in hexadecimal), is that IPv4 address: behind one prefix stand as many clients as IPv4 has;
/// - a port (`192.0.2.1:443`, `[2001:db8::1]:443`) and a zone (`fe80::1%eth0`) are cut off;
/// - anything else, blanks included, is no address, and its failures never make a finding by themselves.
package struct IPKey: Hashable, Sendable {
    package enum Family: UInt8, Sendable {
        case v4, v6
        /// Networks of IPv6 that are one client when their members act as one.
        case v56, v48

        package var isNetwork: Bool { self == .v56 || self == .v48 }

        /// How many of the bits tell keys apart.
        package var prefix: Int {
            switch self {
            case .v4: 32
            case .v6: 64
            case .v56: 56
            case .v48: 48
            }
        }
    }

    package let family: Family
    /// The 32 bits of an IPv4 address, or the upper 64 of an IPv6 address, zeros behind its prefix.
    package let bits: UInt64

    package init(family: Family, bits: UInt64) {
        self.family = family
        self.bits = bits
    }

    /// The key that a finding names, such as `203.0.113.9` or `2001:db8:1::/48`, or that of an address, or nil.
    package init?(named name: String) {
        guard let family = [Family.v6, .v56, .v48].first(where: { name.hasSuffix("::/\($0.prefix)") }) else {
            self.init(name)
            return
        }
        guard let key = IPKey(String(name.prefix { $0 != "/" })), key.family == .v6 else { return nil }
        self = key.widened(to: family)
    }

    /// The key of one address, or nil.
    package init?(_ text: String) { self.init(bytes: Array(text.utf8)[...]) }

    /// An address that no client on the internet has.
    var isInner: Bool {
        switch family {
        case .v4:
            let inner: [(bits: UInt64, length: UInt64)] = [
                (10 << 24, 8), (127 << 24, 8), (172 << 24 | 16 << 16, 12), (192 << 24 | 168 << 16, 16),
                (169 << 24 | 254 << 16, 16), (100 << 24 | 64 << 16, 10),
            ]
            return inner.contains { bits >> (32 - $0.length) == $0.bits >> (32 - $0.length) }
        default: return bits == 0 || bits >> 57 == 0xFC >> 1 || bits >> 54 == 0xFE80 >> 6
        }
    }

    /// The key of one address, or nil.
    package init?(bytes text: ArraySlice<UInt8>) {
        // The longest address is 45 bytes; a zone or port may follow.
        guard text.count <= 100, let host = Self.host(of: text) else { return nil }
        if let address = Self.v4(host) {
            self.init(family: .v4, bits: UInt64(address))
        } else if let (upper, lower) = Self.v6(host) {
            let inner = Self.v4(inside: upper, lower)
            self.init(family: inner == nil ? .v6 : .v4, bits: inner.map { UInt64($0.address) } ?? upper)
        } else {
            return nil
        }
    }

    /// The lower 64 bits of an IPv6 address, which no key holds; 0 for other texts.
    fileprivate static func lowerHalf(of text: ArraySlice<UInt8>) -> UInt64 {
        guard text.count <= 100, let host = host(of: text), let (_, lower) = v6(host) else { return 0 }
        return lower
    }

    /// A network as `203.0.113.0/24`, `2001:db8::/32` and `::ffff:203.0.113.0/120` name it: the key of its first
    /// address and how many of the bits of this belong to the network; nil for what is none, and for IPv6 networks
    /// smaller than a /64, which no rule tells apart.
    package static func network(_ host: String, bits: Int) -> (key: IPKey, bits: Int)? {
        let text = Array(host.utf8)[...]
        guard let (upper, lower) = v6(text) else {
            guard let address = v4(text), (0...32).contains(bits) else { return nil }
            return (IPKey(family: .v4, bits: UInt64(address)), bits)
        }
        // All that a translator or tunnel can write is no network of IPv4: an allowance for it would hide everybody.
        if let (address, prefix) = v4(inside: upper, lower), bits >= prefix + 8, bits <= 128 {
            return (IPKey(family: .v4, bits: UInt64(address)), min(bits - prefix, 32))
        }
        return (0...64).contains(bits) ? (IPKey(family: .v6, bits: upper), bits) : nil
    }

    /// The key as findings name it: `203.0.113.9`, `2001:db8:1:2::/64`.
    package var text: String {
        switch family {
        case .v4:
            return (0..<4).map { String(bits >> (24 - 8 * UInt64($0)) & 255) }.joined(separator: ".")
        case .v6, .v56, .v48:
            var groups = (0..<4).map { bits >> (48 - 16 * UInt64($0)) & 0xFFFF }
            while groups.last == 0 { groups.removeLast() }
            return groups.map { String($0, radix: 16) }.joined(separator: ":")
                + "::/\(family.prefix)"
        }
    }

    /// The network that rules tell apart: the /24 of an IPv4 address; the /64 of an IPv6 address, which it is already.
    package var network: IPKey { family == .v4 ? IPKey(family: .v4, bits: bits & ~0xFF) : self }

    /// `203.0.113.0/24`, `2001:db8:1:2::/64`.
    package var networkText: String { family == .v4 ? network.text + "/24" : text }

    /// The network of a /64 that counts as one client with its neighbors; other keys are what they are.
    package func widened(to family: Family) -> IPKey {
        guard self.family == .v6, family != .v4 else { return self }
        let shift = UInt64(64 - family.prefix)
        return IPKey(family: family, bits: (bits >> shift) << shift)
    }

    /// The key and the networks that it may belong to.
    package var withNetworks: [IPKey] { family == .v6 ? [self, widened(to: .v56), widened(to: .v48)] : [self] }

    /// Whether an address of this key belongs to one of some keys.
    package func belongs(to keys: Set<IPKey>) -> Bool {
        keys.contains(self)
            || family == .v6 && (keys.contains(widened(to: .v56)) || keys.contains(widened(to: .v48)))
    }

    /// The text without brackets, port and zone; nil where these are malformed.
    private static func host(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let rest = text[(end + 1)...]
            guard rest.isEmpty || (rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst())) else { return nil }
            let inside = text[(text.startIndex + 1)..<end]
            return inside.contains(UInt8(ascii: ":")) ? withoutZone(inside) : nil
        }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            guard text.lastIndex(of: UInt8(ascii: ":")) == colon else { return withoutZone(text) }
            return isPort(text[(colon + 1)...]) ? text[..<colon] : nil
        }
        return text
    }

    private static func withoutZone(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let percent = text.firstIndex(of: UInt8(ascii: "%")) else { return text }
        let zone = text[(percent + 1)...]
        let isPlain = !zone.isEmpty && zone.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
        return isPlain ? text[..<percent] : nil
    }

    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(text.count), let port = decimal(text) else { return false }
        return port <= 65_535
    }

    /// A number of at most nine digits, or nil.
    private static func decimal(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard !text.isEmpty, text.count <= 9 else { return nil }
        var value: UInt32 = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + UInt32(byte - 0x30)
        }
        return value
    }

    /// One pass without any allocation: a flood of addresses costs this for each of them.
    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard (7...15).contains(text.count) else { return nil }
        var address: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var points = 0
        for byte in text {
            if byte == UInt8(ascii: "."), digits > 0, points < 3 {
                address = address << 8 | part
                points += 1
                (part, digits) = (0, 0)
            } else if byte >= 0x30, byte <= 0x39, digits == 0 || part > 0 {
                part = part * 10 + UInt32(byte - 0x30)
                digits += 1
                guard part <= 255 else { return nil }
            } else {
                return nil
            }
        }
        return points == 3 && digits > 0 ? address << 8 | part : nil
    }

    /// The upper and lower 64 bits of an IPv6 address, or nil.
    private static func v6(_ text: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
        guard text.count >= 2, text.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        var cut: (ArraySlice<UInt8>, ArraySlice<UInt8>)?
        for at in text.indices.dropLast() where text[at] == colon && text[at + 1] == colon {
            guard cut == nil else { return nil }
            cut = (text[..<at], text[(at + 2)...])
        }
        guard let (head, tail) = cut else {
            guard let groups = groups(of: text, mayEndInV4: true), groups.count == 8 else { return nil }
            return joined(groups)
        }
        guard let before = groups(of: head, mayEndInV4: false), let after = groups(of: tail, mayEndInV4: true),
            before.count + after.count <= 7
        else { return nil }
        return joined(before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after)
    }

    /// The IPv4 address that an IPv6 address stands for, and the bits before it, or nil.
    private static func v4(inside upper: UInt64, _ lower: UInt64) -> (address: UInt32, prefix: Int)? {
        let low = UInt32(truncatingIfNeeded: lower)
        switch (upper, lower >> 32) {
        // Mapped (RFC 4291), and translated as SIIT did it at first (RFC 2765).
        case (0, 0xFFFF), (0, 0xFFFF_0000): return (low, 96)
        // Compatible (RFC 4291), but for `::`, `::1` and their neighbors, which are no addresses of IPv4.
        case (0, 0): return low >= 1 << 24 ? (low, 96) : nil
        // NAT64 and SIIT (RFC 6052).
        case (0x0064_FF9B << 32, 0): return (low, 96)
        default: break
        }
        // NAT64 of one's own (RFC 8215): behind 96 bits, or behind 48 around the ninth byte, which is 0.
        if upper >> 16 == 0x0064_FF9B_0001 {
            let isShort = low == 0 && lower >> 56 == 0 && lower & 0xFF_FFFF_FFFF == 0
            return isShort ? (UInt32(upper & 0xFFFF) << 16 | UInt32(lower >> 40 & 0xFFFF), 48) : (low, 96)
        }
        // 6to4 (RFC 3056) and the client of Teredo (RFC 4380), whose bits are flipped.
        if upper >> 48 == 0x2002 { return (UInt32(truncatingIfNeeded: upper >> 16), 16) }
        if upper >> 32 == 0x2001_0000 { return (~low, 96) }
        return nil
    }

    private static func groups(of text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (place, part) in parts.enumerated() {
            if mayEndInV4, place == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let address = v4(part) else { return nil }
                groups += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
            } else {
                guard let group = hexadecimal(part) else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var value: UInt16 = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func joined(_ groups: [UInt16]) -> (UInt64, UInt64) {
        let upper = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let lower = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (upper, lower)
    }
}

/// One address, however it is written: of IPv6 all bits, of IPv4 inside IPv6 those of IPv4.
package struct IPAddress: Hashable, Sendable {
    package let key: IPKey
    private let lower: UInt64

    package init?(bytes text: ArraySlice<UInt8>) {
        guard let key = IPKey(bytes: text) else { return nil }
        self.key = key
        lower = key.family == .v4 ? 0 : IPKey.lowerHalf(of: text)
    }
}

extension IPKey: Comparable {
    package static func < (left: IPKey, right: IPKey) -> Bool {
        left.family == right.family ? left.bits < right.bits : left.family.rawValue < right.family.rawValue
    }
}

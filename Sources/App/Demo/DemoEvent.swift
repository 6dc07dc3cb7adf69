/// What a generated line will say, in numbers; `LineOutput` turns it into text.
struct DemoEvent: Sendable {
    enum Kind: UInt8, Sendable { case issued, used, revoked, failed, exchanged, refreshed }
    enum Pattern: UInt8, Sendable { case unsaid, anonymous, apiToken, oauth }

    /// Milliseconds since the epoch, UTC.
    var ms: Int64
    var kind: Kind
    var pattern = Pattern.unsaid
    var token = Credential.absent
    var refresh = Credential.absent
    var old = Credential.absent
    var principal = Principal.absent
    var actor: UInt8?
    /// A set of `Vocabulary.scopes`, one bit each.
    var scopes: UInt32 = 0
    /// Milliseconds since the epoch, UTC.
    var expires: Int64?
    var tool: UInt8?
    var reason: UInt8?
    var address = Address.absent
    var agent: UInt16?
    /// Tenths of a millisecond.
    var latency: UInt32?
    var success: Bool?
    /// The fingerprint of the credential that was presented; 0 is none.
    var presented: UInt64 = 0
    var client: UInt8?
    /// 0 is none; so for `code`.
    var family: UInt64 = 0
    var code: UInt64 = 0
    var region: UInt8?
    var hasRequest = false
    var damage: Damage?

    init(_ kind: Kind, at ms: Int64) {
        self.kind = kind
        self.ms = ms
    }
}

/// The name of a token: a prefix and 40 bits.
struct Credential: Sendable, Equatable {
    enum Prefix: UInt8, Sendable { case absent, anonymous, token, access, refresh }
    var prefix: Prefix
    var number: UInt64

    static let absent = Credential(prefix: .absent, number: 0)
    /// All anonymous callers share one name: what they may do hangs on their address.
    static let anonymous = Credential(prefix: .anonymous, number: 0)

    init(prefix: Prefix, number: UInt64) {
        self.prefix = prefix
        self.number = number
    }

    /// The n-th credential of a seed. Scrambling 40 bits maps no two numbers to one, so names never meet.
    init(_ prefix: Prefix, nth: UInt64, seed: UInt64) {
        let mask: UInt64 = (1 << 40) - 1
        var bits = (nth &* 0x9E_3779_B97F &+ seed) & mask
        bits = ((bits ^ bits >> 21) &* 0x5_9B1A_4D2B) & mask
        bits = ((bits ^ bits >> 17) &* 0x3C_79AC_492B) & mask
        self.init(prefix: prefix, number: bits ^ bits >> 23)
    }
}

/// On whose behalf: a partner by place in the list of names, or a user by number.
enum Principal: Sendable, Equatable {
    case absent
    case partner(UInt16)
    case user(UInt32)
}

/// A client's address: IPv4 as 32 bits, or IPv6 as the groups a, b and c of `2001:db8:a:b::c`, none of them 0.
enum Address: Sendable, Hashable {
    case absent
    case v4(UInt32)
    case v6(UInt16, UInt16, UInt16)

    static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> Address {
        .v4(a << 24 | b << 16 | c << 8 | d)
    }

    /// As it stands in a line, in the canonical form of RFC 5952.
    var text: String {
        switch self {
        case .absent: ""
        case .v4(let bits): "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        case .v6(let a, let b, let c):
            "2001:db8:" + [a, b].map { String($0, radix: 16) }.joined(separator: ":")
                + "::" + String(c, radix: 16)
        }
    }
}

/// How a line is spoiled. Every one of these belongs in quarantine.
enum Damage: UInt8, CaseIterable, Sendable {
    case truncated, impossibleDate, noZone, unknownEvent, noToken, notJSON, notAnObject
}

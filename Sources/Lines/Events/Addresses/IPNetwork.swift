/// A network of addresses, as `10.0.0.0/8` and `2001:db8::/32` name them.
package struct IPNetwork: Sendable, Equatable {
    package var text: String
    private let key: IPKey
    private let bits: Int

    /// Nil for what is no network, and for IPv6 networks smaller than a /64, which no rule tells apart.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 1, let key = IPKey(text) {
            (self.text, self.key, self.bits) = (text, key, key.family.prefix)
            return
        }
        guard parts.count == 2, let length = Int(parts[1]), let network = IPKey.network(String(parts[0]), bits: length)
        else { return nil }
        (self.text, self.key, self.bits) = (text, network.key, network.bits)
    }

    /// Whether an address, or what a finding names as one, lies in it.
    package func contains(_ address: String) -> Bool {
        IPKey(named: address).map(contains) ?? false
    }

    /// Whether it names one address of IPv6, of which rules know the /64 only.
    package var isOneOfIPv6: Bool { !text.contains("/") && key.family == .v6 }

    package func contains(_ other: IPKey) -> Bool {
        guard (other.family == .v4) == (key.family == .v4), bits <= other.family.prefix else { return false }
        let shift = UInt64((key.family == .v4 ? 32 : 64) - bits)
        return shift == 64 || key.bits >> shift == other.bits >> shift
    }
}

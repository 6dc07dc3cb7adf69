/// Whose events they are: the client that an address as logged stands for.
///
/// Of a list, as a header that proxies lengthen has it (`X-Forwarded-For`), it is the last address that is neither of
/// an inner network nor one of the forwarders: each proxy adds the address that it sees at the end, and whoever sends
/// such a header himself can only begin the list.
package struct Clients: Sendable, Equatable {
    /// Proxies whose `X-Forwarded-For` is believed.
    package var forwarders: [IPNetwork]

    package init(forwarders: [IPNetwork] = []) { self.forwarders = forwarders }

    /// The key of the client, or nil for what is no address. Blanks around an address are not its own.
    package func key(of text: ArraySlice<UInt8>) -> IPKey? {
        text.contains(UInt8(ascii: ",")) ? key(ofList: text) : IPKey(bytes: Self.trimmed(text))
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.first == Byte.space || text.last == Byte.space else { return text }
        let rest = text.drop { $0 == Byte.space }
        return rest.lastIndex { $0 != Byte.space }.map { rest[...$0] } ?? rest
    }

    package func key(of text: String) -> IPKey? { key(of: Array(text.utf8)[...]) }

    /// What reports call the client: its key, as findings name it. What is no address is called as it was logged.
    package func name(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // An IPv4 address without anything around it is its own name.
        let isPlain = text.count <= 15 && text.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        guard !isPlain, let key = key(of: text) else { return text }
        return Array(key.text.utf8)[...]
    }

    /// The network of the client: a /24 of IPv4, a /64 of IPv6. What is no address is called as it was logged.
    package func network(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        key(of: text).map { Array($0.networkText.utf8)[...] } ?? text
    }

    /// The same as far as it can be told without knowing the proxies: a list stays as it was logged.
    package static func loggedNetwork(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.contains(UInt8(ascii: ",")) ? text : Clients().network(of: text)
    }

    /// The whole address of the client, or nil for what is none.
    package func address(of text: ArraySlice<UInt8>) -> IPAddress? {
        text.contains(UInt8(ascii: ",")) ? client(ofList: text)?.address : IPAddress(bytes: Self.trimmed(text))
    }

    /// The addresses of a list, as many of the last ones as are looked at; none for what is no list.
    package static func addresses(inList text: ArraySlice<UInt8>) -> [IPAddress] {
        guard text.contains(UInt8(ascii: ",")) else { return [] }
        return parts(ofList: text).compactMap { IPAddress(bytes: trimmed($0)) }
    }

    private static func parts(ofList text: ArraySlice<UInt8>) -> ArraySlice<ArraySlice<UInt8>> {
        text.suffix(1000).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).suffix(16)
    }

    private func key(ofList text: ArraySlice<UInt8>) -> IPKey? { client(ofList: text)?.key }

    private struct Member {
        let key: IPKey
        let text: ArraySlice<UInt8>
        var address: IPAddress? { IPAddress(bytes: text) }
    }

    /// If there are no others, the last address is somebody, too.
    private func client(ofList text: ArraySlice<UInt8>) -> Member? {
        let members = Self.parts(ofList: text).reversed().compactMap { part -> Member? in
            let text = Self.trimmed(part)
            return IPKey(bytes: text).map { Member(key: $0, text: text) }
        }
        return members.first { one in !one.key.isInner && !forwarders.contains { $0.contains(one.key) } }
            ?? members.first
    }

    /// A condition on addresses: that they belong to one of the keys, however they are written.
    package func condition(_ keys: Set<IPKey>) -> TextCondition {
        .matching { text in key(of: text).map { $0.belongs(to: keys) } ?? false }
    }
}

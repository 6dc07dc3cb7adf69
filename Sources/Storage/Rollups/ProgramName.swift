/// Which program a user agent names, without its versions: an update is no other program.
///
/// Comments in parentheses go, and each product is cut at its `/`; digits and dots go, letters become small:
/// `acme-sync/1.4 (linux; x64)` and `acme-sync/2.0` are `acme-sync`.
package enum ProgramName {
    /// The name, as bytes. A text of nothing but versions is its own name.
    package static func of(_ agent: ArraySlice<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        name.reserveCapacity(agent.count)
        var depth = 0, isVersion = false
        for byte in agent {
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth = max(0, depth - 1)
            case _ where depth > 0: continue
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ","):
                isVersion = false
                if let last = name.last, last != space { name.append(space) }
            case UInt8(ascii: "/"): isVersion = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): continue
            case _ where isVersion: continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            default: name.append(byte)
            }
        }
        if name.last == space { name.removeLast() }
        return name.isEmpty ? Array(agent) : name
    }

    private static let space = UInt8(ascii: " ")
}

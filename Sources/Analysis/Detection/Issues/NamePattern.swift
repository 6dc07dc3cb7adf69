/// A name as a policy lists it: `admin:maria`, or with `*` for any characters, `admin:*`.
struct NamePattern {
    private let pattern: [UInt8]

    init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether a name fits. It takes no longer than the product of both lengths, whatever the pattern.
    func matches(_ name: some RandomAccessCollection<UInt8>) -> Bool {
        let name = Array(name), star = UInt8(ascii: "*")
        var (place, at) = (0, 0)
        // Where the last star stands, and how far what it stands for reaches.
        var behindStar: Int?, reached = 0
        while at < name.count {
            if place < pattern.count, pattern[place] == star {
                (behindStar, reached) = (place + 1, at)
                place += 1
            } else if place < pattern.count, pattern[place] == name[at] {
                (place, at) = (place + 1, at + 1)
            } else if let again = behindStar {
                reached += 1
                (place, at) = (again, reached)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}

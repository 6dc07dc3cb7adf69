/// The addresses of a rollup, one for each row: their bytes one after the other, since in a flood there are as many
/// addresses as rows, and a `String` each would take several times as much. Rows that follow each other share one.
package struct AddressList: Sendable, Equatable, ExpressibleByArrayLiteral {
    private var bytes: [UInt8] = []
    private var starts: [UInt32] = []
    private var ends: [UInt32] = []

    package init() {}

    package init(arrayLiteral addresses: String...) {
        for address in addresses { append(Array(address.utf8)[...]) }
    }

    package var count: Int { ends.count }

    /// The address of a row as text; empty when the events named none.
    package subscript(row: Int) -> String { String(decoding: bytes(at: row), as: UTF8.self) }

    func bytes(at row: Int) -> ArraySlice<UInt8> { bytes[Int(starts[row])..<Int(ends[row])] }

    func isSame(_ row: Int, as other: Int) -> Bool {
        starts[row] == starts[other] && ends[row] == ends[other] || bytes(at: row) == bytes(at: other)
    }

    /// Adds an address; all together must stay below 4 GiB.
    mutating func append(_ address: ArraySlice<UInt8>) {
        if count > 0, bytes(at: count - 1) == address { return appendSame() }
        starts.append(UInt32(bytes.count))
        bytes.append(contentsOf: address)
        ends.append(UInt32(bytes.count))
    }

    /// Adds the last one again.
    mutating func appendSame() {
        let last = count - 1
        starts.append(starts[last])
        ends.append(ends[last])
    }

    mutating func reserve(_ rows: Int) {
        starts.reserveCapacity(rows)
        ends.reserveCapacity(rows)
    }

    package static func == (left: AddressList, right: AddressList) -> Bool {
        left.count == right.count && (0..<left.count).allSatisfy { left.bytes(at: $0) == right.bytes(at: $0) }
    }
}

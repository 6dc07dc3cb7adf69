/// Bytes under construction. It grows, is cleared and used again, and never gives memory back before its end.
///
/// At least `slack` bytes behind the last one may be read and written, so that wide loads and stores need no last case.
/// The memory has one owner, so it may move between threads.
struct ByteSink: ~Copyable, @unchecked Sendable {
    static let slack = 64

    private(set) var count = 0
    private var base: UnsafeMutableRawPointer
    private var capacity: Int

    init(capacity: Int = 1 << 12) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity + Self.slack, alignment: 16)
    }

    deinit { base.deallocate() }

    /// What was written. The pointer is good until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// The same, with the promise of `slack` behind it.
    var padded: PaddedBytes { PaddedBytes(of: self) }

    /// A copy of what was written.
    var array: [UInt8] { [UInt8](bytes) }

    mutating func clear() { count = 0 }

    /// Keeps only the first bytes.
    mutating func cut(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
    }

    /// Makes room and says where to write; `commit` then says how much was written.
    mutating func room(_ more: Int) -> UnsafeMutableRawPointer {
        if capacity - count < more { grow(to: count + more) }
        return base + count
    }

    mutating func commit(_ written: Int) { count += written }

    mutating func put(_ byte: UInt8) {
        room(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    mutating func put(littleEndian value: UInt32) {
        room(4).storeBytes(of: value.littleEndian, as: UInt32.self)
        count += 4
    }

    /// Replaces four bytes that were written before.
    mutating func patch(littleEndian value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= count)
        base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    mutating func put(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(zigzag value: Int64) {
        put(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress else { return }
        room(bytes.count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    private mutating func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity + Self.slack, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }
}

/// Room for values that live until the next use. The memory has one owner, so it may move between threads.
struct Scratch<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int

    init() {
        capacity = 1024
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// The same as `room`, for what is decoded: every access is checked.
    mutating func checked(_ count: Int) -> CheckedRoom<Element> { CheckedRoom(room(count), count) }

    /// Room for so many values, their contents unknown; what was there before is gone if the room had to grow.
    mutating func room(_ count: Int) -> UnsafeMutablePointer<Element> {
        if capacity < count {
            base.deallocate()
            capacity = max(count, capacity * 2)
            base = .allocate(capacity: capacity)
        }
        return base
    }
}

/// A walk over bytes from outside that never steps past their end.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private let isPadded: Bool
    private(set) var at = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        isPadded = false
    }

    init(_ bytes: PaddedBytes) {
        self.bytes = bytes.raw
        isPadded = true
    }

    var left: Int { bytes.count - at }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard at < bytes.count else { throw Malformed("the bytes end too early") }
        at += 1
        return bytes[at - 1]
    }

    mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw Malformed("a number has more than 64 bits") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func zigzag() throws(Malformed) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
    }

    /// A varint that must not exceed a limit.
    mutating func count(atMost limit: Int, _ what: String) throws(Malformed) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw Malformed("\(value) \(what); at most \(limit) can be") }
        return Int(value)
    }

    mutating func take(_ count: Int) throws(Malformed) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= left else { throw Malformed("the bytes end too early") }
        at += count
        return UnsafeRawBufferPointer(rebasing: bytes[(at - count)..<at])
    }

    /// The same of padded bytes, which then are padded too.
    mutating func takePadded(_ count: Int) throws(Malformed) -> PaddedBytes {
        precondition(isPadded, "bytes without room behind them")
        return PaddedBytes(partOfPadded: try take(count))
    }

    mutating func littleEndian32() throws(Malformed) -> UInt32 {
        UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self))
    }

    mutating func rest() -> UnsafeRawBufferPointer {
        defer { at = bytes.count }
        return UnsafeRawBufferPointer(rebasing: bytes[at...])
    }

    mutating func restPadded() -> PaddedBytes {
        precondition(isPadded, "bytes without room behind them")
        return PaddedBytes(partOfPadded: rest())
    }
}

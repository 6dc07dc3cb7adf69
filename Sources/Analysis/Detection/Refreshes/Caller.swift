internal import Columns
internal import Events
internal import Rollups

/// Who calls, as far as a line tells: the network of the address and the program of the user agent.
///
/// Of an address the /24 counts, of IPv6 the /64: whoever calls twice within seconds may do so from the neighboring
/// address of a pool.
struct Caller: Hashable {
    /// Nil for what is no address, and where none is named.
    var network: IPKey?
    var program: [UInt8]?

    /// The batch must hold `ip` and `user_agent`.
    init(_ batch: EventColumns, _ row: Int, _ clients: Clients) {
        network = batch[.ip].bytes(at: row).flatMap { clients.key(of: $0) }.map(\.network)
        program = batch[.userAgent].bytes(at: row).map { ProgramName.of($0) }
    }
}

internal import Events

/// Where a window begins: a time, a span before its end, or the first event.
package enum WindowStart: Sendable {
    case time(Int64), before(Int64), start

    /// Microseconds, for a window that ends at `end` in a trail that begins at `oldest`.
    package func start(end: Int64, oldest: Int64) -> Int64 {
        switch self {
        case .time(let time): time
        case .before(let duration): end.minus(duration)
        case .start: oldest
        }
    }
}

internal import Foundation
internal import Synchronization

/// How long a connection waits for others before it gives up and says so.
///
/// Who has a turn needs some milliseconds; a turn that does not come in a minute never will. Within a turn nobody of
/// ours stands in the way: what SQLite still finds locked is held by another program.
package final class Patience: Sendable {
    /// Seconds.
    private static let forATurn = 60.0, forOthers = 10.0, toClose = 1.0, inAHurry = 1.0

    private let isHurried: @Sendable () -> Bool
    /// Since when SQLite finds its lock taken.
    private let busySince = Mutex(Patience.now())

    /// - Parameter isHurried: whether somebody waits for the end of the process; asked again and again.
    package init(isHurried: @escaping @Sendable () -> Bool = { false }) { self.isHurried = isHurried }

    /// One wait, from now on.
    struct Wait {
        fileprivate let patience: Patience
        fileprivate let since: TimeInterval
        fileprivate let most: TimeInterval

        var goesOn: Bool {
            Patience.now() - since < (patience.isHurried() ? min(most, Patience.inAHurry) : most)
        }
    }

    func forTurn() -> Wait { Wait(patience: self, since: Self.now(), most: Self.forATurn) }
    func forClosing() -> Wait { Wait(patience: self, since: Self.now(), most: Self.toClose) }

    /// SQLite's question whether to try again, and how often it has.
    func triesAgain(after tries: Int) -> Bool {
        let since = busySince.withLock { since in
            if tries == 0 { since = Self.now() }
            return since
        }
        guard Wait(patience: self, since: since, most: Self.forOthers).goesOn else { return false }
        Thread.sleep(forTimeInterval: min(0.001 * Double(tries + 1), 0.02))
        return true
    }

    private static func now() -> TimeInterval { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

package import Events
package import Rollups
internal import Synchronization

/// What a detector may ask of the past. A trail answers it from rollups and segments; tests answer it from memory.
///
/// Everything is event time. A detector must not see events at or after the `as_of` of its run: it bounds its questions
/// itself. Rollups cover whole UTC days, so it cuts the last day by the first and last use that they carry. Several
/// detectors may ask at the same time.
package protocol History: Sendable {
    /// Which client an address in it stands for.
    var clients: Clients { get }

    /// From where on events are dated ahead of the clock; nil where none are, or nobody asks.
    var aheadFrom: Int64? { get }

    /// From the first event to just after the newest one, or nil when there are no events.
    var coverage: Range<Int64>? { get throws }

    /// Where the log begins: with its first event, but for a few that lie long before all others, as a clock that was
    /// not set leaves them. Nil when there are no events.
    var begins: Int64? { get throws }

    /// The span of those few, if there are any: a use among them is no past of a token.
    var strays: ClosedRange<Int64>? { get throws }

    /// The first UTC day of which `tokenDays` may tell: of dropped events, which lie before `coverage`, it still tells
    /// the last day of each token. Nil when there are none.
    var firstDayOfUses: Int32? { get throws }

    /// The tokens used on one UTC day, in one or more pieces (a token may stand in several of them).
    func tokenDays(on day: Int32) throws -> [TokenDays]

    /// The tokens used on each of some UTC days, from the last day to the first (a day may have several sets).
    /// `body` says whether it wants more. What `tokenDays` tells, without times and much faster.
    func tokensUsed(on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool) throws

    /// Who was let in from where with what, by day, in one or more pieces for each month that some days lie in. Other
    /// days of these months may stand in them, too.
    func principalDays(in days: ClosedRange<Int32>, _ body: (PrincipalDays) throws -> Void) throws

    /// What is known about a token.
    func life(ofToken number: UInt32) throws -> TokenLife?

    /// What is known about some tokens, in the order of the numbers. Numbers that were never given are left out.
    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife]

    /// What is known about the tokens of these ids, in no promised order; those of which nothing is known are left out.
    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife]

    /// The tokens that the log saw come into being for one of these principals, in no promised order.
    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife]

    /// When the log first saw a token of this kind come into being; nil if never. `kind` nil asks for tokens whose
    /// issuance names no kind.
    func firstIssuance(ofKind kind: String?) throws -> Int64?

    /// The latest use of a token on a day before the given one, or nil. It may look back over all history.
    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64?

    /// The UTC days of a span on which there is any event, ascending.
    func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32]

    /// The lines in quarantine in which credentials were replaced, in no promised order.
    func quarantinedSecrets() throws -> [QuarantinedSecrets]

    /// What came of the lines that were read; nil where that is not known.
    var intake: Intake? { get throws }

    /// The systems whose logs it holds; nil where all are in our own format, so that nothing is known to be left out.
    var systems: LogSystems? { get throws }

    /// What several detectors ask in the same words is read once.
    var memo: HistoryMemo { get }

    /// Delivers the events that match, batch by batch, in no promised order of time.
    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws
}

/// Answers that detectors share within one run over a history that does not change.
package final class HistoryMemo: Sendable {
    private let known = Mutex<(window: DetectionWindow, tokens: [ActiveTokens.Token])?>(nil)

    package init() {}

    /// The tokens of a window, if somebody asked for them before.
    func active(in window: DetectionWindow) -> [ActiveTokens.Token]? {
        known.withLock { $0?.window == window ? $0?.tokens : nil }
    }

    func note(_ tokens: [ActiveTokens.Token], activeIn window: DetectionWindow) {
        known.withLock { $0 = (window, tokens) }
    }
}

extension History {
    package var clients: Clients { Clients() }
    package var aheadFrom: Int64? { nil }
    package var begins: Int64? { get throws { try coverage?.lowerBound } }
    package var strays: ClosedRange<Int64>? { nil }

    /// Where there is no quarantine.
    package func quarantinedSecrets() -> [QuarantinedSecrets] { [] }

    /// Where there are events and no lines.
    package var intake: Intake? { nil }

    /// Where all logs are in our own format.
    package var systems: LogSystems? { nil }

    /// Where nothing is to be remembered.
    package var memo: HistoryMemo { HistoryMemo() }

    /// Where nothing was dropped.
    package var firstDayOfUses: Int32? { get throws { try coverage.map { Timestamp.day(of: $0.lowerBound) } } }

    /// For histories that have nothing better.
    package func principalDays(in days: ClosedRange<Int32>, _ body: (PrincipalDays) throws -> Void) throws {
        try countedPrincipalDays(in: days, body)
    }

    /// The same, counted from the events themselves.
    package func countedPrincipalDays(in days: ClosedRange<Int32>, _ body: (PrincipalDays) throws -> Void) throws {
        let end = Timestamp.start(ofDay: days.upperBound).plus(Timestamp.day)
        var from = Timestamp.start(ofDay: days.lowerBound)
        while from < end {
            let next = Timestamp.start(ofMonth: Timestamp.month(of: from) + 1)
            var counter = PrincipalDayCounter()
            let scan = EventScan(from: from, to: min(next, end), kinds: .accepted, fields: PrincipalDayCounter.fields)
            try self.scan(scan) { counter.add($0) }
            if let piece = counter.finish() { try body(piece) }
            from = next
        }
    }

    /// The same from `tokenDays`, for histories that have nothing better.
    package func tokensUsed(
        on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool
    ) throws {
        for day in days.reversed() {
            for piece in try tokenDays(on: day) where try !body(day, TokenSet(piece.tokens)) { return }
        }
    }
}

import Columns
import Events
import Rollups

@testable import Detection

/// A history in memory, made from events as a trail makes it: in batches, each with rollups of its own; tokens are
/// numbered in the order in which they come.
struct MemoryHistory: History {
    private var batches: [EventColumns] = []
    private var days: [Int32: [TokenDays]] = [:]
    private var lives: [TokenLife] = []
    private var numbers: [String: UInt32] = [:]
    private(set) var coverage: Range<Int64>?
    var aheadFrom: Int64?
    var systems: LogSystems?

    /// The events in the order in which they are read; `batchSize` of them to a batch.
    init(_ events: [Event], batchSize: Int = 1000) {
        for start in stride(from: 0, to: events.count, by: max(batchSize, 1)) {
            add(Array(events[start..<min(start + max(batchSize, 1), events.count)]))
        }
    }

    private mutating func add(_ events: [Event]) {
        var columns = EventColumns()
        var uses: [Int32: [UInt32: (uses: UInt32, first: Int64, last: Int64)]] = [:]
        for event in events {
            columns.append(event)
            let old = coverage ?? event.ts..<event.ts + 1
            coverage = min(old.lowerBound, event.ts)..<max(old.upperBound, event.ts + 1)
            note(event)
            guard event.kind == .used, let token = event[.tokenID] else { continue }
            let day = Timestamp.day(of: event.ts)
            let known = uses[day, default: [:]][number(of: token)] ?? (0, .max, .min)
            uses[day, default: [:]][number(of: token)] =
                (known.uses + 1, min(known.first, event.ts), max(known.last, event.ts))
        }
        batches.append(columns)
        for (day, tokens) in uses {
            var piece = TokenDays(day: day)
            for (token, use) in tokens.sorted(by: { $0.key < $1.key }) {
                piece.tokens.append(token)
                piece.uses.append(use.uses)
                piece.first.append(use.first)
                piece.last.append(use.last)
            }
            days[day, default: []].append(piece)
        }
    }

    private mutating func number(of token: String) -> UInt32 {
        if let number = numbers[token] { return number }
        let number = UInt32(lives.count)
        numbers[token] = number
        lives.append(TokenLife(number: number, tokenID: token))
        return number
    }

    private mutating func note(_ event: Event) {
        guard let token = event[.tokenID], event.kind != .failed else { return }
        let place = Int(number(of: token))
        switch event.kind {
        case .used:
            lives[place].principal = lives[place].principal ?? event[.principal]
            lives[place].kind = lives[place].kind ?? event[.kind]
            lives[place].firstUse = min(lives[place].firstUse ?? event.ts, event.ts)
            lives[place].lastUse = max(lives[place].lastUse ?? event.ts, event.ts)
        case .issued, .exchanged, .refreshed:
            if event.ts <= lives[place].issuedAt ?? .max {
                lives[place].issuedAt = event.ts
                lives[place].kind = event[.kind]
                lives[place].principal = event[.principal]
                lives[place].issuedBy = event[.actor]
                lives[place].expiresAt = event.expiresAt
                lives[place].scopes = event.scopes
            }
            if event.kind == .refreshed, let old = event[.oldTokenID] { supersede(old, by: token, at: event.ts) }
        case .revoked:
            lives[place].revokedAt = min(lives[place].revokedAt ?? event.ts, event.ts)
        case .failed:
            break
        }
    }

    private mutating func supersede(_ old: String, by token: String, at time: Int64) {
        let place = Int(number(of: old))
        guard time < lives[place].supersededAt ?? .max else { return }
        lives[place].supersededAt = time
        lives[place].supersededBy = token
    }

    func tokenDays(on day: Int32) throws -> [TokenDays] { days[day] ?? [] }

    func life(ofToken number: UInt32) throws -> TokenLife? {
        lives.indices.contains(Int(number)) ? lives[Int(number)] : nil
    }

    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try numbers.compactMap { try life(ofToken: $0) } }

    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { lives.filter { ids.contains(Array($0.tokenID.utf8)) } }

    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        lives.filter { $0.issuedAt != nil && principals.contains($0.principal ?? "") }
    }

    func firstIssuance(ofKind kind: String?) throws -> Int64? {
        lives.filter { $0.kind == kind }.compactMap(\.issuedAt).min()
    }

    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        days.filter { $0.key < day }.values.joined().compactMap { piece in
            piece.place(of: number).map { piece.last[$0] }
        }.max()
    }

    func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] {
        Set(batches.flatMap { $0.ts.map { Timestamp.day(of: $0) } }).filter(days.contains).sorted()
    }

    /// Delivers exactly the columns that were asked for, so that a detector which forgets one is caught.
    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        for batch in batches {
            let rows = scan.matchingRows(in: batch)
            guard !rows.isEmpty else { continue }
            let all = batch.gathering(rows)
            var some = EventColumns(count: rows.count, fields: scan.fields)
            if scan.fields.contains(.ts) { some.ts = all.ts }
            if scan.fields.contains(.event) { some.event = all.event }
            if scan.fields.contains(.expiresAt) { some.expiresAt = all.expiresAt }
            if scan.fields.contains(.success) { some.success = all.success }
            if scan.fields.contains(.scopes) { some.scopes = all.scopes }
            if scan.fields.contains(.sourceID) { some.sourceID = all.sourceID }
            if scan.fields.contains(.sourceOffset) { some.sourceOffset = all.sourceOffset }
            for field in EventField.texts where scan.fields.contains(field) { some[field] = all[field] }
            try body(some)
        }
    }
}

extension [Event] {
    /// The events as one source holds them: each with its offset.
    var sourced: [Event] {
        enumerated().map { place, event in
            var event = event
            event.texts[.source] = "auth.ndjson"
            event.sourceOffset = Int64(place) * 100
            return event
        }
    }
}

extension Finding {
    /// The finding with another time of looking, which is the only thing that may differ between runs.
    func asOf(_ time: Int64) -> Finding {
        var finding = self
        finding.asOf = time
        return finding
    }
}

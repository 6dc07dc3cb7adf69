internal import Columns
package import Events

/// Something that one event says about the life of a token: it was issued, revoked, or superseded.
package struct TokenFact: Sendable, Equatable {
    package enum Change: Sendable, Equatable {
        /// Brought into being by `issued`, `exchanged` or `refreshed`.
        case issued(by: String?, principal: String?, kind: String?, scopes: [String]?, expiresAt: Int64?)
        case revoked
        /// Replaced, by refresh, by the named token.
        case superseded(by: String)
    }

    package var tokenID: String
    /// When it happened, microseconds since the epoch.
    package var time: Int64
    package var change: Change

    package init(tokenID: String, time: Int64, change: Change) {
        self.tokenID = tokenID
        self.time = time
        self.change = change
    }

    /// The facts of a batch, in its order. The batch must hold all columns.
    package static func facts(in columns: EventColumns) -> [TokenFact] {
        var facts: [TokenFact] = []
        let quiet: [UInt8] = [EventKind.used.rawValue, EventKind.failed.rawValue]
        for row in 0..<columns.count where columns.event[row] != quiet[0] && columns.event[row] != quiet[1] {
            guard let tokenID = columns[.tokenID][row] else { continue }
            let time = columns.ts[row]
            switch columns.kind(at: row) {
            case .revoked:
                facts.append(TokenFact(tokenID: tokenID, time: time, change: .revoked))
            case .refreshed:
                facts.append(issuance(of: tokenID, row, columns))
                if let old = columns[.oldTokenID][row] {
                    facts.append(TokenFact(tokenID: old, time: time, change: .superseded(by: tokenID)))
                }
            case .issued, .exchanged:
                facts.append(issuance(of: tokenID, row, columns))
            case .used, .failed:
                break
            }
        }
        return facts
    }

    private static func issuance(of tokenID: String, _ row: Int, _ columns: EventColumns) -> TokenFact {
        let expiry = columns.expiresAt[row]
        return TokenFact(
            tokenID: tokenID, time: columns.ts[row],
            change: .issued(
                by: columns[.actor][row], principal: columns[.principal][row], kind: columns[.kind][row],
                scopes: columns.scopes[row], expiresAt: expiry == EventColumns.noTime ? nil : expiry))
    }
}

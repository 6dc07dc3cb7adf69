internal import Catalog
internal import Events
internal import GRDB
internal import Synchronization
internal import Trail

/// Functions for SQL that look for credentials by their marks. The key is read when one is called for that needs it.
final class MarkFunctions: Sendable {
    /// Not owned: the trail's connection owns the functions.
    private unowned let trail: Trail
    private let marker = Mutex<SecretMarker?>(nil)

    private let errors: ErrorNote

    init(_ trail: Trail, _ errors: ErrorNote) { (self.trail, self.errors) = (trail, errors) }

    var all: [DatabaseFunction] {
        [
            // `mark('ghp_…')` → `'⟨github:hmac:…⟩'`, `mark('tok_7')` → `'tok_7'`.
            DatabaseFunction("mark", argumentCount: 1, pure: true) { values in
                guard let value = String.fromDatabaseValue(values[0]) else { return nil }
                if SecretMarker.replaces(value) { return try self.readMarker().stored(value) }
                if SecretMarker.looksDrawn(value), try !self.isToken(value) { throw self.errors.note(Self.wantsType) }
                return value
            },
            // `mark('hunter2', 'password')` → `'⟨password:hmac:…⟩'`.
            DatabaseFunction("mark", argumentCount: 2, pure: true) { values in
                guard let value = String.fromDatabaseValue(values[0]), let name = String.fromDatabaseValue(values[1])
                else { return nil }
                guard let type = SecretType(rawValue: name) else {
                    let types = SecretType.allCases.map(\.rawValue).joined(separator: ", ")
                    let reason = "mark: \(name) is no type of credential; want one of \(types)"
                    throw self.errors.note(QueryError.sql(reason: reason))
                }
                return try self.readMarker().mark(of: value, as: type)
            },
            DatabaseFunction("has_mark", argumentCount: 2, pure: true) { values in
                guard let text = String.fromDatabaseValue(values[0]), let value = String.fromDatabaseValue(values[1])
                else { return nil }
                return try self.readMarker().holdsMark(of: value, in: text)
            },
        ]
    }

    /// What would be printed as it is may be a key; a token's id that the trail knows is a name.
    private static let wantsType = QueryError.sql(
        reason: "mark: the value looks like a credential, and has no look that tells its type; give it, as in "
            + "mark(value, 'secret'), or ask has_mark(column, value), which takes any type")

    private func isToken(_ value: String) throws -> Bool {
        try !trail.catalog.lives(named: [Array(value.utf8)]).isEmpty
    }

    private func readMarker() throws -> SecretMarker {
        try marker.withLock { known in
            if let known { return known }
            do {
                let read = try trail.secretMarker()
                known = read
                return read
            } catch { throw errors.note(error) }
        }
    }

    /// A column's name that may be shown: the name of an expression is its text, with all that stands in it.
    static func columnName(_ name: String) -> String {
        guard name.lowercased().contains("mark(") else { return SecretMarker.covered(name) }
        let parts = name.split(separator: "'", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "…" }.joined(separator: "'")
    }
}

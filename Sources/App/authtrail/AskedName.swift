internal import ArgumentParser
internal import Catalog
internal import Columns
internal import Events
internal import Foundation
internal import Trail

/// A name that somebody asks for: of a token, a principal and so on. It may be a credential, in whose place the trail
/// has a mark; it is then looked for by its mark, and never shown.
struct AskedName {
    /// As it may be shown: the name itself, or what stands in its place.
    private(set) var shown: String
    /// The texts as which the trail has it, or may have it.
    let spellings: [String]
    /// What to say if nothing is found.
    private(set) var remark: String?

    /// As it was typed.
    private let typed: String
    private let fields: [EventField]

    /// How much of what is no credential by its look may be one all the same, in characters.
    private static let leastUnknown = 16

    /// Looks in fields of a trail for how a name is stored. Throws `TrailError.keyNotReadable` if it is a credential
    /// and the key of the marks cannot be read: nobody could tell whether the trail has it.
    init(_ name: String, in fields: [EventField], of trail: Trail) throws {
        if SecretMarker.replaces(name) {
            let marks = try trail.secretMarker().spellings(of: name)
            // What an older version stored as it was is found, too.
            let stored = try Self.stored(marks + [name], fields, trail)
            self.init(name, fields, shown: marks[0], spellings: stored.isEmpty ? [marks[0]] : stored)
        } else if try Self.mayBeMarked(name, fields, trail) {
            guard let marker = try Self.marker(trail) else {
                self.init(name, fields, shown: Self.harmless(name), spellings: [name])
                remark = SecretMarker.isAccessKeyID(name) ? Self.unread : nil
                return
            }
            let stored = try Self.stored([name] + marker.spellings(of: name), fields, trail)
            let mark = stored.first { $0 != name }
            let isName = stored.contains(name) || SecretMarker.isAccessKeyID(name)
            self.init(
                name, fields, shown: isName ? name : mark ?? Self.harmless(name),
                spellings: stored.isEmpty ? [name] : stored)
        } else {
            self.init(name, fields, shown: name, spellings: [name])
        }
    }

    /// A name that is stored as it is.
    init(plain name: String) { self.init(name, [], shown: name, spellings: [name]) }

    private init(_ typed: String, _ fields: [EventField], shown: String, spellings: [String]) {
        self.typed = typed
        self.fields = fields
        self.shown = shown
        self.spellings = spellings
    }

    /// A name that the trail does not know, or what stands in its place if it looks like a credential.
    private static func harmless(_ name: String) -> String {
        SecretMarker.looksDrawn(name) ? SecretMarker.hidden : name
    }

    /// Looks for its mark in all other fields, for an answer that must not read as if the log never had it.
    mutating func lookElsewhere(in trail: Trail, _ trailFlag: String) throws {
        guard !fields.isEmpty else { return }
        guard let marker = try Self.marker(trail) else {
            if remark == nil, SecretMarker.looksDrawn(typed) { remark = Self.unlooked }
            return
        }
        let search = try MarkSearch(typed, marker, trail)
        if let mark = search.mark { shown = mark }
        if let sentence = search.sentence(asked: fields, trailFlag) {
            remark = remark.map { $0 + " " + sentence } ?? sentence
        }
    }

    /// What makes marks, or nil for who may not read the key, and where there is none: a plain name needs it not.
    private static func marker(_ trail: Trail) throws -> SecretMarker? {
        do {
            return try trail.secretMarker()
        } catch TrailError.keyNotReadable, TrailError.keyMissing, TrailError.otherKey {
            return nil
        }
    }

    private static let unlooked =
        "Its mark may stand in other fields; to look for it, ask as somebody who may read secret.key."

    private static let unread =
        "Versions up to 0.2.0 stored marks in place of such ids; to look for these, ask as "
        + "somebody who may read secret.key."

    /// Whether a name may have been stored as a mark although it is no credential by its look: an id of an access key,
    /// by older versions; anything long that the trail does not know as it is.
    private static func mayBeMarked(_ name: String, _ fields: [EventField], _ trail: Trail) throws -> Bool {
        if SecretMarker.isAccessKeyID(name) { return true }
        return try name.utf8.count >= leastUnknown && stored([name], fields, trail).isEmpty
    }

    /// Those of some texts that stand in a field.
    private static func stored(_ texts: [String], _ fields: [EventField], _ trail: Trail) throws -> [String] {
        var found: Set<String> = []
        if fields.contains(.tokenID) {
            found = Set(try trail.catalog.lives(named: Set(texts.map { Array($0.utf8) })).map(\.tokenID))
        } else {
            for field in fields {
                let scan = EventScan(texts: [field: .equals(texts)], fields: EventFields([field]))
                try trail.scan(scan) { batch in
                    for row in 0..<batch.count { if let text = batch[field][row] { found.insert(text) } }
                }
            }
        }
        return texts.filter { found.contains($0) }
    }
}

/// An argument that may stand on standard input, where no list of processes and no history of a shell shows it.
enum Typed {
    static let help = "- reads it from standard input, which no other process sees"

    /// So much is more than any name or statement has.
    private static let most = 1 << 20

    /// The argument, or for `-` what standard input has, without the newline at its end. If it has nothing, somebody
    /// asks for what is called `-`.
    static func text(_ argument: String) throws -> String {
        guard argument == "-" else { return argument }
        var bytes = Array(try FileHandle.standardInput.read(upToCount: most + 1) ?? Data())
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard bytes.count <= most else { throw ValidationError("standard input holds too much; want one value") }
        return bytes.isEmpty ? argument : String(decoding: bytes, as: UTF8.self)
    }
}

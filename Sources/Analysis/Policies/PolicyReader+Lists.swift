internal import ConfigFiles
internal import Detection
internal import Yams

extension PolicyReader {
    /// The map of what each tool needs.
    mutating func readTools(_ node: Node, _ file: inout PolicyFile) {
        if node.null != nil { return }
        guard let mapping = node.mapping else { return note(node, "tools is \(Self.say(node)); want names of tools") }
        for (key, value) in mapping {
            guard let name = text(key) else { continue }
            var tool = Policy.Tool(auth: [])
            for (_, member, setting) in members(value, known: ["auth", "scopes", "writes"], of: "tools.\(name)") {
                switch member {
                case "auth":
                    tool.auth = Set(texts(setting) ?? [])
                    for kind in tool.auth.subtracting(Policy.kinds).sorted() {
                        note(setting, "tools.\(name).auth names `\(kind)`; want anonymous, api_token, oauth or session")
                    }
                case "scopes": tool.scopes = texts(setting) ?? []
                default:
                    if let writes = setting.bool {
                        tool.writes = writes
                    } else {
                        note(setting, "tools.\(name).writes is \(Self.say(setting)); want true or false")
                    }
                }
            }
            if tool.auth.isEmpty { note(key, "tools.\(name) names no `auth`; say who may call it") }
            if tool.writes, tool.auth.contains("anonymous") {
                note(
                    key,
                    "tools.\(name) writes and lets anonymous callers in: every such call is "
                        + "told", isWarning: true)
            }
            file.settings.policy.tools[name] = tool
        }
    }

    private static let subjects = ["token", "principal", "actor", "agent", "tool", "cidr"]

    /// What is hidden, by whom, why and until when.
    mutating func readAllowlist(_ node: Node, _ file: inout PolicyFile) {
        if node.null != nil { return }
        for entry in list(node) ?? [] {
            if let read = readEntry(entry) { file.allowlist.entries.append(read) }
        }
    }

    private mutating func readEntry(_ node: Node) -> Allowlist.Entry? {
        var subjects: [Allowlist.Entry.Subject] = []
        var detectors: [String] = []
        var owner: String?, reason: String?, until: Int64?
        let known = Self.subjects + ["detectors", "owner", "reason", "until"]
        let before = problems.count
        for (key, name, value) in members(node, known: known, of: "an allowlist entry") {
            switch name {
            case "detectors": detectors = readDetectorIDs(value)
            case "owner": owner = text(value)
            case "reason": reason = text(value)
            case "until":
                until = time(value, "until")
                if let until, isOver(until) {
                    note(
                        key,
                        "this allowance is over: it hides nothing "
                            + "newer", isWarning: true)
                }
            case "cidr": network(value).map { subjects.append(.network($0)) }
            default: text(value).map { subjects.append(Self.subject(name, $0)) }
            }
        }
        let isRead = problems[before...].allSatisfy(\.isWarning)
        if isRead, subjects.count != 1 {
            note(
                node,
                "an allowlist entry names \(subjects.count) of \(Self.subjects.joined(separator: ", ")); want "
                    + "one")
        }
        for (name, isThere) in [("owner", owner != nil), ("reason", reason != nil), ("until", until != nil)]
        where isRead && !isThere {
            note(node, "an allowlist entry has no `\(name)`: what is hidden needs an owner, a reason and an end")
        }
        guard let subject = subjects.first, let owner, let reason, let until else { return nil }
        return Allowlist.Entry(subject, detectors: detectors, owner: owner, reason: reason, until: until)
    }

    /// What words in `reason` mean.
    mutating func readReasons(_ node: Node, _ file: inout PolicyFile) {
        var seen: [String: String] = [:]
        for (_, name, value) in members(node, known: ReasonClass.allCases.map(\.rawValue), of: "reasons") {
            guard let reason = ReasonClass(rawValue: name), let words = texts(value) else { continue }
            for word in words {
                if let other = seen[word], other != name { note(value, "`\(word)` is \(other) already") }
                seen[word] = name
            }
            file.settings.failedVerificationByIP.add(words, to: reason)
        }
    }

    /// When the log is known to be silent.
    mutating func readOutages(_ node: Node, _ file: inout PolicyFile) {
        if node.null != nil { return }
        for entry in list(node) ?? [] {
            var from: Int64?, to: Int64?, reason: String?
            let before = problems.count
            for (_, name, value) in members(entry, known: ["from", "to", "reason"], of: "an outage") {
                switch name {
                case "from": from = time(value, "from")
                case "to": to = time(value, "to")
                default: reason = text(value)
                }
            }
            if let from, let to, let reason, from < to {
                file.settings.dormantTokenReactivation.outages.append(.init(from: from, to: to, reason: reason))
            } else if problems.count == before {
                note(entry, "an outage needs `from`, a later `to`, and a `reason`")
            }
        }
    }

    private static func subject(_ name: String, _ value: String) -> Allowlist.Entry.Subject {
        switch name {
        case "token": .token(value)
        case "principal": .principal(value)
        case "actor": .actor(value)
        case "agent": .agent(value)
        default: .tool(value)
        }
    }

    private mutating func readDetectorIDs(_ node: Node) -> [String] {
        let ids = Detectors.all().map { $0.card.id }
        return (list(node) ?? []).compactMap { one in
            guard let id = text(one) else { return nil }
            if ids.contains(id) { return id }
            let near = Spelling.nearest(to: id, of: ids).map { "; did you mean `\($0)`?" } ?? ""
            note(one, "there is no detector `\(id)`\(near)")
            return nil
        }
    }
}

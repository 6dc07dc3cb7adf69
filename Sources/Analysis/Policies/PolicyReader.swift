internal import ConfigFiles
internal import Detection
internal import Events
internal import Yams

/// Reads a policy file and notes everything that is wrong in it, with its place.
struct PolicyReader: ConfigReader {
    var problems: [ConfigProblem] = []
    private let now: Int64?

    /// Returns the problems, in the order of the file; what is right is read all the same.
    static func read(_ text: String, now: Int64?, into file: inout PolicyFile) -> [ConfigProblem] {
        var reader = PolicyReader(now: now)
        do {
            guard let root = try Yams.compose(yaml: text) else { return [] }
            reader.readRoot(root, &file)
            reader.tryOut(root, file.settings)
        } catch { reader.problems.append(ConfigProblem(error, in: text)) }
        return reader.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private init(now: Int64?) { self.now = now }

    private mutating func readRoot(_ root: Node, _ file: inout PolicyFile) {
        let sections = Dictionary(uniqueKeysWithValues: PolicySection.general.map { ($0.name, $0) })
        let known =
            ["version"] + sections.keys
            + [
                "write_scopes", "tools", "detectors", "allowlist", "trusted_proxies", "forwarders", "outages",
                "clock_skew", "reasons",
            ]
        var reasons: Node?
        for (key, name, value) in members(root, known: known, of: "the policy") {
            switch name {
            case "version":
                if value.int != 1 { note(value, "version is \(Self.say(value)); this program knows version 1") }
            case "write_scopes": texts(value).map { file.settings.setWriteScopes($0) }
            case "tools": readTools(value, &file)
            case "detectors": readDetectors(value, &file)
            case "allowlist": readAllowlist(value, &file)
            case "outages": readOutages(value, &file)
            case "clock_skew":
                span(value, "clock_skew").map { file.settings.dormantTokenReactivation.clockSkew = $0 }
            case "reasons": reasons = value
            case "forwarders":
                file.settings.clients.forwarders = (list(value) ?? []).compactMap { network($0) }
            case "trusted_proxies":
                file.settings.failedVerificationByIP.trustedProxies = (list(value) ?? []).compactMap { network($0) }
            default:
                if let section = sections[name] { readFields(value, section, named: name, &file) } else { _ = key }
            }
        }
        // They add to the lists that a detector may have of its own.
        if let reasons { readReasons(reasons, &file) }
    }

    private mutating func readDetectors(_ node: Node, _ file: inout PolicyFile) {
        let sections = Dictionary(uniqueKeysWithValues: PolicySection.detectors.map { ($0.name, $0) })
        let ids = Set(Detectors.all().map { $0.card.id })
        for (key, id, value) in members(node, known: ids.sorted(), of: "detectors") {
            guard let section = sections[id] else {
                note(key, "\(id) has no thresholds of its own; leave it out")
                continue
            }
            readFields(value, section, named: "detectors.\(id)", &file)
        }
    }

    /// Numbers that can be read and that a detector refuses.
    private mutating func tryOut(_ root: Node, _ settings: DetectorSettings) {
        for detector in Detectors.all(settings) {
            do {
                _ = try detector.detect(in: DetectionWindow(asOf: 0), of: NoHistory())
            } catch DetectionError.badSetting(let id, let setting, let got, let want) {
                let name = setting.replacing(".", with: "_")
                let place = root.mapping?["detectors"]?.mapping?[Node(id)]?.mapping?[Node(name)]
                note(place ?? root, "detectors.\(id).\(name) is \(got); want \(want)")
            } catch {
                note(root, "\(error)")
            }
        }
    }

    private mutating func readFields(
        _ node: Node, _ section: PolicySection, named path: String, _ file: inout PolicyFile
    ) {
        for (_, name, value) in members(node, known: section.fields.map(\.name), of: path) {
            guard let field = section.fields.first(where: { $0.name == name }) else { continue }
            set(field, value, "\(path).\(name)", &file.settings)
        }
    }

    private mutating func set(_ field: PolicyField, _ node: Node, _ path: String, _ settings: inout DetectorSettings) {
        switch field.kind {
        case .span(let setting): span(node, path).map { settings[keyPath: setting] = $0 }
        case .count(let setting): count(node, path).map { settings[keyPath: setting] = $0 }
        case .days(let setting): days(node, path).map { settings[keyPath: setting] = $0 }
        case .factor(let setting): count(node, path).map { settings[keyPath: setting] = Int64($0) }
        case .number(let setting):
            if let number = node.float, number.isFinite, number >= 0 { return settings[keyPath: setting] = number }
            note(node, "\(path) is \(Self.say(node)); want a number that is not negative")
        case .limit(let setting):
            if node.string == "none" { return settings[keyPath: setting] = nil }
            count(node, path).map { settings[keyPath: setting] = $0 }
        case .spans(let setting):
            let spans = (list(node) ?? []).compactMap { span($0, path) }
            if !spans.isEmpty { settings[keyPath: setting] = spans.sorted() }
        case .texts(let setting): texts(node).map { settings[keyPath: setting] = $0 }
        case .words(let setting, let known):
            guard let words = texts(node) else { return }
            let unknown = words.filter { !known.contains($0) }
            if unknown.isEmpty, !words.isEmpty { return settings[keyPath: setting] = words }
            note(
                node,
                "\(path) names \(unknown.first.map { "`\($0)`" } ?? "nothing"); want some of "
                    + known.joined(separator: ", "))
        }
    }

    // MARK: Values

    private mutating func span(_ node: Node, _ path: String) -> Int64? {
        if let text = node.string, let span = TimeText.duration(text) { return span }
        note(node, "\(path) is \(Self.say(node)); want \(TimeText.durationForms)")
        return nil
    }

    private mutating func count(_ node: Node, _ path: String) -> Int? {
        if let number = node.int, (1...1_000_000).contains(number) { return number }
        note(node, "\(path) is \(Self.say(node)); want a whole number from 1 to 1000000")
        return nil
    }

    /// Whole days, as a number or as a span.
    private mutating func days(_ node: Node, _ path: String) -> Int32? {
        let span = node.string.flatMap { TimeText.duration($0) }
        let days = node.int ?? span.flatMap { $0 % Timestamp.day == 0 ? Int($0 / Timestamp.day) : nil }
        if let days, (1...36_500).contains(days) { return Int32(days) }
        note(node, "\(path) is \(Self.say(node)); want a number of days from 1 to 36500, such as 30 or 30d")
        return nil
    }

    mutating func network(_ node: Node) -> IPNetwork? {
        if let network = node.string.flatMap({ IPNetwork($0) }) { return network }
        note(node, "\(Self.say(node)) is no network; want one such as 10.0.0.0/8 or 2001:db8::/32 (IPv6 up to /64)")
        return nil
    }

    mutating func time(_ node: Node, _ path: String) -> Int64? {
        if let text = node.scalar?.string, let time = TimeText.time(text) { return time }
        note(node, "\(path) is \(Self.say(node)); want a time such as 2027-01-31 or 2027-01-31T08:00:00Z")
        return nil
    }

    /// Whether a time is over by the clock of whoever reads the file.
    func isOver(_ time: Int64) -> Bool { now.map { time <= $0 } ?? false }
}

extension DetectorSettings {
    fileprivate mutating func setWriteScopes(_ scopes: [String]) {
        policy.writeScopes = scopes
        dormantTokenReactivation.writeScopes = scopes
    }
}

internal import Console
package import Detection
internal import Events

/// A policy file as text, with what each number means.
package enum PolicyText {
    /// The whole file for some settings; what is not in it keeps its default. `remarks` are lines of comment.
    package static func text(_ settings: DetectorSettings = DetectorSettings(), remarks: [String] = []) -> String {
        var lines =
            remarks.map(YAMLText.comment) + [
                "# What this server hands out, what its tools need, and when the detectors speak.",
                "# What is left out has the value that stands here. Check it: authtrail policy check FILE",
                "version: 1",
            ]
        for section in PolicySection.general { lines += text(section, settings, indent: "") }
        lines += ["", "# A scope that ends in one of these lets its holder change something."]
        lines += ["write_scopes: " + YAMLText.list(settings.policy.writeScopes)]
        lines += ["", "# How far the clocks of two hosts may differ, where a rule asks what came first."]
        lines += ["clock_skew: " + TimeText.text(duration: settings.dormantTokenReactivation.clockSkew)]
        lines += reasons
        lines += tools(settings.policy.tools)
        lines += ["", "# The thresholds of the detectors.", "detectors:"]
        for section in PolicySection.detectors { lines += text(section, settings, indent: "  ") }
        lines += allowlist
        return lines.joined(separator: "\n") + "\n"
    }

    /// The thresholds of a detector that decide a class, with their values, as a policy names them. What follows an
    /// episode of another class (`follows`) hangs on the thresholds of that as well.
    package static func thresholds(
        of detector: String, class: String, follows: String? = nil, _ settings: DetectorSettings
    ) -> [(name: String, value: String, meaning: String)] {
        let fields = PolicySection.detectors.first { $0.name == detector }?.fields ?? []
        let deciding = [`class`, follows].compactMap { $0 }.compactMap { classes[$0] }
        return fields.filter { field in
            deciding.isEmpty || deciding.contains { $0.contains { field.name.hasPrefix($0) } }
        }.map { field in ("detectors.\(detector).\(field.name)", value(field, settings), field.meaning) }
    }

    /// Of detectors with thresholds for several classes: by class, how the names of those begin that decide it.
    private static let classes: [String: [String]] = [
        "success_after": ["success_"],
        "credential_stuffing": ["windows", "stuffing_", "mismatch_reasons"],
        "distributed": ["windows", "distributed_", "stuffing_mismatch_share", "mismatch_reasons"],
        "stuffing_slow": ["slow_", "stuffing_mismatch_share", "mismatch_reasons"],
        "brute_force": ["windows", "brute_force_"], "volume": ["windows", "volume_"],
        "login_guessing": ["login_guessing_"],
        "broken_client": ["broken_client_"], "scope_probe": ["probe_"], "credential_replay": ["replay_"],
        "dormant_reactivated": ["dormancy", "tiers"], "dormant_from_birth": ["dormancy", "tiers"],
        "unknown_origin": ["dormancy"],
    ]

    private static func text(_ section: PolicySection, _ settings: DetectorSettings, indent: String) -> [String] {
        let pairs = section.fields.map { "\($0.name): \(value($0, settings))" }
        // Short values stand side by side with what they mean; a long list would push the others away.
        let width = pairs.map(\.count).filter { $0 <= 40 }.max() ?? 0
        var lines = section.meaning.isEmpty ? [] : ["", "\(indent)# \(section.meaning)"]
        lines.append("\(indent)\(section.name):")
        for (field, pair) in zip(section.fields, pairs) {
            let padding = String(repeating: " ", count: max(0, width - pair.count))
            lines.append("\(indent)  \(pair)\(padding)  # \(field.meaning)")
        }
        return lines
    }

    private static func value(_ field: PolicyField, _ settings: DetectorSettings) -> String {
        switch field.kind {
        case .span(let setting): TimeText.text(duration: settings[keyPath: setting])
        case .count(let setting): String(settings[keyPath: setting])
        case .days(let setting): String(settings[keyPath: setting])
        case .factor(let setting): String(settings[keyPath: setting])
        case .number(let setting): String(settings[keyPath: setting])
        case .limit(let setting): settings[keyPath: setting].map { String($0) } ?? "none"
        case .spans(let setting):
            "[" + settings[keyPath: setting].map { TimeText.text(duration: $0) }.joined(separator: ", ") + "]"
        case .texts(let setting): YAMLText.list(settings[keyPath: setting])
        case .words(let setting, _): "[" + settings[keyPath: setting].joined(separator: ", ") + "]"
        }
    }

    private static func tools(_ tools: [String: Policy.Tool]) -> [String] {
        let head = [
            "", "# What each tool needs: who may call it, all of which scopes, and whether it changes something.",
            "# authtrail policy suggest proposes this map from what the log shows.",
        ]
        guard !tools.isEmpty else {
            return head + [
                "tools: {}", "#  orders.status: {auth: [api_token, oauth], scopes: [\"orders:read\"], writes: false}",
            ]
        }
        return head + ["tools:"]
            + tools.sorted { $0.key < $1.key }.flatMap { name, tool in
                let auth = YAMLText.list(tool.auth.sorted()), scopes = YAMLText.list(tool.scopes)
                return YAMLText.member(name, "{auth: \(auth), scopes: \(scopes), writes: \(tool.writes)}", indent: "  ")
            }
    }

    private static let reasons = [
        "", "# What words in `reason` of failures mean, beside those that are known, by class. To give words a class,",
        "# write lines such as these in place of the {}:",
        "reasons: {}",
        "#  mismatch: [wrong_key]          # a wrong credential",
        "#  unknown: [no_such_key]         # nobody has such a credential",
        "#  dead: [key_retired]            # expired, revoked, superseded",
        "#  reuse: [refresh_seen_before]   # a spent refresh token or code",
        "#  denied: [plan_too_small]       # a known credential that may not do this: no try of one",
        "#  throttled: [slow_lane]         # nobody looked: counts for nothing",
        "#  other: [bad_request_id]        # nothing that anybody need decide about",
    ]

    private static let allowlist = [
        "",
        "# What somebody has looked at and decided to live with: one of token, principal, actor, agent, tool or "
            + "cidr,",
        "# with an owner, a reason and an end. What is hidden is counted. A success after an attack is never hidden.",
        "allowlist: []",
        "#  - {cidr: 192.0.2.0/24, detectors: [failed-verification-by-ip], owner: secops, reason: scanner of ours,",
        "#     until: 2027-01-31}",
        "", "# Addresses of proxies that hide who calls: failures from them are not held against one client.",
        "trusted_proxies: []",
        "", "# Proxies of ours whose X-Forwarded-For is believed: of a list of addresses the client is the last one",
        "# that is neither private nor one of these. Others may write what they like into such a list.",
        "forwarders: []",
        "", "# When the log is known to be silent: a silence of a token over that time says less.",
        "outages: []", "#  - {from: 2026-03-01, to: 2026-03-03, reason: the shipper was down}",
    ]
}

import Detection
import Events
import Testing

@testable import Policies

struct PolicyTests {
    /// What is wrong in a policy, as `policy check` says it.
    private func problems(_ text: String, now: Int64? = nil) -> [String] {
        var file = PolicyFile()
        return PolicyReader.read(text, now: now, into: &file).map(\.description)
    }

    @Test func `the default policy reads back as the defaults, without a problem`() throws {
        let text = PolicyText.text()
        let file = try PolicyFile(text, name: "policy.yaml", now: nil)
        #expect(file.warnings.isEmpty)
        #expect(file.settings.policy == Policy())
        #expect(file.settings.dormantTokenReactivation == DormantTokenReactivation.Settings())
        #expect(file.settings.failedVerificationByIP == FailedVerificationByIP.Settings())
        #expect(file.allowlist.entries.isEmpty)
        #expect(PolicyText.text(file.settings) == text)
        #expect(!text.contains("\t"))
    }

    @Test func `the comments of a new policy show how a word gets a class, and hold as they stand`() throws {
        let lines = PolicyText.text().split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "reasons: {}"))
        let shown = lines[(start + 1)...].prefix { $0.hasPrefix("#  ") }.map { $0.dropFirst() }
        #expect(shown.count == 7 && shown[0].hasPrefix("  mismatch: [wrong_key]"))
        let text = (["reasons:"] + shown).joined(separator: "\n")
        let read = try PolicyFile(text, name: "p", now: nil).settings.failedVerificationByIP
        #expect(read.mismatchReasons.suffix(2) == ["wrong_key", "no_such_key"])
        #expect(read.throttledReasons.last == "slow_lane" && read.otherReasons.last == "bad_request_id")
    }

    @Test func `numbers, tools and allowances are read`() throws {
        let file = try PolicyFile(
            """
            version: 1
            lifetimes: {api_token: 30d, rotation_overlap: 3d}
            rates: {anonymous_per_ip: 10, api_token_per_token: none}
            write_scopes: [".modify"]
            tools:
              orders.cancel: {auth: [api_token], scopes: ["orders:write"], writes: true}
            detectors:
              dormant-token-reactivation: {dormancy: 45d}
              failed-verification-by-ip: {stuffing_credentials: 8, windows: [10min, 1min]}
            allowlist:
              - {cidr: 192.0.2.0/24, detectors: [failed-verification-by-ip], owner: secops, reason: our scanner,
                 until: 2027-01-31}
            trusted_proxies: [10.0.0.0/8, "2001:db8::/32"]
            forwarders: [198.51.100.0/24]
            reasons: {denied: [Quota-Exceeded, expired], throttled: [wait], mismatch: [nope], unknown: [who]}
            """, name: "p", now: 0)
        let settings = file.settings
        #expect(settings.policy.lifetimes.apiToken == 30 * Timestamp.day)
        #expect(settings.policy.lifetimes.accessToken == Timestamp.hour)
        #expect(settings.policy.rotationOverlap == 3 * Timestamp.day)
        #expect(settings.policy.rates == [.anonymousByIP: 10, .oauthByPrincipal: 300])
        #expect(settings.policy.isWrite("orders.modify") && !settings.policy.isWrite("orders:write"))
        #expect(settings.dormantTokenReactivation.writeScopes == [".modify"])
        #expect(
            settings.policy.tools == [
                "orders.cancel": .init(auth: ["api_token"], scopes: ["orders:write"], writes: true)
            ])
        #expect(settings.dormantTokenReactivation.dormancy == 45 * Timestamp.day)
        #expect(settings.failedVerificationByIP.stuffing.credentials == 8)
        #expect(settings.failedVerificationByIP.windows == [Timestamp.minute, 10 * Timestamp.minute])
        #expect(settings.failedVerificationByIP.trustedProxies.map(\.text) == ["10.0.0.0/8", "2001:db8::/32"])
        let failures = settings.failedVerificationByIP
        #expect(
            failures.deniedReasons.suffix(2) == ["Quota-Exceeded", "expired"]
                && failures.throttledReasons.last == "wait")
        #expect(failures.mismatchReasons.suffix(2) == ["nope", "who"] && !failures.replayReasons.contains("expired"))
        #expect(settings.clients.forwarders.map(\.text) == ["198.51.100.0/24"])
        let entry = try #require(file.allowlist.entries.first)
        #expect(entry.subject.text == "cidr 192.0.2.0/24")
        #expect(entry.owner == "secops" && entry.reason == "our scanner")
        #expect(Timestamp.text(entry.until) == "2027-01-31T00:00:00Z")
    }

    @Test(arguments: [
        ("lifetime: {}", "1:1: the policy has no `lifetime`; did you mean `lifetimes`?"),
        ("version: 2", "1:10: version is `2`; this program knows version 1"),
        (
            "lifetimes:\n  api_token: 90 days",
            "2:14: lifetimes.api_token is `90 days`; want a duration such as "
                + "15min, 24h, 90d or 2w"
        ),
        ("detectors:\n  self-isue: {}", "2:3: detectors has no `self-isue`; did you mean `self-issue`?"),
        ("detectors:\n  self-issue: {}", "2:3: self-issue has no thresholds of its own; leave it out"),
        (
            "detectors:\n  never-used:\n    idle_: 3d",
            "3:5: detectors.never-used has no `idle_`; did you mean `idle`?"
        ),
        ("rates: {anonymous_per_ip: 0}", "1:27: rates.anonymous_per_ip is `0`; want a whole number from 1 to 1000000"),
        ("reasons: {denial: [a]}", "1:11: reasons has no `denial`; did you mean `denied`?"),
        (
            "tools: {a: {auth: [cookie]}}",
            "1:19: tools.a.auth names `cookie`; want anonymous, api_token, oauth or session"
        ),
        ("tools: {a: {scopes: []}}", "1:9: tools.a names no `auth`; say who may call it"),
        (
            "trusted_proxies: [10.0.0.0/40]",
            "1:19: `10.0.0.0/40` is no network; want one such as 10.0.0.0/8 or "
                + "2001:db8::/32 (IPv6 up to /64)"
        ),
        (
            "allowlist: [{token: t, reason: r, until: 2027-01-01}]",
            "1:13: an allowlist entry has no `owner`: what is hidden needs an owner, a reason and an end"
        ),
        (
            "detectors:\n  failed-verification-by-ip:\n    episode_gap: 2h\n    stuffing_few_share: 1.5",
            "4:25: detectors.failed-verification-by-ip.stuffing_few_share is 1.5; want a share from 0 to 1"
        ),
        (
            "detectors:\n  dormant-token-reactivation: {dormancy: 2h}",
            "2:42: detectors.dormant-token-reactivation.dormancy is 2 h; want one day or more"
        ),
        (
            "detectors:\n  new-surroundings: {unseen: 12h}",
            "2:30: detectors.new-surroundings.unseen is `12h`; want a number of days from 1 to 36500, such as 30 or 30d"
        ),
        ("lifetimes: [1]", "1:12: lifetimes is a list; want names with values"),
        ("rates: {}\nrates: {}", "2:1: `rates` stands twice in one mapping"),
    ])
    func `what cannot be meant is named with its place`(_ text: String, _ problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(arguments: ["45", "45d"])
    func `days are a number or a span`(_ days: String) throws {
        let text = "detectors: {new-surroundings: {unseen: \(days)}}"
        #expect(try PolicyFile(text, name: "p", now: 0).settings.newSurroundings.unseen == 45)
    }

    @Test func `a file that is no YAML is named with its line`() {
        #expect(problems("lifetimes: {api_token: 90d\nrates: 3\n").first?.hasPrefix("2:") == true)
    }

    @Test func `an allowance that is over is a warning`() throws {
        let text = "allowlist: [{token: t, owner: o, reason: r, until: 2026-01-01}]"
        #expect(problems(text, now: Timestamp.parse("2026-02-01T00:00:00Z")).first?.contains("warning") == true)
        #expect(problems(text, now: Timestamp.parse("2025-02-01T00:00:00Z")).isEmpty)
        #expect(try PolicyFile(text, name: "p", now: .max).allowlist.entries.count == 1)
    }

    @Test func `everything that is wrong is said at once, in the order of the file`() {
        let error = #expect(throws: PolicyError.self) {
            try PolicyFile("rates: {x: 1}\nlifetimes: {api_token: x}\n", name: "p.yaml", now: nil)
        }
        #expect(error?.problems.map(\.line) == [1, 2])
        #expect(error?.description.contains("p.yaml:1:9: rates has no `x`") == true)
    }
}

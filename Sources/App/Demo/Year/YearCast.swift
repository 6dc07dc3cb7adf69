/// Who plays a part in the planted cases: partners and programs that come after those of the vocabulary.
enum YearCast {
    static let partners = [
        "halcyon-exports", "larkfield-dairy", "osprey-logistics", "meridian-research", "brightwater-health",
        "ledgerline-accounts", "threefold-stocktaking", "foundry-spares", "quayside-stores",
    ]

    static let agents = [
        "halcyon-export/2.1", "larkfield-sync/0.9", "osprey-track/3.3", "meridian-lab/1.0", "brightwater-portal/5.2",
        "ledgerline-close/2025", "threefold-count/1.7", "foundry-parts/0.4", "quayside-pos/4.8", "curl/8.5.0",
        "python-requests/2.32.3", "python-requests/2.25.1", "Go-http-client/1.1", "okhttp/4.9.3", "libwww-perl/6.72",
        "axios/0.21.1", "node-fetch/1.0",
    ]

    static func partner(_ name: String) -> Principal {
        guard let place = partners.firstIndex(of: name) else { preconditionFailure("no partner \(name)") }
        return .partner(UInt16(Vocabulary.partners.count + place))
    }

    static func agent(_ name: String) -> UInt16 {
        guard let place = agents.firstIndex(of: name) else { preconditionFailure("no agent \(name)") }
        return UInt16(Vocabulary.agents.count + place)
    }
}

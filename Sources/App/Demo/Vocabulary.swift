/// The words of the generated server: its tools, the scopes they need, the programs that call it.
struct Vocabulary: Sendable {
    static let scopes = [
        "catalog:read", "inventory:read", "inventory:write", "orders:read", "orders:write", "customers:read",
        "customers:write", "payments:read", "payments:write", "shipping:read", "shipping:write", "reports:read",
        "prices:read", "prices:write", "support:read", "support:write",
    ]

    /// Name, place in `scopes`, usual latency in tenths of a millisecond.
    static let tools: [(name: String, scope: UInt8, latency: UInt32)] = [
        ("catalog.search", 0, 184), ("orders.status", 3, 77), ("inventory.check", 1, 61), ("catalog.item", 0, 39),
        ("orders.list", 3, 242), ("prices.quote", 12, 88), ("shipping.track", 9, 153), ("inventory.list", 1, 311),
        ("customers.find", 5, 124), ("orders.create", 4, 418), ("reports.daily", 11, 1640),
        ("catalog.compare", 0, 266), ("support.ticket", 14, 98), ("payments.status", 7, 203),
        ("orders.history", 3, 377), ("shipping.rates", 9, 512), ("inventory.reserve", 2, 195),
        ("prices.list", 12, 141), ("customers.get", 5, 66), ("orders.update", 4, 229), ("catalog.images", 0, 45),
        ("support.reply", 15, 176), ("shipping.create", 10, 604), ("reports.sales", 11, 2210),
        ("orders.cancel", 4, 187), ("inventory.adjust", 2, 158), ("payments.list", 7, 290),
        ("customers.export", 5, 3905), ("prices.update", 13, 211), ("shipping.cancel", 10, 169),
        ("payments.refund", 8, 733), ("support.search", 14, 222), ("customers.update", 6, 147),
        ("reports.stock", 11, 1475), ("catalog.related", 0, 133), ("inventory.transfer", 2, 389),
        ("payments.capture", 8, 801), ("support.close", 15, 84), ("customers.merge", 6, 452),
        ("shipping.label", 10, 338),
    ]

    static let reasons = [
        "hash_mismatch", "expired", "missing_scope", "malformed_token", "rotated", "left the company", "logout",
        "found in a public repository",
    ]
    static let actors = ["admin:maria", "admin:jonas", "admin:priya", "system:rotation", "admin:tomasz"]
    static let clients = ["desk-assistant", "shop-copilot", "mobile-app", "warehouse-tablet"]
    static let regions = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"]

    private static let trades = [
        "foods", "freight", "retail", "labs", "supply", "books", "motors", "textiles", "pharma", "tools", "garden",
        "media", "travel", "optics", "paper", "energy", "marine", "dairy", "sports", "audio", "glass", "toys",
        "hotels", "bakery", "metals", "studio", "farms", "coffee", "clinics", "cycles", "lighting", "shoes",
        "ceramics", "vision", "outdoor", "print", "seeds", "timber", "wines", "data",
    ]
    private static let places = [
        "acme", "northwind", "alpine", "harbor", "cedar", "lumen", "orchard", "delta", "summit", "juniper", "atlas",
        "willow", "cobalt", "maple", "riviera", "granite", "aurora", "tidal", "prairie", "ember", "sable", "fjord",
        "meadow", "quartz", "saffron", "polar", "canyon", "indigo", "laurel", "nimbus", "ochre", "pebble", "raven",
        "sierra", "tundra", "umber", "velvet", "wander", "yarrow", "zephyr",
    ]

    /// Names of partners; the two steps through 40 words are arranged so that none comes twice in 1,600.
    static let partners: [String] = (0..<1600).map { "\(places[$0 % 40])-\(trades[($0 / 40 + $0 * 7) % 40])" }

    /// Programs that call, the frequent ones first; 60 of them in five versions each.
    static let agents: [String] = {
        let names = [
            "desk-assistant", "mcp-client-python", "shop-copilot", "editor-mcp", "acme-sync", "mcp-inspector",
            "flow-runner", "warehouse-bridge", "chain-mcp", "store-assistant", "order-bot", "erp-connector",
            "hook-relay", "crm-link", "stock-watcher", "price-feed", "ide-bridge", "helpdesk-ai", "retail-hub",
            "logi-agent", "task-runner", "cli-mcp", "web-chat", "team-chat", "form-connector", "billing-sync",
            "bi-export", "kiosk", "pos-terminal", "mobile-shop", "partner-portal", "edi-gateway", "nightly-report",
            "chat-widget", "voice-agent", "supply-planner", "pim-sync", "ads-feed", "returns-desk", "audit-export",
            "label-printer", "fleet-tracker", "b2b-cart", "catalog-mirror", "search-indexer", "mail-assistant",
            "shelf-scanner", "forecast-ml", "invoice-bot", "tax-engine", "qa-monitor", "uptime-check",
            "partner-sdk-go", "partner-sdk-java", "partner-sdk-node", "partner-sdk-php", "partner-sdk-ruby",
            "partner-sdk-dotnet", "low-code-flow", "data-lake-sync",
        ]
        let systems = ["linux", "macos", "windows"]
        return (0..<300).map { "\(names[$0 % 60])/\($0 / 60 + 1).\($0 * 7 % 20) (\(systems[$0 % 3]))" }
    }()

    /// The bit of a tool's scope in `DemoEvent.scopes`.
    static func scope(ofTool tool: UInt8) -> UInt32 { 1 << UInt32(tools[Int(tool)].scope) }

    /// The place of a tool by its name. A word that is not in the list above is a mistake in this module.
    static func tool(_ name: String) -> UInt8 {
        guard let place = tools.firstIndex(where: { $0.name == name }) else { preconditionFailure("no tool \(name)") }
        return UInt8(place)
    }

    /// The place of a reason by its words.
    static func reason(_ text: String) -> UInt8 {
        guard let place = reasons.firstIndex(of: text) else { preconditionFailure("no reason \(text)") }
        return UInt8(place)
    }
}

/// The words as bytes, as a line takes them; a scenario may add partners and programs of its own at the end.
struct LineTexts: Sendable {
    let partners: TextTable
    let agents: TextTable
    let tools = TextTable(Vocabulary.tools.map { $0.name })
    let scopes = TextTable(Vocabulary.scopes)
    let reasons = TextTable(Vocabulary.reasons)
    let actors = TextTable(Vocabulary.actors)
    let clients = TextTable(Vocabulary.clients)
    let regions = TextTable(Vocabulary.regions)

    init(morePartners: [String] = [], moreAgents: [String] = []) {
        partners = TextTable(Vocabulary.partners + morePartners)
        agents = TextTable(Vocabulary.agents + moreAgents)
    }
}

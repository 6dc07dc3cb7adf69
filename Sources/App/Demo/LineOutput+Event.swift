/// The text of an event: one order of fields for all kinds, and only the fields that the event has.
extension LineOutput {
    mutating func line(_ event: DemoEvent, _ texts: borrowing LineTexts, ids: inout SeededRandom) throws {
        switch event.damage {
        case nil:
            fields(event, texts, ids: &ids)
        case .truncated:
            fields(event, texts, ids: &ids)
            cutLine(toHundredths: ids.within(15...90))
        case .some(let damage):
            spoiled(event, damage, texts, ids: &ids)
        }
        try endLine()
    }

    private mutating func fields(_ event: DemoEvent, _ texts: borrowing LineTexts, ids: inout SeededRandom) {
        text("{\"ts\":\"")
        time(event.ms)
        rest(event, texts, ids: &ids)
    }

    /// Everything after the time.
    private mutating func rest(_ event: DemoEvent, _ texts: borrowing LineTexts, ids: inout SeededRandom) {
        text("\",\"event\":\"")
        kind(event.kind)
        text("\",\"event_id\":\"")
        ulid(event.ms, (ids.next(), ids.next()))
        byte(0x22)
        credential(event.token, "token_id")
        whose(event, texts)
        if let actor = event.actor { field(",\"actor\":\"", Int(actor), of: texts.actors) }
        if event.scopes != 0 { scopes(event.scopes, texts) }
        if let expires = event.expires {
            text(",\"expires_at\":\"")
            time(expires)
            byte(0x22)
        }
        if let tool = event.tool { field(",\"tool\":\"", Int(tool), of: texts.tools) }
        if let reason = event.reason { field(",\"reason\":\"", Int(reason), of: texts.reasons) }
        surroundings(event, texts)
        grant(event, texts)
        if let region = event.region { field(",\"region\":\"", Int(region), of: texts.regions) }
        if event.hasRequest {
            text(",\"request_id\":\"")
            hex(ids.next(), width: 16)
            byte(0x22)
        }
        byte(0x7D)
    }

    private mutating func whose(_ event: DemoEvent, _ texts: borrowing LineTexts) {
        switch event.pattern {
        case .unsaid: break
        case .anonymous: text(",\"kind\":\"anonymous\"")
        case .apiToken: text(",\"kind\":\"api_token\"")
        case .oauth: text(",\"kind\":\"oauth\"")
        }
        switch event.principal {
        case .absent: break
        case .partner(let place): field(",\"principal\":\"partner:", Int(place), of: texts.partners)
        case .user(let number):
            text(",\"principal\":\"user:")
            self.number(UInt64(number))
            byte(0x22)
        }
    }

    private mutating func surroundings(_ event: DemoEvent, _ texts: borrowing LineTexts) {
        if event.address != .absent {
            text(",\"ip\":\"")
            address(event.address)
            byte(0x22)
        }
        if let agent = event.agent { field(",\"user_agent\":\"", Int(agent), of: texts.agents) }
        if let latency = event.latency {
            text(",\"latency_ms\":")
            number(UInt64(latency / 10))
            byte(0x2E)
            byte(0x30 + UInt8(truncatingIfNeeded: latency % 10))
        }
        if let success = event.success {
            if success { text(",\"success\":true") } else { text(",\"success\":false") }
        }
        if event.presented != 0 {
            text(",\"presented\":\"")
            hex(event.presented, width: 16)
            byte(0x22)
        }
    }

    private mutating func grant(_ event: DemoEvent, _ texts: borrowing LineTexts) {
        credential(event.old, "old_token_id")
        credential(event.refresh, "refresh_token_id")
        if let client = event.client { field(",\"client_id\":\"", Int(client), of: texts.clients) }
        if event.family != 0 {
            text(",\"family_id\":\"fam_")
            base32(event.family, width: 8)
            byte(0x22)
        }
        if event.code != 0 {
            text(",\"code_id\":\"")
            hex(event.code, width: 16)
            byte(0x22)
        }
    }

    @inline(__always)
    private mutating func field(_ before: StaticString, _ place: Int, of table: borrowing TextTable) {
        text(before)
        text(place, of: table)
        byte(0x22)
    }

    private mutating func kind(_ kind: DemoEvent.Kind) {
        switch kind {
        case .issued: text("issued")
        case .used: text("used")
        case .revoked: text("revoked")
        case .failed: text("failed")
        case .exchanged: text("exchanged")
        case .refreshed: text("refreshed")
        }
    }

    private mutating func credential(_ credential: Credential, _ name: StaticString) {
        if credential.prefix == .absent { return }
        text(",\"")
        text(name)
        text("\":\"")
        switch credential.prefix {
        case .absent: break
        case .anonymous: text("anonymous")
        case .token: text("tok_")
        case .access: text("at_")
        case .refresh: text("rt_")
        }
        if credential.prefix != .anonymous { base32(credential.number, width: 8) }
        byte(0x22)
    }

    private mutating func scopes(_ set: UInt32, _ texts: borrowing LineTexts) {
        text(",\"scopes\":[")
        var rest = set
        while rest != 0 {
            byte(0x22)
            text(rest.trailingZeroBitCount, of: texts.scopes)
            byte(0x22)
            rest &= rest - 1
            if rest != 0 { byte(0x2C) }
        }
        byte(0x5D)
    }

    private mutating func address(_ address: Address) {
        switch address {
        case .absent: break
        case .v4(let bits):
            number(UInt64(bits >> 24)); byte(0x2E)
            number(UInt64(bits >> 16 & 255)); byte(0x2E)
            number(UInt64(bits >> 8 & 255)); byte(0x2E)
            number(UInt64(bits & 255))
        case .v6(let a, let b, let c):
            text("2001:db8:")
            hex(UInt64(a)); byte(0x3A)
            hex(UInt64(b)); text("::")
            hex(UInt64(c))
        }
    }
}

/// Lines that no reader may take for an event.
extension LineOutput {
    private mutating func spoiled(
        _ event: DemoEvent, _ damage: Damage, _ texts: borrowing LineTexts, ids: inout SeededRandom
    ) {
        var event = event
        switch damage {
        case .truncated: break
        case .impossibleDate:
            text("{\"ts\":\"2025-02-30T12:00:00.000Z")
            rest(event, texts, ids: &ids)
        case .noZone:
            text("{\"ts\":\"2025-03-01 08:15:00.250")
            rest(event, texts, ids: &ids)
        case .unknownEvent:
            text("{\"ts\":\"")
            time(event.ms)
            text("\",\"event\":\"heartbeat\",\"uptime_s\":")
            number(UInt64(ids.below(1_000_000)))
            byte(0x7D)
        case .noToken:
            event.token = .absent
            fields(event, texts, ids: &ids)
        case .notJSON:
            text("WARN auth-gateway: log queue is full, dropped ")
            number(UInt64(ids.within(2...90)))
            text(" messages")
        case .notAnObject:
            text("[\"")
            time(event.ms)
            text("\",\"used\",\"heartbeat\"]")
        }
    }
}

/// Failed verifications that are no accident, each far above what a detector asks for, and one client that is only
/// broken.
extension YearStory {
    mutating func plantFailures() {
        plantStuffing(on: 40, hour: 3, .v4(203, 0, 113, 77), "python-requests/2.25.1", tries: 260, minutes: 14)
        plantStuffing(on: 97, hour: 19, .v4(198, 51, 100, 140), "Go-http-client/1.1", tries: 480, minutes: 38)
        plantSlowStuffing()
        plantStuffingWithSuccess()
        plantBruteForce()
        plantDistributed()
        plantVolume()
        plantBrokenClient()
    }

    @discardableResult
    private mutating func plantStuffing(
        on day: Int, hour: Int, _ address: Address, _ agent: String, tries: Int, minutes: Int
    ) -> Int64 {
        let first = start(of: day) + Int64(hour) * Rhythm.hour + Int64(random.below(1_200_000))
        var made: [UInt64] = []
        var last = first
        for place in 0..<tries {
            // The first and the last are at the ends; every twelfth tries an earlier credential once more.
            let ms = first + (place < 2 ? Int64(place) : Int64(random.below(minutes * 60_000)))
            let again = place % 12 == 11 ? made[place - 7] : random.next() | 1
            made.append(again)
            plant(failure(at: ms, from: address, with: agent, presenting: again))
            last = max(last, ms)
        }
        note(
            .credentialStuffing, address.text, first, last,
            "\(address.text) tried \(Set(made).count) different credentials in \(minutes) minutes, all of them wrong.")
        return last
    }

    /// Every address of the network stays below the thresholds; the network does not.
    private mutating func plantSlowStuffing() {
        let first = start(of: 205) + Rhythm.hour + Int64(random.below(600_000))
        var last = first
        for place in 0..<180 {
            let ms = first + Int64(place) * 6 * 60_000 + (place == 0 ? 0 : Int64(random.below(200_000)))
            let address = Address.v6(0x5E1F, 0x7, UInt16(place % 15 + 1))
            plant(failure(at: ms, from: address, with: "libwww-perl/6.72", presenting: random.next() | 1))
            last = ms
        }
        note(
            .credentialStuffing, "2001:db8:5e1f:7::/64", first, last,
            "15 addresses of 2001:db8:5e1f:7::/64 tried 180 credentials in 18 hours, one every six minutes.")
    }

    /// The other one to find today: the burst, and then a key of a real partner that fits.
    private mutating func plantStuffingWithSuccess() {
        let address = Address.v4(192, 0, 2, 44)
        let agent = "python-requests/2.32.3"
        let last = plantStuffing(on: Self.days - 1, hour: 9, address, agent, tries: 420, minutes: 11)
        let victim = partners[min(3, partners.count - 1)]
        let first = last + 24 * 60_000 + Int64(random.below(60_000))
        for step in 0..<4 {
            let tool = victim.tools[step % victim.tools.count]
            var event = DemoEvent(.used, at: first + Int64(step) * 12_730)
            event.pattern = .apiToken
            event.principal = victim.principal
            event.tool = tool
            event.scopes = Vocabulary.scope(ofTool: tool)
            event.address = address
            event.agent = YearCast.agent(agent)
            event.latency = DemoEvent.latency(of: tool, random.next())
            event.success = true
            plant(event)
        }
        guard case .partner(let place) = victim.principal else { return }
        note(
            .successAfter, address.text, first, first + 3 * 12_730,
            "After 420 failures \(address.text) was accepted with the token of partner:\(texts.partners[Int(place)]), "
                + "which had never been used from there.")
    }

    private mutating func plantBruteForce() {
        let address = Address.v4(198, 51, 100, 9)
        let targets = [newCredential(.token), newCredential(.token)]
        let first = start(of: 143) + 22 * Rhythm.hour
        var ms = first
        for place in 0..<240 {
            let agent = place % 5 == 0 ? "curl/8.5.0" : "okhttp/4.9.3"
            var event = failure(at: ms, from: address, with: agent, presenting: 0)
            event.token = targets[place % 7 == 0 ? 1 : 0]
            plant(event)
            // Bursts and pauses, on average two tries in three seconds.
            let pause = random.chance(100) ? random.within(6000...16_000) : random.within(120...1600)
            if place < 239 { ms += Int64(pause) }
        }
        note(
            .bruteForce, address.text, first, ms,
            "\(address.text) guessed at the secrets of two tokens 240 times in \((ms - first) / 60_000) minutes.")
    }

    private mutating func plantDistributed() {
        let agent = "node-fetch/1.0"
        let first = start(of: 262) + 4 * Rhythm.hour
        var last = first
        for place in 0..<160 {
            let ms = first + (place == 0 ? 0 : Int64(random.below(50 * 60_000)))
            let host = UInt32(place % 48)
            let address: Address =
                switch host % 4 {
                case 3: .v6(0x6100 + UInt16(host), UInt16(host) + 1, 0x1A)
                case 1: .v4(203, 0, 113, 150 + host)
                default: .v4(198, 51, 100, 150 + host)
                }
            plant(failure(at: ms, from: address, with: agent, presenting: random.next() | 1))
            last = max(last, ms)
        }
        note(
            .distributed, agent, first, last,
            "\(agent) tried 160 credentials in 50 minutes from 48 addresses, three or four from each.")
    }

    private mutating func plantVolume() {
        let address = Address.v4(203, 0, 113, 200)
        let agents = ["okhttp/4.9.3", "axios/0.21.1", "curl/8.5.0"]
        let first = start(of: 176) + 13 * Rhythm.hour
        var last = first
        for place in 0..<150 {
            let ms = first + (place == 0 ? 0 : Int64(random.below(48 * 60_000)))
            var event = failure(at: ms, from: address, with: agents[random.below(3)], presenting: 0)
            event.reason = Vocabulary.reason("malformed_token")
            plant(event)
            last = max(last, ms)
        }
        note(
            .volume, address.text, first, last,
            "\(address.text) failed 150 times in 48 minutes, and the log does not say with which credentials.")
    }

    /// Its token expires and nobody notices for four hours: the program asks again every minute.
    private mutating func plantBrokenClient() {
        let shop = LongToken("quayside-stores", "quayside-pos/4.8", .v4(198, 19, 201, 77), story: &self)
        let issued = issue(shop, on: 250, forDays: 60, tools: ["orders.create", "inventory.check"])
        work(shop, on: 251..<310, tools: ["orders.create", "inventory.check"])
        let first = issued + 60 * Rhythm.day + 20_000
        var ms = first
        for place in 0..<240 {
            var event = failure(at: ms, from: shop.address, with: "quayside-pos/4.8", presenting: 0)
            event.token = shop.token
            event.principal = YearCast.partner(shop.partner)
            event.reason = Vocabulary.reason("expired")
            plant(event)
            if place < 239 { ms += 59_000 + Int64(random.below(2000)) }
        }
        note(
            .brokenClient, shop.address.text, first, ms,
            "\(name(of: shop)) of partner:\(shop.partner) expired, and its program asked again every minute for four "
                + "hours.")
        let next = LongToken("quayside-stores", "quayside-pos/4.8", shop.address, story: &self)
        issue(next, on: 311, forDays: 90, tools: ["orders.create", "inventory.check"])
        work(next, on: 312..<Self.days, tools: ["orders.create", "inventory.check"])
    }

    private func failure(
        at ms: Int64, from address: Address, with agent: String, presenting presented: UInt64
    ) -> DemoEvent {
        var event = DemoEvent(.failed, at: ms)
        event.pattern = .apiToken
        event.reason = Vocabulary.reason("hash_mismatch")
        event.address = address
        event.agent = YearCast.agent(agent)
        event.presented = presented
        return event
    }
}

import Events

@testable import Detection

/// The rules that look at named tokens, at weeks, and at addresses that many share.
extension FailureOracle {
    // MARK: Slow stuffing

    func slowRuns(_ key: String, _ rows: [Event]) -> [Run] {
        let stuffing = all(rows, settings.windows, isStuffing)
        let bursts = extended(joined(rows, counting(stuffing)), rows) { place in
            stuffing.contains { $0.rows.contains(place) }
        }
        let slow = rows.filter { row in
            credential(row) != nil && !bursts.contains { $0.first <= row.ts && row.ts <= $0.last }
        }
        let rule = settings.slowStuffing
        let spans = qualifying(slow, [rule.width]) { rows in
            let attempts = Dictionary(grouping: rows.compactMap(credential)) { $0 }.mapValues { $0.count }
            let few = attempts.values.filter { $0 <= settings.stuffing.fewAttempts }.count
            return attempts.count >= rule.credentials && Double(few) / Double(attempts.count) >= rule.fewShare
                && Set(rows.map { Timestamp.day(of: $0.ts) }).count >= rule.days
                && Double(rows.filter(isMismatch).count) / Double(rows.count) >= settings.stuffing.mismatchShare
        }
        return joined(slow, spans).map { run("stuffing_slow", key, slow, $0) }
    }

    // MARK: Named tokens

    func namedRuns(_ key: String, _ rows: [Event]) -> [Run] {
        runs("credential_replay", key, rows.filter(isReplay))
            + runs("scope_probe", key, rows.filter { isProbe($0, rows) })
    }

    private func runs(_ kind: String, _ key: String, _ rows: [Event]) -> [Run] {
        var runs: [Run] = []
        for row in rows {
            if let end = runs.last, row.ts - end.last < settings.episodeGap {
                runs[runs.count - 1].last = row.ts
                runs[runs.count - 1].number += 1
            } else {
                runs.append(Run(kind: kind, subject: key, first: row.ts, last: row.ts, number: 1, keys: [key]))
            }
        }
        return runs
    }

    private func isReplay(_ failure: Event) -> Bool {
        guard settings.replayReasons.contains(failure[.reason] ?? ""), failure[.tokenID] != nil,
            failure[.userAgent] != nil
        else { return false }
        let uses = events.filter {
            $0.kind == .used && $0[.tokenID] == failure[.tokenID] && $0.ts < failure.ts
        }
        return !uses.isEmpty
            && !uses.contains {
                key($0) == key(failure) || $0[.userAgent] == failure[.userAgent]
            }
    }

    private func isProbe(_ failure: Event, _ rows: [Event]) -> Bool {
        let rule = settings.scopeProbe
        func belongs(_ row: Event) -> Bool {
            rule.reasons.contains(row[.reason] ?? "") && row[.tokenID] != nil && row[.tokenID] == failure[.tokenID]
        }
        guard belongs(failure) else { return false }
        let own = rows.filter(belongs)
        return contents(own, rule.width).contains { content in
            let inside = own[content]
            return inside.contains { $0.ts == failure.ts && $0 == failure }
                && Set(inside.compactMap { $0[.tool] }).count >= rule.tools
        }
    }

    // MARK: Networks

    private func network(_ key: String, _ family: IPKey.Family) -> String? {
        guard let key = IPKey(named: key), key.family == .v6 else { return nil }
        return key.widened(to: family).text
    }

    func isOf(_ key: String, _ run: Run) -> Bool {
        run.keys.contains(key) || run.keys == [network(key, .v56)] || run.keys == [network(key, .v48)]
    }

    func networkRuns(_ failures: [Event]) -> [Run] {
        [(IPKey.Family.v48, IPKey.Family.v56), (.v56, .v6)].flatMap { family, member in
            Dictionary(grouping: failures) { key($0).flatMap { network($0, family) } }.flatMap { name, rows -> [Run] in
                guard let name else { return [] }
                func isMany(_ rows: [Event]) -> Bool {
                    Set(rows.compactMap { key($0).flatMap { network($0, member) } }).count >= settings.networkMembers
                }
                let most = settings.bruteForce.credentials
                let one = qualifying(rows, settings.windows) { isMany($0) && isBruteForce($0, on: 1...1) }
                let few = qualifying(rows, settings.windows) { isMany($0) && isBruteForce($0, on: 2...most) }
                let volume = qualifying(rows, [settings.volume.width]) { rows in
                    isMany(rows) && rows.filter { credential($0) == nil }.count >= settings.volume.failures
                }
                let stuffing = all(rows, settings.windows) { isMany($0) && isStuffing($0) }
                let brute = all(rows, settings.windows) { isMany($0) && isBruteForce($0, on: 1...most) }
                return folded(
                    [
                        (
                            "credential_stuffing", counting(stuffing),
                            { place in
                                stuffing.contains { $0.rows.contains(place) }
                            }
                        ),
                        ("brute_force", counting(one + few), { place in brute.contains { $0.rows.contains(place) } }),
                        guessing(rows, isMany), ("volume", volume, { _ in false }),
                    ], name, rows)
            }
        }
    }

    /// What is told of clients and networks: not what is usual, and not what a network says of its members.
    func withoutMembers(_ runs: [Run]) -> [Run] {
        let order = FailureClass.allCases.map(\.rawValue)
        func isWithin(_ run: Run, _ other: Run, _ family: IPKey.Family) -> Bool {
            guard let key = IPKey(named: run.subject), key.family != .v4,
                family.prefix < key.family.prefix
            else { return false }
            let network = IPKey(family: .v6, bits: key.bits).widened(to: family).text
            return other.subject == network && other.first <= run.first && run.last <= other.last
                && (order.firstIndex(of: other.kind) ?? 0) <= (order.firstIndex(of: run.kind) ?? 0)
        }
        let wide = runs.filter { run in !runs.contains { run.subject.hasSuffix("/56") && isWithin(run, $0, .v48) } }
        let told = wide.filter(isTold)
        return told.filter { run in
            !told.contains { isWithin(run, $0, .v56) || isWithin(run, $0, .v48) }
        }
    }

    // MARK: Shared egress

    /// Whether a run is told although many may share its address.
    func isTold(_ run: Run) -> Bool {
        let kinds = ["credential_stuffing", "stuffing_slow", "volume", "login_guessing"]
        guard kinds.contains(run.kind), let first = run.peak.first,
            let last = run.peak.last
        else { return true }
        let rule = settings.sharedEgress
        let past = run.first - rule.past..<run.first
        let own = accepted.filter { key($0).map { isOf($0, run) } ?? false }
        guard Set(own.filter { past.contains($0.ts) }.compactMap { $0[.principal] }).count >= rule.principals else {
            return true
        }
        let meanwhile = own.filter { $0.ts >= first.ts && $0.ts <= last.ts }.count
        let (failures, countsAll) = (run.peak.count, ["volume", "login_guessing"].contains(run.kind))
        let number = countsAll ? failures : Set(run.peak.compactMap(credential)).count
        let before = events.filter {
            $0.kind == .failed && isTry($0) && key($0).map { isOf($0, run) } ?? false && past.contains($0.ts)
        }
        let usual = before.map { end in
            let inside = before.filter { $0.ts <= end.ts && $0.ts > end.ts - run.width }
            return countsAll ? inside.count : Set(inside.compactMap(credential)).count
        }.sorted()
        let p99 = usual.isEmpty ? 0 : usual[(usual.count * 99 + 99) / 100 - 1]
        return Double(failures) / Double(failures + meanwhile) >= rule.failureRatio && number >= rule.surge * p99
    }
}

internal import Events
internal import Foundation
internal import GRDB
internal import Rollups

/// Of each token the last day of those that were dropped: how often it was used then, first and last.
///
/// Columns by token number, so that millions of token-days pass without a dictionary.
struct RetainedTokenDays {
    private static let never = Int32.min

    private var day: [Int32] = []
    private var uses: [UInt32] = []
    private var first: [Int64] = []
    private var last: [Int64] = []

    /// Takes in a block; blocks may come in any order.
    mutating func add(_ block: TokenDays) {
        if let most = block.tokens.last, Int(most) >= day.count {
            let more = max(Int(most) + 1, day.count * 2) - day.count
            day += repeatElement(Self.never, count: more)
            uses += repeatElement(0, count: more)
            first += repeatElement(0, count: more)
            last += repeatElement(0, count: more)
        }
        for place in 0..<block.count {
            let token = Int(block.tokens[place])
            if block.day > day[token] {
                day[token] = block.day
                (uses[token], first[token]) = (block.uses[place], block.first[place])
                last[token] = block.last[place]
            } else if block.day == day[token] {
                uses[token] = uses[token].addingReportingOverflow(block.uses[place]).partialValue
                first[token] = min(first[token], block.first[place])
                last[token] = max(last[token], block.last[place])
            }
        }
    }

    /// The blocks of all days, ascending.
    func blocks() -> [TokenDays] {
        var blocks: [Int32: TokenDays] = [:]
        for token in day.indices where day[token] != Self.never {
            var block = blocks.removeValue(forKey: day[token]) ?? TokenDays(day: day[token])
            block.tokens.append(UInt32(token))
            block.uses.append(uses[token])
            block.first.append(first[token])
            block.last.append(last[token])
            blocks[day[token]] = block
        }
        return blocks.values.sorted { $0.day < $1.day }
    }

    /// Brings `kept_token_days` and the days of `pruned_tokens` up to date, before the segments' own blocks go.
    static func keep(of segments: [SegmentRecord], _ db: Database) throws {
        var days = RetainedTokenDays()
        let kept = try Row.fetchCursor(db, sql: "SELECT * FROM kept_token_days")
        let last = try db.lastToken()
        while let row = try kept.next() { days.add(try TokenDays(row: row, lastToken: last)) }
        for segment in segments {
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM token_day_blocks WHERE segment_id = ?", arguments: [segment.id])
            while let row = try rows.next() { days.add(try TokenDays(row: row, lastToken: last)) }
        }
        let blocks = days.blocks()
        try write(blocks, db)
        let note = try BoundStatement(
            db.makeStatement(
                sql: """
                    UPDATE pruned_tokens SET day_uses = ?, day_first = ?
                    WHERE token_id = (SELECT token_id FROM main.tokens WHERE token_no = ?)
                    """))
        for block in blocks {
            for place in 0..<block.count {
                try note.run([Int64(block.uses[place]), block.first[place], Int64(block.tokens[place])])
            }
        }
    }

    /// Makes `kept_token_days` from what `pruned_tokens` says, as after a rebuild, whose tokens have other numbers.
    static func blocks(from db: Database) throws -> [TokenDays] {
        var days = RetainedTokenDays()
        let all = try Row.fetchCursor(
            db,
            sql: """
                SELECT t.token_no, p.day_uses, p.day_first, p.last_use
                FROM main.pruned_tokens AS p JOIN main.tokens AS t ON t.token_id = p.token_id
                WHERE p.day_uses IS NOT NULL
                """)
        while let row = try all.next() {
            let last = try row.time("last_use")
            var block = TokenDays(day: Timestamp.day(of: last))
            let number = try row.int64("token_no", .token)
            block.tokens = [UInt32(number)]
            let uses = try row.count("day_uses"), first = try row.time("day_first")
            guard Timestamp.day(of: first) == block.day, first <= last, uses > 0 else {
                throw ImpossibleNumber(column: "day_first", value: first, wanted: "first use on the last use's day")
            }
            block.uses = [UInt32(clamping: uses)]
            block.first = [first]
            block.last = [last]
            days.add(block)
        }
        return days.blocks()
    }

    static func write(_ blocks: [TokenDays], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM kept_token_days")
        let statement = try db.makeStatement(sql: "INSERT INTO kept_token_days (day, tokens, times) VALUES (?, ?, ?)")
        for block in blocks {
            let (tokens, times) = block.encoded()
            try statement.execute(arguments: [block.day, tokens.asData, times.asData])
        }
    }
}

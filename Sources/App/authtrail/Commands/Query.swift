internal import ArgumentParser
internal import Console
internal import Events
internal import Queries
internal import Reports

/// `authtrail query SQL`
struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask in SQL (SQLite). The statement can only read.",
        discussion: """
            TABLES
              events       every stored event; also date, the UTC day
              token_days   uses of each token by UTC day (first_use, last_use, previous_day); no segment is opened
              ip_hours     failures by address, UTC day and hour; no segment is opened
              failures_by_ip('1h')
                           the most failures and credentials of each address in any sliding window; also
                           failures_by_ip(window, since, until, min_failures, top)
              tokens       what is known about each token: issued, expires, revoked, superseded, first and last use
              event_days   events by UTC day and kind
              log_span     where the log begins and ends
              quarantine   lines that are no events
              sources, segments, batches, runs, findings, prunes (what was dropped)
            TIMES
              are texts, 2026-04-26T00:11:41.212000Z, and compare with '2026-04-26', '2026-04-26 10:00' and the
              like; date(ts), strftime('%H', ts) and LIKE read them. Calculate with their microseconds: ts_us,
              last_use_us, … A comparison that would answer wrongly is refused, with how to write it.
            FUNCTIONS
              time_text(micros or text) gives a time, time_micros(text) its microseconds; client(ip) is the client
              that detectors count an address as (events, ip_hours and tokens have addresses as logged);
              mark(value) is how a value is stored: its mark if it is a credential, else the value itself;
              mark(value, type) its mark of a type; has_mark(text, value) whether a text holds its mark, of
              any type. They need the key of the marks (Docs/secrets.md)

            EXAMPLES
              authtrail query "SELECT event, count(*) FROM events GROUP BY event"
              authtrail query "SELECT ts, tool, ip FROM events WHERE token_id = 'tok_7' AND ts >= '2026-04-26 10:00'"
              authtrail query - < statement-with-a-credential.sql
            """)

    @Argument(help: "One statement that reads; \(Typed.help).")
    var sql: String

    @OptionGroup var trail: TrailOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        Process.keepLittleMemory()
        let statement = try Typed.text(sql)
        let clients = try policy.clients(for: statement, trail: trail.path)
        let result = try QueryRunner(trail.open(), clients).run(sql: statement)
        try output.write { try print(result.table("query"), as: output.format, to: $0) }
    }
}

internal import ArgumentParser
internal import Console
internal import Queries
internal import Reports

/// `authtrail query SQL`
struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask in SQL (SQLite). The statement can only read.",
        discussion: """
            TABLES
              events       every stored event; ts and expires_at are microseconds, UTC; also date
              token_days   uses of each token by UTC day (first_use, last_use, previous_day); no segment is opened
              ip_hours     failures by address, UTC day and hour; no segment is opened
              failures_by_ip('1h')
                           the most failures and credentials of each address in any sliding window; also
                           failures_by_ip(window, since, until, min_failures, top)
              tokens       what is known about each token: issued, expires, revoked, superseded, first and last use
              event_days   events by UTC day and kind
              quarantine   lines that are no events
              sources, segments, batches, runs, findings, prunes (what was dropped)
            FUNCTIONS
              time_text(micros) gives RFC 3339, time_micros(text) the other way; client(ip) is the client that
              detectors count an address as (events, ip_hours and tokens have addresses as logged)

            EXAMPLES
              authtrail query "SELECT event, count(*) FROM events GROUP BY event"
              authtrail query "SELECT time_text(ts), tool, ip FROM events WHERE token_id = 'tok_7' ORDER BY ts"
            """)

    @Argument(help: "One statement that reads.")
    var sql: String

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        Process.keepLittleMemory()
        let result = try QueryRunner(trail.open()).run(sql: sql)
        try output.write { try print(result.table("query"), as: output.format, to: $0) }
    }
}

/// The SQL of every report, built into the program. A report is one file in `sql/` and one line here.
package enum QueryFiles {
    /// Name (as in `authtrail report NAME`) and text of each file, in the order in which `authtrail queries` lists
    /// them.
    package static let all: [(name: String, sql: [UInt8])] = [
        ("dormant-tokens", PackageResources.dormant_tokens_sql),
        ("dormant-tokens-gap", PackageResources.dormant_tokens_gap_sql),
        ("failed-by-ip", PackageResources.failed_by_ip_sql),
        ("failures-by-reason", PackageResources.failures_by_reason_sql),
        ("events-by-day", PackageResources.events_by_day_sql),
        ("token-activity", PackageResources.token_activity_sql),
        ("principals", PackageResources.principals_sql),
        ("quarantine", PackageResources.quarantine_sql),
    ]
}

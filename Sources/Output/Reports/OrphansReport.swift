internal import Console
internal import Events
internal import Trail

/// What reports say of `orphans/`.
enum OrphansReport {
    static func json(_ orphans: Orphans) -> JSONValue {
        [
            "files": .int(Int64(orphans.files)), "bytes": .int(orphans.bytes),
            "months": .strings(orphans.months.map(Timestamp.monthText)),
        ]
    }
}

internal import Console
internal import Events
internal import Logging

/// Writes log messages as lines for people and for the journal of systemd: the time in UTC, and a sentence.
struct LineLog: LogHandler {
    let output: Output
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = output.terminal.paint(Timestamp.text(Clock.now() / 1_000_000 * 1_000_000), .dim)
        // A message may hold the name of a file, which can be any bytes.
        let text = SafeText.visible("\(event.message)")
        let isAlarm = event.level >= .warning
        // Nobody to tell it to is no reason to stop.
        try? output.line("\(time) \(isAlarm ? output.terminal.paint(text, .yellow) : text)")
        try? output.flush()
    }
}

/// What a generated log looks like: its size, its time and what happens in it.
///
/// The same scenario gives the same bytes on every platform.
package struct DemoScenario: Sendable {
    enum Story: Sendable { case benchmark, year }

    let story: Story
    /// Lines, the spoiled ones included.
    let lines: Int
    let seed: UInt64
    /// Milliseconds since the epoch, UTC; the log lies in `start..<end`.
    let start: Int64
    let end: Int64

    /// A steady mix for measuring: 120 days from 2025-01-01, 50,000 tokens by Zipf's law, 200,000 addresses, 300 user
    /// agents, 40 tools, about 88 % `used` and 8 % `failed`, and a burst of failures every 53 hours.
    ///
    /// Exactly `events` lines, none of them spoiled, about 325 bytes each.
    package static func benchmark(events: Int, seed: UInt64 = 1) -> DemoScenario {
        let start: Int64 = 1_735_689_600_000
        let end = start + Int64(BenchmarkMix.days) * Rhythm.day
        return DemoScenario(story: .benchmark, lines: max(0, events), seed: seed, start: start, end: end)
    }

    /// A year of an MCP server's auth log, with the cases of `PlantedCase` in it and nothing else that stands out.
    ///
    /// Exactly `events` lines, of which `DemoSummary.badLines` are spoiled; at least 20,000, so that the planted cases
    /// stay a small part. `endingAt` is in microseconds since the epoch, UTC; the log lies in the 365 days before it,
    /// which must fall into the years 1971 to 9999 (other times are moved to the nearest of these).
    package static func year(events: Int = 400_000, seed: UInt64 = 1, endingAt: Int64) -> DemoScenario {
        let end = min(max(endingAt / 1000, 63_072_000_000), 253_370_764_800_000)
        return DemoScenario(
            story: .year, lines: max(20_000, events), seed: seed, start: end - 365 * Rhythm.day, end: end)
    }
}

/// Writes the log of a scenario as NDJSON, in the order of time, with bounded memory.
package struct DemoGenerator: Sendable {
    private let scenario: DemoScenario

    package init(_ scenario: DemoScenario) { self.scenario = scenario }

    /// Writes all lines and says what was written.
    ///
    /// The sink gets pieces of about 1 MiB that end at the end of a line; the bytes are valid only during the call.
    /// `progress` is called after each piece with the lines and bytes so far. Throws only what the sink throws.
    @discardableResult
    package func write(
        progress: ((_ lines: Int, _ bytes: Int) -> Void)? = nil, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> DemoSummary {
        try withoutActuallyEscaping(sink) { sink in
            var output = LineOutput(progress: progress, sink: sink)
            var planted: [PlantedCase] = []
            switch scenario.story {
            case .benchmark:
                var mix = BenchmarkMix(scenario)
                try mix.write(to: &output)
            case .year:
                var year = YearStory(scenario)
                try year.write(to: &output)
                planted = year.cases
            }
            try output.finish()
            return DemoSummary(lines: output.lines, bytes: output.bytes, planted: planted)
        }
    }
}

/// What was written.
package struct DemoSummary: Sendable, Equatable {
    package let lines: Int
    package let bytes: Int
    /// The answer key, in the order of time.
    package let planted: [PlantedCase]

    /// Lines that belong in quarantine.
    package var badLines: Int { planted.count { $0.kind == .badLine } }
}

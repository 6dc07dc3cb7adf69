/// One frame of a progress line: pure text of a state.
struct ProgressLine {
    var label: String
    /// What `count` counts, in the plural.
    var unit: String
    var bytes: Int64
    /// Bytes to be done, nil if that is not known.
    var total: Int64?
    var count: Int64
    var byteRate: Double
    var countRate: Double
    /// Seconds since the start.
    var elapsed: Int64
    /// Number of the frame; turns the spinner.
    var frame: Int

    /// The richest line that is narrower than `width`: the last column stays free, or some terminals would wrap.
    func text(for terminal: Terminal, width: Int) -> String {
        let room = max(0, width - 1)
        // A version with less of the label comes before the next poorer one.
        let names = [max(8, width / 3), max(8, min(20, width / 4))].map {
            DisplayWidth.shorten(label, to: $0, unicode: terminal.unicode)
        }
        let versions = names.map { name in
            known.map { self.versions(name, total: $0, terminal, width) } ?? spinning(name, terminal)
        }
        for parts in zip(versions[0], versions[1]).flatMap({ [$0, $1] }) where length(parts) <= room {
            return parts.map { terminal.paint($0.text, $0.style) }.joined(separator: "  ")
        }
        let last = known.map { percent(of: $0) } ?? Human.bytes(bytes)
        return DisplayWidth.shorten(last, to: room, unicode: terminal.unicode)
    }

    private typealias Part = (text: String, style: Style)

    private var known: Int64? { total.flatMap { $0 > 0 ? $0 : nil } }

    private func length(_ parts: [Part]) -> Int {
        parts.reduce(0) { $0 + DisplayWidth.of($1.text) } + max(0, parts.count - 1) * 2
    }

    /// With a total, from rich to poor.
    private func versions(_ name: String, total: Int64, _ terminal: Terminal, _ width: Int) -> [[Part]] {
        let label: Part = (name, .bold)
        let bar: Part = (self.bar(total, terminal, cells: width >= 120 ? 24 : width >= 90 ? 16 : 10), .cyan)
        let percent: Part = (self.percent(of: total), .plain)
        let sizes: Part = ("\(Human.bytes(bytes)) of \(Human.bytes(total))", .plain)
        let events: Part = (eventRate, .plain)
        let speed: Part = (Human.byteRate(byteRate), .dim)
        let rest: [Part] = remaining(total).map { [("ETA " + $0, .plain)] } ?? []
        return [
            [label, bar, percent, sizes, events, speed] + rest,
            [label, bar, percent, sizes, events] + rest,
            [label, bar, percent, events] + rest,
            [label, bar, percent] + rest,
            [label, percent] + rest,
            [label, percent],
        ]
    }

    /// Without a total, from rich to poor.
    private func spinning(_ name: String, _ terminal: Terminal) -> [[Part]] {
        let faces = Array(terminal.unicode ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : "|/-\\")
        let head: [Part] = [(String(faces[frame % faces.count]) + " " + name, .bold)]
        let counted: Part = ("\(Human.count(count)) \(unit)", .plain)
        let size: Part = (Human.bytes(bytes), .plain)
        let events: Part = (eventRate, .plain)
        let speed: Part = (Human.byteRate(byteRate), .dim)
        let time: Part = (Human.duration(seconds: elapsed), .plain)
        // What counts no bytes takes steps of very different lengths: a rate says nothing.
        if bytes == 0 { return [head + [counted, time], head + [counted], head, head, head, head] }
        return [
            head + [counted, size, events, speed, time],
            head + [counted, size, events, time],
            head + [counted, size, time],
            head + [counted, time],
            head + [size],
            head,
        ]
    }

    /// `612.3 k events/s`.
    private var eventRate: String {
        let text = Human.rate(countRate)
        guard text.hasSuffix("/s") else { return text }
        return "\(text.dropLast(2)) \(unit)/s"
    }

    private func bar(_ total: Int64, _ terminal: Terminal, cells: Int) -> String {
        let drawn = Blocks.bar(share: share(of: total), cells: cells, unicode: terminal.unicode)
        let empty = String(repeating: terminal.unicode ? "░" : ".", count: max(0, cells - drawn.count))
        return terminal.unicode ? drawn + empty : "[" + drawn + empty + "]"
    }

    private func share(of total: Int64) -> Double { min(max(Double(bytes) / Double(total), 0), 1) }

    /// Rounded down, so that 100 % means done.
    private func percent(of total: Int64) -> String {
        DisplayWidth.pad("\(Int(share(of: total) * 100))%", to: 4, right: true)
    }

    private func remaining(_ total: Int64) -> String? {
        let left = Double(max(0, total &- bytes))
        guard byteRate > 0, let seconds = Int64(exactly: (left / byteRate).rounded(.up)) else { return nil }
        return Human.duration(seconds: seconds)
    }
}

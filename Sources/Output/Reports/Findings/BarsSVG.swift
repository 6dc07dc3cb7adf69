internal import Console

/// A chart of stacked bars, as SVG with a title and a description for those who do not see it.
struct BarsSVG {
    /// The classes of the layers, the lowest first; a style gives them their colors.
    var layers: [String]
    var bars: [(label: String, values: [Int64])]
    var title: String
    var description: String

    private static let width = 720, height = 150, left = 44, bottom = 22, top = 10

    var svg: String {
        let highest = max(1, bars.map { $0.values.reduce(0, +) }.max() ?? 1)
        let (width, height) = (Self.width - Self.left, Self.height - Self.bottom - Self.top)
        let step = Double(width) / Double(max(bars.count, 1))
        var body = grid(highest, height)
        for (place, bar) in bars.enumerated() {
            body += self.bar(bar, at: Double(Self.left) + Double(place) * step, step, highest, height)
        }
        body += labels(step)
        return HTMLText.element(
            "svg",
            ["viewBox": "0 0 \(Self.width) \(Self.height)", "role": "img", "aria-label": title, "class": "chart"],
            HTMLText.element("title", [:], HTMLText.text(title)),
            HTMLText.element("desc", [:], HTMLText.text(description)), body)
    }

    private func grid(_ highest: Int64, _ height: Int) -> String {
        let marks = highest == 1 ? [0, 1] : [0, highest / 2, highest]
        return marks.map { value in
            let y = Self.number(Double(Self.top + height) - Double(value) / Double(highest) * Double(height))
            return "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width)\" y1=\"\(y)\" y2=\"\(y)\"/>"
                + "<text class=\"axis\" x=\"\(Self.left - 6)\" y=\"\(y)\" dy=\"3.5\" text-anchor=\"end\">"
                + HTMLText.text(Human.count(value)) + "</text>"
        }.joined()
    }

    private func bar(
        _ bar: (label: String, values: [Int64]), at x: Double, _ step: Double, _ highest: Int64, _ height: Int
    ) -> String {
        var y = Double(Self.top + height)
        let parts = zip(layers, bar.values).map { layer, value -> String in
            guard value > 0 else { return "" }
            let tall = Double(value) / Double(highest) * Double(height)
            y -= tall
            return "<rect class=\"\(layer)\" x=\"\(Self.number(x + step * 0.1))\" y=\"\(Self.number(y))\" "
                + "width=\"\(Self.number(step * 0.8))\" height=\"\(Self.number(tall))\"/>"
        }.joined()
        let said = zip(layers, bar.values).filter { $1 > 0 }.map { "\(Human.count($1)) \($0)" }
        guard !said.isEmpty else { return "" }
        let hint = "\(bar.label): \(said.joined(separator: ", "))"
        return HTMLText.element("g", [:], HTMLText.element("title", [:], HTMLText.text(hint)), parts)
    }

    /// At most six labels, so that none covers the next.
    private func labels(_ step: Double) -> String {
        let every = max(1, (bars.count + 5) / 6)
        return bars.indices.filter { $0 % every == 0 }.map { place in
            let x = Self.number(Double(Self.left) + (Double(place) + 0.5) * step)
            return "<text class=\"axis\" x=\"\(x)\" y=\"\(Self.height - 6)\" text-anchor=\"middle\">"
                + HTMLText.text(bars[place].label) + "</text>"
        }.joined()
    }

    /// One decimal, the same on every platform.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

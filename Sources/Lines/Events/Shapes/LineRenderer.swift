import Columns

/// A row that cannot be written as a line: its columns and its shape do not belong together.
package enum LineRenderError: Error, Equatable, CustomStringConvertible {
    /// The row has a shape that is not among those given.
    case unknownShape(number: Int64, known: Int)
    /// `extra` has fewer members than the shape shows, or is no JSON object.
    case badExtra(shape: Int64)

    package var description: String {
        switch self {
        case .unknownShape(let number, let known):
            "cannot write a line: unexpected shape \(number); got \(known) shapes"
        case .badExtra(let number):
            "cannot write a line: its unknown fields do not fit shape \(number)"
        }
    }
}

/// Writes rows as the lines from which they were read, byte for byte.
///
/// A row has the number of a shape, or its line stands in `raw`. A row with neither was made by value and is written as
/// `EventLineWriter` does. A renderer is made once for many rows.
package struct LineRenderer: Sendable {
    /// The columns that rows must have.
    package static let fields = EventFields(
        EventField.allCases.filter { ![.source, .sourceOffset, .sourceID, .redacted, .sourceLength].contains($0) })

    private let templates: [LineTemplate]

    /// - Parameter shapes: by number, those of the rows: `EventColumns.shapes`, or read from where they were kept.
    package init(shapes: [LineShape]) { templates = shapes.map { LineTemplate($0) } }

    /// Appends the line of a row, without a newline. After an error, a part of the line may have been appended.
    package func append(_ columns: EventColumns, row: Int, to out: inout [UInt8]) throws(LineRenderError) {
        let number = columns.shape[row]
        if number == EventColumns.noShape {
            if let raw = columns[.raw].bytes(at: row) { return out.append(contentsOf: raw) }
            EventLineWriter().append(columns, row: row, to: &out)
            out.removeLast()
            return
        }
        guard templates.indices.contains(Int(truncatingIfNeeded: number)), number >= 0 else {
            throw .unknownShape(number: number, known: templates.count)
        }
        if !templates[Int(number)].append(columns, row, to: &out) { throw .badExtra(shape: number) }
    }
}

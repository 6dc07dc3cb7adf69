/// How the lines of a producer are written, so that a row of `EventColumns` can be turned into its line again.
///
/// A shape is a template: all members that its lines may have, in their order. A row shows those for which it has a
/// value, and `null` where the shape says so. Therefore a log whose serializer leaves out what is absent has one shape,
/// however many sets of keys its lines have. What a shape cannot express (odd spacing, keys with escapes, a key twice)
/// stands in the column `raw`.
package struct LineShape: Sendable, Equatable {
    enum Member: Sendable, Equatable {
        /// A name by its number in `LineName`, and whether it is there with null when the row has no value.
        case named(UInt8, showsNull: Bool)
        /// So many members of `extra`; nil for those that are left. At most one member of a shape has nil.
        case extra(Int?)
    }

    var members: [Member]
    var spacing: Spacing
    /// Whether lines end in `\r`.
    var endsInReturn: Bool
    var escapes: EscapeStyle
    var ts: TimeStyle
    var expiresAt: TimeStyle
    var latency: NumberStyle
    /// One style.
    var scopes: ListStyles

    /// Whether there are members of `extra` at more than one place.
    var splitsExtra: Bool { members.count { if case .extra = $0 { true } else { false } } > 1 }
}

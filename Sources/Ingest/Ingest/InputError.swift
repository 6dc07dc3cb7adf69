/// What keeps one input from being read, so that the others go on. What is wrong with the trail has other types, also
/// where both are errors of files.
struct InputError: Error, CustomStringConvertible {
    let cause: any Error

    var description: String { "\(cause)" }

    /// Does something with an input alone.
    static func wrapping<Value>(_ body: () throws -> Value) throws(InputError) -> Value {
        do { return try body() } catch { throw InputError(cause: error) }
    }
}

/// An input was read, and nothing in it is an event.
struct BlindError: Error, CustomStringConvertible {
    var description: String {
        "none of its lines is an event: authtrail report quarantine says why, and authtrail sources try of records "
            + "that a mapping does not know"
    }
}

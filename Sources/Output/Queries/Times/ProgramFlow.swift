/// In which order the instructions of a program may follow each other.
struct ProgramFlow {
    /// Instructions that can go to P2 or on; what is not listed goes on only.
    private static let branches: Set<String> = [
        "If", "IfNot", "IsNull", "NotNull", "IsType", "Eq", "Ne", "Lt", "Le", "Gt", "Ge", "ElseEq", "IfPos",
        "IfNotZero", "DecrJumpZero", "IfNullRow", "IfNoHope", "IfSmaller", "IfEmpty", "IfSizeBetween", "IfNotOpen",
        "NotFound", "Found", "NoConflict", "NotExists", "SeekRowid", "SeekLT", "SeekLE", "SeekGE", "SeekGT", "SeekScan",
        "IdxLE", "IdxGT", "IdxLT", "IdxGE", "Rewind", "Last", "Sort", "SorterSort", "SorterCompare", "SorterNext",
        "Next", "Prev", "VNext", "VFilter", "RowSetRead", "RowSetTest", "Once", "Filter", "Program", "MustBeInt",
        "FkIfZero",
    ]

    let successors: [[Int]]

    init(_ program: StatementProgram) {
        let code = program.instructions
        var returns: [Int: [Int]] = [:]
        var yields: [Int: [Int]] = [:]
        for (place, step) in code.enumerated() {
            switch step.name {
            case "Gosub": returns[step.p1, default: []].append(place + 1)
            case "InitCoroutine": yields[step.p1, default: []].append(step.p3)
            case "Yield": yields[step.p1, default: []] += [place + 1, step.p2]
            default: break
            }
        }
        successors = code.enumerated().map { place, step in
            let next: [Int] =
                switch step.name {
                case "Halt": []
                case "Goto", "Gosub": [step.p2]
                // Where it begins is a constant's register or a coroutine's in other places.
                case "Init", "InitCoroutine": step.p2 > 0 ? [step.p2] : [place + 1]
                case "Jump": [step.p1, step.p2, step.p3]
                case "Return": (returns[step.p1] ?? []) + [place + 1]
                case "Yield", "EndCoroutine": (yields[step.p1] ?? []) + [place + 1]
                default: Self.branches.contains(step.name) ? [place + 1, step.p2] : [place + 1]
                }
            return next.filter { code.indices.contains($0) }
        }
    }
}

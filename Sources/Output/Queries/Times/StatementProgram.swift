internal import GRDB

/// A statement as SQLite will carry it out: the instructions that `EXPLAIN` shows.
struct StatementProgram {
    struct Instruction {
        let name: String
        let p1: Int
        let p2: Int
        let p3: Int
        let p4: String
        let p5: Int
    }

    let instructions: [Instruction]

    /// Throws SQLite's error for what it cannot compile.
    init(_ sql: String, _ db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: "EXPLAIN " + sql)
        var instructions: [Instruction] = []
        while let row = try rows.next() {
            instructions.append(
                Instruction(
                    name: row["opcode"], p1: row["p1"], p2: row["p2"], p3: row["p3"], p4: row["p4"] ?? "",
                    p5: row["p5"]))
        }
        self.instructions = instructions
    }

    /// How many registers the instructions can mean.
    var registers: Int {
        (instructions.map { max($0.p1, $0.p2, $0.p3) }.max() ?? 0) + 1
    }
}

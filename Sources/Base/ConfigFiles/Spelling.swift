/// What somebody may have meant.
package enum Spelling {
    /// The known word that is nearest to a misspelled one, if it is near; of equals the alphabetically first.
    package static func nearest(to word: String, of known: [String]) -> String? {
        let near = known.map { (distance: distance(Array(word.utf8), Array($0.utf8)), word: $0) }
            .filter { $0.distance <= max(2, word.utf8.count / 3) }
        return near.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
    }

    /// How many letters must be put in, taken out or changed.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, one) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let change = diagonal + (one == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}

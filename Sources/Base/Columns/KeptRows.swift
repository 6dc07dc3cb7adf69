extension Array {
    /// Drops the elements from `first` on but those at the given places, which ascend.
    package mutating func keep(_ places: [Int], from first: Int) {
        var next = first
        for place in places {
            self[next] = self[place]
            next += 1
        }
        removeSubrange(next...)
    }
}

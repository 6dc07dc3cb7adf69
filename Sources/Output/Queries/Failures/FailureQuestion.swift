internal import Events

/// Which failures are asked for: those of addresses that failed so often within some window.
struct FailureQuestion {
    /// Which client an address as logged stands for.
    var clients = Clients()
    /// Microseconds. A window is half-open: two failures exactly one window apart are never in the same one.
    var window = Timestamp.hour
    /// Event time, `[since, until)`, microseconds.
    var since = Int64.min
    var until = Int64.max
    /// The fewest failures in the fullest window.
    var fewest: Int64 = 1

    /// Only those that may be among the first so many, by failures and then credentials.
    var top: Int?

    /// The earliest time that shares a window with a later one.
    func beginning(of time: Int64) -> Int64 { time.minus(window - 1) }

    /// The most failures in any window, of one address. Times ascend.
    func mostFailures(_ times: ArraySlice<Int64>) -> Int {
        var (most, first) = (0, times.startIndex)
        for place in times.indices {
            while times[first] < beginning(of: times[place]) { first += 1 }
            most = max(most, place - first + 1)
        }
        return most
    }

    /// The most different credentials in any window, of one address; failures ascend by time.
    func mostCredentials(_ failures: ArraySlice<AddressFailure>) -> Int {
        // Where each credential failed last: it is in the window as long as that place is.
        var last: [UInt64: Int] = [:]
        var (most, inWindow, first) = (0, 0, failures.startIndex)
        for place in failures.indices {
            while failures[first].ts < beginning(of: failures[place].ts) {
                if last[failures[first].credential] == first { inWindow -= 1 }
                first += 1
            }
            guard failures[place].credential != AddressFailure.noCredential else { continue }
            let before = last.updateValue(place, forKey: failures[place].credential)
            if before.map({ $0 < first }) ?? true { inWindow += 1 }
            most = max(most, inWindow)
        }
        return most
    }
}

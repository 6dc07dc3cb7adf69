package import Columns

/// Who was let in from which network with which program, and on which UTC days of a month. What rules about the
/// surroundings of a principal are answered from.
///
/// Columns of equal length, one row for each combination, sorted by the texts of principal, network and program. A
/// month may be spread over several of these, one for each segment.
package struct PrincipalDays: Sendable, Equatable {
    /// The first UTC day of the month, since 1970-01-01.
    package var firstDay: Int32
    /// The distinct texts, each list sorted by bytes. A principal that events do not name is known by its token:
    /// `isToken`. An empty network or program is one that was not named.
    package internal(set) var principals = TextDictionary()
    package internal(set) var isToken: [Bool] = []
    package internal(set) var networks = TextDictionary()
    package internal(set) var programs = TextDictionary()
    /// For each row the places of its texts in these lists.
    package internal(set) var principal: [UInt32] = []
    package internal(set) var network: [UInt32] = []
    package internal(set) var program: [UInt32] = []
    /// A bit for each day of the month.
    package internal(set) var days: [UInt32] = []

    package init(firstDay: Int32) { self.firstDay = firstDay }

    /// So many networks of a principal are told apart in a month; from the day on that brings another one, further ones
    /// are called `manyNetworks`.
    package static let mostNetworks = 6
    package static let manyNetworks = Array("*".utf8)

    package var count: Int { days.count }

    package static func == (left: PrincipalDays, right: PrincipalDays) -> Bool {
        left.firstDay == right.firstDay && left.isToken == right.isToken && left.principal == right.principal
            && left.network == right.network && left.program == right.program && left.days == right.days
            && left.principals.isEqual(right.principals) && left.networks.isEqual(right.networks)
            && left.programs.isEqual(right.programs)
    }
}

extension TextDictionary {
    fileprivate func isEqual(_ other: TextDictionary) -> Bool {
        count == other.count && (0..<count).allSatisfy { slice(at: $0) == other.slice(at: $0) }
    }
}

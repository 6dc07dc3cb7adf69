internal import Columns
internal import Events

/// The column by which calls are counted together, addresses by client.
struct CallerKey {
    let field: EventField
    private let clients: Clients

    init(_ field: EventField, _ clients: Clients) { (self.field, self.clients) = (field, clients) }

    /// What a text of the column counts as; nil where that is the text itself.
    var spell: ((ArraySlice<UInt8>) -> [UInt8])? {
        let clients = clients
        return field == .ip ? { Array(clients.name(of: $0)) } : nil
    }

    /// Leaves out addresses that are none (`unknown`): they are no one's.
    var condition: [EventField: TextCondition] {
        let clients = clients
        return field == .ip ? [.ip: .matching { clients.key(of: $0) != nil }] : [:]
    }
}

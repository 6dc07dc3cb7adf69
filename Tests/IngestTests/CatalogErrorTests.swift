import Catalog
import Files
import Foundation
import GRDB
import Segments
import Testing
import Trail
import TrailSupport

/// What the system does to the catalog is no damage of it, and nobody is to be told to throw it away.
struct CatalogErrorTests {
    let place = Place()

    @Test(arguments: [
        ResultCode.SQLITE_IOERR, .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_FSYNC,
        .SQLITE_IOERR_SHMMAP,
        .SQLITE_IOERR_SHMSIZE, .SQLITE_FULL, .SQLITE_NOMEM, .SQLITE_CANTOPEN, .SQLITE_BUSY, .SQLITE_BUSY_RECOVERY,
        .SQLITE_BUSY_SNAPSHOT, .SQLITE_LOCKED, .SQLITE_PROTOCOL, .SQLITE_READONLY, .SQLITE_READONLY_CANTINIT,
    ]) func `an error of the system is told as one`(code: ResultCode) {
        let path = place.path("a.ndjson")
        place.write("a.ndjson", "")
        let error = CatalogError(DatabaseError(resultCode: code), "read", path)
        #expect(error.isInputOutput, "\(error)")
        for word in ["locked", "rebuild", "restore", "damage", "malformed", "--skip"] {
            #expect(!"\(error)".contains(word), "\(error)")
        }
    }

    @Test(arguments: [ResultCode.SQLITE_CORRUPT, .SQLITE_CORRUPT_INDEX, .SQLITE_NOTADB])
    func `damage is told as damage`(code: ResultCode) {
        guard case .damaged = CatalogError(DatabaseError(resultCode: code), "read", "catalog") else {
            Issue.record("not damage")
            return
        }
    }

    @Test func `a program that keeps the catalog locked is said as what it is, and when it ends all goes on`() throws {
        place.write("a.ndjson", "{\"ts\":\"2026-06-01T00:00:00Z\",\"event\":\"used\",\"token_id\":\"t\"}\n")
        try place.ingest(place.path("a.ndjson"))
        let path = place.trail + "/" + SegmentLayout.catalog
        let shell = try DatabaseQueue(path: path)
        try shell.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            // In a hurry it waits a second, not ten.
            let error = #expect(throws: CatalogError.self) {
                let catalog = try Catalog.writing(path: path, isHurried: { true })
                try catalog.forget([RemovedSegment(id: 1, month: 1, file: "none", bytes: 0)])
            }
            #expect("\(error!)".contains("another program holds its lock"), "\(error!)")
            #expect(error!.isInputOutput)
            // Readers do not even notice.
            #expect(try Trail(reading: place.trail).catalog.segments().count == 1)
            try db.execute(sql: "ROLLBACK")
        }
        try Catalog.ledger(path: path).forget([RemovedSegment(id: 1, month: 1, file: "none", bytes: 0)])
    }

    @Test func `what cannot be looked at is not missing`() throws {
        // A name that is too long is an error of the system, for root as well.
        let path = place.path(String(repeating: "x", count: 300))
        #expect(throws: FileError.self) { try checkedKind(ofPath: path) }
        #expect(throws: FileError.self) { try Trail(reading: path) }
        #expect(throws: FileError.self) { try Rebuild(path: path) }
        #expect(throws: CatalogError.self) { try Catalog.hasTables(path: path) }
        #expect(try checkedKind(ofPath: place.path("nothing")) == .missing)
    }
}

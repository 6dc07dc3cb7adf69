// What libFuzzer calls. `Fuzz/run.sh` compiles this; the package itself knows nothing of libFuzzer.
import FuzzProperties
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

private let property: @Sendable ([UInt8]) -> String? = {
    switch getenv("AUTHTRAIL_FUZZ").map({ String(cString: $0) }) {
    case "lines": LineProperty.fault
    case "segments": SegmentProperty.fault
    case "secrets": SecretProperty.fault
    case "mappings": MappingProperty.fault
    default: fatalError("AUTHTRAIL_FUZZ must be lines, segments, secrets or mappings")
    }
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let fault = property(bytes) { fatalError(fault.replacing("\0", with: "\\0")) }
    return 0
}

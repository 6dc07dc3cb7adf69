/// The types of Thrift's compact protocol, as their numbers stand in a field header.
enum ThriftType: UInt8 {
    case yes = 1, no = 2, byte = 3, i16 = 4, i32 = 5, i64 = 6, double = 7, binary = 8, list = 9, set = 10, map = 11
    case structure = 12
}

import Model
import Testing

struct LogNameTests {
    private func name(_ path: String) -> String { text(LogName(ofPath: Array(path.utf8)[...]).bytes) }

    private func apart(_ path: String) -> String { text(LogName(ofPath: Array(path.utf8)[...]).apart) }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        (
            "b/AWSLogs/111122223333/CloudTrail/us-east-1/2026/04/26/"
                + "111122223333_CloudTrail_us-east-1_20260426T0010Z_mFUMFjxRSmncGpgQ.json.gz",
            "b/AWSLogs/111122223333/CloudTrail/us-east-1/#/#/#/111122223333_CloudTrail_us-east-1_#.json"
        ),
        ("logpush/20260426/20260426T000000Z_20260426T000030Z_abcdef12.log.gz", "logpush/#/#.log"),
        ("gcs/activity/2026/04/26/00:00:00_00:59:59_S0.json", "gcs/activity/#/#/#/#:#:#_#:#:#_S#.json"),
        ("azure/y=2026/m=04/d=26/h=00/m=00/PT1H.json", "azure/y=#/m=#/d=#/h=#/m=#/PT#H.json"),
        ("hive/date=2026-04-26/part-3.ndjson", "hive/date=#/part-#.ndjson"),
    ])
    func `objects of a bucket are one log`(_ path: String, _ log: String) {
        #expect(name(path) == log)
        #expect(LogName(ofPath: Array(path.utf8)[...]).isObject)
    }

    @Test(arguments: [
        ("srv/node1/auth.log", "srv/node1/auth.log"), ("auth-2026-01-10.log", "auth-#-#-#.log"),
        ("srv/01/auth.log.1.gz", "srv/01/auth.log.#"), ("a/3000/x.log", "a/3000/x.log"),
        ("/", "/"), ("", ""), ("x_123456789T0000.log", "x_#T#.log"), ("日2/2026", "日2/#"),
    ])
    func `folders that are no dates are places, and digits of a file tell parts of a log apart`(
        _ path: String, _ log: String
    ) {
        #expect(name(path) == log)
        #expect(!LogName(ofPath: Array(path.utf8)[...]).isObject)
        #expect(apart(path) == path)
    }

    @Test func `logs of hosts in folders of dates can be told apart`() {
        #expect(name("2026/04/26/web1.log") == name("2026/04/27/web2.log"))
        #expect(apart("2026/04/26/web1.log") == apart("2026/04/27/web1.log.gz"))
        #expect(apart("2026/04/26/web1.log") != apart("2026/04/26/web2.log"))
    }

    @Test func `accounts and regions in the name of an object tell logs apart`() {
        let names = ["111122223333_CloudTrail_us-east-1", "444455556666_CloudTrail_us-east-1"].map {
            name("flat/\($0)_20260426T0010Z_x7.json.gz")
        }
        #expect(Set(names).count == 2)
    }
}

import Testing

/// A line and what becomes of it.
struct LineRule: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable, Equatable {
        /// Stored; the line as the writer gives it back.
        case event(String)
        /// Stored, but counted as flagged.
        case flagged(String)
        /// Put into quarantine: the name of the reason, and the detail.
        case quarantined(String, String?)
        case blank
    }

    let rule: String
    let line: String
    let outcome: Outcome

    init(_ rule: String, _ line: String, _ outcome: Outcome) {
        self.rule = rule
        self.line = line
        self.outcome = outcome
    }

    var testDescription: String { rule }
}

/// Every rule about lines, as an example with its answer. `EventLineTests` holds the reader to it.
///
/// Bytes that are not UTF-8 cannot stand here; `EventLineTests` has them.
let lineRules: [LineRule] = [
    // The six kinds, as events.md shows them.
    LineRule(
        "issued",
        #"""
        {"ts":"2026-04-26T00:11:41.212Z","event":"issued","token_id":"tok_0K514M7Z","kind":"api_token",\#
        "actor":"admin:maria","principal":"partner:acme","scopes":["inventory:read"],\#
        "expires_at":"2026-07-25T00:11:41.212Z"}
        """#,
        .event(
            #"""
            {"ts":"2026-04-26T00:11:41.212Z","event":"issued","token_id":"tok_0K514M7Z","kind":"api_token",\#
            "principal":"partner:acme","actor":"admin:maria","scopes":["inventory:read"],\#
            "expires_at":"2026-07-25T00:11:41.212Z"}
            """#
        )),
    LineRule(
        "used",
        #"""
        {"ts":"2026-04-26T00:22:07.085Z","event":"used","token_id":"tok_0K514M7Z","kind":"api_token",\#
        "principal":"partner:acme","tool":"inventory.check","ip":"203.0.113.7","user_agent":"acme-sync/1.4",\#
        "latency_ms":7.7,"success":true}
        """#,
        .event(
            #"""
            {"ts":"2026-04-26T00:22:07.085Z","event":"used","token_id":"tok_0K514M7Z","kind":"api_token",\#
            "principal":"partner:acme","tool":"inventory.check","latency_ms":7.7,"success":true,\#
            "ip":"203.0.113.7","user_agent":"acme-sync/1.4"}
            """#
        )),
    LineRule(
        "failed, without a token",
        #"""
        {"ts":"2026-04-26T05:30:13.247Z","event":"failed","reason":"hash_mismatch","presented":"9f2c51e07a",\#
        "kind":"api_token","ip":"198.51.100.23","user_agent":"python-requests/2.32"}
        """#,
        .event(
            #"""
            {"ts":"2026-04-26T05:30:13.247Z","event":"failed","kind":"api_token","reason":"hash_mismatch",\#
            "ip":"198.51.100.23","user_agent":"python-requests/2.32","presented":"9f2c51e07a"}
            """#
        )),
    LineRule(
        "revoked",
        #"""
        {"ts":"2026-04-26T07:36:55.186Z","event":"revoked","token_id":"tok_0K514M7Z","actor":"admin:maria",\#
        "reason":"found in a public repository"}
        """#,
        .event(
            #"""
            {"ts":"2026-04-26T07:36:55.186Z","event":"revoked","token_id":"tok_0K514M7Z","actor":"admin:maria",\#
            "reason":"found in a public repository"}
            """#
        )),
    LineRule(
        "exchanged",
        #"""
        {"ts":"2026-04-28T06:51:11.822Z","event":"exchanged","principal":"user:4231","token_id":"at_77",\#
        "refresh_token_id":"rt_12","scopes":["orders:read"],"expires_at":"2026-04-28T07:51:11.822Z"}
        """#,
        .event(
            #"""
            {"ts":"2026-04-28T06:51:11.822Z","event":"exchanged","token_id":"at_77","principal":"user:4231",\#
            "scopes":["orders:read"],"expires_at":"2026-04-28T07:51:11.822Z","refresh_token_id":"rt_12"}
            """#
        )),
    LineRule(
        "refreshed",
        #"""
        {"ts":"2026-04-28T07:42:19.541Z","event":"refreshed","principal":"user:4231","token_id":"at_78",\#
        "old_token_id":"at_77","refresh_token_id":"rt_13"}
        """#,
        .event(
            #"""
            {"ts":"2026-04-28T07:42:19.541Z","event":"refreshed","token_id":"at_78","principal":"user:4231",\#
            "refresh_token_id":"rt_13","old_token_id":"at_77"}
            """#
        )),
    LineRule(
        "every field, whether the kind expects it or not",
        #"""
        {"code_id":"c","family_id":"f","client_id":"cl","old_token_id":"o","refresh_token_id":"r",\#
        "presented":"p","user_agent":"u","ip":"i","reason":"why","success":false,"latency_ms":0,"tool":"t",\#
        "expires_at":1,"scopes":[],"actor":"a","principal":"pr","kind":"k","token_id":"id","event_id":"e",\#
        "event":"used","ts":0}
        """#,
        .event(
            #"""
            {"ts":"1970-01-01T00:00:00Z","event":"used","event_id":"e","token_id":"id","kind":"k",\#
            "principal":"pr","actor":"a","scopes":[],"expires_at":"1970-01-01T00:00:01Z","tool":"t",\#
            "latency_ms":0,"success":false,"reason":"why","ip":"i","user_agent":"u","presented":"p",\#
            "refresh_token_id":"r","old_token_id":"o","client_id":"cl","family_id":"f","code_id":"c"}
            """#
        )),

    // What is required.
    LineRule("no ts", #"{"event":"used","token_id":"t"}"#, .quarantined("no_ts", nil)),
    LineRule("ts is null", #"{"ts":null,"event":"used","token_id":"t"}"#, .quarantined("no_ts", nil)),
    LineRule("ts is no time", #"{"ts":true,"event":"used","token_id":"t"}"#, .quarantined("bad_ts", nil)),
    LineRule("no event", #"{"ts":1,"token_id":"t"}"#, .quarantined("no_event", nil)),
    LineRule("event is null", #"{"ts":1,"event":null,"token_id":"t"}"#, .quarantined("no_event", nil)),
    LineRule("event is no text", #"{"ts":1,"event":["used"],"token_id":"t"}"#, .quarantined("unknown_event", nil)),
    LineRule("a seventh kind", #"{"ts":1,"event":"minted","token_id":"t"}"#, .quarantined("unknown_event", nil)),
    LineRule("a kind in capitals", #"{"ts":1,"event":"Used","token_id":"t"}"#, .quarantined("unknown_event", nil)),
    LineRule(
        "issued without a principal",
        #"{"ts":1,"event":"issued","token_id":"t"}"#,
        .quarantined("missing_field", "principal")),
    LineRule("issued without anything", #"{"ts":1,"event":"issued"}"#, .quarantined("missing_field", "principal")),
    LineRule(
        "an issue without a token can be followed by nothing", #"{"ts":1,"event":"issued","principal":"p"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"issued","principal":"p"}"#)),
    LineRule("used without a token", #"{"ts":1,"event":"used"}"#, .quarantined("missing_field", "token_id")),
    LineRule(
        "used by nobody at all", #"{"ts":1,"event":"used","kind":"anonymous","tool":"a","principal":null}"#,
        .quarantined("missing_field", "token_id")),
    LineRule(
        "an anonymous caller of whom the address is known",
        #"{"ts":1,"event":"used","kind":"anonymous","ip":"192.0.2.1"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","kind":"anonymous","ip":"192.0.2.1"}"#)),
    LineRule(
        "an anonymous caller whose address is not known either",
        #"{"ts":1,"event":"used","token_id":null,"ip":"unknown"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","ip":"unknown"}"#)),
    LineRule(
        "a caller with a name and no token", #"{"ts":1,"event":"used","principal":"user:1"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","principal":"user:1"}"#)),
    LineRule(
        "a token that is no text, of a caller with an address",
        #"{"ts":1,"event":"used","token_id":7,"ip":"192.0.2.1"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","ip":"192.0.2.1","token_id":7}"#)),
    LineRule(
        "revoked without a token",
        #"{"ts":1,"event":"revoked","token_id":null}"#,
        .quarantined("missing_field", "token_id")),
    LineRule("failed without a reason", #"{"ts":1,"event":"failed"}"#, .quarantined("missing_field", "reason")),
    LineRule(
        "exchanged without a principal",
        #"{"ts":1,"event":"exchanged"}"#,
        .quarantined("missing_field", "principal")),
    LineRule(
        "refreshed without the old token", #"{"ts":1,"event":"refreshed","principal":"p","token_id":"t"}"#,
        .quarantined("missing_field", "old_token_id")),
    LineRule(
        "a required field of the wrong type",
        #"{"ts":1,"event":"used","token_id":7}"#,
        .quarantined("bad_field", "token_id")),
    LineRule("of two reasons the first counts", #"{"event":"minted"}"#, .quarantined("no_ts", nil)),

    // Unknown fields, null, wrong types.
    LineRule(
        "unknown fields are kept as they came",
        #"{"ts":1,"zone":{"a": [1, 2.50,"\u0041"]},"event":"used","token_id":"t","n":null}"#,
        .event(
            #"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","zone":{"a": [1, 2.50,"\u0041"]},"n":null}"#)),
    LineRule(
        "spaces around an unknown field's colon are kept",
        "{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\", \"x\" :\t1 }",
        .event("{\"ts\":\"1970-01-01T00:00:01Z\",\"event\":\"used\",\"token_id\":\"t\",\"x\" :\t1}")),
    LineRule(
        "null in an optional field means absent",
        #"""
        {"ts":1,"event":"used","token_id":"t","ip":null,"scopes":null,"latency_ms":null,"success":null,\#
        "expires_at":null}
        """#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t"}"#)),
    LineRule(
        "a text field that is a number", #"{"ts":1,"event":"used","token_id":"t","ip":3405803783}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","ip":3405803783}"#)),
    LineRule(
        "every typed field of the wrong type",
        #"""
        {"ts":1,"event":"used","token_id":"t","success":"yes","latency_ms":"7","scopes":"a b",\#
        "expires_at":false,"tool":{}}
        """#,
        .flagged(
            #"""
            {"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","success":"yes","latency_ms":"7",\#
            "scopes":"a b","expires_at":false,"tool":{}}
            """#
        )),
    LineRule(
        "scopes must all be texts", #"{"ts":1,"event":"used","token_id":"t","scopes":["a",1]}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","scopes":["a",1]}"#)),
    LineRule(
        "scopes with spaces and escapes", #"{"ts":1,"event":"used","token_id":"t","scopes":[ "a" , "\u0062\n" ]}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","scopes":["a","b\n"]}"#)),
    LineRule(
        "a field that imitates one of ours",
        #"{"ts":1,"event":"used","token_id":"t","source":"/etc","source_offset":-1,"extra":{}}"#,
        .event(
            #"""
            {"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","source":"/etc","source_offset":-1,\#
            "extra":{}}
            """#
        )),

    // Repeated keys: the first wins.
    LineRule(
        "a repeated field", #"{"ts":1,"event":"used","token_id":"a","token_id":"b"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"a","extra":{"token_id":"b"}}"#)),
    LineRule(
        "a repeated field, hidden by an escape", #"{"ts":1,"event":"used","\u0074oken_id":"a","token_id":"b"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"a","extra":{"token_id":"b"}}"#)),
    LineRule(
        "a repeated unknown field", #"{"ts":1,"event":"used","token_id":"t","a":1,"\u0061":2}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","a":1,"\u0061":2}"#)),
    LineRule(
        "keys are bytes: composed and decomposed é differ",
        "{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\",\"\u{E9}\":1,\"e\u{301}\":2}",
        .event("{\"ts\":\"1970-01-01T00:00:01Z\",\"event\":\"used\",\"token_id\":\"t\",\"\u{E9}\":1,\"e\u{301}\":2}")),
    LineRule(
        "a repeated field that is null first: null is absent",
        #"{"ts":1,"event":"used","token_id":"t","ip":null,"ip":"1.2.3.4"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","ip":"1.2.3.4"}"#)),
    LineRule(
        "a repeated field that is null later", #"{"ts":1,"event":"used","token_id":"t","ip":"1.2.3.4","ip":null}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","ip":"1.2.3.4"}"#)),
    LineRule(
        "a repeated ts", #"{"ts":1,"ts":2,"event":"used","token_id":"t"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","extra":{"ts":2}}"#)),

    // Other names.
    LineRule(
        "admin is the actor", #"{"ts":1,"event":"revoked","token_id":"t","admin":"maria"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","actor":"maria"}"#)),
    LineRule(
        "revoked_by is the actor", #"{"ts":1,"event":"revoked","token_id":"t","revoked_by":"maria"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","actor":"maria"}"#)),
    LineRule(
        "user_id is the principal, also where one is required", #"{"ts":1,"event":"exchanged","user_id":"user:1"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"exchanged","principal":"user:1"}"#)),
    LineRule(
        "token_hash is what was presented", #"{"ts":1,"event":"failed","reason":"r","token_hash":"9f"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"failed","reason":"r","presented":"9f"}"#)),
    LineRule(
        "the other names of a refresh",
        #"{"ts":1,"event":"refreshed","user_id":"u","new_token_id":"n","superseded_token_id":"o"}"#,
        .event(
            #"""
            {"ts":"1970-01-01T00:00:01Z","event":"refreshed","token_id":"n","principal":"u","old_token_id":"o"}
            """#)),
    LineRule(
        "new_token_id is unknown elsewhere", #"{"ts":1,"event":"used","token_id":"t","new_token_id":"n"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","new_token_id":"n"}"#)),
    LineRule(
        "new_token_id is no token_id elsewhere", #"{"ts":1,"event":"used","new_token_id":"n"}"#,
        .quarantined("missing_field", "token_id")),
    LineRule(
        "the field's own name wins over an earlier other name",
        #"{"ts":1,"event":"revoked","token_id":"t","admin":"x","actor":"y"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","actor":"y","admin":"x"}"#)),
    LineRule(
        "of two other names admin wins", #"{"ts":1,"event":"revoked","token_id":"t","revoked_by":"x","admin":"y"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","actor":"y","revoked_by":"x"}"#)),
    LineRule(
        "an own name that is null leaves the field to the other name",
        #"{"ts":1,"event":"revoked","token_id":"t","actor":null,"admin":"y"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","actor":"y"}"#)),
    LineRule(
        "an other name of the wrong type", #"{"ts":1,"event":"revoked","token_id":"t","admin":5}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"revoked","token_id":"t","admin":5}"#)),

    // Times as texts.
    time("2026-04-26T00:11:41Z", "2026-04-26T00:11:41Z"),
    time("2026-04-26t00:11:41z", "2026-04-26T00:11:41Z"),
    time("2026-04-26 00:11:41Z", "2026-04-26T00:11:41Z"),
    time("2026-04-26T00:11:41.5Z", "2026-04-26T00:11:41.500Z"),
    time("2026-04-26T00:11:41.123456999999Z", "2026-04-26T00:11:41.123456Z"),
    time("2026-04-26T02:11:41+02:00", "2026-04-26T00:11:41Z"),
    time("2026-04-25T18:41:41.25-05:30", "2026-04-26T00:11:41.250Z"),
    time("2026-04-26T00:11:41-00:00", "2026-04-26T00:11:41Z"),
    time("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
    time("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    time("1969-12-31T23:30:00-01:00", "1970-01-01T00:30:00Z"),
    time("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    time(#"2026-04-26T00:11:41\u005A"#, "2026-04-26T00:11:41Z"),
    noTime("1969-12-31T23:59:59Z"), noTime("1970-01-01T00:30:00+01:00"), noTime("9999-12-31T23:30:00-01:00"),
    noTime("0000-01-01T00:00:00Z"), noTime("10000-01-01T00:00:00Z"), noTime("2026-02-30T00:00:00Z"),
    noTime("2026-02-29T00:00:00Z"), noTime("2100-02-29T00:00:00Z"), noTime("2026-04-31T00:00:00Z"),
    noTime("2026-13-01T00:00:00Z"), noTime("2026-00-01T00:00:00Z"), noTime("2026-01-00T00:00:00Z"),
    noTime("2026-04-26T24:00:00Z"), noTime("2026-04-26T23:60:00Z"), noTime("2026-04-26T23:59:60Z"),
    noTime("2026-04-26T00:11:41"), noTime("2026-04-26T00:11:41.Z"), noTime("2026-04-26T00:11:41.5"),
    noTime("2026-04-26T00:11:41,5Z"), noTime("2026-04-26T00:11Z"), noTime("2026-04-26"), noTime("20260426T001141Z"),
    noTime("2026-04-26T00:11:41Zjunk"), noTime("2026-04-26T00:11:41Z "), noTime(" 2026-04-26T00:11:41Z"),
    noTime("2026-04-26T00:11:41ZZ"), noTime("2026-04-26T00:11:41+24:00"), noTime("2026-04-26T00:11:41+02:60"),
    noTime("2026-04-26T00:11:41+0200"), noTime("2026-04-26T00:11:41+02"), noTime("2026-04-26T00:11:41~02:00"),
    noTime("2026-04-26_00:11:41Z"), noTime("2026/04/26T00:11:41Z"), noTime("2026-04-26T00.11.41Z"),
    noTime("2026-4-26T00:11:41.00Z"), noTime("２026-04-26T00:11:41Z"), noTime("1777162301"), noTime(""),
    noTime(#"\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000T00:00:00Z"#),

    // Times as integers: seconds, milliseconds, microseconds, nanoseconds by magnitude.
    epoch("0", "1970-01-01T00:00:00Z"), epoch("1777162301", "2026-04-26T00:11:41Z"),
    epoch("99999999999", "5138-11-16T09:46:39Z"), epoch("100000000000", "1973-03-03T09:46:40Z"),
    epoch("1777162301212", "2026-04-26T00:11:41.212Z"), epoch("99999999999999", "5138-11-16T09:46:39.999Z"),
    epoch("100000000000000", "1973-03-03T09:46:40Z"), epoch("1777162301212345", "2026-04-26T00:11:41.212345Z"),
    epoch("100000000000000000", "1973-03-03T09:46:40Z"), epoch("1777162301212345678", "2026-04-26T00:11:41.212345Z"),
    epoch("9223372036854775807", "2262-04-11T23:47:16.854775Z"),
    noEpoch("9223372036854775808"), noEpoch("18446744073709551617"), noEpoch("99999999999999999999999"),
    noEpoch("-1"), noEpoch("-0"), noEpoch("1777162301.5"), noEpoch("1777162301.0"), noEpoch("1e18"), noEpoch("1E9"),
    noEpoch("[]"), noEpoch("{}"), noEpoch("false"),
    LineRule(
        "an unreadable expires_at costs only itself",
        #"{"ts":1,"event":"used","token_id":"t","expires_at":"2026-02-30T00:00:00Z"}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","expires_at":"2026-02-30T00:00:00Z"}"#)),

    // Latencies.
    latency("7.7", "7.7"), latency("12", "12"), latency("12.0", "12"), latency("0.1", "0.1"), latency("-0.5", "-0.5"),
    latency("1.5e3", "1500"), latency("1E-3", "0.001"), latency("0.30000000000000004", "0.30000000000000004"),
    latency("123456789012345.67", "123456789012345.67"), latency("9007199254740991", "9007199254740991"),
    latency("5e-324", "5e-324"), latency("0.1000000000000000055511151231257827", "0.1"),
    noLatency("9007199254740992"), noLatency("9007199254740993"), noLatency("18446744073709551616"), noLatency("1e400"),
    noLatency("-1e400"), noLatency("1e99999999999999999999"), noLatency(String(repeating: "9", count: 1000)),
    noLatency("0." + String(repeating: "1", count: 1000)), noLatency("true"), noLatency(#""7""#), noLatency("[7]"),

    // Escapes and text.
    LineRule(
        "every escape", #"{"ts":1,"event":"used","token_id":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"\"\\/\b\f\n\r\té😀"}"#)),
    LineRule(
        "a newline in a value is one event", #"{"ts":1,"event":"used","token_id":"a\n{\"ts\":2}"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"a\n{\"ts\":2}"}"#)),
    LineRule(
        "line separators are written as escapes", #"{"ts":1,"event":"used","token_id":"a\#u{2028}\#u{2029}\#u{85}b"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"a\u2028\u2029\u0085b"}"#)),
    LineRule(
        "terminal commands are written as escapes",
        #"{"ts":1,"event":"used","token_id":"\u001b[2J\u0007\u007f\#u{9b}31m"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"\u001b[2J\u0007\u007f\u009b31m"}"#)),
    LineRule(
        "an escaped NUL is text", #"{"ts":1,"event":"used","token_id":"a\u0000b"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"a\u0000b"}"#)),
    LineRule(
        "a key with escapes is the key that it means",
        #"{"\u0074\u0073":1,"\u0065vent":"us\u0065d","token\u005fid":"t"}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t"}"#)),
    LineRule(
        "an empty text is a text", #"{"ts":1,"event":"used","token_id":"","ip":""}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"","ip":""}"#)),
    LineRule(
        "half a surrogate pair",
        #"{"ts":1,"event":"used","token_id":"\ud800"}"#,
        .quarantined("bad_utf8", "at byte 35")),
    LineRule("the other half", #"{"ts":1,"event":"used","token_id":"\udc00"}"#, .quarantined("bad_utf8", "at byte 35")),
    LineRule(
        "two first halves",
        #"{"ts":1,"event":"used","token_id":"\ud83d\ud83d"}"#,
        .quarantined("bad_utf8", "at byte 35")),
    LineRule(
        "a raw tab in a string",
        "{\"ts\":1,\"event\":\"used\",\"token_id\":\"a\tb\"}",
        .quarantined("not_json", "at byte 36")),
    LineRule(
        "a raw ESC in a string",
        "{\"ts\":1,\"event\":\"used\",\"token_id\":\"\u{1B}\"}",
        .quarantined("not_json", "at byte 35")),
    LineRule(
        "an unknown escape",
        #"{"ts":1,"event":"used","token_id":"\x41"}"#,
        .quarantined("not_json", "at byte 36")),

    // Form.
    LineRule("an empty line", "", .blank),
    LineRule("a line of spaces", " \t \r", .blank),
    LineRule(
        "spaces everywhere and a carriage return at the end",
        "\t { \"ts\" : 1 , \"event\" : \"used\" , \"token_id\" : \"t\" } \r",
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t"}"#)),
    LineRule("an empty object", "{}", .quarantined("no_ts", nil)),
    LineRule("text", "Apr 26 00:11:41 host sshd[1]: hello", .quarantined("not_json", "at byte 0")),
    LineRule("an array", #"[{"ts":1}]"#, .quarantined("not_object", "at byte 0")),
    LineRule("a string", #""ts""#, .quarantined("not_object", "at byte 0")),
    LineRule("a number", "  42", .quarantined("not_object", "at byte 2")),
    LineRule("null", "null", .quarantined("not_object", "at byte 0")),
    LineRule("cut off in a string", #"{"ts":1,"event":"us"#, .quarantined("unterminated", "at byte 19")),
    LineRule("cut off after a comma", #"{"ts":1,"#, .quarantined("unterminated", "at byte 8")),
    LineRule("cut off in an array", #"[1,2"#, .quarantined("unterminated", "at byte 4")),
    LineRule("two objects", #"{"ts":1,"event":"used","token_id":"t"}{"ts":2}"#, .quarantined("not_json", "at byte 38")),
    LineRule(
        "a comma after the last field",
        #"{"ts":1,"event":"used","token_id":"t",}"#,
        .quarantined("not_json", "at byte 38")),
    LineRule(
        "no comma between fields",
        #"{"ts":1 "event":"used","token_id":"t"}"#,
        .quarantined("not_json", "at byte 8")),
    LineRule("single quotes", #"{'ts':1}"#, .quarantined("not_json", "at byte 1")),
    LineRule("a comment", #"{"ts":1/*2*/}"#, .quarantined("not_json", "at byte 7")),
    LineRule("a leading zero", #"{"ts":01,"event":"used","token_id":"t"}"#, .quarantined("not_json", "at byte 7")),
    LineRule(
        "NaN",
        #"{"ts":1,"event":"used","token_id":"t","latency_ms":NaN}"#,
        .quarantined("not_json", "at byte 51")),
    LineRule(
        "a byte order mark",
        "\u{FEFF}{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\"}",
        .quarantined("byte_order_mark", "at byte 0")),
    LineRule(
        "a NUL in front",
        "\u{0}{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\"}",
        .quarantined("nul_bytes", "at byte 0")),
    LineRule(
        "a NUL in a string",
        "{\"ts\":1,\"event\":\"used\",\"token_id\":\"\u{0}\"}",
        .quarantined("nul_bytes", "at byte 35")),
    LineRule(
        "64 deep", #"{"ts":1,"event":"used","token_id":"t","x":"# + nested(63) + "}",
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","x":"# + nested(63) + "}")),
    LineRule(
        "65 deep",
        #"{"ts":1,"event":"used","token_id":"t","x":"# + nested(64) + "}",
        .quarantined("too_deep", "at byte 105")),
    LineRule(
        "a million open brackets", String(repeating: "[", count: 1_000_000), .quarantined("too_deep", "at byte 64")),
    LineRule(
        "256 fields", #"{"ts":1,"event":"used","token_id":"t""# + numbered(253) + "}",
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t""# + numbered(253) + "}")),
    LineRule(
        "257 fields", #"{"ts":1,"event":"used","token_id":"t""# + numbered(254) + "}",
        .quarantined("too_many_fields", "at byte 1952")),
    LineRule(
        "a number of a million digits in an unknown field",
        #"{"ts":1,"event":"used","token_id":"t","n":"# + String(repeating: "7", count: 1_000_000) + "}",
        .event(
            #"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","n":"#
                + String(repeating: "7", count: 1_000_000) + "}")),
]

private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}

/// `,"0":0,"1":0` and so on.
private func numbered(_ count: Int) -> String { (0..<count).map { ",\"\($0)\":0" }.joined() }

private func time(_ text: String, _ canonical: String) -> LineRule {
    LineRule(
        "ts \(text)", #"{"ts":"\#(text)","event":"used","token_id":"t"}"#,
        .event(#"{"ts":"\#(canonical)","event":"used","token_id":"t"}"#))
}

private func noTime(_ text: String) -> LineRule {
    LineRule("no ts: \(text)", #"{"ts":"\#(text)","event":"used","token_id":"t"}"#, .quarantined("bad_ts", nil))
}

private func epoch(_ number: String, _ canonical: String) -> LineRule {
    LineRule(
        "ts \(number)", #"{"ts":\#(number),"event":"used","token_id":"t"}"#,
        .event(#"{"ts":"\#(canonical)","event":"used","token_id":"t"}"#))
}

private func noEpoch(_ number: String) -> LineRule {
    LineRule("no ts: \(number)", #"{"ts":\#(number),"event":"used","token_id":"t"}"#, .quarantined("bad_ts", nil))
}

private func latency(_ number: String, _ canonical: String) -> LineRule {
    LineRule(
        "latency \(number)", #"{"ts":1,"event":"used","token_id":"t","latency_ms":\#(number)}"#,
        .event(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","latency_ms":\#(canonical)}"#))
}

private func noLatency(_ value: String) -> LineRule {
    LineRule(
        "no latency: \(value.prefix(24))", #"{"ts":1,"event":"used","token_id":"t","latency_ms":\#(value)}"#,
        .flagged(#"{"ts":"1970-01-01T00:00:01Z","event":"used","token_id":"t","latency_ms":\#(value)}"#))
}

import Testing

@testable import Mappings

/// What a mapping can say, and what is said of one that is wrong.
struct MappingFileTests {
    private static let head = """
        mapping: 1
        source: acme
        title: Acme
        recognize: [when]
        time: when

        """

    private func lines(_ body: String, _ records: String) throws -> [String] {
        let mapping = try Mapping(Self.head + body, file: "acme.yaml")
        return MappingTrial(mapping, Array(records.utf8), reference: 0).lines
    }

    private func problems(_ text: String) -> [String] {
        do throws(MappingError) {
            _ = try Mapping(text, file: "acme.yaml")
            return []
        } catch { return error.problems.map(\.description) }
    }

    @Test func `values are paths, the first that is there, parts of texts, templates and words for words`() throws {
        let body = #"""
            let:
              role: {path: who.arn, pattern: 'role/([^/]+)/(?<session>.+)', group: session}
            fields:
              token_id: ['keys[type~token].id', fallback]
              principal: {template: '{who.name} {{{$role}}}'}
              actor: 'pairs{name=by}.value'
              tool: '"log.tool"'
              ip: addresses[-1]
              kind: {path: how, map: {A: oauth}, otherwise: api_token}
              scopes: {path: scope, split: ','}
              client_id: {path: who.name, lower: true}
              success: ok
              latency_ms: took
            extra:
              region: where
            events:
              - when: {what: made, size: {at_least: 3}, who.name: {not: [Eve]}}
                event: issued
              - when: {what: {prefix: use}}
                event: used
                fields: {principal: null}
              - when: {what: {suffix: page}}
                event: skip
            """#
        let records = #"""
            {"when":1777162301,"what":"made","size":3,"who":{"arn":"x:role/deploy/ci/1","name":"Ada"},"keys":[{"type":"user","id":"u"},{"type":"Access_Token","id":"t1"}],"pairs":[{"name":"to","value":"x"},{"name":"by","value":"admin"}],"log.tool":"a.b","addresses":["10.0.0.1","203.0.113.7"],"how":"A","scope":"r, w,","where":"eu","ok":true,"took":1.50}
            {"when":1777162301,"what":"used","who":{"name":"Ada"},"keys":[],"fallback":"t2","addresses":["host.example"],"how":"B"}
            {"when":1777162301,"what":"made","size":2,"who":{"name":"Ada"}}
            {"when":1777162301,"what":"made","size":9,"who":{"name":"Eve"}}
            {"when":1777162301,"what":"a page"}
            {"when":"soon","what":"used"}
            {"what":"used"}
            """#
        #expect(
            try lines(body, records) == [
                #"{"ts":"2026-04-26T00:11:41Z","event":"issued","token_id":"t1","principal":"Ada {ci/1}","actor":"admin","tool":"a.b","ip":"203.0.113.7","kind":"oauth","scopes":["r","w"],"client_id":"ada","success":true,"latency_ms":1.5,"region":"eu"}"#,
                #"{"ts":"2026-04-26T00:11:41Z","event":"used","token_id":"t2","kind":"api_token","client_id":"ada","source_name":"host.example"}"#,
                "unmapped none", "unmapped none", "skipped none", "quarantined bad_ts", "quarantined no_ts",
            ])
    }

    @Test func `records are unfolded from lists and texts, and ask those around them`() throws {
        let body = """
            unfold: ['logs[]', {path: 'messages[]', as: json}]
            id: ^^.id
            fields: {principal: who, tool: ^.level}
            events: [{when: {who: {exists: true}}, event: used}]
            """
        let records = #"""
            {"when":1,"id":"r","logs":[{"level":"info","messages":["{\"when\":1777162301,\"who\":\"a\"}","text",{"when":1777162302,"who":"b"}]},{"level":"warn","messages":["{broken"]}]}
            """#
        #expect(
            try lines(body, records) == [
                "skipped (text)",
                #"{"ts":"2026-04-26T00:11:41Z","event":"used","event_id":"r","principal":"a","tool":"info"}"#,
                #"{"ts":"2026-04-26T00:11:42Z","event":"used","event_id":"r#1","principal":"b","tool":"info"}"#,
                "skipped (text)",
            ])
    }

    @Test func `what stands in for a token is marked, and one line may be several events`() throws {
        let body = """
            session: session
            times: count
            fields: {principal: who}
            events: [{when: {who: {exists: true}}, event: used}]
            """
        let line =
            #"{"ts":"2026-04-26T00:11:41Z","event":"used","principal":"a","token_id":"session:s1","kind":"session"}"#
        #expect(
            try lines(body, #"{"when":1777162301,"who":"a","session":"s1","count":"2"}"#) == [line, line])
        // A count from outside costs no more than a page.
        #expect(try lines(body, #"{"when":1777162301,"who":"a","count":999999999}"#).count == 1000)
    }

    @Test func `everything that is wrong is named with line and column, and what was meant`() {
        let text = """
            mapping: 2
            source: Acme Corp
            tittle: x
            recognize: [a..b]
            time: {path: when, unit: fortnights}
            let:
              x: $later
              later: y
            fields:
              princpal: who
              tool: {path: a, pattern: '(', group: 2}
              ip: {text: a, path: b}
              scopes: $lter
            events:
              - when: {a: {like: x}}
                event: isued
              - event: ^.x
              - when: {b: 1}
            lacks: [expires, reason of revokd, issued of failed]
            own: [apitoken]
            reasons: {wrong: [a]}
            """
        #expect(
            problems(text) == [
                "1:1: the mapping lacks `title`",
                "1:10: mapping is `2`; this program knows version 1",
                "2:9: source is `Acme Corp`; want small letters, digits and -, at most 40",
                "3:1: the mapping has no `tittle`; did you mean `title`?",
                "4:13: recognize: the path `a..b` lacks a name at character 3",
                "5:26: time.unit is `fortnights`; want digits or microseconds or milliseconds or nanoseconds or seconds",
                "7:6: `$later` has no value in `let` before it",
                "10:3: fields has no `princpal`; did you mean `principal`?",
                "11:28: fields.tool: the pattern `(` is wrong at its character 2: want `)`",
                "12:7: fields.ip wants one of path, text, template, first",
                "13:11: `$lter` has no value in `let` before it; did you mean `$later`?",
                "15:16: when has no `like`; there are in, prefix, suffix, pattern, exists, at_least, not",
                "16:12: event is `isued`; want issued, used, revoked, failed, exchanged, refreshed, skip, unmapped; did you mean `issued`?",
                "17:12: event is `^.x`; want issued, used, revoked, failed, exchanged, refreshed, skip, unmapped",
                "18:5: the rule lacks `event`: a kind of event, or skip",
                "19:9: lacks names `expires`, which is no kind of event and no field",
                "19:18: lacks names `reason of revokd`; behind `of` want a kind of token or of event: "
                    + "anonymous, api_token, oauth, session, issued, used, revoked, failed, exchanged, refreshed",
                "19:36: lacks names `issued of failed`; behind `of` want a kind of token: anonymous, api_token, oauth, session",
                "20:7: own names `apitoken`; want a kind of token: anonymous, api_token, oauth, session",
                "21:11: reasons has no `wrong`; there are mismatch, unknown, dead, reuse, denied, throttled, other",
            ])
    }

    @Test func `what a field is said to be and can never be is refused where it stands`() {
        let text =
            Self.head + """
                times: {text: two}
                let:
                  sort: {path: how, map: {A: oauth, B: apitoken}, otherwise: tokens}
                  fine: {path: how, map: {A: oauth}}
                fields:
                  kind: [how, $sort, $fine, {text: Session, lower: true}]
                  success: {text: ja}
                  ip: {text: gateway}
                  expires_at: {text: never}
                  latency_ms: {first: [took, {text: fast}]}
                events:
                  - when: {a: b}
                    event: used
                    fields: {kind: {text: apitoken}, ip: {text: '::1'}, success: {text: 'True'}, latency_ms: {text: '1.5'}}
                  - when: {a: c}
                    event: used
                    fields: {kind: {template: '{how}x'}, expires_at: {text: '2026-05-01T00:00:00Z'}, reason: {text: anything}}
                  - {when: {a: d}, event: failed, fields: {kind: {text: 'apitoken x', pattern: '(x)'}}}
                """
        let kinds = "want anonymous, api_token, oauth, session"
        #expect(
            problems(text) == [
                "6:15: times is `two`; want a number",
                "8:40: fields.kind is `apitoken`; \(kinds); did you mean `api_token`?",
                "8:62: fields.kind is `tokens`; \(kinds)",
                "12:19: fields.success is `ja`; want true, false",
                "13:14: fields.ip is `gateway`; want an address",
                "14:22: fields.expires_at is `never`; want a time",
                "15:37: fields.latency_ms is `fast`; want a number of milliseconds",
                "19:27: fields.kind is `apitoken`; \(kinds); did you mean `api_token`?",
            ])
    }

    @Test func `what is no mapping at all is refused`() {
        #expect(problems("").count == 1)
        #expect(problems("- a").contains { $0.contains("want names with values") })
        #expect(problems("a: [").contains { $0.contains("no YAML") })
        #expect(problems(String(repeating: "#", count: 2 << 20)).contains { $0.contains("at most 1 MiB") })
    }
}

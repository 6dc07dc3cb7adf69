import Console
import Foundation
import Testing

/// Whoever holds a credential and may read the key finds what stands in its place.
struct SecretSearchTests {
    private static let token = "np" + "m_" + "aB3dE5fG7hI9kL1mN0pQ2rS4tU6vW8xY0zA1"
    private static let opaque = "opaque-0123456789-abcdef"
    private static let id = "AK" + "IA" + "IOSFODNN7EXAMPLE"
    private static let lines = """
        {"ts":"2026-04-26T00:11:41Z","event":"issued","token_id":"\(token)","principal":"p","actor":"Bearer \(opaque)"}
        {"ts":"2026-04-26T01:11:41Z","event":"used","token_id":"\(token)","principal":"p","ip":"203.0.113.7"}
        {"ts":"2026-04-26T02:11:41Z","event":"used","token_id":"t2","principal":"p","note":"password=hunter2"}
        {"ts":"2026-04-26T03:11:41Z","event":"used","token_id":"\(id)","principal":"p"}

        """

    private let program = Program()

    init() throws { #expect(try program.run("ingest", "-q", program.write("a.ndjson", Self.lines)).status == 0) }

    /// What a run says, without the credential.
    private func said(_ arguments: String..., input: String = "") throws -> Run {
        let run = try program.run(arguments, input: input)
        for secret in [Self.token, Self.opaque, "hunter2"] {
            #expect(!run.output.contains(secret) && !run.errors.contains(secret), "\(run.output)\(run.errors)")
        }
        return run
    }

    private func mark(_ credential: String, _ type: String) throws -> String {
        try program.run("query", "SELECT mark('\(credential)', '\(type)') AS m", "--format", "csv").output
            .split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test func `trace, explain and export find the events of a credential, and show its mark`() throws {
        let mark = try mark(Self.token, "npm")
        #expect(mark.hasPrefix("⟨npm:hmac:"))
        for (argument, input) in [(Self.token, ""), ("-", Self.token), ("-", Self.token + "\n")] {
            let trace = try said("trace", "token", argument, "--format", "json", input: input)
            let json = try JSONParser.parse(trace.output)
            #expect(json["subject"]?.text == "token \(mark)")
            #expect(json["rows"]?.elements.map { $0["what"]?.text } == ["issued", "used"])
            let export = try said("export", "--token", argument, input: input)
            #expect(export.output.split(separator: "\n").count == 2)
            let explain = try said("explain", "--token", argument, "--format", "json", input: input)
            let why = try JSONParser.parse(explain.output)
            #expect(why["subject"]?.text == "token \(mark)")
            #expect(
                why["rows"]?.elements.contains {
                    $0["answer"]?.text?.contains("issued at 2026-04-26T00:11:41Z") == true
                } == true)
        }
        // With nothing to read it is a name like any other.
        #expect(try said("trace", "token", "-").output.contains("token -: 0 events"))
    }

    @Test func `a credential that has no look of its own is found by its digits`() throws {
        let whole = try said("trace", "actor", "Bearer " + Self.opaque, "--format", "json")
        #expect(try JSONParser.parse(whole.output)["rows"]?.elements.count == 1)
        let alone = try said("trace", "actor", Self.opaque, "--format", "json")
        #expect(try JSONParser.parse(alone.output)["rows"]?.elements.count == 1)
        #expect(try said("export", "--actor", Self.opaque).output.contains("⟨bearer:hmac:"))
    }

    @Test func `who asks for a token that is none is told where its mark stands`() throws {
        let mark = try mark("hunter2", "password")
        let digits = mark.dropLast().suffix(16)
        let statement =
            "SELECT ts, source, source_offset, redacted FROM events WHERE extra LIKE '%:hmac:\(digits)%'"
        for arguments in [["trace", "token", "-"], ["explain", "--token", "-"]] {
            let text = try program.run(arguments, input: "hunter2\n").output
            #expect(!text.contains("hunter2") && text.contains("token \(mark)"))
            #expect(
                text.contains(
                    "Only token_id and old_token_id were looked at, but the log had it: its mark stands in 1 event "
                        + "(extra). authtrail query \"\(statement)\" shows them."), "\(text)")
            let json = try JSONParser.parse(program.run(arguments + ["--format", "json"], input: "hunter2").output)
            #expect(json["note"]?.text?.contains("its mark stands in 1 event (extra)") == true)
            let none = try program.run(arguments, input: "hunter3").output
            #expect(
                none.contains(
                    "Only token_id and old_token_id were looked at for it; its mark stands in no other field either."))
        }
        #expect(try program.run("query", statement, "--format", "csv").output.split(separator: "\n").count == 2)
    }

    @Test func `a mark in quarantine is told, too`() throws {
        let bad = program.write("bad.ndjson", "password=hunter9 panic\n")
        #expect(try program.run("ingest", "-q", "--final", "--source", "native", bad).status == 65)
        let text = try program.run("trace", "principal", "-", input: "hunter9").output
        #expect(
            text.contains("its mark stands in 1 line in quarantine. authtrail report quarantine shows them."), "\(text)"
        )
    }

    @Test func `what looks like a credential and is no name of the trail is not repeated`() throws {
        // A secret access key: nothing tells it from an id but its name.
        let key = "wJa1rXUt" + "nFEMI/K7MDENG/bPx" + "RfiCYzzzz1234567"
        for arguments in [
            ["trace", "token", key], ["trace", "principal", key], ["explain", "--token", key], ["trace", "ip", key],
            ["explain", key], ["explain", "--ip", key], ["export", "--ip", key], ["export", "--token=\(key)", key],
            ["query", "SELECT mark('\(key)')"], ["trace", key, key],
        ] {
            for format in [[], ["--format", "json"]] {
                let run = try program.run(arguments + format)
                #expect(!(run.output + run.errors).contains(key), "\(arguments): \(run.output)\(run.errors)")
            }
        }
        #expect(try program.json("trace", "token", key)["subject"]?.text == "token ⟨credential⟩")
        let refused = try program.run("query", "SELECT mark('\(key)')")
        #expect(refused.status == 64 && refused.errors.contains("mark(value, 'secret')"))
        #expect(try program.run("query", "SELECT mark('\(key)', 'secret') AS m").output.contains("⟨secret:hmac:"))
        // Names stay, whether the trail knows them or not.
        for name in ["tok_0K514M7Z9Q", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "550e8400-e29b-41d4-a716-446655440000"] {
            #expect(try program.run("trace", "token", name).output.contains("token \(name): 0 events"))
            #expect(try program.run("query", "SELECT mark('\(name)') AS m").output.contains(name))
        }
    }

    @Test func `the id of a token stays as it is, however it looks`() throws {
        let id = "Zk3mQ9xT7bW2nR5vY8cL1pF6"
        let line = #"{"ts":"2026-04-26T04:00:00Z","event":"used","token_id":"\#(id)","principal":"p"}"# + "\n"
        #expect(try program.run("ingest", "-q", program.write("b.ndjson", line)).status == 0)
        #expect(try program.run("trace", "token", id).output.contains("token \(id): 1 event"))
        #expect(try program.run("query", "SELECT count(*) AS n FROM events WHERE token_id = mark('\(id)')").status == 0)
        #expect(try program.run("explain", "--token", id).output.contains("token \(id) as of"))
    }

    @Test func `SQL asks by mark, and what is no credential is itself`() throws {
        func count(_ condition: String) throws -> String {
            let run = try said(
                "query", "-", "--format", "csv", input: "SELECT count(*) AS n FROM events WHERE \(condition)")
            #expect(run.status == 0, "\(run.errors)")
            return String(run.output.split(separator: "\n").last ?? "")
        }
        #expect(try count("token_id = mark('\(Self.token)')") == "2")
        #expect(try count("token_id = mark('t2')") == "1")
        #expect(try count("token_id = mark('\(Self.id)')") == "1")
        #expect(try count("extra LIKE '%' || mark('hunter2', 'password') || '%'") == "1")
        #expect(try count("has_mark(extra, 'hunter2')") == "1")
        #expect(try count("has_mark(extra, 'hunter3')") == "0")
        #expect(try count("has_mark(actor, '\(Self.opaque)')") == "1")
        #expect(try count("mark(NULL) IS NULL AND token_id = 't2'") == "1")
        // The name of a column is the text of its expression.
        let run = try said(
            "query", "SELECT mark('hunter2', 'password'), mark('\(Self.token)'), '\(Self.id)'", "--format", "csv")
        #expect(run.output.hasPrefix("\"mark('…', '…')\",mark('…'),'"), "\(run.output)")
        let wrong = try said("query", "SELECT mark('hunter2', 'pasword')")
        #expect(
            wrong.status == 64 && wrong.errors.contains("pasword is no type of credential; want one of jwt, github"))
    }

    @Test func `the id of an access key is a name: it stays, and marks that older versions made of it are found`()
        throws
    {
        let json = try program.json("status")
        #expect(json["lines_redacted"]?.integer == 3)
        let old =
            #"{"ts":"2026-04-25T00:00:00Z","event":"used","token_id":"\#(try mark(Self.id, "aws"))","principal":"p"}"#
            + "\n"
        #expect(try program.run("ingest", "-q", program.write("old.ndjson", old)).status == 0)
        let trace = try program.json("trace", "token", Self.id)
        #expect(trace["subject"]?.text == "token \(Self.id)")
        #expect(trace["rows"]?.elements.filter { $0["what"]?.text == "used" }.count == 2)
        #expect(try program.run("export", "--token", Self.id).output.split(separator: "\n").count == 2)
    }

    @Test func `who asks for a credential without the key is told so, and who asks for a name needs none`() throws {
        _ = try program.shell("mv trail/secret.key away")
        for arguments in [
            ["trace", "token", Self.token], ["explain", "--token", Self.token], ["export", "--token", Self.token],
            ["query", "SELECT mark('\(Self.token)')"],
        ] {
            let run = try program.run(arguments)
            #expect(run.status == 65 && run.output == "", "\(run.output)\(run.errors)")
            #expect(run.errors.contains("cannot look for a credential in ./trail") && !run.errors.contains(Self.token))
            #expect(run.errors.contains("secret.key, by which they were made, is missing; restore it from a backup"))
        }
        #expect(try program.run("trace", "token", "t2").status == 0)
        #expect(try program.run("trace", "token", Self.id).status == 0)
        #expect(try program.run("query", "SELECT mark('t2')").status == 0)
        _ = try program.shell("head -c 32 /dev/zero > trail/secret.key; chmod 600 trail/secret.key")
        let other = try program.run("trace", "token", Self.token)
        #expect(other.status == 65 && other.errors.contains("it is not the key by which"))
    }

    @Test func `messages repeat no credential that was typed`() throws {
        for arguments in [
            ["trace", "tokn", Self.token], ["explain", Self.token], ["export", "--ipp", Self.token],
            ["query", "SELECT \(Self.token)"], ["trace", "ip", Self.token],
        ] {
            let run = try program.run(arguments)
            #expect(run.status == 64, "\(arguments): \(run.errors)")
            #expect(!run.errors.contains(Self.token) && !run.output.contains(Self.token), "\(run.errors)")
        }
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}

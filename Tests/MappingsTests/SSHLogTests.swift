import Events
import Testing

@testable import Mappings

/// Refused logins of sshd: each is one event, whatever the server takes.
struct SSHLogTests {
    /// What becomes of lines, each with a time and a host before it: the events as `kind who reason`.
    private func events(_ lines: [String]) throws -> [String] {
        let mapping = try #require(Mapping.named("sshd"))
        let log = lines.enumerated().map { "Apr 26 00:\(10 + $0 / 60):\(10 + $0 % 50) web1 \($1)\n" }.joined()
        let trial = MappingTrial(mapping, Array(log.utf8), reference: MappingTrial.sampleReference)
        let value = { (line: String, name: String) -> String in
            guard let found = line.firstRange(of: "\"\(name)\":\"") else { return "-" }
            return String(line[found.upperBound...].prefix { $0 != "\"" })
        }
        return trial.lines.filter { $0.hasPrefix("{") }.map { line in
            ["event", "principal", "reason"].map { value(line, $0) }.joined(separator: " ")
        }
    }

    @Test func `with keys only, names that nobody has count once a connection, also without an end`() throws {
        let lines = [
            "sshd[1]: Invalid user admin from 1.2.3.4 port 5",
            "sshd[1]: Connection closed by invalid user admin 1.2.3.4 port 5 [preauth]",
            "sshd[2]: Invalid user oracle from 1.2.3.4 port 6",
            "sshd[2]: Disconnected from invalid user oracle 1.2.3.4 port 6 [preauth]",
            "sshd[3]: Invalid user test from 1.2.3.4 port 7",
            "sshd[3]: fatal: Timeout before authentication for 1.2.3.4 port 7",
            // Before OpenSSH 7.5.
            "sshd[4]: Invalid user guest from 1.2.3.4",
            "sshd[4]: input_userauth_request: invalid user guest [preauth]",
            "sshd[4]: Connection closed by 1.2.3.4 [preauth]",
        ]
        #expect(
            try events(lines) == [
                "failed admin unknown_user", "failed oracle unknown_user", "failed test unknown_user",
                "failed guest unknown_user",
            ])
    }

    @Test func `with keys only, names that somebody has count once a connection`() throws {
        let lines = [
            "sshd[1]: Connection closed by authenticating user root 1.2.3.4 port 5 [preauth]",
            "sshd[2]: Received disconnect from 1.2.3.4 port 6:11: Bye Bye [preauth]",
            "sshd[2]: Disconnected from authenticating user root 1.2.3.4 port 6 [preauth]",
            "sshd[3]: Connection reset by authenticating user git 1.2.3.4 port 7 [preauth]",
            "sshd[4]: error: maximum authentication attempts exceeded for root from 1.2.3.4 port 8 ssh2 [preauth]",
            "sshd[4]: Disconnecting authenticating user root 1.2.3.4 port 8: Too many authentication failures [preauth]",
            "sshd[5]: Accepted publickey for maria from 203.0.113.7 port 9 ssh2: ED25519 SHA256:Zm9v",
            "sshd[5]: Disconnected from user maria 203.0.113.7 port 9",
            // A scan that names nobody.
            "sshd[6]: Connection closed by 1.2.3.4 port 10 [preauth]",
        ]
        #expect(
            try events(lines) == [
                "failed root not_logged_in", "failed root not_logged_in", "failed git not_logged_in",
                "failed root too_many_attempts", "issued maria -",
            ])
    }

    @Test func `with passwords, each refused one counts once, and no other line of its connection does`() throws {
        let lines = [
            "sshd[1]: Invalid user admin from 1.2.3.4 port 5",
            "sshd[1]: pam_unix(sshd:auth): check pass; user unknown",
            "sshd[1]: Failed password for invalid user admin from 1.2.3.4 port 5 ssh2",
            "sshd[2]: Failed password for root from 1.2.3.4 port 6 ssh2",
            "sshd[1]: Failed password for invalid user admin from 1.2.3.4 port 5 ssh2",
            "sshd[1]: Connection closed by invalid user admin 1.2.3.4 port 5 [preauth]",
            "sshd[2]: message repeated 2 times: [ Failed password for root from 1.2.3.4 port 6 ssh2]",
            "sshd[2]: error: maximum authentication attempts exceeded for root from 1.2.3.4 port 6 ssh2 [preauth]",
            "sshd[2]: Disconnecting authenticating user root 1.2.3.4 port 6: Too many authentication failures [preauth]",
            "sshd[3]: User bin from 1.2.3.4 not allowed because not listed in AllowUsers",
            "sshd[3]: Failed password for invalid user bin from 1.2.3.4 port 7 ssh2",
            "sshd[3]: error: maximum authentication attempts exceeded for invalid user bin from 1.2.3.4 port 7 ssh2 [preauth]",
            "sshd[3]: Disconnecting invalid user bin 1.2.3.4 port 7: Too many authentication failures [preauth]",
            "sshd[4]: Failed password for maria from 203.0.113.7 port 8 ssh2",
            "sshd[4]: Accepted password for maria from 203.0.113.7 port 8 ssh2",
        ]
        #expect(
            try events(lines) == [
                "failed admin unknown_user", "failed root wrong_password", "failed admin unknown_user",
                "failed root wrong_password", "failed root wrong_password", "failed bin user_not_allowed",
                "failed maria wrong_password", "issued maria -",
            ])
    }

    @Test func `a process that has the number of an earlier one is another connection`() throws {
        let lines = [
            "sshd[1]: Failed password for root from 1.2.3.4 port 5 ssh2",
            "sshd[1]: Connection closed by authenticating user root 1.2.3.4 port 5 [preauth]",
            "sshd[1]: Connection closed by authenticating user root 1.2.3.4 port 6 [preauth]",
        ]
        #expect(try events(lines) == ["failed root wrong_password", "failed root not_logged_in"])
    }

    @Test func `a name is no address, whatever it says`() throws {
        let mapping = try #require(Mapping.named("sshd"))
        let said = [
            "Failed password for invalid user a from 192.0.2.1 port 1 from 1.2.3.4 port 5 ssh2",
            "Invalid user a from 192.0.2.1 port 1 from 1.2.3.4 port 5",
            "Connection closed by authenticating user a 192.0.2.1 port 1 1.2.3.4 port 5 [preauth]",
            "User a from 192.0.2.1 not allowed because from 1.2.3.4 not allowed because not listed in AllowUsers",
        ]
        for (number, line) in said.enumerated() {
            let log = "Apr 26 00:12:41 web1 sshd[\(number)]: \(line)\n"
            let got = MappingTrial(mapping, Array(log.utf8), reference: MappingTrial.sampleReference).lines
            #expect(got.count == 1 && got[0].contains(#""ip":"1.2.3.4""#) && !got[0].contains(#""ip":"192"#), "\(got)")
        }
    }
}

import Testing

@testable import Rollups

/// User agents are compared by the program that they name.
struct ProgramNameTests {
    private func name(_ agent: String) -> String {
        String(decoding: ProgramName.of(Array(agent.utf8)[...]), as: UTF8.self)
    }

    @Test(arguments: [
        ("acme-sync/1.4 (linux; x64)", "acme-sync"), ("Acme-Sync/2.0.1", "acme-sync"),
        ("python-requests/2.32.3", "python-requests"), ("Go-http-client/1.1", "go-http-client"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "mozilla applewebkit chrome safari"
        ),
        ("aws-cli/2.15.30 md/awscrt#0.19.19 ua/2.0 os/linux#5.10", "aws-cli md ua os"),
        ("Node22", "node"), ("tool (a (nested) comment) sdk/3", "tool sdk"), ("broken (never closed", "broken"),
    ])
    func `a user agent is the same program in all of its versions`(agent: String, program: String) {
        #expect(name(agent) == program)
    }

    @Test(arguments: ["1.2.3", "(only a comment)", "", "/5"])
    func `a text without a name stands for itself`(agent: String) {
        #expect(name(agent) == agent)
    }

    @Test func `other programs stay others`() {
        #expect(Set(["curl/8.5", "wget/1.2", "python-requests/2", "python-urllib/3"].map(name)).count == 4)
    }
}

/// One way to recognize credentials.
struct SecretRule: Sendable {
    /// What a rule says about a place.
    enum Verdict {
        case nothing
        /// Nothing here, nor at any later place before this one. It is what keeps the search linear: a rule that looks
        /// at a long run of characters in vain does not look at it again.
        case nothingBefore(Int)
        case found(FoundSecret)
        /// These, in their order, and nothing more at any place before that one.
        case several([FoundSecret], before: Int)
        /// The id of an access key, which is no credential, but one may stand beside it.
        case accessKeyID
    }

    /// - Parameters:
    ///   - text: what the text means: escapes are gone.
    ///   - pair: where one of the rule's pairs of bytes stands.
    ///   - isCut: the text goes on where it is not seen, so a credential at its end may be the beginning of one.
    typealias Judge = @Sendable (_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> Verdict

    /// Two bytes each. Every credential of the rule has one of them at a place that the rule knows; they are chosen to
    /// be rare in other texts, because the search stops at each of them.
    let pairs: [String]
    let judge: Judge

    init(_ pairs: [String], _ judge: @escaping Judge) {
        self.pairs = pairs
        self.judge = judge
    }

    /// Every rule. The family in which it stands says what it accepts.
    static let all = lookingFar + keyFormats

    /// Those that may look at a long run of characters in vain.
    static let lookingFar: [SecretRule] = [
        // eyJ….eyJ….…
        SecretRule(["yJ"], JSONWebToken.judge),
        // ghp_… gho_… ghu_… ghs_… ghr_…
        SecretRule(["gh"], PrefixedKey.judge(github: "gh")),
        SecretRule(["b_"], PrefixedKey.judge(githubPAT: "github_pat_")),
        // sk-… sk-proj-… sk-ant-…
        SecretRule(["k-"], PrefixedKey.judge(sk: "sk-")),
        // sk_live_… rk_live_… sk_test_… rk_test_…, gsk_…
        SecretRule(["k_"], PrefixedKey.judge(stripe: "k_")),
        // xoxb-… xoxp-… xoxa-… xoxr-… xoxs-…
        SecretRule(["xo"], PrefixedKey.judge(slack: "xox")),
        // AKIA…, ASIA…, which stay; a secret key may stand beside them
        SecretRule(["KI", "SI"], AccessKeyID.judge),
        // 123456789:AA…, …8Q~…, …JQQJ99…
        SecretRule([":A"], PrefixedKey.judgeTelegram),
        SecretRule(["Q~"], PrefixedKey.judgeAzureClient),
        SecretRule(["QQ"], PrefixedKey.judgeAzureKey),
        // ….atlasv1.…
        SecretRule(["sv"], PrefixedKey.judgeTerraform),
        // -----BEGIN … PRIVATE KEY-----
        // --password …, --api-key …
        SecretRule(["--"], CommandLineSecret.judgeOption),
        // curl -u name:…
        SecretRule(["-u", "-U", "-a"], CommandLineSecret.judgeUser),
        // Bearer …, Basic …
        SecretRule(["be", "Be", "bE", "BE"], AuthorizationHeader.judgeBearer),
        SecretRule(["ba", "Ba", "bA", "BA"], AuthorizationHeader.judgeBasic),
        // https://user:…@host
        SecretRule(["//"], URLPassword.judge),
        // hooks.slack.com/services/T…/B…/…, discord.com/api/webhooks/1…/…
        SecretRule(["k."], Webhook.judgeSlack),
        SecretRule(["bh"], Webhook.judgeOthers),
        // code=…&client_secret=…, and the same inside of another URL: code%3D…%26
        SecretRule(SecretName.endings("nedrtysgh", before: "=%"), NamedValue.judgeParameter),
        // X-Api-Key: …, Cookie: …
        SecretRule(SecretName.endings("nedty", before: ":"), NamedValue.judgeHeader),
        // "cookies":{"session":"…"} in a text that holds JSON
        SecretRule(["ki"], CookieMembers.judge),
        // aws_secret_access_key = …
        SecretRule([" ="], NamedValue.judgeSetting),
        // "client_secret":"…" in a text that holds JSON
        SecretRule(SecretName.endings("nedrtyh", before: "\"\\'"), MemberValue.judge),
    ]
}

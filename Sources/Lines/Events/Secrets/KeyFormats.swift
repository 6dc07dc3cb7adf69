/// The keys that are known by their first characters, by a pair of these that other texts seldom have.
extension SecretRule {
    private static let hex = ByteSet("0123456789abcdef")
    /// Base64 with its padding.
    private static let padded = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "+/=")
    private static let padded64URL = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "-_=")
    private static let lowerAlphanumeric = ByteSet(ByteSet.lower + ByteSet.digits)

    private static func keys(_ pair: StaticString, _ formats: KeyFormat...) -> SecretRule {
        SecretRule(["\(pair)"], KeyFormat.judge(formats, at: pair))
    }

    static let keyFormats: [SecretRule] = [
        // GitLab has a word for each use; Grafana's begin alike.
        keys(
            "gl", KeyFormat("glpat-", .gitlab, .base64URL, 20), KeyFormat("gldt-", .gitlab, .base64URL, 20),
            KeyFormat("glrt-", .gitlab, .base64URL, 20), KeyFormat("glcbt-", .gitlab, .base64URL, 20),
            KeyFormat("glptt-", .gitlab, .base64URL, 20), KeyFormat("glft-", .gitlab, .base64URL, 20),
            KeyFormat("glimt-", .gitlab, .base64URL, 20), KeyFormat("glagent-", .gitlab, .base64URL, 30),
            KeyFormat("gloas-", .gitlab, .base64URL, 30), KeyFormat("glsoat-", .gitlab, .base64URL, 20),
            KeyFormat("glffct-", .gitlab, .base64URL, 20), KeyFormat("glsa_", .vendor, .word, 32),
            KeyFormat("glc_", .vendor, padded, 32)),
        // Slack: of apps; webhooks of theirs stand in Webhook.
        keys("p-", KeyFormat("xapp-", .slack, .base64URL, 10)),
        // Google: API keys, OAuth access and refresh tokens, client secrets.
        keys("Iz", KeyFormat("AIza", .google, .base64URL, 33)),
        keys("ya", KeyFormat("ya29.", .google, .base64URL, 20)),
        keys("1/", KeyFormat("1//0", .google, .base64URL, 30)),
        keys("X-", KeyFormat("GOCSPX-", .google, .base64URL, 24)),
        // AWS: session tokens, which begin with what they mean, and keys of Bedrock.
        keys("oJ", KeyFormat("IQoJb3JpZ2lu", .aws, padded, 40)),
        keys("oG", KeyFormat("FwoGZXIvYXdz", .aws, padded, 40), KeyFormat("FQoGZXIvYXdz", .aws, padded, 40)),
        keys("BS", KeyFormat("ABSK", .aws, padded, 100)),
        // npm, PyPI, RubyGems, NuGet, Clojars.
        keys("m_", KeyFormat("npm_", .npm, .alphanumeric, 32)),
        keys(
            "i-", KeyFormat("pypi-Ag", .pypi, .base64URL, 40), KeyFormat("xai-", .vendor, .alphanumeric, 40)),
        keys("yg", KeyFormat("rubygems_", .vendor, hex, 40)),
        keys("y2", KeyFormat("oy2", .vendor, lowerAlphanumeric, 43)),
        keys("S_", KeyFormat("CLOJARS_", .vendor, .alphanumeric, 50)),
        // SendGrid, Mailgun, Brevo.
        keys("G.", KeyFormat("SG.", .sendgrid, .base64URL, 16, 32)),
        keys("b-", KeyFormat("xkeysib-", .vendor, hex, 60)),
        // Mailgun; Tailscale; Bedrock's keys for a day.
        keys(
            "y-", KeyFormat("key-", .vendor, hex, 32), KeyFormat("tskey-", .vendor, .base64URL, 20),
            KeyFormat("bedrock-api-key-", .aws, padded, 40)),
        // Stripe and all who sign webhooks as Svix does.
        keys("c_", KeyFormat("whsec_", .stripe, padded, 24)),
        // Vault: service, batch and recovery tokens.
        keys(
            "hv", KeyFormat("hvs.", .vault, .base64URL, 24), KeyFormat("hvb.", .vault, .base64URL, 24),
            KeyFormat("hvr.", .vault, .base64URL, 24)),
        // Hugging Face, Groq (k_ is Stripe's), Replicate, Perplexity.
        keys("hf", KeyFormat("hf_", .huggingface, .alphanumeric, 30)),
        keys("g_", KeyFormat("api_org_", .huggingface, .alphanumeric, 30)),
        keys("8_", KeyFormat("r8_", .vendor, .alphanumeric, 30)),
        keys("x-", KeyFormat("pplx-", .vendor, .alphanumeric, 40)),
        // Shopify, Square, DigitalOcean, Databricks, Docker, Terraform.
        keys(
            "hp", KeyFormat("shpat_", .vendor, .hex, 32), KeyFormat("shpca_", .vendor, .hex, 32),
            KeyFormat("shppa_", .vendor, .hex, 32), KeyFormat("shpss_", .vendor, .hex, 32)),
        keys("q0", KeyFormat("sq0atp-", .vendor, .base64URL, 22), KeyFormat("sq0csp-", .vendor, .base64URL, 40)),
        keys(
            "_v", KeyFormat("dop_v1_", .vendor, .hex, 60), KeyFormat("doo_v1_", .vendor, .hex, 60),
            KeyFormat("dor_v1_", .vendor, .hex, 60)),
        keys("ap", KeyFormat("dapi", .vendor, hex, 32)),
        keys("kr", KeyFormat("dckr_pat_", .vendor, .base64URL, 24), KeyFormat("dckr_oat_", .vendor, .base64URL, 24)),
        // New Relic, Postman; Linear; Notion; Figma; Atlassian; Pulumi; Supabase; Fly.io; Doppler; Sentry; Dynatrace.
        keys("K-", KeyFormat("NRAK-", .vendor, .upperAlphanumeric, 24), KeyFormat("PMAK-", .vendor, .base64URL, 50)),
        keys("i_", KeyFormat("lin_api_", .vendor, .alphanumeric, 32)),
        keys("n_", KeyFormat("ntn_", .vendor, .alphanumeric, 40)),
        keys("cr", KeyFormat("secret_", .vendor, .alphanumeric, 40), KeyFormat("sb_secret_", .vendor, .word, 24)),
        keys("gd", KeyFormat("figd_", .vendor, .base64URL, 36)),
        keys("3x", KeyFormat("ATATT3x", .vendor, padded64URL, 100), KeyFormat("ATCTT3x", .vendor, padded64URL, 100)),
        keys("l-", KeyFormat("pul-", .vendor, hex, 40)),
        keys("bp", KeyFormat("sbp_", .vendor, hex, 40)),
        keys("1_", KeyFormat("fo1_", .vendor, .base64URL, 40)),
        keys("2_", KeyFormat("fm2_", .vendor, padded, 80)),
        keys("p.", KeyFormat("dp.pt.", .vendor, .alphanumeric, 40), KeyFormat("dp.st.", .vendor, .word, 20)),
        keys("sn", KeyFormat("sntrys_", .vendor, padded, 60), KeyFormat("sntryu_", .vendor, hex, 60)),
        keys("t0", KeyFormat("dt0c01.", .vendor, .upperAlphanumeric, 24, 60)),
        // Facebook; CircleCI; Sourcegraph; PlanetScale; age.
        keys("EA", KeyFormat("EAA", .vendor, .alphanumeric, 100)),
        keys("T_", KeyFormat("CCIPAT_", .vendor, .word, 40)),
        keys("gp", KeyFormat("sgp_", .vendor, .word, 40)),
        keys("ps", KeyFormat("pscale_", .vendor, padded64URL, 36)),
        keys("E-", KeyFormat("AGE-SECRET-KEY-1", .vendor, .upperAlphanumeric, 50)),
    ]
}

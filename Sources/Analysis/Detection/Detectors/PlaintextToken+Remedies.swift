internal import Events

extension SecretType {
    /// What ends a credential of this type, as the end of a sentence.
    var remedy: String {
        switch self {
        case .password, .basic, .urlPassword: "change the password"
        case .cookie: "end the sessions that it belongs to"
        case .jwt, .bearer, .accessToken, .idToken, .authorization:
            "revoke it, or end its session, where it was issued; a token that nobody can revoke lives until it expires"
        case .refreshToken: "revoke it where it was issued: whoever has it gets access tokens"
        case .code, .codeVerifier: "see whether it was exchanged by somebody else; used or expired it is harmless"
        case .sas: "rotate the account's key that signed it, or end the access policy that it names"
        case .signature: "it works until the time that the URL names; if that is far, rotate the key that signed it"
        case .webhook: "make another webhook and delete this one"
        case .privateKey: "replace the key, and the certificates that were made for it"
        case .aws: "deactivate the access key; of a session, end the sessions of its role"
        case .github, .gitlab, .sk, .stripe, .slack, .google, .azure, .npm, .pypi, .sendgrid, .vault, .huggingface,
            .vendor, .clientSecret, .clientAssertion, .apiKey, .secret, .token:
            "revoke it where it was issued, and issue another"
        }
    }
}

/// What a credential was recognized as. The names stand in marks and in the column `redacted`; they stay.
package enum SecretType: String, CaseIterable, Sendable {
    // Recognized by what they look like, wherever they stand.
    case jwt, github, gitlab, sk, stripe, slack
    /// Secret keys and session tokens. Up to 0.2.0 it was access key ids, too.
    case aws
    case google, azure, npm, pypi, sendgrid, vault, huggingface
    /// Keys of other issuers that begin with a word of theirs.
    case vendor
    /// The secret part of a URL that takes messages: of Slack, Discord, Microsoft Teams.
    case webhook
    case privateKey = "private_key"
    // Recognized by what stands around them.
    case bearer, basic, authorization
    case urlPassword = "url_password"
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case idToken = "id_token"
    case code
    case codeVerifier = "code_verifier"
    case clientSecret = "client_secret"
    case clientAssertion = "client_assertion"
    case apiKey = "api_key"
    case password
    case secret, token
    /// The value of a cookie of a session.
    case cookie
    /// The signature of a shared access signature of Azure.
    case sas
    /// The signature of another URL that was signed beforehand.
    case signature

    /// Whether a credential of this type is known by its own look; else the name before it told, which may mislead.
    package var hasLook: Bool {
        switch self {
        case .jwt, .github, .gitlab, .sk, .stripe, .slack, .aws, .google, .azure, .npm, .pypi, .sendgrid, .vault,
            .huggingface, .vendor, .webhook, .privateKey:
            true
        case .bearer, .basic, .authorization, .urlPassword, .accessToken, .refreshToken, .idToken, .code, .codeVerifier,
            .clientSecret, .clientAssertion, .apiKey, .password, .secret, .token, .cookie, .sas, .signature:
            false
        }
    }
}

/// A credential that was found in a text.
struct FoundSecret: Equatable, Sendable {
    var type: SecretType
    /// Bytes of the text.
    var range: Range<Int>
    /// The credential, where the text holds a copy of it in another spelling: both have the same digits.
    var original: [UInt8]?
}

/// What a credential was recognized as. The names stand in marks and in the column `redacted`; they stay.
package enum SecretType: String, CaseIterable, Sendable {
    // Recognized by what they look like, wherever they stand.
    case jwt, github, gitlab, sk, stripe, slack, aws
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
}

/// A credential that was found in a text.
struct FoundSecret: Equatable, Sendable {
    var type: SecretType
    /// Bytes of the text.
    var range: Range<Int>
}

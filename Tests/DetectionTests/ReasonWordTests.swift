import Testing

@testable import Detection

/// Which words for failures are known from the start.
struct ReasonWordTests {
    private static let samples: [(ReasonClass, [String])] = [
        (
            .throttled,
            [
                "Rate exceeded", "Too Many Requests", "TooManyRequestsException", "ThrottlingException", "Throttling",
                "RequestLimitExceeded", "Client.RequestLimitExceeded", "SlowDown", "rate_limited", "429",
                "RateLimitExceeded", "API rate limit exceeded", "LOCKED_OUT", "AADSTS50053", "50053", "limit_wc",
                "user_temporarily_disabled", "ProvisionedThroughputExceededException",
            ]
        ),
        (
            .denied,
            [
                "AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "insufficient_scope",
                "Resource not accessible by integration", "AADSTS53003: Access has been blocked", "not_allowed",
                "NETWORK_ZONE_BLACKLIST",
            ]
        ),
        (
            .mismatch,
            [
                "hash_mismatch", "HashMismatch", "SignatureDoesNotMatch", "InvalidClientTokenId",
                "NotAuthorizedException", "INVALID_CREDENTIALS", "VERIFICATION_ERROR", "Wrong email or password.", "fp",
                "AADSTS50126: Error validating credentials due to invalid username or password.", "50126",
                "invalid_user_credentials", "Bad credentials", "bad_verification_code",
            ]
        ),
        (.unknown, ["user_not_found", "unknown_token", "UserNotFoundException", "AADSTS50034", "client_not_found"]),
        (
            .dead,
            [
                "expired", "ExpiredToken", "ExpiredTokenException", "AADSTS700082", "expired_code", "token revoked",
                "FreshTokenNeeded",
            ]
        ),
        (.reuse, ["refresh_token_reused", "code already used", "AADSTS54005"]),
        (
            .other,
            [
                "missing_token", "Requires authentication", "MissingAuthenticationToken", "AADSTS50076",
                "authorization_pending",
            ]
        ),
    ]

    private func words(_ meaning: ReasonClass) -> [String] {
        let settings = FailedVerificationByIP.Settings()
        return switch meaning {
        case .mismatch, .unknown: settings.mismatchReasons
        case .dead: settings.replayReasons
        case .reuse: settings.reuseReasons
        case .denied: settings.deniedReasons
        case .throttled: settings.throttledReasons
        case .other: settings.otherReasons
        }
    }

    @Test(arguments: samples) func `what servers write has its class, in any spelling`(
        _ meaning: ReasonClass, _ reasons: [String]
    ) {
        let known = words(meaning).map(ReasonWords.folded)
        for reason in reasons {
            #expect(ReasonWords.contains(known, Array(reason.utf8)[...]), "\(reason) is not known as \(meaning)")
        }
    }

    @Test func `no word has two classes, and none stands twice in one`() {
        let all = ReasonClass.allCases.filter { $0 != .unknown }.flatMap { meaning in
            words(meaning).map { (String(decoding: ReasonWords.folded($0), as: UTF8.self), meaning) }
        }
        let twice = Dictionary(grouping: all, by: \.0).filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty, "\(twice.sorted())")
    }

    @Test func `what may mean two things, and what only looks like a word, has no class`() {
        let settings = FailedVerificationByIP.Settings()
        let known = settings.knownReasons.map(ReasonWords.folded)
        for reason in ["invalid_grant", "unauthorized", "401", "403", "no_such_luck", "", "rate limited by nobody"] {
            #expect(!ReasonWords.contains(known, Array(reason.utf8)[...]), "\(reason)")
        }
    }
}

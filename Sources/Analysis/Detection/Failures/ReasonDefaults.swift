/// The words for reasons that are known from the start, by what they mean, as AWS, Auth0, Entra, GitHub, Keycloak, Okta
/// and the standards of OAuth write them.
///
/// Case and the marks between words make no difference (`ReasonWords`), so each word stands here once. What may mean
/// two things (`invalid_grant`, `unauthorized`) has no class: whoever runs the server knows, and is told of it.
enum ReasonDefaults {
    /// A wrong credential, or one that nobody has.
    static let mismatch =
        [
            "hash_mismatch", "unknown_token", "invalid_token", "token_not_found", "not_found", "unknown",
            "invalid_credentials", "signature_mismatch", "invalid_signature", "bad_token", "bad_signature",
            "bad_credentials", "wrong_credentials", "wrong_password", "invalid_password", "invalid_key",
            "invalid_api_key", "bad_api_key", "incorrect_password", "unknown_user", "user_not_found", "no_such_user",
            "unknown_key", "key_not_found", "malformed_token", "token_malformed", "invalid_client",
            "unknown_client", "client_not_found", "authentication_failed", "login_failed", "login_failure",
            // AWS and Cognito
            "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure", "Client.AuthFailure",
            "UnrecognizedClientException", "InvalidSignatureException", "InvalidIdentityToken",
            "InvalidIdentityTokenException", "NotAuthorizedException", "UserNotFoundException", "CodeMismatchException",
            "failed authentication", "no username found in supplied account",
            // Auth0
            "fp", "fu", "fcoa", "fepft", "invalid_user_password", "wrong email or password",
            "unknown or invalid refresh token",
            "mfa_invalid_code",
            // GitHub
            "bad_verification_code", "bad_refresh_token", "incorrect_client_credentials",
            // Keycloak
            "invalid_user_credentials", "invalid_client_credentials", "invalid_client_secret", "invalid_code",
            "invalid_code_verifier",
            "pkce_verification_failed",
            // Okta
            "VERIFICATION_ERROR", "E0000004",
        ]
        + entra([
            ("50126", "InvalidUserNameOrPassword"), ("50034", "UserAccountNotFound"), ("50056", nil),
            ("700016", "UnauthorizedClient_DoesNotMatchRequest"), ("7000215", "InvalidClientSecretProvided"),
            ("7000218", nil), ("501481", nil),
        ])

    /// Expired, revoked, superseded.
    static let dead =
        [
            "expired", "token_expired", "expired_token", "revoked", "token_revoked", "revoked_token", "superseded",
            "rotated", "token_reused", "session_expired", "session_revoked", "credentials_expired", "key_expired",
            "key_revoked", "api_key_expired", "api_key_revoked", "jwt_expired", "logged_out",
            // AWS and Cognito
            "ExpiredTokenException", "TokenRefreshRequired", "ExpiredCodeException",
            // Auth0, Keycloak
            "expired_code", "user_session_not_found", "refresh token expired", "stale token",
        ]
        + entra([
            ("50173", "FreshTokenNeeded"), ("50132", "SsoArtifactInvalidOrExpired"), ("50133", "SsoArtifactRevoked"),
            ("70008", "ExpiredOrRevokedGrant"), ("70043", nil), ("700082", "ExpiredOrRevokedGrantInactiveToken"),
            ("700084", nil), ("7000222", "InvalidClientSecretExpiredKeysProvided"), ("50089", nil),
        ])

    /// A spent refresh token or code was presented again.
    static let reuse =
        [
            "refresh_token_reused", "refresh_token_reuse", "reuse_detected", "refresh_token_reuse_detected",
            "code_reused", "code_already_used", "already_used", "token_already_used", "authorization_code_reused",
        ] + entra([("54005", nil)])

    /// A known credential that may not do this.
    static let denied =
        [
            "missing_scope", "user_disabled", "account_disabled", "client_disabled", "insufficient_scope",
            "insufficient_permissions", "insufficient_privileges",
            "access_denied", "AccessDeniedException", "permission_denied", "forbidden", "not_authorized",
            "not_allowed", "not_permitted", "operation_not_permitted", "unauthorizedoperation",
            "client_unauthorizedoperation", "policy_denied", "role_denied", "missing_role", "missing_permission",
            "invalid_scope", "unauthorized_client", "consent_denied", "scope_not_allowed", "out_of_scope",
            // AWS
            "UnauthorizedAccess", "AuthorizationError", "AuthorizationErrorException", "ForbiddenException",
            "AccessDeniedFault", "UnauthorizedOperationException", "explicit deny", "OptInRequired",
            // GitHub
            "resource not accessible by integration", "resource not accessible by personal access token",
            "must have admin rights to repository",
            // Okta
            "network_zone_blacklist", "sign-on policy evaluation resulted in deny",
        ]
        + entra([
            ("53003", "BlockedByConditionalAccess"), ("53000", "DeviceNotCompliant"),
            ("53001", "DeviceNotDomainJoined"),
            ("50105", "EntitlementGrantsNotFound"), ("65001", "DelegationDoesNotExist"),
            ("90094", "AdminConsentRequired"),
        ])

    /// The server did not look.
    static let throttled =
        [
            "rate_limited", "rate_limit", "rate_limit_exceeded", "rate_exceeded", "too_many_requests", "throttled",
            "throttling", "too_many_attempts", "slow_down", "quota_exceeded", "request_limit_exceeded", "429",
            "http_429", "429 too many requests", "locked", "locked_out", "account_locked", "user_locked",
            "temporarily_locked", "too_many_failed_attempts", "too_many_login_attempts", "resource_exhausted",
            // AWS and Cognito
            "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
            "TooManyRequestsException", "ProvisionedThroughputExceededException", "BandwidthLimitExceeded",
            "LimitExceededException", "PriorRequestNotComplete", "EC2ThrottledException",
            "Client.RequestLimitExceeded", "TooManyFailedAttemptsException", "password attempts exceeded",
            // Auth0
            "api_limit", "limit_wc", "limit_mu", "limit_sul", "limit_ui",
            // GitHub
            "api rate limit exceeded", "secondary rate limit", "you have exceeded a secondary rate limit",
            "maximum number of login attempts exceeded",
            // Keycloak
            "user_temporarily_disabled", "E0000047",
        ] + entra([("50053", "IdsLocked"), ("90025", nil), ("90055", nil)])

    /// Nothing of a credential.
    static let other =
        [
            "missing_token", "no_token", "missing_credentials", "no_credentials", "requires authentication",
            "authentication_required", "login_required", "interaction_required", "consent_required", "mfa_required",
            "authorization_pending", "invalid_request", "unsupported_grant_type", "invalid_redirect_uri",
            // AWS and Cognito
            "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
            "PasswordResetRequiredException", "UserNotConfirmedException",
            // Keycloak
            "username_missing", "password_missing", "code_verifier_missing", "resolve_required_actions",
            "rejected_by_user", "ssl_required",
        ]
        + entra([
            ("50058", "UserInformationNotProvided"), ("50074", "UserStrongAuthClientAuthNRequired"),
            ("50076", "UserStrongAuthClientAuthNRequiredInterrupt"), ("50079", "UserStrongAuthEnrollmentRequired"),
            ("50055", "InvalidPasswordExpiredPassword"), ("50140", "KmsiInterrupt"),
        ])

    /// An error of Entra as its logs have it: the number, the number behind `AADSTS`, or its name.
    private static func entra(_ errors: [(code: String, name: String?)]) -> [String] {
        errors.flatMap { error in [error.code, "AADSTS" + error.code] + (error.name.map { [$0] } ?? []) }
    }
}

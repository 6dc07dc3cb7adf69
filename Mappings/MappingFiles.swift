/// The mappings that the program knows, and for each of them records and what must come of them.
package enum MappingFiles {
    /// In the order in which they are listed.
    package static let all: [(name: String, text: [UInt8], sample: [UInt8], events: [UInt8])] = [
        (
            "logpush-workers", PackageResources.logpush_workers_yaml, PackageResources.logpush_workers_sample,
            PackageResources.logpush_workers_events
        ),
        (
            "cloudtrail", PackageResources.cloudtrail_yaml, PackageResources.cloudtrail_sample,
            PackageResources.cloudtrail_events
        ),
        (
            "okta", PackageResources.okta_yaml, PackageResources.okta_sample,
            PackageResources.okta_events
        ),
        (
            "entra", PackageResources.entra_yaml, PackageResources.entra_sample,
            PackageResources.entra_events
        ),
        (
            "auth0", PackageResources.auth0_yaml, PackageResources.auth0_sample,
            PackageResources.auth0_events
        ),
        (
            "github", PackageResources.github_yaml, PackageResources.github_sample,
            PackageResources.github_events
        ),
        (
            "keycloak", PackageResources.keycloak_yaml, PackageResources.keycloak_sample,
            PackageResources.keycloak_events
        ),
        (
            "kubernetes", PackageResources.kubernetes_yaml, PackageResources.kubernetes_sample,
            PackageResources.kubernetes_events
        ),
        (
            "google-workspace", PackageResources.google_workspace_yaml, PackageResources.google_workspace_sample,
            PackageResources.google_workspace_events
        ),
        (
            "vault", PackageResources.vault_yaml, PackageResources.vault_sample,
            PackageResources.vault_events
        ),
        (
            "sshd", PackageResources.sshd_yaml, PackageResources.sshd_sample,
            PackageResources.sshd_events
        ),
        (
            "cloudflare", PackageResources.cloudflare_yaml, PackageResources.cloudflare_sample,
            PackageResources.cloudflare_events
        ),
    ]
}

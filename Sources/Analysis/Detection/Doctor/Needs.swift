package import Events

extension Need {
    private static let issued = EventKinds(EventKind.issued), revoked = EventKinds(EventKind.revoked)
    private static let exchanged = EventKinds(EventKind.exchanged), refreshed = EventKinds(EventKind.refreshed)
    private static let token = must(.fields(.used, [.tokenID])), tool = must(.fields(.used, [.tool]))

    /// What each detector needs, by id. Beside `judgesBy` of the cards, which says what a run tells, it holds kinds of
    /// events, the policy, and the length of the log.
    package static func all(_ settings: DetectorSettings) -> [String: [Need]] {
        mainRules(settings).merging(tokenRules(settings)) { $1 }.merging(policyRules(settings)) { $1 }
            .merging(adminRules(settings)) { $1 }.merging(logRules(settings)) { $1 }
    }

    private static func mainRules(_ settings: DetectorSettings) -> [String: [Need]] {
        [
            DormantTokenReactivation.card.id: [
                token, must(.history(settings.dormantTokenReactivation.shortest, ifTold: true)),
                may("tokens that slept since their issue, or had none", .fields(.issuances, [.tokenID])),
                may("whether the address is new", .fields(.used, [.ip])),
                may("whether the program is new", .fields(.used, [.userAgent])),
            ],
            FailedVerificationByIP.card.id: [
                must(.fields(.failed, [.ip])), must(.reasons),
                may("stuffing, brute_force, broken_client", .fields(.failed, [.presented, .tokenID])),
                may("distributed, credential_replay", .fields(.failed, [.userAgent])),
                may("success_after", .fields(.accepted, [.ip])),
            ],
        ]
    }

    /// Of the life of a token.
    private static func tokenRules(_ settings: DetectorSettings) -> [String: [Need]] {
        [
            UseAfterRevoke.card.id: [token, must(.fields(revoked, [.tokenID]))],
            UseAfterExpiry.card.id: [token, must(.tokens(.issuance)), must(.tokens(.expiry))],
            RefreshReuse.card.id: [
                must(.fields(refreshed, [.oldTokenID])), may("refused_reuse", .events(EventKinds(.failed))),
            ],
            CodeReplay.card.id: [must(.fields(exchanged, [.codeID])), must(.fields(exchanged, [.tokenID]))],
            PrincipalMismatch.card.id: [
                token, must(.fields(.used, [.principal])), must(.tokens(.issuance)), must(.tokens(.principal)),
            ],
            OrphanToken.card.id: [
                token, must(.fields(.issuances, [.tokenID])),
                may("API tokens", .history(settings.policy.lifetimes.apiToken, ifTold: true)),
            ],
            NewSurroundings.card.id: [
                must(.history(Int64(settings.newSurroundings.knownFor) * Timestamp.day, ifTold: false)),
                token, must(.fields(.used, [.ip])),
                must(.fields(.used, [.userAgent])), may("new tools", .fields(.used, [.tool])),
            ],
            Campaign.card.id: [
                must(.history(Int64(settings.campaign.newToAll) * Timestamp.day, ifTold: false)),
                token, must(.fields(.used, [.ip])), must(.fields(.used, [.userAgent])),
                may("new tools", .fields(.used, [.tool])),
            ],
            RotationOverlap.card.id: [
                token, must(.fields(issued, [.tokenID])), must(.tokens(.issuance)), must(.tokens(.principal)),
                may("telling tokens of different scopes apart", .tokens(.scopes)),
            ],
            CallSurge.card.id: [
                token, must(.history(Int64(settings.callSurge.activeDays) * Timestamp.day, ifTold: false)),
                may("OAuth callers and sessions", .fields(.used, [.principal])),
                may("telling OAuth callers from API tokens", .fields(.used, [.kind])),
            ],
            FailureSurge.card.id: [
                must(.fields(.failed, [.ip])), must(.reasons),
                must(.history(Int64(settings.failureSurge.leastDays) * Timestamp.day, ifTold: true)),
            ],
            NeverUsed.card.id: [
                must(.fields(issued, [.tokenID])), token, must(.history(settings.neverUsedAfter, ifTold: false)),
            ],
        ]
    }

    /// Of what the server allows.
    private static func policyRules(_ settings: DetectorSettings) -> [String: [Need]] {
        [
            ScopeBypass.card.id: [
                token, tool, must(.tokens(.issuance)), must(.tokens(.scopes)),
                must(.tools, .fields(.used, [.scopes])),
                may("whether a call was answered", .fields(.used, [.success])),
            ],
            AuthModeViolation.card.id: [
                tool, may("callers whose kind nobody names", .fields(.used, [.kind])),
                may("wrong_credential", .tools),
            ],
            ToolUndeclared.card.id: [tool, must(.tools)],
            ScopeEscalation.card.id: [
                must(.fields(.issuances, [.tokenID])), must(.fields(.issuances, [.principal])),
                must(.fields(.issuances, [.scopes])),
            ],
            LifetimePolicy.card.id: [
                must(.fields(.issuances, [.tokenID])), must(.ever(.issuances, .expiresAt)),
            ],
            RateLimitBreach.card.id: [
                must(.fields(.used, [.kind, .ip])), may("API tokens and OAuth callers", .fields(.used, [.kind])),
                may("anonymous callers", .fields(.used, [.ip])), may("API tokens", .fields(.used, [.tokenID])),
                may("OAuth callers", .fields(.used, [.principal])),
            ],
        ]
    }

    /// Of those who issue and revoke.
    private static func adminRules(_ settings: DetectorSettings) -> [String: [Need]] {
        [
            FirstTimeIssuer.card.id: [
                must(.fields(issued, [.actor])), must(.history(settings.firstTimeIssuer.learning, ifTold: true)),
            ],
            MassIssuance.card.id: [must(.fields(issued, [.actor]))],
            SelfIssue.card.id: [must(.fields(issued, [.actor])), must(.fields(issued, [.principal]))],
            RevokeStorm.card.id: [must(.fields(revoked, [.actor]))],
            RevokeWithoutReason.card.id: [
                must(.events(revoked)), may("telling who leaves it out", .ever(revoked, .reason)),
                may("who revoked", .fields(revoked, [.actor])),
            ],
        ]
    }

    /// Of the log itself: they judge whatever there is.
    private static func logRules(_ settings: DetectorSettings) -> [String: [Need]] {
        let habit = Int64(settings.sourceSilence.leastDays) * Timestamp.day
        return [
            PlaintextToken.card.id: [], BlindSpot.card.id: [], ClockAhead.card.id: [],
            SourceSilence.card.id: [must(.history(habit, ifTold: false))],
        ]
    }

    /// The sets of fields that these needs ask for on a kind of event; an empty one asks for its events alone.
    static func fields(_ needs: some Sequence<Need>, on kind: EventKind) -> [[EventField]] {
        var sets: Set<[EventField]> = []
        for ask in needs.flatMap(\.anyOf) {
            switch ask {
            case .events(let kinds) where kinds.contains(kind): sets.insert([])
            case .fields(let kinds, let fields) where kinds.contains(kind):
                sets.formUnion(fields.map { [$0] } + [fields])
            case .ever(let kinds, let field) where kinds.contains(kind): sets.insert([field])
            case .tokens(let fact) where EventKinds.issuances.contains(kind): sets.insert([fact.field])
            case .reasons where kind == .failed: sets.insert([.reason])
            default: break
            }
        }
        return sets.sorted { $0.map(\.rawValue).lexicographicallyPrecedes($1.map(\.rawValue)) }
    }
}

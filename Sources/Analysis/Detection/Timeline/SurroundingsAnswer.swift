internal import Events
internal import Rollups

/// Why `new-surroundings` says nothing of a token: what it looked at on the token's last day of use.
struct SurroundingsAnswer {
    private let settings: NewSurroundings.Settings
    private let history: any History

    init(_ settings: NewSurroundings.Settings, _ history: any History) {
        (self.settings, self.history) = (settings, history)
    }

    /// A sentence, as far as the uses of the token go; `last` is the time of the last one.
    func text(_ life: TokenLife, _ uses: [Timeline.Row], _ last: Int64) throws -> String {
        let day = Timestamp.day(of: last)
        let named = uses.last { Timestamp.day(of: $0.last) == day }?.shared[.principal]
        let who = PrincipalHabits.Who(name: Array((named ?? life.tokenID).utf8), isToken: named == nil)
        let habits = PrincipalHabits(history: history, days: day...day, memory: settings.memory)
        guard
            let (habit, mostNew) = try habits.standing(
                of: who, unseen: settings.unseen, networksWithin: settings.roamingDays)
        else { return "nothing is known of where its principal came from on its last day of use" }
        return (named ?? "the token") + " " + standing(habit) + "; "
            + ["neither network nor program was new", "one of network and program was new, and the rule wants both"][
                min(mostNew, 1)] + " on the last day of use"
    }

    private func standing(_ habit: PrincipalHabits.Habit) -> String {
        let recent = habit.activeDays(within: settings.unseen)
        let known = -(habit.active.first ?? 0)
        guard known >= settings.knownFor, recent >= settings.activeDays else {
            return
                "was known for \(Wording.count(known, "day")) and let in on \(recent) of them before; the rule speaks "
                + "from \(settings.knownFor) days and \(settings.activeDays) on"
        }
        let roams = habit.networks >= settings.roamingNetworks ? "roams" : "does not roam"
        return "was let in on \(Wording.count(recent, "day")) of the \(settings.unseen) before, and \(roams): "
            + "\(Wording.count(habit.networks, "network")) in \(settings.roamingDays) days"
    }
}

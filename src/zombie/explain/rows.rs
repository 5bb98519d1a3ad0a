use super::WrittenSign;
use super::span::{moment as said, span};
use crate::zombie::pulse::{Asked, Pulse, Silence, asked_of_other_run, asked_of_task};
use crate::zombie::signs::newest;
use crate::zombie::{ActiveRun, Moment, Policy, Row, Run, RunState, Signs, Suspect, Timestamp, Verdict};

/// A row of the table of verdicts, and why it fits or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSaid {
    /// The row.
    pub row: Row,
    /// Whether it fits; `None` of those below the one that does: nobody asks any more.
    pub fits: Option<bool>,
    /// Why it does or does not.
    pub why: Option<String>,
}

/// Each row of the table, in its order, and why it fits or does not. `fit` and `verdict` are what the suspect was
/// [weighed](Suspect::weigh) to.
#[must_use]
pub fn rows(
    suspect: &Suspect,
    signs: &[WrittenSign],
    (fit, verdict): (Row, &Verdict),
    policy: &Policy,
    now: Timestamp,
) -> Vec<RowSaid> {
    let told = Told::of(suspect, signs, policy, now);
    let said = |row: Row| {
        let (fits, why) = match row.cmp(&fit) {
            std::cmp::Ordering::Less => (Some(false), Some(told.why_not(row))),
            std::cmp::Ordering::Equal => (Some(true), Some(told.why(row, verdict))),
            std::cmp::Ordering::Greater => (None, None),
        };
        RowSaid { row, fits, why }
    };
    Row::ALL.into_iter().map(said).collect()
}

/// What the reasons are told from.
struct Told<'s> {
    suspect: &'s Suspect,
    signs: &'s [WrittenSign],
    active: ActiveRun<&'s Run>,
    /// What is asked of the active run or the claim, then of each other unfinished run.
    asked: Vec<(String, Asked<'s>)>,
    policy: &'s Policy,
    now: Timestamp,
}

impl<'s> Told<'s> {
    fn of(suspect: &'s Suspect, signs: &'s [WrittenSign], policy: &'s Policy, now: Timestamp) -> Self {
        let active = suspect.active.as_ref().map(|row| &row.run);
        let mut asked = Vec::new();
        let of_task = |name: String| (name, asked_of_task(&suspect.task, &active, policy, now));
        match active {
            ActiveRun::Own(run) if !run.is_unfinished(now) => {}
            ActiveRun::Own(run) => asked.push(of_task(format!("run {}", run.id))),
            ActiveRun::Itself => asked.push(of_task("the task".to_owned())),
            ActiveRun::None | ActiveRun::Missing => asked.push(of_task("the claim".to_owned())),
        }
        let others = suspect.others.iter().map(|row| &row.run);
        let unfinished = others.filter(|run| run.is_unfinished(now));
        asked.extend(unfinished.map(|run| {
            let name = format!("run {}, which the task does not name", run.id);
            (name, asked_of_other_run(run, policy, now))
        }));
        Self {
            suspect,
            signs,
            active,
            asked,
            policy,
            now,
        }
    }

    fn why(&self, row: Row, verdict: &Verdict) -> String {
        if let Verdict::Undecided(why) = verdict {
            return why.to_string();
        }
        match row {
            Row::Live => {
                let live = self.asked.iter().find(|(_, asked)| asked.pulse == Pulse::Live);
                live.map_or_else(
                    || "a heartbeat is fresh".to_owned(),
                    |(name, asked)| self.why_live(name, asked),
                )
            }
            Row::Finished | Row::FinishedByEvidence => self.why_finished(verdict),
            Row::NoActiveRun | Row::MissingRun | Row::LeaseExpired | Row::StaleHeartbeat => {
                let first = self.asked.first();
                first.map_or_else(String::new, |(name, asked)| {
                    format!("{}{}", self.pointer(), self.state(name, asked))
                })
            }
            Row::WorkerGone => "it shows no sign of life, and no worker that it names is there".to_owned(),
            Row::Undecided | Row::Untold => String::new(),
        }
    }

    fn why_not(&self, row: Row) -> String {
        match row {
            Row::Live => self.why_not_live(),
            Row::Undecided => {
                "every sign that is asked for can be read, no other run may be the successor, and no other \
                               running task has the same id"
                    .to_owned()
            }
            Row::Finished | Row::FinishedByEvidence => self.why_not_finished(row),
            Row::NoActiveRun | Row::MissingRun => self.why_no_claim(row),
            Row::LeaseExpired => self.why_no_lease(),
            Row::StaleHeartbeat => "there is no sign of life that could be too old".to_owned(),
            Row::WorkerGone => "it names no worker of which it is known that it is gone".to_owned(),
            Row::Untold => String::new(),
        }
    }

    fn why_live(&self, name: &str, asked: &Asked<'_>) -> String {
        let leases = newest(asked.leases.iter().map(|signs| signs.newest));
        if let Some(lease) = leases.filter(|lease| asked.asks_for_lease && lease.at >= self.now) {
            return format!(
                "{name}: the lease is not over ({})",
                self.named(&asked.leases, lease)
            );
        }
        match newest(asked.signs.iter().map(|signs| signs.newest)) {
            Some(sign) => format!(
                "{name}: the newest sign of life is {} old ({}), and {} are borne",
                self.age(sign),
                self.named(&asked.signs, sign),
                span(asked.threshold)
            ),
            None => format!("{name} is live"),
        }
    }

    fn why_not_live(&self) -> String {
        if self.asked.is_empty() {
            return format!("{}, and no other run is unfinished", self.ended());
        }
        let states = self.asked.iter().map(|(name, asked)| self.state(name, asked));
        states.collect::<Vec<_>>().join("; ")
    }

    /// What the pulse of a holder came to.
    fn state(&self, name: &str, asked: &Asked<'_>) -> String {
        match asked.pulse {
            Pulse::Live => self.why_live(name, asked),
            Pulse::Unreadable(unread) => format!("{name}: {unread}"),
            Pulse::Mute => format!("{name} shows no sign of life"),
            Pulse::Gone => format!("{name} shows no sign of life, and its worker is gone"),
            Pulse::Silent(Silence { by_lease: true, .. }) => {
                let lease = newest(asked.leases.iter().map(|signs| signs.newest));
                lease.map_or_else(String::new, |lease| {
                    let (named, age) = (self.named(&asked.leases, lease), self.age(lease));
                    format!("{name}: the lease has been over for {age} ({named})")
                })
            }
            Pulse::Silent(Silence {
                sign: Some(sign),
                threshold,
                ..
            }) => format!(
                "{name}: the newest sign of life is {} old ({}), and only {} are borne",
                self.age(sign),
                self.named(&asked.signs, sign),
                span(threshold)
            ),
            Pulse::Silent(_) => format!("{name} is silent"),
        }
    }

    fn pointer(&self) -> String {
        match self.active {
            ActiveRun::None => "the task names no run; ".to_owned(),
            ActiveRun::Missing => {
                format!(
                    "the task names run {}, which it does not have; ",
                    self.suspect.active_run_id
                )
            }
            ActiveRun::Itself | ActiveRun::Own(_) => String::new(),
        }
    }

    /// How the active run ended.
    fn ended(&self) -> String {
        let Some(run) = self.active.own() else {
            return "there is no run".to_owned();
        };
        let word = match &run.state {
            RunState::Running => "running",
            RunState::Finished(word) | RunState::Unknown(word) => word,
        };
        match run.ended.newest {
            Some(end) => format!(
                "run {} is {word}, and ended {} ago ({})",
                run.id,
                self.age(end),
                self.named(&[&run.ended], end)
            ),
            None => format!("run {} is {word}", run.id),
        }
    }

    fn why_finished(&self, verdict: &Verdict) -> String {
        let ended = self.ended();
        let task = &self.suspect.task;
        let grace = span(self.policy.claim_grace());
        let is_zombie = matches!(verdict, Verdict::Zombie(_));
        let finished_by_word = self
            .active
            .own()
            .is_some_and(|run| matches!(run.state, RunState::Finished(_)));
        let again = self
            .active
            .own()
            .is_some_and(|run| crate::zombie::verdict::is_claimed_again(task, run));
        match (is_zombie, again, finished_by_word) {
            (true, true, true) => {
                format!(
                    "{ended}; the task was started again since, and that claim is silent for more than {grace}"
                )
            }
            (false, true, true) => {
                format!("{ended}; the task was started again since, and a claim may be silent for {grace}")
            }
            (true, false, true) if self.policy.settle.is_zero() => ended,
            (true, false, true) => format!(
                "{ended}, longer than the {} it may settle",
                span(self.policy.settle)
            ),
            (false, false, true) => format!("{ended}; it may settle for {}", span(self.policy.settle)),
            (true, _, false) => format!("{ended}; that and all signs of its claim are more than {grace} old"),
            (false, _, false) => format!("{ended}; that, or a sign of its claim, is not yet {grace} old"),
        }
    }

    fn why_not_finished(&self, row: Row) -> String {
        let run = match &self.active {
            ActiveRun::Own(run) => run,
            ActiveRun::Itself => return "the task is its own run, and is called running".to_owned(),
            ActiveRun::None => return "the task names no run".to_owned(),
            ActiveRun::Missing => return format!("the task has no run {}", self.suspect.active_run_id),
        };
        let id = &run.id;
        match (row, &run.state) {
            (_, RunState::Running) => format!("run {id} is called running"),
            (Row::Finished, RunState::Unknown(word)) => {
                format!("the status of run {id}, {word}, is no finished word")
            }
            (_, RunState::Finished(word)) => format!("run {id} is {word}, by its word"),
            (_, RunState::Unknown(_)) => match (&run.ended.unreadable, run.ended.newest) {
                (Some(unread), _) => format!("run {id}: {unread}"),
                (None, None) => format!("run {id} has no end"),
                (None, Some(end)) if end.at > self.now => format!("the end of run {id} lies ahead"),
                (None, Some(_)) => {
                    format!("a heartbeat or start of run {id} follows its end, or cannot be read")
                }
            },
        }
    }

    fn why_no_claim(&self, row: Row) -> String {
        match (&self.active, row) {
            (ActiveRun::Own(run), _) => format!("the task names run {}, and has it", run.id),
            (ActiveRun::Itself, _) => "the task is its own run".to_owned(),
            (ActiveRun::None, Row::MissingRun) => "the task names no run".to_owned(),
            (ActiveRun::Missing, Row::NoActiveRun) => {
                format!("the task names run {}", self.suspect.active_run_id)
            }
            _ => match self.asked.first().map(|(_, asked)| asked.pulse) {
                Some(Pulse::Silent(Silence { by_lease: true, .. })) => {
                    "its lease is asked, and decides alone".to_owned()
                }
                _ => "no sign says how old the claim is".to_owned(),
            },
        }
    }

    fn why_no_lease(&self) -> String {
        let Some((_, asked)) = self.asked.first() else {
            return "there is no unfinished run".to_owned();
        };
        let Some(lease) = newest(asked.leases.iter().map(|signs| signs.newest)) else {
            return "no lease is written".to_owned();
        };
        let named = self.named(&asked.leases, lease);
        if asked.start.is_some_and(|start| lease.is_before(start)) {
            format!("the lease ended before the start, and is a leftover ({named})")
        } else {
            format!("the lease is not asked ({named}): a heartbeat was written since the start")
        }
    }

    /// A moment, and the column that it stands in.
    fn named(&self, among: &[&Signs], moment: Moment) -> String {
        let is_it = |sign: &&WrittenSign| {
            sign.moment().is_some_and(|written| written.at == moment.at)
                && sign
                    .taken_into(self.suspect)
                    .is_some_and(|signs| among.iter().any(|one| std::ptr::eq(*one, signs)))
        };
        let at = said(moment.at);
        match self.signs.iter().find(is_it) {
            Some(sign) => format!("{} {at}", sign.column),
            None => at,
        }
    }

    fn age(&self, moment: Moment) -> String {
        let micros = self.now.micros_since(moment.at).max(0).unsigned_abs();
        span(std::time::Duration::from_micros(micros))
    }
}

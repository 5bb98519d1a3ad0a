//! Opens a task that was parked: what is to be written is found out first, then one transaction writes it, or nothing.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::one_task::SqliteInquiry;
use super::recorder::Recorder;
use super::repeated::{Repeated, prepare_aside};
use super::schema::{Events, Schema};
use super::stamps::Stamps;
use super::store::Opened;
use super::value::moment;
use super::writer::as_kept;
use super::writes;
use super::{event, event_rows};
use crate::options::SweepOptions;
use crate::store::contract::Unparked;
use crate::store::error::StoreError;
use crate::store::inquiry::Inquiry as _;
use crate::zombie::{
    Calendar, Condition, Evidence, Id, Notes, Reason, Suspect, TaskInFull, Timestamp, Zombie,
};

/// How many reaps are read for the one that parked it.
const REAPS: usize = 20;

pub(super) fn unpark(
    conn: &Connection,
    opened: &Opened,
    opts: &SweepOptions,
    task: &str,
) -> Result<Unparked, StoreError> {
    let schema = &opened.schema;
    super::parking::check(schema)?;
    let Some(parked) = &schema.tasks.parked else {
        return Err(StoreError::Parking("there is nothing to park a task by"));
    };
    let (found, open) = find(conn, opened, opts, task)?;
    let when = parked_since(&found, parked)?;
    let zombie = zombie(found);
    write(conn, schema, opts, &zombie, [parked, &open], when)?;
    Ok(Unparked {
        task_id: zombie.suspect.id.clone(),
        parked: when,
        status: [parked.clone(), open],
    })
}

/// The task that is shown by this id, and the word that opens it.
fn find(
    conn: &Connection,
    opened: &Opened,
    opts: &SweepOptions,
    task: &str,
) -> Result<(TaskInFull, String), StoreError> {
    let mut inquiry = SqliteInquiry::begin(conn, opened, opts)?;
    let mut found = inquiry.tasks(task, &mut Notes::default())?;
    // A collation, the type of a column or the digits of bytes may have led to others.
    found.retain(|found| found.is_in_project && found.suspect.id.to_string() == task);
    match (found.pop(), found.len()) {
        (Some(only), 0) => {
            let open = open_word(conn, &opened.schema, opts, &only.suspect)
                .map_err(StoreError::sqlite("look at the task's reaps"))?;
            Ok((only, open))
        }
        (Some(_), others) => Err(StoreError::NotParked {
            task_id: task.to_owned(),
            why: format!("{} tasks have this id", others + 1),
        }),
        (None, _) => Err(match &opts.project {
            Some(project) => StoreError::UnknownTaskOfProject {
                task_id: task.to_owned(),
                project: project.clone(),
            },
            None => inquiry.unknown(task),
        }),
    }
}

/// When a sweep parked it, as far as that can be read; an error where none did.
fn parked_since(task: &TaskInFull, parked: &str) -> Result<Option<Timestamp>, StoreError> {
    let suspect = &task.suspect;
    let refused = |why: String| StoreError::NotParked {
        task_id: suspect.id.to_string(),
        why,
    };
    let status = suspect.status_value();
    if status.by_value() != Id::from(parked).by_value() {
        return Err(refused(format!(
            "expected the status {parked:?} of a task that is parked, found {:?}",
            status.to_string()
        )));
    }
    let Some(parking) = task.parking else {
        return Err(refused(format!(
            "no sweep has parked it, as its events say: somebody else has set it to {parked:?}"
        )));
    };
    match (parking.since, last_at_work(task)) {
        (Some(since), Some(at)) if at > since => Err(refused(format!(
            "a sweep parked it at {}, but it was at work again at {}: somebody else has set it to {parked:?} since",
            since.to_rfc3339(),
            at.to_rfc3339()
        ))),
        _ => Ok(parking.since),
    }
}

/// When it last began to work, or was taken from who did. A heartbeat says nothing of that: a worker that was only slow may
/// write one at any time.
fn last_at_work(task: &TaskInFull) -> Option<Timestamp> {
    let runs = task
        .runs
        .iter()
        .flat_map(|row| [&row.run.started, &row.run.created]);
    let starts = runs.chain([&task.suspect.task.started]);
    let starts = starts.filter_map(|signs| signs.newest).map(|start| start.at);
    starts.chain(task.reaps.iter().map(|reap| reap.at)).max()
}

/// The word that the reap would have given it: by its reason, and by the status that it overwrote. Where its event does not
/// tell that status, by the first word of those at work.
fn open_word(
    conn: &Connection,
    schema: &Schema,
    opts: &SweepOptions,
    suspect: &Suspect,
) -> rusqlite::Result<String> {
    let tasks = &schema.tasks;
    let calendar = Calendar::new(opts.now.into(), schema.time_zone);
    let of_task = |events: &Events| {
        let kind = Some(events.reaped.as_str());
        event_rows::of_task(conn, events, &suspect.id, kind, REAPS, &mut Notes::default())
    };
    let rows = schema.events.as_ref().map(of_task).transpose()?;
    let reaps = rows.iter().flatten().map(|row| (row.reap(&calendar), row));
    let parking = reaps.max_by_key(|(reap, _)| (reap.is_parked, reap.at));
    let reason = parking.as_ref().map_or("", |(reap, _)| reap.reason.as_str());
    let column = suspect.status.as_ref().map(|status| &*status.column);
    let seen = parking.as_ref().zip(column);
    let seen = seen.and_then(|((_, row), column)| row.overwritten(column));
    let status = seen.as_ref().or(tasks.running().first());
    Ok(tasks
        .open
        .word(reason, status.map_or("", String::as_str))
        .to_owned())
}

/// As what writes times takes it.
fn zombie(task: TaskInFull) -> Zombie {
    let evidence = Evidence {
        condition: Condition::C,
        reason: Reason::StaleHeartbeat,
        sign_of_life: None,
        threshold: std::time::Duration::ZERO,
        is_silence: true,
    };
    Zombie::new(task.suspect, evidence)
}

fn write(
    conn: &Connection,
    schema: &Schema,
    opts: &SweepOptions,
    zombie: &Zombie,
    [parked, open]: [&str; 2],
    when: Option<Timestamp>,
) -> Result<(), StoreError> {
    let (tasks, suspect) = (&schema.tasks, &zombie.suspect);
    let preparing = || StoreError::sqlite("prepare to unpark the task");
    let calendar = Calendar::new(opts.now.into(), schema.time_zone);
    let mut stamps = Stamps::new(conn, schema, calendar);
    stamps
        .prepare(std::slice::from_ref(zombie), &mut Notes::default())
        .map_err(preparing())?;
    let mut writes = Writes::prepare(conn, schema, &stamps, &opts.actor).map_err(preparing())?;
    let open = as_kept(tasks.status(), suspect.status_value(), open);
    let write = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
        .map_err(StoreError::sqlite("take the write lock"))?;
    let written = writes.write(zombie, &open, &stamps, &event::Unparked::new(when, &opts.actor));
    match written.map_err(|error| StoreError::unparking(&suspect.id, error))? {
        Written::Whole => write.commit().map_err(StoreError::sqlite("commit")),
        Written::MovedOn => Err(StoreError::NotParked {
            task_id: suspect.id.to_string(),
            why: format!(
                "somebody has changed it just now: it is gone, or its status is no longer {parked:?}"
            ),
        }),
        Written::Swallowed => Err(StoreError::NotParked {
            task_id: suspect.id.to_string(),
            why: "a trigger of the queue kept a part of it from being written, so it was undone".to_owned(),
        }),
    }
}

enum Written {
    Whole,
    MovedOn,
    /// What was written is not there.
    Swallowed,
}

/// The statements of the transaction, made ready before it.
struct Writes<'c> {
    open: Repeated<'c>,
    recorder: Option<Recorder<'c>>,
    has_status: rusqlite::Statement<'c>,
    event_is_there: Option<rusqlite::Statement<'c>>,
    /// How many times stand in the statement.
    times: usize,
}

impl<'c> Writes<'c> {
    fn prepare(
        conn: &'c Connection,
        schema: &Schema,
        stamps: &Stamps<'_>,
        actor: &str,
    ) -> rusqlite::Result<Self> {
        let tasks = &schema.tasks;
        let time = stamps.event()?.map(moment);
        let recorder = |events: &Events| {
            let or_abort = writes::or_abort(conn, &events.table)?;
            let insert = writes::insert_event(events, &events.unparked, time.as_deref(), or_abort);
            Recorder::new(conn, &insert, actor)
        };
        let events = schema.events.as_ref();
        let event_is_there = events.and_then(writes::event_is_there);
        let or_abort = writes::or_abort(conn, &tasks.table)?;
        Ok(Self {
            open: Repeated::prepare(conn, &writes::unpark_task(tasks, or_abort))?,
            recorder: events.map(recorder).transpose()?,
            has_status: prepare_aside(conn, &writes::task_has_status(tasks))?,
            event_is_there: event_is_there.map(|sql| prepare_aside(conn, &sql)).transpose()?,
            times: tasks.updated.iter().chain(&tasks.next_eligible).count(),
        })
    }

    /// Under the lock.
    fn write(
        &mut self,
        zombie: &Zombie,
        open: &Id,
        stamps: &Stamps<'_>,
        payload: &event::Unparked<'_>,
    ) -> rusqlite::Result<Written> {
        let suspect = &zombie.suspect;
        let seen = [&suspect.key, suspect.status_value(), &suspect.id, open];
        for (place, value) in (1..).zip(seen) {
            self.open.bind(place, value.as_value())?;
        }
        let times = stamps.of_task(zombie).take(self.times);
        for (place, now) in (1 + writes::TIMES_OF_UNPARKED..).zip(times) {
            let now = now
                .as_deref()
                .map_or(ValueRef::Null, crate::zombie::Written::as_value);
            self.open.bind(place, now)?;
        }
        if self.open.execute()? == 0 {
            let stands = (&suspect.key, suspect.status_value(), &suspect.id);
            return Ok(if self.has_status.exists(stands)? {
                Written::Swallowed
            } else {
                Written::MovedOn
            });
        }
        let Some(recorder) = &mut self.recorder else {
            return Ok(Written::Swallowed);
        };
        let event = match recorder.record(zombie, payload) {
            Err(rusqlite::Error::StatementChangedRows(_)) => return Ok(Written::Swallowed),
            event => event?,
        };
        let is_there = match &mut self.event_is_there {
            Some(is_there) => is_there.exists([&event])?,
            None => true,
        };
        Ok(
            if is_there && self.has_status.exists((&suspect.key, open, &suspect.id))? {
                Written::Whole
            } else {
                Written::Swallowed
            },
        )
    }
}

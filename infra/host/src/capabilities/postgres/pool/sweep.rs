//! Looks after the connections of a pool many times a second, so that no statement needs a timer of its own.
//!
//! A connection on which statements wait and nothing comes may have a slow statement, one that waits for a lock, or a network that is
//! gone, which nothing at this end shows: a proxy or a firewall may acknowledge what it throws away. So the server is asked, over
//! another connection, which of its processes work for us. A connection whose process does nothing will never bring an answer.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    super::{address::ConnectError, link::Link, pulse::Sign},
    Patience, Pool, lock,
    writer::STALL,
};

/// How often the connections are looked at while statements are under way.
const TICK: Duration = STALL;
/// How often when nothing happens.
const REST: Duration = Duration::from_secs(1);
/// How long nothing has to happen for that.
const ACTIVE: Duration = Duration::from_secs(2);
/// How often the catalog is read again while there are connections.
const CATALOG: Duration = Duration::from_mins(1);

/// The task that looks.
#[derive(Debug)]
pub(super) struct Sweeper {
    is_running: AtomicBool,
    is_resting: AtomicBool,
    is_asking: AtomicBool,
    awake: Notify,
    is_reading: AtomicBool,
    /// When the catalog is to be read again, in microseconds since `Pool::origin`.
    catalog_due_us: AtomicU64,
}

impl Sweeper {
    pub(super) fn new() -> Self {
        Self {
            is_running: AtomicBool::new(false),
            is_resting: AtomicBool::new(false),
            is_asking: AtomicBool::new(false),
            awake: Notify::new(),
            is_reading: AtomicBool::new(false),
            // A pool reads it for the first time when it is introduced.
            catalog_due_us: AtomicU64::new(micros(CATALOG)),
        }
    }
}

/// A connection, and since when what has not happened on it. Times are in microseconds since `Pool::origin`.
#[derive(Debug)]
pub(super) struct Watched {
    link: Weak<Link>,
    sign: Sign,
    opened_us: u64,
    /// When it was last in use.
    used_us: u64,
    /// When an answer was last complete, or nothing was waited for.
    answered_us: u64,
    /// When anything last came, or nothing was waited for.
    heard_us: u64,
    /// How long silence lasts before the server is asked.
    patience_us: u64,
}

/// What to do about a connection.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// Nothing; `true` while statements are under way.
    Well(bool),
    /// It should get no more statements.
    Old,
    /// Nobody has used it for long, although somebody holds it.
    Abandoned,
    /// A statement takes too long.
    Late,
    /// Nothing comes.
    Silent,
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Watched {
    fn at(link: Weak<Link>, sign: Sign, now_us: u64, patience: &Patience) -> Self {
        Self {
            link,
            sign,
            opened_us: now_us,
            used_us: now_us,
            answered_us: now_us,
            heard_us: now_us,
            patience_us: micros(patience.silence),
        }
    }

    pub(super) fn link(&self) -> Option<Arc<Link>> {
        self.link.upgrade()
    }

    fn look(&mut self, sign: Sign, now_us: u64, patience: &Patience, may_ask: bool) -> Finding {
        let before = std::mem::replace(&mut self.sign, sign);
        if sign.busy || sign != before {
            self.used_us = now_us;
        }
        if !sign.busy || sign.answers != before.answers {
            self.answered_us = now_us;
        }
        if !sign.busy || sign != before {
            self.heard_us = now_us;
            self.patience_us = micros(patience.silence);
        }
        let silence = now_us.saturating_sub(self.heard_us);
        let has_passed = |since: u64, limit: Duration| now_us.saturating_sub(since) > micros(limit);
        if has_passed(self.answered_us, patience.statement) {
            Finding::Late
        } else if may_ask && silence >= self.patience_us && sign.busy {
            // What is slow rather than lost is asked about less and less often.
            self.patience_us = silence.saturating_mul(2);
            Finding::Silent
        } else if has_passed(self.used_us, patience.held) {
            Finding::Abandoned
        } else if has_passed(self.used_us, patience.idle) || has_passed(self.opened_us, patience.age) {
            Finding::Old
        } else {
            Finding::Well(sign.busy)
        }
    }
}

impl Pool {
    /// Looks after a connection from now on.
    pub(super) fn watch(self: &Arc<Self>, link: &Arc<Link>) {
        lock(&self.links).push(Watched::at(Arc::downgrade(link), link.pulse.sign(), self.now_us(), &self.patience));
        if !self.sweeper.is_running.swap(true, Relaxed) {
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// Before a statement is sent.
    pub(in crate::capabilities::postgres) fn stir(&self) {
        if self.sweeper.is_resting.load(Relaxed) && self.sweeper.is_resting.swap(false, Relaxed) {
            self.sweeper.awake.notify_one();
        }
    }

    /// When the catalog is being read. Whoever asks for that meanwhile wants the reading after it.
    pub(super) fn postpone_catalog(&self) {
        self.sweeper.catalog_due_us.store(self.now_us() + micros(CATALOG), Relaxed);
    }

    /// Has the catalog read again as soon as a connection is free.
    pub(in crate::capabilities::postgres) fn read_routines_soon(&self) {
        self.sweeper.catalog_due_us.store(0, Relaxed);
    }

    /// Looks at every connection. Returns whether anything is under way, `None` when there is no connection.
    pub(in crate::capabilities::postgres) fn look(self: &Arc<Self>, now_us: u64) -> Option<bool> {
        let (mut silent, mut is_active) = (Vec::new(), false);
        let may_ask = !self.sweeper.is_asking.load(Relaxed);
        let mut links = lock(&self.links);
        links.retain_mut(|watched| {
            let Some(link) = watched.link().filter(|link| !link.is_closed()) else { return false };
            let (before, sign) = (watched.sign, link.pulse.sign());
            link.set_stalled(sign.busy && sign == before);
            match watched.look(sign, now_us, &self.patience, may_ask) {
                Finding::Well(busy) => is_active |= busy,
                Finding::Old => link.retire(),
                Finding::Abandoned => link.discard(),
                Finding::Late => {
                    tracing::warn!("a statement in PostgreSQL took longer than a request may, and was cancelled");
                    link.discard_overdue();
                }
                Finding::Silent => silent.push((link, sign)),
            }
            true
        });
        let is_empty = links.is_empty();
        drop(links);
        is_active |= !silent.is_empty();
        if !silent.is_empty() {
            self.sweeper.is_asking.store(true, Relaxed);
            tokio::spawn(self.clone().ask(silent));
        }
        for (index, part) in self.parts.iter().enumerate() {
            part.release_lane();
            let mut writes = lock(&part.writes);
            writes.release_idle();
            is_active |= writes.is_active();
            drop(writes);
            self.relieve_writers(index, now_us);
        }
        self.permits.retain_idle(self.key(), Link::is_usable);
        let is_due = is_active && now_us >= self.sweeper.catalog_due_us.load(Relaxed);
        if is_due && !self.sweeper.is_reading.swap(true, Relaxed) {
            let pool = self.clone();
            tokio::spawn(async move {
                if let Some(held) = pool.try_check_out().await
                    && let Err(error) = pool.read_routines(held).await
                {
                    tracing::debug!(%error, "the catalog of PostgreSQL could not be read");
                }
                pool.sweeper.is_reading.store(false, Relaxed);
            });
        }
        (!is_empty || is_active).then_some(is_active)
    }

    /// Asks the server whether it still works for connections that have fallen silent, and closes those for which it does not.
    async fn ask(self: Arc<Self>, mut silent: Vec<(Arc<Link>, Sign)>) {
        let answer = self.working_processes().await;
        // An answer that came meanwhile is one.
        silent.retain(|(link, sign)| link.pulse.sign() == *sign);
        let is_ours = |pid: &i32| silent.iter().any(|(link, _)| link.pid == *pid);
        let is_lost = |link: &Link| match &answer {
            Answer::None => true,
            // Behind a pooler the processes are not those that were there when the connections were made.
            Answer::Working(pids) => pids.iter().all(is_ours) && !pids.contains(&link.pid),
            Answer::Unclear => false,
        };
        let lost: Vec<_> = silent.iter().map(|(link, _)| link).filter(|link| is_lost(link)).collect();
        if !lost.is_empty() {
            tracing::warn!(connections = lost.len(), "connections to PostgreSQL fell silent and were closed");
            // Whatever happened to them may have happened to the others, though not to those that take their place.
            self.retire_all();
            for link in lost {
                link.discard();
            }
        }
        self.sweeper.is_asking.store(false, Relaxed);
    }

    /// The connections that there are.
    pub(in crate::capabilities::postgres) fn open_links(&self) -> Vec<Arc<Link>> {
        lock(&self.links).iter().filter_map(Watched::link).collect()
    }

    /// Gives no more statements to the connections that there are.
    pub(super) fn retire_all(&self) {
        for link in self.open_links() {
            link.retire();
        }
    }

    /// The processes that have worked on one statement of ours for about as long as a silence lasts.
    async fn working_processes(self: &Arc<Self>) -> Answer {
        // The silence began before that.
        if self.away_since().is_some_and(|time| time < self.patience.silence) {
            return Answer::None;
        }
        let Some(_permit) = self.permits.try_inquire() else { return Answer::Unclear };
        let link = match self.open().await {
            Ok(link) => link,
            Err(_) if self.away_since().is_some() => return Answer::None,
            Err(_) => return Answer::Unclear,
        };
        // Where activity is not tracked, every process may work.
        let sql = format!(
            "SELECT pid::text FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = session_user
             AND datname = current_database() AND client_addr IS NOT DISTINCT FROM inet_client_addr()
             AND backend_type = 'client backend'
             AND (state = 'disabled' OR state = 'active' AND query_start < clock_timestamp() - interval '{} ms')",
            self.patience.silence.as_millis() / 2
        );
        match tokio::time::timeout(self.target.patience(), link.texts(&sql, &[])).await {
            Ok(Ok(pids)) => Answer::Working(pids.iter().filter_map(|pid| pid.parse().ok()).collect()),
            Ok(Err(failure)) if !failure.is_lost() => Answer::Unclear,
            lost => {
                let reason = lost.map_or("the server is silent", |_| "the connection was lost");
                self.set_unreachable(ConnectError::unreachable(reason.into()));
                Answer::None
            }
        }
    }
}

/// What came back from the server.
enum Answer {
    /// Nothing.
    None,
    /// The processes that work.
    Working(Vec<i32>),
    /// It is there, and does not tell.
    Unclear,
}

async fn sweep(pool: Weak<Pool>) {
    let mut active_us = 0;
    loop {
        let Some(pool) = pool.upgrade() else { return };
        let now_us = pool.now_us();
        let sweeper = &pool.sweeper;
        match pool.look(now_us) {
            Some(true) => active_us = now_us,
            Some(false) => {}
            None => {
                sweeper.is_running.store(false, Relaxed);
                // One may have been made at this moment.
                if lock(&pool.links).is_empty() || sweeper.is_running.swap(true, Relaxed) {
                    return;
                }
            }
        }
        if now_us.saturating_sub(active_us) < micros(ACTIVE) {
            drop(pool);
            tokio::time::sleep(TICK).await;
        } else {
            sweeper.is_resting.store(true, Relaxed);
            let _rested = tokio::time::timeout(REST, sweeper.awake.notified()).await;
            sweeper.is_resting.store(false, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn sign(busy: bool, answers: u64, rows: u64) -> Sign {
        Sign { busy, answers, rows }
    }

    /// What is found on a connection that shows these signs at these seconds.
    fn findings(signs: &[(u64, Sign)]) -> Vec<Finding> {
        let mut watched = Watched::at(Weak::new(), sign(false, 0, 0), 0, &patience());
        signs.iter().map(|(second, sign)| watched.look(*sign, second * SECOND, &patience(), true)).collect()
    }

    fn patience() -> Patience {
        Patience::new(Duration::from_secs(30))
    }

    #[test]
    fn silence_is_asked_about_ever_more_seldom_and_ends_with_the_limit() {
        let waiting = sign(true, 1, 0);
        let found = findings(&(1..=33).map(|second| (second, waiting)).collect::<Vec<_>>());
        let silent: Vec<usize> = (0..33).filter(|second| found[*second] == Finding::Silent).collect();
        // It was first seen at the second 1.
        assert_eq!(silent, [1, 2, 4, 8, 16]);
        assert_eq!(found.iter().position(|finding| *finding == Finding::Late), Some(31));
    }

    #[test]
    fn rows_are_signs_of_life_but_no_answer() {
        let found = findings(&(1..=33).map(|second| (second, sign(true, 1, second))).collect::<Vec<_>>());
        assert!(found[..31].iter().all(|finding| *finding == Finding::Well(true)));
        assert_eq!(found[31], Finding::Late);
    }

    #[test]
    fn answers_are_signs_of_life() {
        let found = findings(&(1..=100).map(|second| (second, sign(true, second, 0))).collect::<Vec<_>>());
        assert!(found.iter().all(|finding| *finding == Finding::Well(true)));
    }

    #[test]
    fn what_is_unused_or_old_goes() {
        let idle =
            |seconds: &[u64]| findings(&seconds.iter().map(|second| (*second, sign(false, 0, 0))).collect::<Vec<_>>());
        assert_eq!(idle(&[1, 120, 121]), [Finding::Well(false), Finding::Well(false), Finding::Old]);
        assert_eq!(idle(&[600, 601]), [Finding::Old, Finding::Abandoned]);
        let in_use = (1..=31).map(|minute| (minute * 60, sign(false, minute, 0))).collect::<Vec<_>>();
        let found = findings(&in_use);
        assert!(found[..30].iter().all(|finding| *finding == Finding::Well(false)));
        assert_eq!(found[30], Finding::Old);
    }
}

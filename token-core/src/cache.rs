//! Tokens that were validated already: the verdict without the work, as long as it is still the verdict.
//!
//! S2S clients present one token for hours ([MS-XOAUTH] 3.2.5.6 sets no limit), so a proxy sees few tokens many times.
//!
//! # Why a hit is as good as a validation
//!
//! - **Only full acceptances enter.** [`Cache::insert`] takes a [`Validated`], which nothing but a validation makes, and
//!   takes the token's bytes out of it: no other bytes can get in under its name.
//! - **The whole token is compared.** The hash (foldhash, under random keys of this cache) only finds the place. A prefix,
//!   a longer token, or one that differs in a bit is another token. The comparison is reached only by a token with the
//!   same 64 bits of hash, and it looks at every byte wherever the first difference is: so its time tells nothing of the
//!   token that is kept, even to somebody who knew the keys. What the keys are for is that nobody can aim tokens at one
//!   place; what could be won by that is that other refusals are forgotten.
//! - **What can change is checked on every hit.** An entry holds the validator's id, which another policy, budget or
//!   validator does not have; the generation of the key set, which every other set of keys lacks, so that a withdrawn
//!   key takes its tokens along; and the times between which the verdict holds: from the moment of acceptance to the
//!   earliest `exp` of a layer plus skew, or the end of the certificate where the policy asks for that.
//! - **Memory is bounded.** A token has eight places, no more; each eight have their share of the bytes. The place that
//!   expires first is given up first. An attacker cannot push entries out: a token without a valid signature never
//!   enters.
//! - **Refusals** are remembered only if asked for ([`Cache::with_refusals`]), in places of their own, so that invented
//!   tokens push out nothing but each other; only verdicts of *invalid*, for a few seconds, under the same checks.
//!
//! # Why readers do not slow each other down
//!
//! A hit writes no line of memory that another thread reads: it reads the set's tags, then one place through
//! `arc-swap`, whose readers note what they hold in a line of their own thread. Nothing is counted or moved to a front.
//! Writers take the lock of one set, and give up if another has it: the token is then cached the next time.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

use crate::keys::{KeySource, X5t};
use crate::s2s::{Kind, Scratch, User};
use crate::time::UnixTime;
use crate::validator::{Validated, Validator};
use crate::verdict::{Rejection, Verdict};

/// Places of a set: their tags fill one line of memory.
const WAYS: usize = 8;

/// How much a cache may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Tokens; rounded up to a power of two and at least 8.
    pub entries: usize,
    /// Bytes of tokens and of what is kept with them.
    pub bytes: usize,
}

/// Holds validated tokens for all threads of a process.
pub struct Cache {
    accepted: Table<Facts>,
    refused: Option<(Table<Option<Rejection>>, Duration)>,
    hasher: SeedableRandomState,
}

impl Cache {
    /// Makes an empty cache that remembers acceptances.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { accepted: Table::new(bounds), refused: None, hasher: hasher() }
    }

    /// Remembers refusals, too, each for so long, in a room of its own.
    ///
    /// A client that repeats a bad token then costs no RSA. A few seconds are enough for that; what was refused because
    /// of the time or a key may be accepted afterwards.
    #[must_use]
    pub fn with_refusals(mut self, bounds: Bounds, lifetime: Duration) -> Self {
        self.refused = Some((Table::new(bounds), lifetime));
        self
    }

    /// Accepts a token, or says why not, out of the cache or by validation; what was validated is remembered.
    ///
    /// # Errors
    /// As [`Validator::validate`]; a refusal that is remembered is the one that was given before.
    pub fn validate<'t, K: KeySource>(
        &self,
        validator: &'t Validator<K>,
        token: &'t (impl AsRef<[u8]> + ?Sized),
        scratch: &'t mut Scratch,
        now: UnixTime,
    ) -> Result<Served<'t>, Rejection> {
        let text = token.as_ref();
        if let Some(hit) = self.get(validator, text, now) {
            return Ok(Served::Hit(hit));
        }
        if let Some(rejection) = self.refusal(validator, text, now) {
            return Err(rejection);
        }
        // What is remembered holds for the keys of before the validation: newer ones make it a miss.
        let generation = validator.keys().current().generation();
        match validator.validate(token, scratch, now) {
            Ok(validated) => {
                self.insert(&validated);
                Ok(Served::Validated(Box::new(validated)))
            }
            Err(rejection) => {
                self.insert_refusal(text, &rejection, (validator.id(), generation), now);
                Err(rejection)
            }
        }
    }

    /// Finds a token that this validator accepted, if it would still.
    pub fn get<K: KeySource>(&self, validator: &Validator<K>, token: &[u8], now: UnixTime) -> Option<Hit> {
        let generation = validator.keys().current().generation();
        self.accepted.get(self.hash(token), token, (validator.id(), generation), now).map(Hit)
    }

    /// Remembers a token that was accepted.
    pub fn insert(&self, validated: &Validated<'_>) {
        let text = validated.text();
        let (from, until) = validated.holds();
        let facts = Facts::of(validated);
        let size = facts.size();
        let entry = Entry { text: text.into(), under: validated.under(), from, until, value: facts };
        self.accepted.insert(self.hash(text), entry, size);
    }

    fn refusal<K: KeySource>(
        &self,
        validator: &Validator<K>,
        token: &[u8],
        now: UnixTime,
    ) -> Option<Rejection> {
        let (table, _) = self.refused.as_ref()?;
        let generation = validator.keys().current().generation();
        let entry = table.get(self.hash(token), token, (validator.id(), generation), now)?;
        entry.value.clone()
    }

    fn insert_refusal(&self, text: &[u8], rejection: &Rejection, under: (u64, u64), now: UnixTime) {
        let Some((table, lifetime)) = &self.refused else { return };
        if rejection.verdict() != Verdict::Invalid {
            return;
        }
        let finding = rejection.finding();
        let size = finding.expected.len().saturating_add(finding.seen.len());
        let (until, value) = (now.plus(*lifetime), Some(rejection.clone()));
        table.insert(self.hash(text), Entry { text: text.into(), under, from: now, until, value }, size);
    }

    fn hash(&self, token: &[u8]) -> u64 {
        self.hasher.hash_one(token)
    }
}

/// A hash that nobody outside of this process can compute.
fn hasher() -> SeedableRandomState {
    // The standard library's keys are the operating system's random numbers.
    let random = || RandomState::new().hash_one(0);
    static SHARED: OnceLock<SharedSeed> = OnceLock::new();
    SeedableRandomState::with_seed(random(), SHARED.get_or_init(|| SharedSeed::from_u64(random())))
}

/// Shows only how much there is room for.
impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.accepted.sets.len().saturating_mul(WAYS);
        write!(f, "Cache of at most {places} tokens")
    }
}

/// A token that was accepted, now or before.
#[derive(Debug)]
pub enum Served<'t> {
    /// It was accepted before, and would be now.
    Hit(Hit),
    /// It was validated now.
    Validated(Box<Validated<'t>>),
}

/// What is known of a token that was accepted before. Hold it no longer than needed: it keeps its entry alive.
pub struct Hit(Guard<Arc<Entry<Facts>>>);

impl Hit {
    /// Returns what the validation found out.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.0.value
    }
}

/// Shows nothing of the token's text.
impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts();
        f.debug_struct("Hit").field("kind", &facts.kind).field("x5t", &facts.x5t).finish_non_exhaustive()
    }
}

/// What is remembered of an accepted token.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// As [`Validated::kind`].
    pub kind: Kind,
    /// As [`Validated::acting_application`].
    pub acting_application: Option<Box<str>>,
    /// As [`Validated::on_behalf_of`].
    pub on_behalf_of: Option<Box<User<'static>>>,
    /// As [`Validated::tenant`].
    pub tenant: Option<Box<str>>,
    /// The name of [`Validated::issuer`].
    pub issuer: Box<str>,
    /// As [`Validated::x5t`].
    pub x5t: Option<X5t>,
    /// As [`Validated::expires`].
    pub expires: Option<UnixTime>,
}

impl Facts {
    fn of(validated: &Validated<'_>) -> Self {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| text.into_owned().into_boxed_str());
        Self {
            kind: validated.kind(),
            acting_application: own(validated.acting_application()),
            on_behalf_of: validated.on_behalf_of().map(|user| Box::new(user.into_owned())),
            tenant: own(validated.tenant()),
            issuer: validated.issuer().name().into(),
            x5t: validated.x5t(),
            expires: validated.expires(),
        }
    }

    /// Bytes outside of the value itself.
    fn size(&self) -> usize {
        let texts = [&self.acting_application, &self.tenant].into_iter().flatten().map(|text| text.len());
        let user = self.on_behalf_of.iter().flat_map(|user| {
            let keys = user.keys().map(|(_, text)| text.len());
            keys.chain([size_of::<User<'_>>(), user.nii.as_deref().map_or(0, str::len)])
        });
        texts.chain(user).chain([self.issuer.len()]).fold(0, usize::saturating_add)
    }
}

/// Shows who issued what, and nothing of the token's text.
impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("kind", &self.kind)
            .field("issuer", &self.issuer)
            .field("x5t", &self.x5t)
            .finish_non_exhaustive()
    }
}

/// One token, and under which conditions the value holds.
struct Entry<V> {
    text: Box<[u8]>,
    /// The validator's id and the generation of its keys.
    under: (u64, u64),
    from: UnixTime,
    until: UnixTime,
    value: V,
}

impl<V: Default> Entry<V> {
    /// Holds for no token and at no time.
    fn nothing() -> Self {
        let (from, until) = (UnixTime::MAX, UnixTime::from_secs(0));
        Self { text: Box::default(), under: (0, 0), from, until, value: V::default() }
    }
}

/// Sets of places: a token belongs to one set, and within it to any place.
struct Table<V> {
    sets: Box<[Set<V>]>,
    /// Apart from the sets, so that writers touch no line that readers read, but the place they change.
    usage: Box<[Mutex<[Usage; WAYS]>]>,
    bytes_per_set: usize,
    nothing: Arc<Entry<V>>,
}

#[repr(align(64))]
struct Set<V> {
    /// The hash of the token in each place; 0 where there is none.
    tags: [AtomicU64; WAYS],
    places: [ArcSwap<Entry<V>>; WAYS],
}

/// What a place costs, and until when it is worth that.
#[derive(Clone, Copy)]
struct Usage {
    tag: u64,
    bytes: usize,
    until: UnixTime,
}

const UNUSED: Usage = Usage { tag: 0, bytes: 0, until: UnixTime::from_secs(0) };

impl<V: Default> Table<V> {
    fn new(bounds: Bounds) -> Self {
        let sets = bounds.entries.div_ceil(WAYS).max(1).checked_next_power_of_two().unwrap_or(1);
        let nothing = Arc::new(Entry::nothing());
        let set = || Set {
            tags: [const { AtomicU64::new(0) }; WAYS],
            places: std::array::from_fn(|_| ArcSwap::new(Arc::clone(&nothing))),
        };
        Self {
            sets: std::iter::repeat_with(set).take(sets).collect(),
            usage: std::iter::repeat_with(|| Mutex::new([UNUSED; WAYS])).take(sets).collect(),
            bytes_per_set: bounds.bytes.checked_div(sets).unwrap_or(0),
            nothing,
        }
    }

    /// Which set a hash belongs to. The number of sets is a power of two.
    fn index(&self, hash: u64) -> usize {
        let mask = self.sets.len().saturating_sub(1);
        usize::try_from(hash & u64::try_from(mask).unwrap_or(0)).unwrap_or(0)
    }

    fn get(&self, hash: u64, text: &[u8], under: (u64, u64), now: UnixTime) -> Option<Guard<Arc<Entry<V>>>> {
        let set = self.sets.get(self.index(hash))?;
        let tag = hash.max(1);
        let found =
            set.tags.iter().zip(&set.places).filter(|(other, _)| other.load(Ordering::Acquire) == tag);
        for (_, place) in found {
            let entry = place.load();
            // Whatever a writer does meanwhile: what is compared here is one entry, as it was made.
            let holds = entry.under == under && entry.from <= now && now <= entry.until;
            if holds && is_same(&entry.text, text) {
                return Some(entry);
            }
        }
        None
    }

    /// Puts an entry into its set. `size` is what the value holds beside itself.
    fn insert(&self, hash: u64, entry: Entry<V>, size: usize) {
        let bytes = size_of::<Entry<V>>().saturating_add(entry.text.len()).saturating_add(size);
        let index = self.index(hash);
        let (Some(set), Some(usage)) = (self.sets.get(index), self.usage.get(index)) else { return };
        // Somebody else is writing here, or has panicked here: the cache is a cache.
        let Ok(mut usage) = usage.try_lock() else { return };
        if bytes > self.bytes_per_set {
            return;
        }
        let tag = hash.max(1);
        let (now, until) = (entry.from, entry.until);
        // The same token before, a place that is free or whose time is over, the one that expires first.
        let worth = |used: &Usage| {
            let rank = match used.tag {
                same if same == tag => 0,
                0 => 1,
                _ if used.until < now => 2,
                _ => 3,
            };
            (rank, used.until)
        };
        let Some(place) = cheapest(&usage, worth) else { return };
        self.put(set, &mut usage, place, Usage { tag, bytes, until }, Arc::new(entry));
        while usage.iter().fold(0_usize, |sum, used| sum.saturating_add(used.bytes)) > self.bytes_per_set {
            // The new entry stays; it fits by itself.
            let others = |used: &Usage| (used.tag == tag || used.tag == 0, used.until);
            let Some(place) = cheapest(&usage, others) else { return };
            self.put(set, &mut usage, place, UNUSED, Arc::clone(&self.nothing));
        }
    }

    fn put(&self, set: &Set<V>, usage: &mut [Usage; WAYS], place: usize, used: Usage, entry: Arc<Entry<V>>) {
        if let (Some(tag), Some(slot), Some(usage)) =
            (set.tags.get(place), set.places.get(place), usage.get_mut(place))
        {
            slot.store(entry);
            tag.store(used.tag, Ordering::Release);
            *usage = used;
        }
    }
}

/// Whether two texts are the same, in a time that depends on their lengths alone.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |seen, (left, right)| seen | (left ^ right));
    left.len() == right.len() && differences == 0
}

/// The place that is worth the least.
fn cheapest<W: Ord>(usage: &[Usage; WAYS], worth: impl Fn(&Usage) -> W) -> Option<usize> {
    usage.iter().enumerate().min_by_key(|(_, used)| worth(used)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &[u8], until: u64) -> Entry<u32> {
        let (from, until) = (UnixTime::from_secs(10), UnixTime::from_secs(until));
        Entry { text: text.into(), under: (1, 2), from, until, value: 7 }
    }

    fn table(entries: usize, bytes: usize) -> Table<u32> {
        Table::new(Bounds { entries, bytes })
    }

    fn get(table: &Table<u32>, hash: u64, text: &[u8], under: (u64, u64), now: u64) -> bool {
        table.get(hash, text, under, UnixTime::from_secs(now)).is_some()
    }

    #[test]
    fn get_serves_only_under_the_same_conditions() {
        let table = table(8, 100_000);
        table.insert(5, entry(b"token", 100), 0);
        assert!(get(&table, 5, b"token", (1, 2), 10) && get(&table, 5, b"token", (1, 2), 100));
        assert!(!get(&table, 5, b"token", (1, 2), 101), "too late");
        assert!(!get(&table, 5, b"token", (1, 2), 9), "before the acceptance");
        assert!(!get(&table, 5, b"token", (3, 2), 50), "another validator");
        assert!(!get(&table, 5, b"token", (1, 3), 50), "other keys");
        for other in [b"toke".as_slice(), b"token2", b"tokeN", b""] {
            assert!(!get(&table, 5, other, (1, 2), 50), "another token with the same hash");
        }
        assert!(!get(&table, 0, b"", (0, 0), 50), "an empty place");
    }

    #[test]
    fn hash_differs_from_cache_to_cache() {
        let cache = || Cache::new(Bounds { entries: 8, bytes: 0 });
        assert_ne!(cache().hash(b"token"), cache().hash(b"token"));
    }

    #[test]
    fn is_same_only_the_same_bytes() {
        assert!(is_same(b"token", b"token") && is_same(b"", b""));
        for other in [b"".as_slice(), b"toke", b"tokens", b"Token", b"tokeN"] {
            assert!(!is_same(b"token", other) && !is_same(other, b"token"));
        }
    }

    #[test]
    fn insert_full_set_gives_up_what_expires_first() {
        let table = table(8, 100_000);
        for number in 0..8 {
            table.insert(u64::from(number) * 8, entry(&[number], 100 + u64::from(number)), 0);
        }
        table.insert(800, entry(b"new", 200), 0);
        assert!(get(&table, 800, b"new", (1, 2), 50));
        assert!(!get(&table, 0, &[0], (1, 2), 50));
        assert!((1..8).all(|number| get(&table, u64::from(number) * 8, &[number], (1, 2), 50)));
        // One whose time is over goes before all others.
        table.insert(16, Entry { until: UnixTime::from_secs(12), ..entry(&[2], 0) }, 0);
        table.insert(1600, Entry { from: UnixTime::from_secs(20), ..entry(b"newer", 300) }, 0);
        assert!(get(&table, 1600, b"newer", (1, 2), 20) && get(&table, 8, &[1], (1, 2), 50));
    }

    #[test]
    fn insert_same_token_again_takes_one_place() {
        let table = table(8, 100_000);
        for until in 0..20 {
            table.insert(5, entry(b"token", 100 + until), 0);
        }
        assert!(get(&table, 5, b"token", (1, 2), 119));
        assert_eq!(table.usage[0].lock().unwrap().iter().filter(|used| used.tag != 0).count(), 1);
    }

    #[test]
    fn insert_never_more_bytes_than_allowed() {
        let each = size_of::<Entry<u32>>() + 100;
        let table = table(8, 3 * each + 50);
        for number in 0..200_u64 {
            table.insert(number + 1, entry(&[u8::try_from(number).unwrap(); 100], 100 + number), 0);
            let usage = table.usage[0].lock().unwrap();
            assert!(usage.iter().map(|used| used.bytes).sum::<usize>() <= 3 * each + 50);
            // The tags say what the places hold.
            for (used, (tag, place)) in usage.iter().zip(table.sets[0].tags.iter().zip(&table.sets[0].places))
            {
                assert_eq!(used.tag, tag.load(Ordering::Relaxed));
                assert_eq!(used.bytes == 0, place.load().text.is_empty());
            }
        }
        assert!(get(&table, 200, &[199; 100], (1, 2), 50));
        table.insert(7, entry(&[0; 10_000], 999), 0);
        assert!(!get(&table, 7, &[0; 10_000], (1, 2), 50), "larger than all there is");
    }
}

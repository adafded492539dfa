use std::sync::{Mutex, PoisonError};

use towpath_model::Digest;

use super::{
    super::{
        page::{self, Candidate, LARGEST_PAGE, LARGEST_RESULT},
        settings::Secret,
        store::{Entry, Found, Store, StoreError, Wanted},
    },
    address::{RedisPlace, RemoteLogin},
    resp::{Connection, Reply},
};

/// How many pages are asked for, or entries written, in one exchange.
const AT_ONCE: usize = 256;

/// A cache in Redis: `PREFIX:k:KEY` holds a page, `PREFIX:r:DIGEST` a result. Both go by themselves after a while.
pub(super) struct Redis {
    place: RedisPlace,
    login: Option<RemoteLogin>,
    secret: Option<Secret>,
    connection: Mutex<Option<Connection>>,
}

impl Redis {
    pub(super) fn new(place: RedisPlace, login: Option<RemoteLogin>, secret: Option<Secret>) -> Self {
        Self { place, login, secret, connection: Mutex::default() }
    }

    fn page(&self, key: Digest) -> Vec<u8> {
        format!("{}:k:{}", self.place.prefix, key.hex()).into_bytes()
    }

    fn result(&self, digest: Digest) -> Vec<u8> {
        format!("{}:r:{}", self.place.prefix, digest.hex()).into_bytes()
    }

    /// Sends commands over the one connection, which is made with the first of them.
    fn exchange(&self, commands: &[Vec<&[u8]>], limit: u64) -> Result<Vec<Reply>, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = match connection.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        let replies = open.exchange(commands, limit).map_err(|error| self.failed(&error.to_string()))?;
        // A connection that failed is not put back.
        *connection = Some(open);
        Ok(replies)
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let RedisPlace { host, port, is_tls, database, .. } = &self.place;
        let mut connection = Connection::open(host, *port, *is_tls).map_err(|error| self.failed(&error.to_string()))?;
        let database = database.to_string();
        let mut commands: Vec<Vec<&[u8]>> = Vec::new();
        if let Some(RemoteLogin { user, password }) = &self.login {
            let parts = ["AUTH", user, password];
            commands.push(parts.iter().filter(|part| !part.is_empty()).map(|part| part.as_bytes()).collect());
        }
        if database != "0" {
            commands.push(vec![b"SELECT", database.as_bytes()]);
        }
        let replies = connection.exchange(&commands, 0).map_err(|error| self.failed(&error.to_string()))?;
        self.no_error(&replies)?;
        Ok(connection)
    }

    fn no_error(&self, replies: &[Reply]) -> Result<(), StoreError> {
        match replies.iter().find_map(|reply| if let Reply::Error(text) = reply { Some(text) } else { None }) {
            // What a server says may be anything.
            Some(text) => Err(self.failed(&text.chars().filter(|c| !c.is_control()).take(200).collect::<String>())),
            None => Ok(()),
        }
    }

    fn failed(&self, why: &str) -> StoreError {
        StoreError::new(format!("Redis at {}:{}: {why}", self.place.host, self.place.port))
    }

    fn get(&self, names: &[Vec<u8>], limit: u64) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::with_capacity(names.len());
        for names in names.chunks(AT_ONCE) {
            let command = std::iter::once(b"MGET".as_slice()).chain(names.iter().map(Vec::as_slice)).collect();
            let replies = self.exchange(&[command], limit)?;
            self.no_error(&replies)?;
            match replies.into_iter().next() {
                Some(Reply::List(values)) if values.len() == names.len() => {
                    found.extend(values.into_iter().map(|value| match value {
                        Reply::Bulk(Some(bytes)) => Found::Here(bytes),
                        Reply::Bulk(None) => Found::Absent,
                        _ => Found::Broken,
                    }));
                }
                _ => return Err(self.failed("the server answers with something else than values")),
            }
        }
        Ok(found)
    }
}

impl Store for Redis {
    fn pages(&self, keys: &[Digest]) -> Result<Vec<Found>, StoreError> {
        self.get(&keys.iter().map(|key| self.page(*key)).collect::<Vec<_>>(), LARGEST_PAGE)
    }

    fn results(&self, wanted: &[Wanted]) -> Result<Vec<Found>, StoreError> {
        let names: Vec<_> = wanted.iter().map(|wanted| self.result(wanted.candidate.result)).collect();
        self.get(&names, LARGEST_RESULT)
    }

    fn write(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let lifetime = self.place.lifetime.as_secs().to_string();
        let until = std::time::Instant::now() + super::WRITING;
        for entries in entries.chunks(AT_ONCE / 8) {
            if std::time::Instant::now() > until {
                return Err(self.failed("writing takes too long; the rest is not shared"));
            }
            let named = entries.iter().map(|entry| {
                let candidates = page::merged(entry.candidate.clone(), &entry.known);
                let page = page::encode(entry.key, &candidates, self.secret.as_ref());
                (self.result(entry.candidate.result), self.page(entry.key), page)
            });
            let named: Vec<_> = named.collect();
            // A page never stands there before its result.
            let set = |name, value| vec![b"SET".as_slice(), name, value, b"EX", lifetime.as_bytes()];
            let commands = entries.iter().zip(&named).flat_map(|(entry, (result, page, content))| {
                [set(result.as_slice(), &*entry.result), set(page.as_slice(), content.as_slice())]
            });
            let commands: Vec<_> = commands.collect();
            let replies = self.exchange(&commands, 0)?;
            self.no_error(&replies)?;
        }
        Ok(())
    }

    fn forget(&self, key: Digest, candidate: Option<&Candidate>) -> Result<(), StoreError> {
        let page = self.page(key);
        let result = candidate.map(|candidate| self.result(candidate.result));
        let names = [Some(page), result];
        let command = std::iter::once(b"DEL".as_slice()).chain(names.iter().flatten().map(Vec::as_slice)).collect();
        // Who may only read goes on without it: the entry stays, and is never used.
        self.exchange(&[command], 0).map(drop)
    }
}

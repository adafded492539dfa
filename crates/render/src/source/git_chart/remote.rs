use towpath_model::{Diagnostic, Kind};
use url::Url;

use super::{
    address::GitAddress,
    packets::{Packet, packets, request},
};
use crate::source::{
    Login,
    fetch::Fetch,
    store::Record,
    web::{Exchange, Repository},
};

/// A pack may have this many bytes: one commit of a repository, without its history.
const LARGEST_PACK: u64 = 512 << 20;
/// A list of references may have this many bytes.
const LARGEST_LIST: u64 = 32 << 20;

/// One commit with its files, packed.
pub(super) struct Fetched {
    /// Its id, 40 hexadecimal digits.
    pub(super) commit: String,
    pub(super) pack: Vec<u8>,
}

/// Returns the commit that an address names; from the store if that has it.
pub(super) async fn fetch(
    fetch: &mut Fetch<'_>,
    address: &GitAddress,
    login: Option<Login>,
) -> Result<Fetched, Diagnostic> {
    let access = &fetch.charts.settings.access;
    let repository = Repository {
        written: address.repository.to_string(),
        url: address.repository.clone(),
        login,
        tls: access.tls.clone(),
        shown_to: access.shown_to,
    };
    let remote = Remote { what: address.shown(), repository };
    let commit = remote.commit(fetch, address.reference.as_deref()).await?;
    let pack = remote.pack(fetch, &commit).await?;
    Ok(Fetched { commit, pack })
}

struct Remote {
    /// What messages call it.
    what: String,
    repository: Repository,
}

impl Remote {
    /// Returns the commit that a revision names now.
    async fn commit(&self, fetch: &mut Fetch<'_>, reference: Option<&str>) -> Result<String, Diagnostic> {
        if let Some(commit) = reference.filter(|reference| is_commit(reference)) {
            return Ok(commit.to_owned());
        }
        let reference = reference.unwrap_or("HEAD");
        let scope = self.repository.scope_for(&self.repository.url)?;
        let key = fetch.key("git-ref", &format!("{}#{reference}", self.repository.url), &scope)?;
        let what = format!("`{reference}` of {}", self.what);
        if fetch.is_offline() {
            let kept = fetch.kept(key, &what)?.ok_or_else(|| fetch.absent(&what))?;
            return Ok(String::from_utf8_lossy(&kept.bytes).into_owned());
        }
        fetch.say(&format!("asking for {what}"));
        let base = self.base(fetch).await?;
        let prefixes =
            ["", "refs/", "refs/tags/", "refs/heads/"].map(|prefix| format!("ref-prefix {prefix}{reference}"));
        let arguments: Vec<String> = ["peel".to_owned()].into_iter().chain(prefixes).collect();
        let listed = self.ask(fetch, &base, "ls-refs", &arguments, LARGEST_LIST).await?;
        let names = ["", "refs/", "refs/tags/", "refs/heads/"].map(|prefix| format!("{prefix}{reference}"));
        let commit = find(&listed, &names).map_err(|detail| self.wrong(&detail))?;
        let commit = commit.ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("`{}` has no revision `{reference}`", self.what))
                .hint("?ref= takes a branch, a tag, or a whole commit id")
        })?;
        fetch.keep(key, commit.as_bytes(), &Record::of(&what, commit.as_bytes()));
        Ok(commit)
    }

    /// Returns a commit with its files, packed; what a commit is never changes, so that the store may answer.
    async fn pack(&self, fetch: &mut Fetch<'_>, commit: &str) -> Result<Vec<u8>, Diagnostic> {
        let scope = self.repository.scope_for(&self.repository.url)?;
        let key = fetch.key("git-pack", &format!("{}@{commit}", self.repository.url), &scope)?;
        let what = format!("commit {commit} of {}", self.what);
        let _turn = if fetch.is_offline() { None } else { fetch.turn(key).await };
        if let Some(kept) = fetch.kept(key, &what)? {
            return Ok(kept.bytes);
        }
        if fetch.is_offline() {
            return Err(fetch.absent(&what));
        }
        fetch.say(&format!("fetching {what}"));
        let base = self.base(fetch).await?;
        let arguments = ["no-progress", "ofs-delta", "deepen 1", &format!("want {commit}"), "done"].map(str::to_owned);
        let answer = self.ask(fetch, &base, "fetch", &arguments, LARGEST_PACK).await?;
        let pack = pack_in(&answer).map_err(|detail| self.wrong(&detail))?;
        fetch.keep(key, &pack, &Record::of(&what, &pack));
        Ok(pack)
    }

    /// Greets the server and returns the address at which it is asked, which may be another by a redirect.
    async fn base(&self, fetch: &Fetch<'_>) -> Result<Url, Diagnostic> {
        let mut url = below(&self.repository.url, "info/refs");
        url.set_query(Some("service=git-upload-pack"));
        let exchange = Exchange { url, repository: &self.repository, body: None, limit: LARGEST_LIST };
        let answer = fetch.charts.web.exchange(exchange).await?;
        let speaks = packets(&answer.bytes)
            .filter_map(Result::ok)
            .any(|packet| matches!(packet, Packet::Line(line) if line.trim_ascii_end() == b"version 2"));
        if !speaks {
            let message = format!("`{}` does not speak git's protocol version 2", self.what);
            return Err(Diagnostic::new(Kind::Remote, message).hint("clone it first and name the folder"));
        }
        let mut base = answer.url;
        base.set_query(None);
        let path = base.path().trim_end_matches("/info/refs").to_owned();
        base.set_path(&path);
        Ok(base)
    }

    async fn ask(
        &self,
        fetch: &Fetch<'_>,
        base: &Url,
        command: &str,
        arguments: &[String],
        limit: u64,
    ) -> Result<Vec<u8>, Diagnostic> {
        let url = below(base, "git-upload-pack");
        let body = Some(request(command, arguments));
        let exchange = Exchange { url, repository: &self.repository, body, limit };
        Ok(fetch.charts.web.exchange(exchange).await?.bytes)
    }

    fn wrong(&self, detail: &str) -> Diagnostic {
        Diagnostic::new(Kind::Remote, format!("the answer of `{}` cannot be read", self.what)).cause(detail.to_owned())
    }
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns the id of the first of `names` that is listed.
fn find(listed: &[u8], names: &[String]) -> Result<Option<String>, String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for packet in packets(listed) {
        let Packet::Line(line) = packet? else { continue };
        let line = String::from_utf8_lossy(line);
        if let Some(error) = line.strip_prefix("ERR ") {
            return Err(error.trim().to_owned());
        }
        let mut words = line.split_whitespace();
        let (Some(id), Some(name)) = (words.next(), words.next()) else { continue };
        if let Some(rank) = names.iter().position(|known| known == name).filter(|_| is_commit(id)) {
            found.push((rank, id.to_owned()));
        }
    }
    found.sort();
    Ok(found.into_iter().next().map(|(_, id)| id))
}

/// Returns the pack in the answer to `fetch`.
///
/// Source: git's `gitprotocol-v2`, "fetch".
fn pack_in(answer: &[u8]) -> Result<Vec<u8>, String> {
    let mut pack = Vec::new();
    let mut inside = false;
    for packet in packets(answer) {
        match packet? {
            Packet::Line(line) if inside => match line.split_first() {
                Some((1, data)) => pack.extend_from_slice(data),
                Some((3, message)) => return Err(String::from_utf8_lossy(message).trim().to_owned()),
                _ => {}
            },
            Packet::Line(line) if line.trim_ascii_end() == b"packfile" => inside = true,
            Packet::Line(line) if line.starts_with(b"ERR ") => {
                return Err(String::from_utf8_lossy(&line[4..]).trim().to_owned());
            }
            _ => {}
        }
    }
    if pack.is_empty() { Err("it holds no pack".to_owned()) } else { Ok(pack) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_before_branches() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let line = |text: String| format!("{:04x}{text}", text.len() + 4);
        let listed = line(format!("{a} refs/heads/x\n")) + &line(format!("{b} refs/tags/x peeled:{a}\n")) + "0000";
        let names = ["", "refs/", "refs/tags/", "refs/heads/"].map(|prefix| format!("{prefix}x"));
        assert_eq!(find(listed.as_bytes(), &names), Ok(Some(b)));
        assert_eq!(find(line("ERR no such thing\n".to_owned()).as_bytes(), &names), Err("no such thing".to_owned()));
        assert_eq!(find(b"0000", &names), Ok(None));
    }

    #[test]
    fn a_pack_is_taken_from_its_band() {
        let line = |bytes: &[u8]| [format!("{:04x}", bytes.len() + 4).as_bytes(), bytes].concat();
        let parts = [
            line(b"shallow-info\n"),
            b"0001".to_vec(),
            line(b"packfile\n"),
            line(b"\x02hello"),
            line(b"\x01PA"),
            line(b"\x01CK"),
        ];
        assert_eq!(pack_in(&parts.concat()), Ok(b"PACK".to_vec()));
        let failed = [line(b"packfile\n"), line(b"\x03out of luck\n")].concat();
        assert_eq!(pack_in(&failed), Err("out of luck".to_owned()));
        assert!(pack_in(b"0000").is_err());
    }
}

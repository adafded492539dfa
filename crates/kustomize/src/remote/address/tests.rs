use super::*;

/// Text, what git clones, directory, revision: as kustomize 5.8.1 splits them.
const READ: &[(&str, &str, &str, &str)] = &[
    ("https://github.com/acme/shop/deploy/base?ref=v1.0.0", "https://github.com/acme/shop", "deploy/base", "v1.0.0"),
    ("https://github.com/acme/shop//deploy/base?ref=v1.0.0", "https://github.com/acme/shop", "deploy/base", "v1.0.0"),
    ("http://GitHub.com/acme/shop.git/deploy", "https://github.com/acme/shop.git", "deploy", ""),
    ("github.com/acme/shop", "https://github.com/acme/shop", "", ""),
    ("github.com:acme/shop?version=dev", "https://github.com/acme/shop", "", "dev"),
    ("git@github.com:acme/shop//deploy", "git@github.com:acme/shop", "deploy", ""),
    ("git@github.com/acme/shop.git", "git@github.com:acme/shop.git", "", ""),
    ("ssh://git@github.com/acme/shop/deploy?ref=a/b", "git@github.com:acme/shop", "deploy", "a/b"),
    ("ssh://git@ssh.github.com:443/acme/shop.git", "ssh://git@ssh.github.com:443/acme/shop.git", "", ""),
    ("git::https://g.example/a/b", "https://g.example/a/b", "", ""),
    ("GIT::git@g.example:a/b.git/c", "git@g.example:a/b.git", "c", ""),
    ("git@g.example/user:name/b.git/c", "git@g.example/user:name/b.git", "c", ""),
    ("https://g.example/a/b/c/d//e?ref=x", "https://g.example/a/b/c/d", "e", "x"),
    (
        "https://me@dev.example/org/project/_git/shop/deploy",
        "https://me@dev.example/org/project/_git/shop",
        "deploy",
        "",
    ),
    ("https://dev.example/org/_git/shop//deploy", "https://dev.example/org/_git/shop", "deploy", ""),
    ("https://me:pw@g.example/a/b?ref=c", "https://me:pw@g.example/a/b", "", "c"),
    ("file:///srv/git/shop//deploy?ref=main", "file:///srv/git/shop", "deploy", "main"),
    ("file:///srv/git/shop.git/deploy", "file:///srv/git/shop.git", "deploy", ""),
    ("file:///srv/git/shop/deploy", "file:///srv/git/shop/deploy", "", ""),
    ("file://me@srv/shop", "file://me@srv/shop", "", ""),
    ("https://raw.example/acme/shop/main/pod.yaml", "https://raw.example/acme/shop", "main/pod.yaml", ""),
    ("https://g.example/a/b//c/../d", "https://g.example/a/b", "c/../d", ""),
    ("https://g.example/a/b///c", "https://g.example/a/b", "c", ""),
];

const REFUSED: &[(&str, AddressError)] = &[
    ("../base", AddressError::Scheme),
    ("base", AddressError::Scheme),
    ("src/github.com/acme/shop", AddressError::Scheme),
    ("github.com!acme/shop", AddressError::Scheme),
    ("gh:acme/shop", AddressError::Scheme),
    ("ftp://g.example/a/b", AddressError::Scheme),
    ("git::___", AddressError::Scheme),
    ("https://g.example", AddressError::Repository),
    ("https://g.example?ref=a/b/c", AddressError::Repository),
    ("https://github.com/pod.yaml", AddressError::Repository),
    ("file:////srv//shop", AddressError::Repository),
    ("git@ssh://github.com/a/b.git", AddressError::Repository),
];

#[test]
fn addresses_are_split_as_kustomize_splits_them() {
    for (text, clone, directory, reference) in READ {
        let read = RepositoryAddress::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found = (read.clone_address(), read.directory.as_str(), read.reference.as_deref().unwrap_or(""));
        assert_eq!((found.0.as_str(), found.1, found.2), (*clone, *directory, *reference), "{text}");
        assert!(!read.shown().contains("pw"), "{}", read.shown());
    }
    for (text, error) in REFUSED {
        assert_eq!(RepositoryAddress::parse(text).as_ref(), Err(error), "{text}");
    }
    let outside = RepositoryAddress::parse("https://g.example/a/b.git//c/../../d").unwrap_err();
    assert_eq!(outside.to_string(), "url path exits repo: a/b.git//c/../../d");
    assert!(matches!(RepositoryAddress::parse("/srv/shop"), Err(AddressError::Absolute(_))));
}

/// Whose reader and whose idea of types: the two generations of Go's YAML package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// go-yaml v2, as sigs.k8s.io/yaml uses it and with it Helm: `yes`, `on` and `y` are booleans; later keys win.
    Go2,
    /// go-yaml v3, as Kustomize uses it: only `true` and `false` are booleans; a key may stand once.
    Go3,
}

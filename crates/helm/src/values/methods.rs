//! The type of `.Values` and what templates can call on it.

use towpath_gotmpl::{CallError, Map, MapMethod, MapType, Session, Signature, Type, Value};

use crate::golang::{quote, yaml};

/// `common.Values` in Helm 4, `chartutil.Values` in Helm 3: what `.Values` is.
pub(crate) const VALUES4: &MapType = &COMMON_VALUES;
/// As [`VALUES4`], by its name in Helm 3.
pub(crate) const VALUES3: &MapType = &CHARTUTIL_VALUES;

// The type and what its methods give name each other, which statics can and constants cannot.
static COMMON_VALUES: MapType =
    MapType { name: "common.Values", element: Type::Any, is_defined: true, methods: &COMMON_METHODS };
static CHARTUTIL_VALUES: MapType =
    MapType { name: "chartutil.Values", element: Type::Any, is_defined: true, methods: &CHARTUTIL_METHODS };

static COMMON_METHODS: [MapMethod; 4] = [
    AS_MAP,
    YAML,
    PATH_VALUE,
    table_of(Type::Map(&COMMON_VALUES), |_, map, a| Ok(Value::Map(table(map, a)?.with_type(&COMMON_VALUES)))),
];
static CHARTUTIL_METHODS: [MapMethod; 4] = [
    AS_MAP,
    YAML,
    PATH_VALUE,
    table_of(Type::Map(&CHARTUTIL_VALUES), |_, map, a| Ok(Value::Map(table(map, a)?.with_type(&CHARTUTIL_VALUES)))),
];

type Call = fn(&mut Session, &Map, &mut [Value]) -> Result<Value, CallError>;

const fn table_of(result: Type, call: Call) -> MapMethod {
    MapMethod { name: "Table", signature: Signature::new(&[Type::String], result), call }
}

const AS_MAP: MapMethod = MapMethod {
    name: "AsMap",
    signature: Signature::new(&[], Type::ANY_MAP),
    call: |_, map, _| Ok(Value::Map(map.with_type(MapType::ANY))),
};
const YAML: MapMethod = MapMethod {
    name: "YAML",
    signature: Signature::new(&[], Type::String),
    call: |_, map, _| {
        let written = yaml::emit(&Value::Map(map.clone())).map(|text| Value::from(text + "\n"));
        // Without the words that the functions of templates have before it.
        written.map_err(|error| CallError::new(error.strip_prefix("error converting JSON to YAML: ").unwrap_or(&error)))
    },
};
const PATH_VALUE: MapMethod =
    MapMethod { name: "PathValue", signature: Signature::new(&[Type::String], Type::Any), call: path_value };

/// Returns the table at the dotted path that is the argument.
fn table(map: &Map, arguments: &[Value]) -> Result<Map, CallError> {
    let path = arguments.first().and_then(Value::as_str).unwrap_or_default().to_string_lossy().into_owned();
    let mut current = map.clone();
    for key in path.split('.') {
        current = match current.get(key) {
            Some(Value::Map(map)) => map,
            _ => return Err(CallError::new(format!("{} is not a table", quote(key)))),
        };
    }
    Ok(current)
}

fn path_value(_session: &mut Session, map: &Map, arguments: &mut [Value]) -> Result<Value, CallError> {
    let path = arguments.first().and_then(Value::as_str).unwrap_or_default().to_string_lossy().into_owned();
    if path.is_empty() {
        return Err(CallError::new("YAML path cannot be empty"));
    }
    let missing = || {
        let last = path.rsplit('.').next().unwrap_or_default();
        CallError::new(format!("{} is not a value", quote(last)))
    };
    super::value_at(map, &path).ok_or_else(missing)
}

//! Schemas.

use crate::case::{Case, Ending};

fn schema(name: &'static str, text: impl Fn() -> String + 'static, ending: Ending) -> Case {
    let files =
        move || vec![("values.schema.json", text()), ("values.yaml", "v: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n".to_owned())];
    Case::files(name, files, ending)
}

fn doubling() -> String {
    let below = |n: usize| format!(r##"{{"allOf":[{{"$ref":"#/$defs/d{n}"}},{{"$ref":"#/$defs/d{n}"}}]}}"##);
    let all: Vec<String> = (0..40).map(|n| format!("\"d{n}\":{}", below(n + 1))).collect();
    format!(
        r##"{{"properties":{{"v":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{},"d40":{{"type":"string"}}}}}}"##,
        all.join(",")
    )
}

pub(crate) fn cases() -> Vec<Case> {
    use Ending::{Harmless, Refused};
    vec![
        schema("schema: references that double", doubling, Refused(&["c:", "too many steps"])),
        schema(
            "schema: a reference to itself",
            || r##"{"properties":{"v":{"$ref":"#/properties/v"}}}"##.to_owned(),
            Refused(&["reference cycle"]),
        ),
        schema("schema: deep", || "{\"not\":".repeat(200_000), Refused(&["c:"])),
        schema("schema: deep and valid", || "{\"not\":".repeat(9_999) + "{}" + &"}".repeat(9_999), Harmless),
        schema(
            "schema: large",
            || format!("{{\"description\":\"{}\"}}", "x".repeat(5 << 20)),
            Refused(&["values.schema.json is larger"]),
        ),
        schema("schema: many nodes", || format!("{{\"enum\":[{}1]}}", "1,".repeat((2 << 20) - 100)), Harmless),
        schema(
            "schema: many keys",
            || {
                let keys: Vec<String> = (0..200_000).map(|n| format!("\"k{n}\":{{}}")).collect();
                format!("{{\"properties\":{{{}}}}}", keys.join(","))
            },
            Harmless,
        ),
        schema(
            "schema: an expression that grows",
            || r#"{"properties":{"v":{"pattern":"(((a{1,900}){1,900}){1,900}){1,900}"}}}"#.to_owned(),
            Refused(&["regex"]),
        ),
        schema(
            "schema: an expression that goes back",
            || r#"{"properties":{"v":{"pattern":"^(a+)+$"}}}"#.to_owned(),
            Refused(&["does not match pattern"]),
        ),
        schema(
            "schema: a giant number",
            || format!(r#"{{"properties":{{"v":{{"maximum":1e1000000,"multipleOf":{}}}}}}}"#, "9".repeat(1 << 20)),
            Harmless,
        ),
        schema(
            "schema: a reference elsewhere",
            || r#"{"properties":{"v":{"$ref":"file:///dev/zero"}}}"#.to_owned(),
            Refused(&["values.schema.json are not read"]),
        ),
    ]
}

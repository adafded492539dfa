//! What no template may do: exhaust the stack, the memory or the time; and how errors are shown to people.

use std::sync::Arc;

use towpath_gotmpl::{
    Error, ErrorKind, Functions, Limits, Map, MissingKey, Session, Signature, Str, Templates, Type, Value,
};

fn templates(text: &str) -> Arc<Templates> {
    let mut functions = Functions::new();
    functions.add("include", Signature::new(&[Type::String, Type::Any], Type::String), |session, arguments| {
        let name = arguments[0].as_str().unwrap_or_default();
        Ok(session.include(&name, arguments[1].clone())?.into())
    });
    let mut templates = Templates::new("set", functions, MissingKey::Zero);
    templates.parse("t", text).expect("the template is one");
    Arc::new(templates)
}

fn fails(text: &str, limits: Limits, data: Value) -> Error {
    let mut session = Session::new(templates(text)).with_limits(limits);
    session.execute(&Str::from("t"), data, &mut Vec::new()).expect_err("it must fail")
}

#[test]
fn recursion_ends_by_depth_or_by_the_stack() {
    let text = r#"{{define "x"}}{{template "x"}}{{end}}{{template "x"}}"#;
    let error = fails(text, Limits { depth: 50, ..Limits::default() }, Value::Nil);
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(error.root().message(), "exceeded maximum template depth (50)");
    let included = r#"{{define "x"}}{{include "x" .}}{{end}}{{include "x" .}}"#;
    for text in [text, included] {
        let error = fails(text, Limits::default(), Value::Nil);
        assert_eq!(error.kind(), ErrorKind::Limit, "{}", error.root());
    }
}

#[test]
fn nesting_ends_before_the_stack_does() {
    for (open, close) in [("(", ")"), ("{{if true}}", "{{end}}")] {
        let n = 200_000;
        let inner = format!("{}1{}", open.repeat(n), close.repeat(n));
        let text = if open == "(" { format!("{{{{{inner}}}}}") } else { inner };
        let error = Templates::new("set", Functions::new(), MissingKey::Zero).parse("t", text).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "max expression depth exceeded"));
    }
}

#[test]
fn output_steps_and_time_are_limited() {
    let endless = "{{range 1000000000}}xxxxxxxxxx{{end}}";
    let error = fails(endless, Limits { output: 1000, ..Limits::default() }, Value::Nil);
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "output is larger than 1000 bytes"));
    let error = fails(endless, Limits { steps: 1000, ..Limits::default() }, Value::Nil);
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "templates take too many steps"));
    let mut asked = 0;
    let budget = move || {
        asked += 1;
        asked < 3
    };
    let mut session = Session::new(templates(endless)).with_budget(budget);
    let error = session.execute(&Str::from("t"), Value::Nil, &mut Vec::new()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "templates take too long"));
}

#[test]
fn a_map_that_holds_itself_is_not_printed_for_ever() {
    let map = Map::any();
    map.insert("a", map.clone());
    let error = fails("{{.}}", Limits::default(), map.clone().into());
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "value is nested too deeply to be printed"));
    map.insert("b", map.clone());
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let expected = "a value is larger than 1048576 bytes when all it holds is written out";
    let error = fails("{{.}}", limits, map.clone().into());
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, expected));
    let error = fails("{{printf \"%v\" .}}", limits, map.clone().into());
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, &*format!("error calling printf: {expected}")));
    map.remove("a");
    map.remove("b");
}

#[test]
fn memory_is_limited_and_given_back() {
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let text = r#"{{define "long"}}{{printf "%100000d" 1}}{{end}}{{$all := ""}}{{range 100}}GROW{{end}}"#;
    let full = "values take more than 1048576 bytes of memory";
    // Each step makes 100 kB: what is dropped does not count, what is kept does.
    for kept in ["{{$all = print $all (include \"long\" .)}}", "{{$all = printf \"%s%100000d\" $all 1}}"] {
        let error = fails(&text.replace("GROW", kept), limits, Value::Nil);
        assert_eq!(error.kind(), ErrorKind::Limit);
        let message = error.root().message();
        assert!(message.ends_with(full) || message.contains("larger than 1048576 bytes"), "{error}");
    }
    for dropped in [
        "{{$all = printf \"%100000d\" 1}}",
        "{{with printf \"%100000d\" 1}}{{end}}",
        "{{with $x := printf \"%100000d\" 1}}{{end}}",
        "{{if eq (include \"long\" .) \"x\"}}{{end}}",
        "{{$x := include \"long\" .}}{{$y := $x}}{{$x = 1}}",
        "{{include \"long\" . | len}}",
        "{{include \"long\" .}}",
    ] {
        let mut session = Session::new(templates(&text.replace("GROW", dropped))).with_limits(limits);
        let result = session.execute(&Str::from("t"), Value::Nil, &mut Vec::new());
        assert!(result.is_ok(), "{dropped}: {result:?}");
    }
    let error = fails(&text.replace("GROW", "{{printf \"%[1]*[2]d%[1]*[2]d\" 999999 1}}"), limits, Value::Nil);
    assert_eq!(error.root().message(), format!("error calling printf: {full}"));
}

#[test]
fn an_error_shows_its_line_and_the_calls_that_led_there() {
    let text = "first\n{{define \"inner\"}}\n  é {{ .x.y }}{{end}}\n{{define \"outer\"}}{{template \"inner\" .}}{{end}}\n{{include \"outer\" 5}}";
    let error = fails(text, Limits::default(), Value::Nil);
    assert_eq!(
        error.to_string(),
        "template: t:5:2: executing \"t\" at <include \"outer\" 5>: error calling include: \
         template: t:3:10: executing \"inner\" at <.x.y>: can't evaluate field x in type int"
    );
    let diagnostic = error.diagnostic();
    assert_eq!(diagnostic.message, "can't evaluate field x in type int");
    let location = diagnostic.location.expect("it has a place");
    assert_eq!((location.line, location.column, location.source.as_str()), (3, 8, "  é {{ .x.y }}{{end}}"));
    assert_eq!(
        diagnostic.causes,
        [
            "while executing .x.y",
            "called from t:4:29: {{template \"inner\" .}}",
            "called from t:5:2: include \"outer\" 5"
        ]
    );
}
